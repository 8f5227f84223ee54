// SPDX-License-Identifier: Apache-2.0
// The messages of the distribution handshake, version 6, and what remains of version 5 in its opening. Bytes to structs and back; who says what and when is
// in handshake_decision.hpp. Any thread. Format, with a worked example: docs/formats/handshake.md.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../runtime/error.hpp"
#include "flags.hpp"

namespace agner::dist::handshake {

/// Longest message that is read: the largest one takes 274 bytes, and what follows its fields must be accepted. A stranger gets no larger buffer.
inline constexpr std::size_t message_bytes_max = 4096;
/// Longest node name, in characters. @source a node name is an atom
inline constexpr std::size_t name_characters_max = 255;

using digest = std::array<std::byte, 16>;

/// Which of the two opening messages. The old one comes from OTP 23 and 24 where they did not ask epmd for the peer's version; it is never written.
enum class opening : std::uint8_t { version_6, version_5 };

/// The initiator says who it is. Of an old one the upper flags and the creation come later, in the complement.
struct name_message {
  flag_set flags;
  std::uint32_t creation = 0;
  std::string name; // UTF-8; Latin-1 on the wire
  opening form = opening::version_6;
  friend bool operator==(const name_message&, const name_message&) = default;
};

enum class status : std::uint8_t { ok, ok_simultaneous, nok, not_allowed, alive, true_, false_, named };

/// The acceptor says whether it goes on; `true` and `false` are the initiator's answer to `alive`.
struct status_message {
  status what = status::ok;
  std::string name;           // of `named`: the name the initiator is given
  std::uint32_t creation = 0; // of `named`
  friend bool operator==(const status_message&, const status_message&) = default;
};

/// The acceptor says who it is and asks for a proof.
struct challenge_message {
  flag_set flags;
  std::uint32_t challenge = 0;
  std::uint32_t creation = 0;
  std::string name;
  friend bool operator==(const challenge_message&, const challenge_message&) = default;
};

/// What an old opening had no room for.
struct complement_message {
  std::uint32_t flags_high = 0;
  std::uint32_t creation = 0;
  friend bool operator==(const complement_message&, const complement_message&) = default;
};

/// The initiator proves that it knows the cookie, and asks for a proof.
struct reply_message {
  std::uint32_t challenge = 0;
  digest proof{};
  friend bool operator==(const reply_message&, const reply_message&) = default;
};

/// The acceptor's proof.
struct ack_message {
  digest proof{};
  friend bool operator==(const ack_message&, const ack_message&) = default;
};

// -- reading: one message, without the length before it -----------------------------------------------------------------------------
// Each fails with `{bad_handshake, Sentence}`: another tag, too short, a name too long, an unknown status. Bytes after the fields of a message with a name
// are ignored, as the protocol demands; a reply and an ack are exact.

result<name_message> read_name(std::span<const std::byte> from);
result<status_message> read_status(std::span<const std::byte> from);
result<challenge_message> read_challenge(std::span<const std::byte> from);
result<complement_message> read_complement(std::span<const std::byte> from);
result<reply_message> read_reply(std::span<const std::byte> from);
result<ack_message> read_ack(std::span<const std::byte> from);

// -- writing ------------------------------------------------------------------------------------------------------------------------
// Those with a name fail with `{bad_handshake, Sentence}` where it is empty, too long, or has characters that Latin-1 has not.

result<std::vector<std::byte>> write(const name_message& message);
result<std::vector<std::byte>> write(const status_message& message);
result<std::vector<std::byte>> write(const challenge_message& message);
std::vector<std::byte> write(const complement_message& message);
std::vector<std::byte> write(const reply_message& message);
std::vector<std::byte> write(const ack_message& message);

/// As it stands on the wire, `named` without what follows it.
std::string_view text_of(status what) noexcept;

} // namespace agner::dist::handshake
