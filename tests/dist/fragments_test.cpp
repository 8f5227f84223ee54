// SPDX-License-Identifier: Apache-2.0
// The fragmented message in golden/distribution.txt was recorded from OTP 25.2.3 with golden/capture.py.

#include <agner/dist/fragments.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>

#include "../support/hexadecimal.hpp"
#include "golden_file.hpp"

namespace agner::dist {
namespace {

using external_term::version;
using test::from_hex;

constexpr flag_set agreed = offered_flags();
const term control_term = tuple(22, atom{"from"}, atom{"to"});

/// The frames of @p out, without their lengths, which must be right.
std::vector<std::vector<std::byte>> frames_of(const gather_buffer& out) {
  std::vector<std::vector<std::byte>> frames;
  const auto bytes = out.flatten();
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < frame_length_bytes; ++i)
      length = length << 8U | std::to_integer<std::size_t>(bytes.at(at + i));
    at += frame_length_bytes;
    EXPECT_LE(at + length, bytes.size());
    frames.emplace_back(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                        bytes.begin() + static_cast<std::ptrdiff_t>(at + length));
    at += length;
  }
  return frames;
}

std::vector<std::vector<std::byte>> fragments_of(const term& payload, std::uint64_t sequence) {
  auto message = outgoing_message::make(agreed, control_term, payload, sequence);
  EXPECT_TRUE(message);
  gather_buffer out;
  while (!message->done())
    message->write_next(out);
  return frames_of(out);
}

term large(char filling, std::size_t length_bytes) { return binary(std::string(length_bytes, filling)); }

frame part(frame_kind kind, std::uint64_t sequence, std::uint64_t number, std::string_view body = "x") {
  return {.kind = kind, .sequence = sequence, .fragment = number, .body = test::bytes_of(body)};
}

std::string complaint(const auto& outcome) {
  EXPECT_FALSE(outcome);
  return outcome ? std::string{} : std::string{outcome.error().reason()[1].text()};
}

// -- in -----------------------------------------------------------------------------------------------------------------------------

TEST(FragmentAssembler, PutsTogetherWhatOtpTakesApart) {
  fragment_assembler assembler;
  std::optional<term> whole;
  for (const auto& fields : test::golden_lines("distribution.txt")) {
    const auto bytes = from_hex(fields.at(1));
    const auto read = read_frame(bytes);
    if (read->kind != frame_kind::first_fragment && read->kind != frame_kind::next_fragment) continue;
    auto added = assembler.add(*read);
    ASSERT_TRUE(added) << print_short(added.error().reason());
    if (*added) whole = **added;
  }

  ASSERT_TRUE(whole);
  const auto terms = read_terms(whole->bytes(), version::implied, {.source = &*whole});
  ASSERT_TRUE(terms) << print_short(terms.error().reason());
  EXPECT_EQ(terms->control[0], term{22});
  EXPECT_EQ(*terms->payload, tuple(atom{"large"}, large('\0', 150'000)));
  EXPECT_EQ(assembler.open_sequences(), 0U);
  EXPECT_EQ(assembler.open_bytes(), 0U);
}

TEST(FragmentAssembler, InterleavedMessagesStayApart) {
  const auto one = fragments_of(large('1', 300'000), 1);
  const auto two = fragments_of(large('2', 200'000), 2);
  fragment_assembler assembler;
  std::vector<term> got;

  for (std::size_t i = 0; i < std::max(one.size(), two.size()); ++i) {
    for (const auto* fragments : {&one, &two}) {
      if (i >= fragments->size()) continue;
      auto added = assembler.add(*read_frame((*fragments)[i]));
      ASSERT_TRUE(added) << print_short(added.error().reason());
      if (*added) got.push_back(*read_terms((**added).bytes(), version::implied)->payload);
    }
  }

  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0], large('2', 200'000));
  EXPECT_EQ(got[1], large('1', 300'000));
}

TEST(FragmentAssembler, AFirstFragmentMayBeTheLast) {
  fragment_assembler assembler;

  const auto added = assembler.add(part(frame_kind::first_fragment, 1, 1, "whole"));

  EXPECT_EQ((**added).text(), "whole");
}

TEST(FragmentAssembler, ALostOrDoubledOrDisorderedFragmentIsAnError) {
  const auto begun = [] {
    fragment_assembler assembler;
    EXPECT_TRUE(assembler.add(part(frame_kind::first_fragment, 9, 4)));
    return assembler;
  };
  auto lost = begun();
  auto doubled = begun();
  auto other = begun();

  EXPECT_EQ(complaint(lost.add(part(frame_kind::next_fragment, 9, 2))), "fragment 2 of sequence 9 where 3 is due");
  EXPECT_TRUE(doubled.add(part(frame_kind::next_fragment, 9, 3)));
  EXPECT_EQ(complaint(doubled.add(part(frame_kind::next_fragment, 9, 3))), "fragment 3 of sequence 9 where 2 is due");
  EXPECT_EQ(complaint(other.add(part(frame_kind::next_fragment, 8, 1))),
            "fragment 1 of sequence 8, which was not begun");
}

TEST(FragmentAssembler, AMessageMayBeOnlySoLong) {
  fragment_assembler assembler{{.message_bytes = 10, .open_bytes = 12, .open_sequences = 2}};
  fragment_assembler narrow{{.message_bytes = 10, .open_bytes = 5, .open_sequences = 2}};

  EXPECT_TRUE(assembler.add(part(frame_kind::first_fragment, 1, 9, "12345678")));
  EXPECT_EQ(complaint(assembler.add(part(frame_kind::next_fragment, 1, 8, "123"))),
            "a fragmented message of more than 10 bytes");
  EXPECT_EQ(complaint(narrow.add(part(frame_kind::first_fragment, 1, 9, "123456"))),
            "more than 5 bytes of unfinished fragmented messages");
}

// As processes of OTP's do that are killed while they send.
TEST(FragmentAssembler, AnAbandonedMessageGivesWayToTheNextOfItsSequence) {
  fragment_assembler assembler;
  EXPECT_TRUE(assembler.add(part(frame_kind::first_fragment, 9, 4, "lost")));

  EXPECT_TRUE(assembler.add(part(frame_kind::first_fragment, 9, 2, "wh")));
  const auto added = assembler.add(part(frame_kind::next_fragment, 9, 1, "ole"));

  EXPECT_EQ((**added).text(), "whole");
  EXPECT_EQ(assembler.open_bytes(), 0U);
}

TEST(FragmentAssembler, TheMessageThatHasWaitedLongestGivesWayWhereALimitIsReached) {
  fragment_assembler assembler{{.message_bytes = 10, .open_bytes = 12, .open_sequences = 2}};
  EXPECT_TRUE(assembler.add(part(frame_kind::first_fragment, 1, 3, "12")));
  EXPECT_TRUE(assembler.add(part(frame_kind::first_fragment, 2, 3, "12345678")));
  EXPECT_TRUE(assembler.add(part(frame_kind::next_fragment, 1, 2, "34")));

  EXPECT_TRUE(assembler.add(part(frame_kind::first_fragment, 3, 2, "1"))); // in the place of 2
  EXPECT_EQ(assembler.open_sequences(), 2U);
  EXPECT_EQ(assembler.open_bytes(), 5U);
  EXPECT_TRUE(assembler.add(part(frame_kind::next_fragment, 1, 1, "5")));
  EXPECT_TRUE(assembler.add(part(frame_kind::first_fragment, 4, 2, "1234567890")));
  EXPECT_TRUE(assembler.add(part(frame_kind::first_fragment, 5, 2, "1234567890"))); // in the place of 3 and 4

  EXPECT_EQ(assembler.open_bytes(), 10U);
  EXPECT_EQ(complaint(assembler.add(part(frame_kind::next_fragment, 4, 1, "x"))),
            "fragment 1 of sequence 4, which was not begun");
}

TEST(FragmentAssembler, APromiseOfManyFragmentsCostsNothing) {
  fragment_assembler assembler;

  EXPECT_TRUE(assembler.add(part(frame_kind::first_fragment, 1, UINT64_MAX)));
  EXPECT_TRUE(assembler.add(part(frame_kind::next_fragment, 1, UINT64_MAX - 1, "")));
  EXPECT_EQ(assembler.open_bytes(), 1U);
}

// -- out ----------------------------------------------------------------------------------------------------------------------------

TEST(OutgoingMessage, FragmentsAreNumberedDownAndOfOneSize) {
  const auto fragments = fragments_of(large('x', 150'000), 77);

  ASSERT_EQ(fragments.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto read = read_frame(fragments[i]);
    EXPECT_EQ(read->kind, i == 0 ? frame_kind::first_fragment : frame_kind::next_fragment);
    EXPECT_EQ(read->sequence, 77U);
    EXPECT_EQ(read->fragment, 3 - i);
    if (i < 2) EXPECT_EQ(read->body.size(), fragment_bytes);
  }
}

TEST(OutgoingMessage, ASmallOneIsAFrameLikeAnyOther) {
  auto message = outgoing_message::make(agreed, control_term, atom{"small"}, 1);
  gather_buffer out;
  gather_buffer direct;
  message->write_next(out);

  EXPECT_TRUE(message->done());
  EXPECT_FALSE(message->is_fragmented());
  ASSERT_TRUE(write_frame(direct, agreed, control_term, atom{"small"}));
  EXPECT_EQ(out.flatten(), direct.flatten());
}

TEST(OutgoingMessage, IsWholeWhereFragmentsAreNotAgreedOnOrThereIsNoPayload) {
  const auto count = [](flag_set flags, const term& control, const std::optional<term>& payload) {
    auto message = outgoing_message::make(flags, control, payload, 1);
    gather_buffer out;
    message->write_next(out);
    EXPECT_TRUE(message->done());
    return frames_of(out).size();
  };

  EXPECT_EQ(count(demanded_flags(), control_term, large('x', 150'000)), 1U);
  EXPECT_EQ(count(agreed, tuple(3, atom{"from"}, atom{"to"}, large('x', 150'000)), std::nullopt), 1U);
}

TEST(OutgoingMessage, TheControlTermIsInTheFirstFragment) {
  auto message = outgoing_message::make(agreed, tuple(3, large('x', 150'000)), large('y', 70'000), 1);
  gather_buffer out;
  message->write_next(out);

  const auto frames = frames_of(out); // the frame that is read refers to it
  const auto first = read_frame(frames.at(0))->body;
  EXPECT_TRUE(external_term::decode(first, {.first = version::implied}));
}

TEST(OutgoingMessage, ALargeBinaryIsNotCopied) {
  const term payload = large('x', 1'000'000);
  auto message = outgoing_message::make(agreed, control_term, payload, 1);
  gather_buffer out;
  while (!message->done())
    message->write_next(out);

  EXPECT_EQ(out.referred_bytes(), 1'000'000U);
}

TEST(OutgoingMessage, BitsAtTheEndOfAFragmentAreKept) {
  const std::string filling(150'000, '\xff');
  const term payload = bitstring(test::bytes_of(filling), 3);
  fragment_assembler assembler;
  std::optional<term> whole;
  for (const auto& bytes : fragments_of(payload, 1))
    whole = *assembler.add(*read_frame(bytes));

  EXPECT_EQ(*read_terms(whole->bytes(), version::implied)->payload, payload);
}

RC_GTEST_PROP(FragmentsProperty, AnyLargeMessageComesBack,
              (const std::vector<std::uint16_t>& sizes, std::uint64_t sequence)) {
  std::vector<term> parts;
  for (const std::uint16_t size : sizes)
    parts.push_back(large(static_cast<char>(size), size));
  const term payload = list_of(std::span{parts});
  fragment_assembler assembler;
  std::optional<term> whole;
  const auto frames = fragments_of(payload, sequence);

  if (frames.size() == 1) {
    RC_ASSERT(*read_terms(read_frame(frames[0])->body, version::implied)->payload == payload);
  } else {
    for (const auto& bytes : frames)
      whole = *assembler.add(*read_frame(bytes));
    RC_ASSERT(*read_terms(whole->bytes(), version::implied)->payload == payload);
  }
}

} // namespace
} // namespace agner::dist
