// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include <agner/tls/internal/input_buffer.hpp>
#include <agner/tls/internal/output_queue.hpp>
#include <agner/tls/internal/piece_reader.hpp>

using namespace agner;
using namespace agner::ssl::internal;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void put(input_buffer& to, std::string_view text) {
  const auto into = to.prepare(text.size());
  ASSERT_EQ(into.size(), text.size());
  std::memcpy(into.data(), text.data(), text.size());
  to.commit(text.size());
}

std::string take(input_buffer& from, std::size_t count) {
  std::string made(count, '\0');
  made.resize(from.take(std::as_writable_bytes(std::span(made))));
  return made;
}

std::string all_of(output_queue& from) {
  std::string made;
  for (const term& one : from.take())
    made += one.text();
  return made;
}

} // namespace

// -- input ----------------------------------------------------------------------------------------------------------------

TEST(InputBuffer, GivesBackWhatCameInOrder) {
  input_buffer buffer{100};
  put(buffer, "hello ");
  put(buffer, "world");

  EXPECT_EQ(take(buffer, 3), "hel");
  EXPECT_EQ(take(buffer, 100), "lo world");
  EXPECT_EQ(take(buffer, 1), "");
}

TEST(InputBuffer, HoldsNoMoreThanItsLimit) {
  input_buffer buffer{10};
  put(buffer, "12345678");

  EXPECT_EQ(buffer.prepare(100).size(), 2U);
  EXPECT_EQ(buffer.room(), 2U);
  take(buffer, 4);
  EXPECT_EQ(buffer.prepare(100).size(), 6U);
}

TEST(InputBuffer, KeptBytesAreReadAgain) {
  input_buffer buffer{100};
  buffer.keep_taken();
  put(buffer, "hello");
  EXPECT_EQ(take(buffer, 3), "hel");
  put(buffer, " world");
  EXPECT_EQ(take(buffer, 100), "lo world");

  buffer.rewind();
  buffer.forget();

  EXPECT_EQ(take(buffer, 5), "hello");
  buffer.rewind();
  EXPECT_EQ(take(buffer, 100), " world");
}

TEST(InputBuffer, KeptBytesCount) {
  input_buffer buffer{10};
  buffer.keep_taken();
  put(buffer, "12345678");
  take(buffer, 8);

  EXPECT_EQ(buffer.room(), 2U);
  buffer.forget();
  EXPECT_EQ(buffer.room(), 10U);
}

TEST(InputBuffer, MemoryIsGivenBackWhenEmpty) {
  input_buffer buffer{100};
  put(buffer, "hello");
  buffer.release();
  EXPECT_GT(buffer.capacity(), 0U);

  take(buffer, 5);
  buffer.release();

  EXPECT_EQ(buffer.capacity(), 0U);
}

TEST(InputBuffer, BehavesLikeAQueue) {
  std::mt19937 random{1};
  input_buffer buffer{64};
  std::string expected;
  for (int step = 0; step < 10'000; ++step) {
    if (random() % 2 == 0) {
      const std::string text(std::min<std::size_t>(random() % 40, buffer.room()), static_cast<char>('a' + step % 26));
      put(buffer, text);
      expected += text;
    } else {
      const std::size_t count = random() % 40;
      ASSERT_EQ(take(buffer, count), expected.substr(0, count));
      expected.erase(0, count);
    }
    ASSERT_EQ(buffer.size(), expected.size());
  }
}

// -- output ---------------------------------------------------------------------------------------------------------------

TEST(OutputQueue, ReservedWritesShareAChunk) {
  output_queue queue;
  queue.reserve(11);
  queue.write(bytes_of("hello "));
  queue.write(bytes_of("world"));

  std::array<std::span<const std::byte>, 4> views;
  ASSERT_EQ(queue.gather(views), 1U);
  EXPECT_EQ(text_of(views[0]), "hello world");
  EXPECT_EQ(queue.size(), 11U);
}

TEST(OutputQueue, ConsumesAcrossChunks) {
  output_queue queue;
  for (const auto* text : {"one", "two", "three"}) {
    queue.reserve(std::strlen(text));
    queue.write(bytes_of(text));
  }

  queue.consume(4);

  EXPECT_EQ(queue.size(), 7U);
  EXPECT_EQ(all_of(queue), "wothree");
  EXPECT_EQ(queue.size(), 0U);
}

TEST(OutputQueue, HeldBytesAreNotSentUntilTheyAreLetGo) {
  output_queue queue;
  queue.write(bytes_of("now"));
  queue.hold();
  queue.write(bytes_of(" later"));

  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.held(), 6U);
  EXPECT_EQ(all_of(queue), "now");

  queue.let_go();
  queue.write(bytes_of("!"));

  EXPECT_EQ(all_of(queue), " later!");
}

TEST(OutputQueue, DroppedBytesAreGone) {
  output_queue queue;
  queue.write(bytes_of("now"));
  queue.hold();
  queue.write(bytes_of(" never"));

  queue.drop_held();
  queue.write(bytes_of(" then"));

  EXPECT_EQ(all_of(queue), "now then");
}

TEST(OutputQueue, EmptyOneHasNothing) {
  output_queue queue;
  queue.reserve(10);
  queue.write({});
  queue.let_go();
  queue.release();

  std::array<std::span<const std::byte>, 1> views;
  EXPECT_EQ(queue.gather(views), 0U);
  EXPECT_TRUE(queue.take().empty());
}

// -- pieces ---------------------------------------------------------------------------------------------------------------

TEST(PieceReader, LargePieceIsNotCopied) {
  const std::string text(100, 'x');
  const std::array pieces{bytes_of(text)};
  std::array<std::byte, 16> memory;

  const piece_reader reader{pieces};

  EXPECT_EQ(reader.next(memory).data(), pieces[0].data());
  EXPECT_EQ(reader.next(memory).size(), 16U);
}

TEST(PieceReader, SmallPiecesAreGathered) {
  const std::array pieces{bytes_of(""), bytes_of("ab"), bytes_of(""), bytes_of("cde"), bytes_of("fghij"), bytes_of("")};
  std::array<std::byte, 4> memory;
  piece_reader reader{pieces};
  std::string got;

  for (auto part = reader.next(memory); !part.empty(); part = reader.next(memory)) {
    EXPECT_LE(part.size(), 4U);
    got += text_of(part);
    reader.consume(part.size());
  }

  EXPECT_EQ(got, "abcdefghij");
}
