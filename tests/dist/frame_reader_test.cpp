// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/internal/frame_reader.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <agner/dist/frame.hpp>
#include <agner/runtime/term_builders.hpp>

#include "../support/hexadecimal.hpp"
#include "wire.hpp"

namespace agner::dist::internal {
namespace {

using test::bytes_of;
using test::framed;
using test::from_hex;

void feed(frame_reader& reader, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::span<std::byte> room = reader.prepare();
    const std::size_t n = std::min(room.size(), bytes.size());
    std::ranges::copy(bytes.first(n), room.begin());
    reader.commit(n);
    bytes = bytes.subspan(n);
  }
}

std::optional<std::string> next_text(frame_reader& reader) {
  const auto frame = reader.next();
  if (!frame) return std::nullopt;
  return std::string{reinterpret_cast<const char*>(frame->data()), frame->size()};
}

TEST(FrameReader, GivesAFrameOnceItIsWhole) {
  frame_reader reader{{}};
  const auto bytes = framed(bytes_of("hello"));

  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    feed(reader, std::span{bytes}.subspan(i, 1));
    EXPECT_EQ(next_text(reader), std::nullopt) << i;
  }
  feed(reader, std::span{bytes}.last(1));

  EXPECT_EQ(next_text(reader), "hello");
  EXPECT_EQ(next_text(reader), std::nullopt);
}

TEST(FrameReader, GivesFramesThatCameTogetherOneByOne) {
  frame_reader reader{{}};
  auto bytes = framed(bytes_of("one"));
  std::ranges::copy(framed({}), std::back_inserter(bytes)); // a tick
  std::ranges::copy(framed(bytes_of("two")), std::back_inserter(bytes));
  feed(reader, bytes);

  EXPECT_EQ(next_text(reader), "one");
  EXPECT_EQ(next_text(reader), "");
  EXPECT_EQ(next_text(reader), "two");
  EXPECT_EQ(next_text(reader), std::nullopt);
}

TEST(FrameReader, BeginsWithWhatWasReadBefore) {
  const auto bytes = framed(bytes_of("hello"));
  frame_reader reader{{bytes.begin(), bytes.begin() + 6}};
  EXPECT_EQ(next_text(reader), std::nullopt);

  feed(reader, std::span{bytes}.subspan(6));

  EXPECT_EQ(next_text(reader), "hello");
}

TEST(FrameReader, RefusesALengthThatNoFrameHas) {
  frame_reader reader{{}};
  feed(reader, from_hex("ff ff ff ff"));

  EXPECT_EQ(next_text(reader), std::nullopt);
  ASSERT_TRUE(reader.failed());
  EXPECT_EQ(reader.failed()->reason(), tuple("frame_too_long"_atom, 0xffffffffLL, frame_bytes_max));
}

TEST(FrameReader, TakesTheLongestFrameAndNotOneByteMore) {
  const auto header_of = [](std::size_t length) {
    std::vector<std::byte> bytes;
    for (unsigned shift = 32; shift != 0; shift -= 8)
      bytes.push_back(static_cast<std::byte>(length >> (shift - 8) & 0xffU));
    return bytes;
  };
  frame_reader longest{header_of(frame_bytes_max)};
  frame_reader longer{header_of(frame_bytes_max + 1)};

  EXPECT_EQ(longest.next(), std::nullopt);
  EXPECT_EQ(longer.next(), std::nullopt);
  EXPECT_FALSE(longest.failed());
  EXPECT_TRUE(longer.failed());
}

TEST(FrameReader, TakesMemoryForWhatHasComeAndNotForWhatIsPromised) {
  frame_reader reader{{}};
  feed(reader, from_hex("10 00 00 00")); // 256 MiB
  EXPECT_EQ(next_text(reader), std::nullopt);
  const std::vector<std::byte> some(10UL << 20U);
  feed(reader, some);
  EXPECT_EQ(next_text(reader), std::nullopt);

  EXPECT_LE(reader.prepare().size(), 2 * some.size());
  EXPECT_FALSE(reader.failed());
}

TEST(FrameReader, GivesALargeBufferBack) {
  frame_reader reader{{}};
  feed(reader, framed(std::vector<std::byte>(10UL << 20U)));
  ASSERT_TRUE(reader.next());

  EXPECT_LE(reader.prepare().size(), 64UL << 10U);
}

} // namespace
} // namespace agner::dist::internal
