// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "../../../examples/word_count/refusal.hpp"

namespace word_count {
namespace {

TEST(Refusal, OfAWrongCookie) {
  const auto read = read_refusal(
      R"(** Connection attempt from 127.0.0.1:5 rejected: {bad_cookie,<<"node \"a@h\" has another cookie than ours">>})");

  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, "bad_cookie");
  EXPECT_EQ(read->why, "node \"a@h\" has another cookie than ours");
}

TEST(Refusal, OfACertificate) {
  const auto read = read_refusal("Connection attempt to node 'desk@h' failed: {tls_alert,\n   {unknown_ca,\n"
                                 "      \"Fatal - Unknown CA\\n - of nobody\"}}");

  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, "unknown_ca");
  EXPECT_EQ(read->why, "Fatal - Unknown CA - of nobody");
}

TEST(Refusal, OfAnyOtherKind) {
  EXPECT_EQ(read_refusal("Connection attempt to node 'desk@h' failed: noport")->kind, "noport");
  EXPECT_EQ(read_refusal("Connection attempt to node 'desk@h' failed: <cut")->kind, "other");
}

TEST(Refusal, IsNoneOfOtherTexts) {
  EXPECT_FALSE(read_refusal("epmd: the connection is lost"));
  EXPECT_FALSE(read_refusal("child failed: reason"));
}

} // namespace
} // namespace word_count
