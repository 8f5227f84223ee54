// SPDX-License-Identifier: Apache-2.0
// golden/distribution.txt was recorded from OTP 25.2.3 with golden/capture.py.

#include <agner/dist/frame.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>

#include "../support/hexadecimal.hpp"
#include "../support/term_generators.hpp"
#include "golden_file.hpp"

namespace agner::dist {
namespace {

using external_term::version;
using test::from_hex;
using test::to_hex;

constexpr flag_set with_header = offered_flags();
constexpr flag_set without_header = demanded_flags();

std::string complaint(const auto& outcome) {
  EXPECT_FALSE(outcome);
  return outcome ? std::string{} : std::string{outcome.error().reason()[1].text()};
}

std::string fmt_length(std::size_t length) {
  return to_hex(
      std::array{std::byte(length >> 24U), std::byte(length >> 16U), std::byte(length >> 8U), std::byte(length)});
}

version version_of(frame_kind kind) { return kind == frame_kind::pass_through ? version::present : version::implied; }

TEST(Frame, WhatOtpSendsIsReadAndWrittenAlike) {
  for (const auto& fields : test::golden_lines("distribution.txt")) {
    SCOPED_TRACE(fields.at(0));
    const auto golden = from_hex(fields.at(1));
    const auto read = read_frame(golden);
    ASSERT_TRUE(read) << print_short(read.error().reason());
    if (read->kind == frame_kind::first_fragment || read->kind == frame_kind::next_fragment) continue;
    const auto terms = read_terms(read->body, version_of(read->kind));
    ASSERT_TRUE(terms) << print_short(terms.error().reason());

    gather_buffer again;
    ASSERT_TRUE(write_frame(again, read->kind == frame_kind::whole ? with_header : without_header, terms->control,
                            terms->payload));

    const auto bytes = again.flatten();
    EXPECT_EQ(to_hex(std::span{bytes}.subspan(frame_length_bytes)), to_hex(golden));
    EXPECT_EQ(to_hex(std::span{bytes}.first(frame_length_bytes)), fmt_length(golden.size()));
  }
}

TEST(Frame, ATickIsNothing) {
  gather_buffer out;
  write_tick(out);

  EXPECT_EQ(to_hex(out.flatten()), "00000000");
  EXPECT_EQ(read_frame({})->kind, frame_kind::tick);
}

TEST(Frame, TheHeadersOfFragments) {
  const auto first = from_hex("83 45 0000004800000093 0000000000000003 00 68 00");
  const auto next = from_hex("83 46 0000004800000093 0000000000000002 aabb");

  EXPECT_EQ(read_frame(first)->kind, frame_kind::first_fragment);
  EXPECT_EQ(read_frame(first)->sequence, 0x4800000093U);
  EXPECT_EQ(read_frame(first)->fragment, 3U);
  EXPECT_EQ(to_hex(read_frame(first)->body), "6800");
  EXPECT_EQ(read_frame(next)->kind, frame_kind::next_fragment);
  EXPECT_EQ(to_hex(read_frame(next)->body), "aabb");
}

TEST(Frame, EveryTruncationOfAWholeFrameIsRefused) {
  for (const auto& fields : test::golden_lines("distribution.txt")) {
    const auto golden = from_hex(fields.at(1));
    if (golden.size() > 1000 || fields.at(0).ends_with("continuation")) continue;
    const auto whole = read_terms(read_frame(golden)->body, version_of(read_frame(golden)->kind));
    for (std::size_t length = 1; length < golden.size(); ++length) {
      const std::vector<std::byte> cut(golden.begin(), golden.begin() + static_cast<std::ptrdiff_t>(length));
      const auto read = read_frame(cut);
      if (!read) continue;
      const auto terms = read_terms(read->body, version_of(read->kind));
      // Cut right behind the control term, what is left is another frame, which the operation in it then contradicts.
      if (terms)
        EXPECT_TRUE(whole->payload && !terms->payload && terms->control == whole->control) << fields.at(0) << length;
    }
  }
}

TEST(Frame, ABadByteAnywhereIsRefusedOrMakesAnotherFrame) {
  for (const auto& fields : test::golden_lines("distribution.txt")) {
    const auto golden = from_hex(fields.at(1));
    if (golden.size() > 200) continue;
    for (std::size_t at = 0; at < golden.size(); ++at) {
      for (unsigned value = 0; value <= 0xff; value += (at < 3 ? 1 : 15)) {
        auto changed = golden;
        changed[at] = static_cast<std::byte>(value);
        if (const auto read = read_frame(changed)) (void)read_terms(read->body, version_of(read->kind));
      }
    }
  }
}

TEST(Frame, ARefusalSaysWhatIsWrong) {
  EXPECT_EQ(complaint(read_frame(from_hex("83 47 00"))), "no frame begins with \"\\x83G\\x00\"");
  EXPECT_EQ(complaint(read_frame(from_hex("47"))), "no frame begins with \"G\"");
  EXPECT_EQ(complaint(read_frame(from_hex("83 44"))), "the frame ends within its header");
  EXPECT_EQ(complaint(read_frame(from_hex("83 44 05 00"))),
            "the header refers to 5 atoms of a cache, which was not agreed on");
  EXPECT_EQ(complaint(read_frame(from_hex("83 46 0000"))), "the frame ends within its header");
  EXPECT_EQ(complaint(read_frame(from_hex("83 46 0000000000000001 0000000000000000"))),
            "a fragment is numbered 0; the last one is 1");
  EXPECT_EQ(complaint(read_terms(from_hex("6a 6a 6a"), version::implied)), "1 bytes follow the message");
  EXPECT_EQ(complaint(read_terms({}, version::implied)), "byte 0: the bytes end where a term should begin");
}

TEST(Frame, ATermThatCannotBeSentMakesNoFrame) {
  gather_buffer out;
  const term large_port = port{1UL << 40U, incarnation{atom{"a@b"}, 1}};

  EXPECT_FALSE(write_frame(out, without_header, tuple(2, atom{""}, large_port), term{1}));
  EXPECT_FALSE(write_frame(out, without_header, tuple(2), large_port));
}

RC_GTEST_PROP(FrameProperty, TermsComeBack, (const term& control, const term& payload, bool two, bool header)) {
  const flag_set agreed = header ? with_header : without_header.with(flag::v4_nc);
  gather_buffer out;
  RC_ASSERT(write_frame(out, agreed, control, two ? std::optional{payload} : std::nullopt).has_value());
  const auto bytes = out.flatten();

  const auto read = read_frame(std::span{bytes}.subspan(frame_length_bytes));
  const auto terms = read_terms(read->body, version_of(read->kind));

  RC_ASSERT(terms.has_value());
  RC_ASSERT(terms->control == control);
  RC_ASSERT(terms->payload == (two ? std::optional{payload} : std::nullopt));
}

} // namespace
} // namespace agner::dist
