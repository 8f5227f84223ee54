// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/internal/outbox.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <agner/runtime/term_builders.hpp>

#include "wire.hpp"

namespace agner::dist::internal {
namespace {

using test::agreed;
using test::pid_of;

constexpr std::size_t everything = SIZE_MAX;
const pid ann = pid_of("here@host", 1);
const pid bob = pid_of("here@host", 2);

control::message message_of(const pid& from, const term& what) {
  return control::send{from, pid_of("peer@host", 9), what};
}

gather_buffer small(const pid& from, const term& what) {
  const auto form = must(control::write(message_of(from, what), agreed));
  gather_buffer frame;
  must(write_frame(frame, agreed, form.control, form.payload));
  return frame;
}

outgoing_message large(const pid& from, std::uint64_t sequence, std::size_t length_bytes) {
  const auto form = must(control::write(message_of(from, binary(std::string(length_bytes, 'x'))), agreed));
  return must(outgoing_message::make(agreed, form.control, form.payload, sequence));
}

/// Takes out what `gather` gives for @p bytes, all of it written.
std::vector<std::byte> written(outbox& from, std::size_t bytes) {
  std::vector<std::span<const std::byte>> pieces;
  from.gather(bytes, pieces);
  std::vector<std::byte> all;
  for (const auto& piece : pieces)
    all.insert(all.end(), piece.begin(), piece.end());
  from.written(all.size());
  return all;
}

std::vector<term> messages_in(std::span<const std::byte> bytes) {
  std::vector<term> messages;
  for (const auto& signal : test::signals_in(bytes))
    messages.push_back(std::get<control::send>(signal).message);
  return messages;
}

/// Of each fragment in @p bytes the number of its message; 0 for a message that came whole.
std::vector<std::uint64_t> sequences_in(std::span<const std::byte> bytes) {
  std::vector<std::uint64_t> sequences;
  for (const auto& frame : test::frames_in(bytes))
    sequences.push_back(must(read_frame(frame)).sequence);
  return sequences;
}

TEST(Outbox, GivesSmallMessagesInTheOrderTheyCame) {
  outbox box;
  for (int i = 0; i < 5; ++i)
    box.push(i % 2 == 0 ? ann : bob, small(ann, i));

  EXPECT_EQ(messages_in(written(box, everything)), (std::vector<term>{0, 1, 2, 3, 4}));
  EXPECT_TRUE(box.empty());
}

TEST(Outbox, GathersAboutWhatIsAskedForAndNeverLessThanAFrame) {
  outbox box;
  const std::size_t frame_bytes = small(ann, "one"_atom).size();
  for (int i = 0; i < 10; ++i)
    box.push(ann, small(ann, "one"_atom));

  EXPECT_EQ(written(box, 1).size(), frame_bytes);
  EXPECT_EQ(written(box, 2 * frame_bytes).size(), 2 * frame_bytes);
  EXPECT_EQ(written(box, 2 * frame_bytes + 1).size(), 3 * frame_bytes);
}

TEST(Outbox, GivesAgainWhatWasNotWritten) {
  outbox box;
  box.push(ann, small(ann, 1));
  box.push(ann, small(ann, 2));
  std::vector<std::span<const std::byte>> pieces;
  box.gather(everything, pieces);

  std::vector<std::byte> all;
  while (!box.empty()) { // one byte at a time
    pieces.clear();
    box.gather(1, pieces);
    all.push_back(pieces.front().front());
    box.written(1);
  }

  EXPECT_EQ(messages_in(all), (std::vector<term>{1, 2}));
}

TEST(Outbox, LetsLargeMessagesTakeTurns) {
  outbox box;
  box.push(ann, large(ann, 1, 3 * fragment_bytes));
  box.push(bob, large(bob, 2, 3 * fragment_bytes));

  EXPECT_EQ(sequences_in(written(box, everything)), (std::vector<std::uint64_t>{1, 2, 1, 2, 1, 2, 1, 2}));
}

TEST(Outbox, LetsASmallMessageOvertakeALargeOneOfAnother) {
  outbox box;
  box.push(ann, large(ann, 1, 3 * fragment_bytes));
  written(box, 1);
  box.push(bob, small(bob, "small"_atom));

  EXPECT_EQ(sequences_in(written(box, everything)), (std::vector<std::uint64_t>{0, 1, 1, 1}));
}

TEST(Outbox, KeepsTheOrderOfOneSenderBehindItsLargeMessage) {
  outbox box;
  box.push(ann, large(ann, 1, 2 * fragment_bytes));
  box.push(ann, small(ann, "after"_atom));
  box.push(ann, large(ann, 2, 2 * fragment_bytes));
  box.push(ann, small(ann, "last"_atom));

  EXPECT_EQ(sequences_in(written(box, everything)), (std::vector<std::uint64_t>{1, 1, 1, 0, 2, 2, 2, 0}));
}

TEST(Outbox, LetsAFragmentPassAmongSmallMessagesWithoutEnd) {
  outbox box;
  box.push(ann, large(ann, 1, 3 * fragment_bytes));
  const term some = binary(std::string(1024, 'x'));
  std::vector<std::byte> all;
  for (int i = 0; i < 1000; ++i) { // a flood: there is always a small one
    box.push(bob, small(bob, some));
    box.push(bob, small(bob, some));
    const auto part = written(box, 1);
    all.insert(all.end(), part.begin(), part.end());
  }

  EXPECT_EQ(std::ranges::count(sequences_in(all), 1U), 4);
}

TEST(Outbox, CountsTheBytesThatWait) {
  outbox box;
  EXPECT_EQ(box.size(), 0U);
  box.push(ann, small(ann, 1));
  box.push(bob, large(bob, 1, 3 * fragment_bytes));
  EXPECT_GT(box.size(), 3 * fragment_bytes);

  while (!box.empty())
    written(box, 1);

  EXPECT_EQ(box.size(), 0U);
}

} // namespace
} // namespace agner::dist::internal
