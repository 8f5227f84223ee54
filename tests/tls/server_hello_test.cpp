// SPDX-License-Identifier: Apache-2.0

#include <agner/tls/internal/server_hello.hpp>
#include <gtest/gtest.h>

#include "../support/hexadecimal.hpp"

using namespace agner::test;
using agner::ssl::internal::find_server_hello;
using agner::ssl::internal::server_hello;
using state = server_hello::state;

namespace {

/// A message of three bytes behind its header, in one record, and the beginning of the next.
const std::vector<std::byte> whole = from_hex("16 03 03 00 07 02 00 00 03 aa bb cc 16 03");

} // namespace

TEST(ServerHello, IsFoundInOneRecord) {
  const auto found = find_server_hello(whole);
  EXPECT_EQ(found.is, state::complete);
  EXPECT_EQ(found.body, from_hex("aa bb cc"));
}

TEST(ServerHello, IsFoundInRecordsOfAByteEach) {
  std::vector<std::byte> cut;
  for (std::size_t i = 5; i < 12; ++i)
    for (const std::byte one : {std::byte{0x16}, std::byte{3}, std::byte{3}, std::byte{0}, std::byte{1}, whole[i]})
      cut.push_back(one);
  EXPECT_EQ(find_server_hello(cut).body, from_hex("aa bb cc"));
}

TEST(ServerHello, IsIncompleteAtEveryByteBefore) {
  for (std::size_t length = 0; length < 12; ++length)
    EXPECT_EQ(find_server_hello(std::span{whole}.first(length)).is, state::incomplete) << length;
}

TEST(ServerHello, AnythingElseIsNone) {
  EXPECT_EQ(find_server_hello(from_hex("15 03 03 00 02 02 28")).is, state::other);
  EXPECT_EQ(find_server_hello(from_hex("16 03 03 00 01 01")).is, state::other);
  EXPECT_EQ(find_server_hello(from_hex("16 03 03 00 00")).is, state::other);
  EXPECT_EQ(find_server_hello(from_hex("48 54 54 50 2f")).is, state::other);
}

TEST(ServerHello, MayNotBeLongerThanTheBufferHolds) {
  EXPECT_EQ(find_server_hello(from_hex("16 03 03 00 04 02 00 ff ff")).is, state::too_long);
}
