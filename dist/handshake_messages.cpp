// SPDX-License-Identifier: Apache-2.0

#include "handshake_messages.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "internal/byte_reader.hpp"
#include "internal/byte_writer.hpp"
#include "internal/codec_error.hpp"

namespace agner::dist::handshake {

namespace {

using internal::as_text;
using internal::byte_reader;
using internal::byte_writer;
using internal::quoted;

constexpr std::uint8_t tag_name = 'N';
constexpr std::uint8_t tag_old_name = 'n';
constexpr std::uint8_t tag_status = 's';
constexpr std::uint8_t tag_complement = 'c';
constexpr std::uint8_t tag_reply = 'r';
constexpr std::uint8_t tag_ack = 'a';
constexpr std::uint16_t old_version = 5;

constexpr std::array<std::pair<status, std::string_view>, 8> statuses{{{status::ok, "ok"},
                                                                       {status::ok_simultaneous, "ok_simultaneous"},
                                                                       {status::nok, "nok"},
                                                                       {status::not_allowed, "not_allowed"},
                                                                       {status::alive, "alive"},
                                                                       {status::true_, "true"},
                                                                       {status::false_, "false"},
                                                                       {status::named, "named:"}}};

std::unexpected<error> bad(std::string_view sentence) { return internal::complain("bad_handshake"_atom, sentence); }
std::unexpected<error> wrong_tag(std::string_view expected, std::span<const std::byte> from) {
  return bad(fmt::format("expected {}, got {}", expected, quoted(from)));
}
std::unexpected<error> too_short(std::string_view what, std::span<const std::byte> from) {
  return bad(fmt::format("{} of {} bytes ends too early", what, from.size()));
}

// -- names: UTF-8 here, Latin-1 there -------------------------------------------------------------------------------------------------

result<std::string> name_from(std::span<const std::byte> latin1) {
  if (latin1.empty()) return bad("the node name is empty");
  if (latin1.size() > name_characters_max)
    return bad(fmt::format("the node name {} is longer than {} characters", quoted(latin1), name_characters_max));
  std::string utf8;
  for (const std::byte b : latin1) {
    const auto code = std::to_integer<unsigned>(b);
    if (code >= 0x80) utf8 += static_cast<char>(0xc0U | code >> 6U);
    utf8 += static_cast<char>(code < 0x80 ? code : 0x80U | (code & 0x3fU));
  }
  return utf8;
}

result<std::string> latin1_of(std::string_view utf8) {
  std::string latin1;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto code = static_cast<unsigned char>(utf8[i]);
    const bool two = (code & 0xfeU) == 0xc2U && i + 1 < utf8.size(); // U+0080 to U+00FF
    if (code >= 0x80 && !two) return bad(fmt::format("the node name {} has characters beyond Latin-1", quoted(utf8)));
    latin1 += static_cast<char>(two ? static_cast<unsigned char>(utf8[++i]) | (code & 0x3U) << 6U : code);
  }
  if (latin1.empty() || latin1.size() > name_characters_max)
    return bad(
        fmt::format("a node name has 1 to {} characters, {} has {}", name_characters_max, quoted(utf8), latin1.size()));
  return latin1;
}

/// A name behind its length, 16 bits.
std::span<const std::byte> counted(byte_reader& in) {
  const std::size_t length = in.u16();
  return in.take(length);
}
void counted(byte_writer& out, std::string_view name) { out.u16(static_cast<std::uint16_t>(name.size())).text(name); }

result<name_message> read_old_name(byte_reader in, std::span<const std::byte> from) {
  const std::uint16_t version = in.u16();
  name_message message{.flags = {in.u32()}, .creation = 0, .name = {}, .form = opening::version_5};
  if (in.is_short()) return too_short("the name message", from);
  if (version != old_version)
    return bad(fmt::format("the name message is of version {}, which is neither 5 nor 6", version));
  auto name = name_from(in.rest());
  if (!name) return std::unexpected{name.error()};
  message.name = *std::move(name);
  return message;
}

digest digest_from(std::span<const std::byte> bytes) {
  digest proof{};
  std::ranges::copy(bytes, proof.begin());
  return proof;
}

} // namespace

std::string_view text_of(status what) noexcept { return statuses[static_cast<std::size_t>(what)].second; }

// -- name ---------------------------------------------------------------------------------------------------------------------------

result<name_message> read_name(std::span<const std::byte> from) {
  byte_reader in{from};
  const std::uint8_t tag = in.u8();
  if (tag == tag_old_name) return read_old_name(in, from);
  if (tag != tag_name) return wrong_tag("a name message", from);
  name_message message{.flags = {in.u64()}, .creation = in.u32(), .name = {}};
  auto name = name_from(counted(in));
  if (in.is_short()) return too_short("the name message", from);
  if (!name) return std::unexpected{name.error()};
  message.name = *std::move(name);
  return message;
}

result<std::vector<std::byte>> write(const name_message& message) {
  const auto name = latin1_of(message.name);
  if (!name) return std::unexpected{name.error()};
  byte_writer out;
  if (message.form == opening::version_5) {
    out.u8(tag_old_name).u16(old_version).u32(static_cast<std::uint32_t>(message.flags.bits)).text(*name);
  } else {
    out.u8(tag_name).u64(message.flags.bits).u32(message.creation);
    counted(out, *name);
  }
  return std::move(out).finish();
}

// -- status -------------------------------------------------------------------------------------------------------------------------

result<status_message> read_status(std::span<const std::byte> from) {
  byte_reader in{from};
  if (in.u8() != tag_status) return wrong_tag("a status message", from);
  const auto text = as_text(in.rest());
  const std::string_view named = text_of(status::named);
  if (text.starts_with(named)) {
    byte_reader given{from.subspan(1 + named.size())};
    auto name = name_from(counted(given));
    const std::uint32_t creation = given.u32();
    if (given.is_short()) return too_short("the status message", from);
    if (!name) return std::unexpected{name.error()};
    return status_message{.what = status::named, .name = *std::move(name), .creation = creation};
  }
  const auto* found = std::ranges::find(statuses, text, &std::pair<status, std::string_view>::second);
  if (found == statuses.end()) return bad(fmt::format("unknown status {}", quoted(text)));
  return status_message{.what = found->first, .name = {}, .creation = 0};
}

result<std::vector<std::byte>> write(const status_message& message) {
  byte_writer out;
  out.u8(tag_status).text(text_of(message.what));
  if (message.what == status::named) {
    const auto name = latin1_of(message.name);
    if (!name) return std::unexpected{name.error()};
    counted(out, *name);
    out.u32(message.creation);
  }
  return std::move(out).finish();
}

// -- challenge ----------------------------------------------------------------------------------------------------------------------

result<challenge_message> read_challenge(std::span<const std::byte> from) {
  byte_reader in{from};
  if (in.u8() != tag_name) return wrong_tag("a challenge of version 6", from);
  challenge_message message{.flags = {in.u64()}, .challenge = in.u32(), .creation = in.u32(), .name = {}};
  auto name = name_from(counted(in));
  if (in.is_short()) return too_short("the challenge", from);
  if (!name) return std::unexpected{name.error()};
  message.name = *std::move(name);
  return message;
}

result<std::vector<std::byte>> write(const challenge_message& message) {
  const auto name = latin1_of(message.name);
  if (!name) return std::unexpected{name.error()};
  byte_writer out;
  out.u8(tag_name).u64(message.flags.bits).u32(message.challenge).u32(message.creation);
  counted(out, *name);
  return std::move(out).finish();
}

// -- complement ---------------------------------------------------------------------------------------------------------------------

result<complement_message> read_complement(std::span<const std::byte> from) {
  byte_reader in{from};
  if (in.u8() != tag_complement) return wrong_tag("a complement", from);
  const complement_message message{.flags_high = in.u32(), .creation = in.u32()};
  if (in.is_short()) return too_short("the complement", from);
  return message;
}

std::vector<std::byte> write(const complement_message& message) {
  byte_writer out;
  out.u8(tag_complement).u32(message.flags_high).u32(message.creation);
  return std::move(out).finish();
}

// -- reply and ack ------------------------------------------------------------------------------------------------------------------

result<reply_message> read_reply(std::span<const std::byte> from) {
  byte_reader in{from};
  if (in.u8() != tag_reply)
    return wrong_tag("a reply to the challenge", from.first(std::min<std::size_t>(from.size(), 1)));
  reply_message message{.challenge = in.u32(), .proof = {}};
  const auto proof = in.rest();
  if (in.is_short() || proof.size() != message.proof.size())
    return bad(fmt::format("a reply to the challenge has 21 bytes, this one {}", from.size()));
  message.proof = digest_from(proof);
  return message;
}

std::vector<std::byte> write(const reply_message& message) {
  byte_writer out;
  out.u8(tag_reply).u32(message.challenge).bytes(message.proof);
  return std::move(out).finish();
}

result<ack_message> read_ack(std::span<const std::byte> from) {
  byte_reader in{from};
  if (in.u8() != tag_ack) return wrong_tag("an acknowledgement", from.first(std::min<std::size_t>(from.size(), 1)));
  const auto proof = in.rest();
  if (proof.size() != digest{}.size())
    return bad(fmt::format("an acknowledgement has 17 bytes, this one {}", from.size()));
  return ack_message{.proof = digest_from(proof)};
}

std::vector<std::byte> write(const ack_message& message) {
  byte_writer out;
  out.u8(tag_ack).bytes(message.proof);
  return std::move(out).finish();
}

} // namespace agner::dist::handshake
