// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/error.hpp>
#include <agner/runtime/reference.hpp>
#include <agner/runtime/term_order.hpp>

#include <gtest/gtest.h>

#include <array>

namespace agner {
namespace {

incarnation home() { return {"a@host"_atom, 4}; }

std::vector<std::uint32_t> words_of(const reference& of) {
  std::array<std::uint32_t, reference::words_max> words{};
  const auto count = of.words(words);
  return {words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count)};
}

TEST(Reference, KeepsWordsOfEveryLength) {
  for (std::uint32_t length = 1; length <= reference::words_max; ++length) {
    std::vector<std::uint32_t> words;
    for (std::uint32_t i = 0; i < length; ++i)
      words.push_back(0xfffffff0U + i);

    const reference made{words, home()};

    EXPECT_EQ(words_of(made), words);
    EXPECT_EQ(made.home(), home());
    EXPECT_EQ(made.node(), "a@host"_atom);
  }
}

TEST(Reference, OfThreeWordsIsTheSameHoweverMade) {
  const std::array<std::uint32_t, 3> words{1, 2, 3};

  EXPECT_EQ((reference{words, home()}), (reference{std::uint64_t{2} << 32U | 1, 3, home()}));
}

TEST(Reference, DiffersInAnyWordAndInHome) {
  const reference one{1, 2, home()};

  EXPECT_NE(one, (reference{1, 3, home()}));
  EXPECT_NE(one, (reference{2, 2, home()}));
  EXPECT_NE(one, (reference{1, 2, incarnation{"a@host"_atom, 5}}));
}

TEST(Reference, LongOnesCompareByTheirWords) {
  const std::array<std::uint32_t, 5> words{1, 2, 3, 4, 5};
  const std::array<std::uint32_t, 5> others{1, 2, 3, 4, 6};

  EXPECT_EQ((reference{words, home()}), (reference{words, home()}));
  EXPECT_NE((reference{words, home()}), (reference{others, home()}));
  EXPECT_EQ(hash(reference(words, home())), hash(reference(words, home())));
}

TEST(Reference, HasOneToFiveWords) {
  EXPECT_THROW((reference{std::span<const std::uint32_t>{}, home()}), raised);
  EXPECT_THROW((reference{std::vector<std::uint32_t>(6), home()}), raised);
}

TEST(Reference, GoesThroughATerm) {
  const std::array<std::uint32_t, 4> words{1, 2, 3, 4};

  for (const reference& made : {reference{1, 2, home()}, reference{words, home()}}) {
    const term t = made;
    EXPECT_TRUE(t.is_reference());
    EXPECT_EQ(t.as_reference(), made);
  }
}

} // namespace
} // namespace agner
