// SPDX-License-Identifier: Apache-2.0
// golden/handshake.txt was recorded from OTP 25.2.3 with golden/capture.py: what otp sends is erl's own; what the peer sends, erl went on with.

#include <agner/dist/handshake_messages.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "../support/hexadecimal.hpp"
#include "golden_file.hpp"
#include <agner/dist/cookie.hpp>
#include <agner/runtime/term_text.hpp>

namespace agner::dist {
namespace {

using namespace handshake;
using test::from_hex;
using test::to_hex;
using bytes = std::vector<std::byte>;

bytes written(result<bytes> r) { return r ? *r : bytes{}; }
bytes written(bytes b) { return b; }

/// What @p from says, read as what @p label calls it and written again; nothing where it is refused.
std::optional<bytes> rewritten(std::string_view label, std::span<const std::byte> from) {
  const auto again = [](const auto& read) { return read ? std::optional{written(write(*read))} : std::nullopt; };
  if (label.ends_with("name")) return again(read_name(from));
  if (label.ends_with("status") || label.ends_with("status reply")) return again(read_status(from));
  if (label.ends_with("challenge")) return again(read_challenge(from));
  if (label.ends_with("complement")) return again(read_complement(from));
  if (label.ends_with("reply")) return again(read_reply(from));
  if (label.ends_with("ack")) return again(read_ack(from));
  ADD_FAILURE() << label;
  return {};
}

/// Those of the golden file, and the messages that OTP 25 does not send.
std::vector<std::pair<std::string, bytes>> goldens() {
  std::vector<std::pair<std::string, bytes>> all;
  for (const auto& fields : test::golden_lines("handshake.txt"))
    all.emplace_back(fields.at(0), from_hex(fields.at(1)));
  all.emplace_back("old name", from_hex("6e 0005 010f94b4 61 40 62"));
  all.emplace_back("complement", from_hex("63 0000000d 0000004d"));
  all.emplace_back("named status", from_hex("73 6e616d65643a 0003 614062 00000007"));
  return all;
}

std::string complaint(const auto& read) {
  EXPECT_FALSE(read);
  if (read) return {};
  EXPECT_EQ(read.error().reason()[0], term{atom{"bad_handshake"}});
  return std::string{read.error().reason()[1].text()};
}

TEST(HandshakeMessages, WhatOtpSendsIsReadAndWrittenAlike) {
  for (const auto& [label, golden] : goldens()) {
    SCOPED_TRACE(label);
    const auto again = rewritten(label, golden);
    ASSERT_TRUE(again);
    EXPECT_EQ(to_hex(*again), to_hex(golden));
  }
}

TEST(HandshakeMessages, TheFieldsOfAName) {
  const auto read = read_name(from_hex("4e 0000000d07df7fbd 00000001 000d 6f7470403132372e302e302e31"));

  EXPECT_EQ(*read, (name_message{.flags = {0xd07df7fbd}, .creation = 1, .name = "otp@127.0.0.1"}));
}

TEST(HandshakeMessages, TheFieldsOfAnOldName) {
  const auto read = read_name(from_hex("6e 0005 010f94b4 61 40 62"));

  EXPECT_EQ(*read, (name_message{.flags = {0x010f94b4}, .creation = 0, .name = "a@b", .form = opening::version_5}));
}

TEST(HandshakeMessages, TheFieldsOfAChallenge) {
  const auto read = read_challenge(from_hex("4e 0000000d07df4fbc ee6b2800 0000004d 0003 614062"));

  EXPECT_EQ(*read,
            (challenge_message{.flags = {0xd07df4fbc}, .challenge = 4000000000U, .creation = 77, .name = "a@b"}));
}

TEST(HandshakeMessages, NamesAreLatin1OnTheWire) {
  const name_message message{.flags = {}, .creation = 0, .name = "n\xc3\xa4@h"};

  EXPECT_EQ(to_hex(*write(message)), "4e00000000000000000000000000046ee44068");
  EXPECT_EQ(*read_name(*write(message)), message);
  EXPECT_FALSE(write(name_message{.flags = {}, .creation = 0, .name = "\xd0\xbf@h"}));
  EXPECT_FALSE(write(name_message{.flags = {}, .creation = 0, .name = std::string(256, 'x')}));
}

TEST(HandshakeMessages, EveryTruncationIsRefusedOrSaysLess) {
  for (const auto& [label, golden] : goldens()) {
    SCOPED_TRACE(label);
    for (std::size_t length = 0; length < golden.size(); ++length) {
      const bytes cut(golden.begin(), golden.begin() + static_cast<std::ptrdiff_t>(length));
      const auto again = rewritten(label, cut);
      // Only the name at the end of an old opening, and a status that begins like another, can be shorter and sound.
      if (again) EXPECT_TRUE(*again == cut && (label == "old name" || to_hex(cut) == "736f6b")) << length;
    }
  }
}

TEST(HandshakeMessages, ABadByteAnywhereIsRefusedOrSaysSomethingElse) {
  for (const auto& [label, golden] : goldens()) {
    for (std::size_t at = 0; at < golden.size(); ++at) {
      for (unsigned value = 0; value <= 0xff; ++value) {
        auto changed = golden;
        changed[at] = static_cast<std::byte>(value);
        const auto again = rewritten(label, changed);
        // A shorter name leaves bytes behind it, which are ignored.
        if (again) EXPECT_TRUE(std::ranges::equal(*again, changed) || again->size() < changed.size()) << label << at;
      }
    }
  }
}

TEST(HandshakeMessages, WhatFollowsANameIsIgnored) {
  auto golden = from_hex("4e 0000000d07df7fbd 00000001 0003 614062");
  golden.resize(golden.size() + 100);

  EXPECT_EQ(read_name(golden)->name, "a@b");
  EXPECT_EQ(read_challenge(from_hex("4e 0000000d07df4fbc ee6b2800 0000004d 0003 614062 ffff"))->name, "a@b");
}

TEST(HandshakeMessages, AReplyAndAnAckAreExact) {
  auto reply = write(reply_message{.challenge = 1, .proof = {}});
  auto ack = write(ack_message{});
  reply.push_back({});
  ack.push_back({});

  EXPECT_EQ(complaint(read_reply(reply)), "a reply to the challenge has 21 bytes, this one 22");
  EXPECT_EQ(complaint(read_ack(ack)), "an acknowledgement has 17 bytes, this one 18");
}

TEST(HandshakeMessages, ARefusalSaysWhatCameAndHidesNothingAndForgesNothing) {
  EXPECT_EQ(complaint(read_status(test::bytes_of("smaybe\n"))), "unknown status \"maybe\\x0a\"");
  EXPECT_EQ(complaint(read_name(test::bytes_of("GET / HTTP/1.1"))), "expected a name message, got \"GET / HTTP/1.1\"");
  EXPECT_EQ(complaint(read_name(from_hex("6e 0007 00000000 61"))),
            "the name message is of version 7, which is neither 5 nor 6");
  EXPECT_EQ(complaint(read_name(from_hex("4e 0000000000000000 00000000 0000"))), "the node name is empty");
  EXPECT_EQ(complaint(read_name(from_hex("4e 0000000000000000 00000000 0100 61*256"))),
            "the node name \"" + std::string(64, 'a') + "\"... (256 bytes) is longer than 255 characters");
  EXPECT_EQ(complaint(read_challenge({})), "expected a challenge of version 6, got \"\"");
}

RC_GTEST_PROP(HandshakeMessagesProperty, NamesAndChallengesComeBack,
              (std::uint64_t flags, std::uint32_t challenge, std::uint32_t creation,
               const std::vector<std::uint8_t>& text)) {
  std::string name = "n@";
  for (const std::uint8_t c : text)
    if (name.size() < 200) name += static_cast<char>('a' + c % 26);
  const name_message opening{.flags = {flags}, .creation = creation, .name = name};
  const challenge_message asking{.flags = {flags}, .challenge = challenge, .creation = creation, .name = name};

  RC_ASSERT(*read_name(*write(opening)) == opening);
  RC_ASSERT(*read_challenge(*write(asking)) == asking);
}

// -- cookies ------------------------------------------------------------------------------------------------------------------------

TEST(Cookie, ProvesItselfAsOtpDoes) {
  const cookie secret{"monster"};
  int proofs = 0;
  std::uint32_t asked = 0;
  for (const auto& [label, golden] : goldens()) { // each challenge is answered by the next proof of the other side
    if (label.ends_with("otp sends challenge")) asked = read_challenge(golden)->challenge;
    if (label.ends_with("peer sends challenge")) asked = read_challenge(golden)->challenge;
    if (label.ends_with("reply") && !label.ends_with("status reply")) {
      const auto reply = read_reply(golden);
      EXPECT_TRUE(secret.is_proven(reply->proof, asked)) << label;
      EXPECT_FALSE(secret.is_proven(reply->proof, asked + 1));
      asked = reply->challenge;
      ++proofs;
    }
    if (label.ends_with("ack")) {
      EXPECT_EQ(secret.proof_for(asked), read_ack(golden)->proof) << label;
      ++proofs;
    }
  }
  EXPECT_GE(proofs, 10);
}

TEST(Cookie, IsLatin1) {
  EXPECT_EQ(to_hex(cookie{"\xc3\xa4"}.proof_for(1)), "d25ad0a1ab65dddefb487e1e9ed14780"); // erlang:md5([[228] | "1"])
}

TEST(Cookie, MayNotBeEmptyNorLongNorWide) {
  EXPECT_THROW(cookie{""}, raised);
  EXPECT_THROW(cookie{std::string(256, 'c')}, raised);
  EXPECT_THROW(cookie{"\xd0\xbf"}, raised);
  EXPECT_NO_THROW(cookie{std::string(255, 'c')});
}

} // namespace
} // namespace agner::dist
