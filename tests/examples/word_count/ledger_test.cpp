// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "../../../examples/word_count/ledger.hpp"

using namespace agner;

namespace word_count {
namespace {

const atom north{"north@h"};
const atom south{"south@h"};
const pid first{.id = 1, .serial = 0, .home = {}};
const pid second{.id = 2, .serial = 0, .home = {}};

/// Two workers, one on each node.
ledger with_workers(const std::vector<std::string>& files) {
  ledger made{files};
  made.add_worker(first, north);
  made.add_worker(second, south);
  return made;
}

TEST(Ledger, HandsFilesToIdleWorkersInOrder) {
  ledger book = with_workers({"a", "b", "c"});

  const auto one = book.hand_out();
  const auto two = book.hand_out();

  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->to, first);
  EXPECT_EQ(one->file, "a");
  EXPECT_EQ(two->to, second);
  EXPECT_EQ(two->file, "b");
  EXPECT_FALSE(book.hand_out());
  EXPECT_EQ(book.handed_out(), 2U);
}

TEST(Ledger, AddsUpForEachNode) {
  ledger book = with_workers({"a", "b"});
  book.hand_out();
  book.hand_out();

  EXPECT_TRUE(book.counted(first, "a", 3));
  EXPECT_FALSE(book.is_done());
  EXPECT_TRUE(book.counted(second, "b", 4));

  EXPECT_TRUE(book.is_done());
  EXPECT_EQ(book.words(), 7);
  ASSERT_EQ(book.shares().size(), 2U);
  EXPECT_EQ(book.shares()[0].words, 3);
  EXPECT_EQ(book.shares()[1].files, 1);
}

TEST(Ledger, CountsNothingTwice) {
  ledger book = with_workers({"a"});
  book.hand_out();

  EXPECT_FALSE(book.counted(first, "b", 3));
  EXPECT_FALSE(book.counted(second, "a", 3));
  EXPECT_TRUE(book.counted(first, "a", 3));
  EXPECT_FALSE(book.counted(first, "a", 3));

  EXPECT_EQ(book.words(), 3);
}

TEST(Ledger, WhatALostWorkerHeldIsHandedOutNext) {
  ledger book = with_workers({"a", "b", "c"});
  book.hand_out();
  book.hand_out();

  EXPECT_EQ(book.lost(first), "a");
  EXPECT_EQ(book.lost(first), std::nullopt);
  book.counted(second, "b", 1);

  const auto next = book.hand_out();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->to, second);
  EXPECT_EQ(next->file, "a");
}

TEST(Ledger, DoesNotBelieveANodeThatIsReliedOnNoMore) {
  ledger book = with_workers({"a", "b"});
  book.hand_out();
  book.rely_no_more_on(north);

  EXPECT_FALSE(book.counted(first, "a", 3));
  EXPECT_TRUE(book.holds_files(north));
  EXPECT_EQ(book.hand_out()->to, second);
  EXPECT_EQ(book.lost(first), "a");

  EXPECT_FALSE(book.holds_files(north));
  EXPECT_TRUE(book.has_workers());
  EXPECT_FALSE(book.is_done());
}

TEST(Ledger, HandsNothingToWhoIsReliedOnNoMore) {
  ledger book = with_workers({"a", "b"});
  book.rely_no_more_on(north);
  book.rely_no_more_on(south);

  EXPECT_FALSE(book.hand_out());
}

} // namespace
} // namespace word_count
