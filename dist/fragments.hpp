// SPDX-License-Identifier: Apache-2.0
// Large messages in parts, so that small ones of other senders pass between them: put together on the way in, taken apart on the way out.
// One thread at a time: the channel's. Format: docs/formats/frames.md.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "../runtime/error.hpp"
#include "../runtime/term_builders.hpp"
#include "frame.hpp"
#include "gather_buffer.hpp"

namespace agner::dist {

/// Terms of a message longer than this are sent in fragments of this size. @source OTP 25 erts dist.h, ERTS_DIST_FRAGMENT_SIZE
inline constexpr std::size_t fragment_bytes = 64UL << 10U;

// -- in -----------------------------------------------------------------------------------------------------------------------------

struct fragment_limits {
  /// Longest message, as of one that comes whole.
  std::size_t message_bytes = external_term::message_bytes_max;
  /// Most bytes of unfinished messages on one connection: several of the largest at once, and many small ones.
  std::size_t open_bytes = 1UL << 30U;
  /// Most unfinished messages on one connection: each is one process of the peer that is sending, and costs some hundred bytes.
  std::size_t open_sequences = 16'384;
};

/// The unfinished messages of one connection. A process of OTP's that is killed while it sends leaves the rest unsent and says nothing: what is abandoned like that gives way, the one
/// first that has waited longest for its next part, where a limit of all is reached; and to the next message of the same sequence.
class fragment_assembler {
public:
  explicit fragment_assembler(fragment_limits most = {}) noexcept : most_(most) {}

  /// Adds a fragment.
  /// @param part  of kind first_fragment or next_fragment; its body is copied
  /// @returns the terms of the message, without version bytes, as one binary, where @p part was the last of it
  /// @errors `{bad_frame, Sentence}`     a part of a message that was not begun or has given way, a part lost, doubled or out of order
  /// @errors `{system_limit, Sentence}`  the message is over a limit
  /// @source OTP 25 erts dist.c, erts_net_message: the sequences of fragments
  result<std::optional<term>> add(const frame& part);

  [[nodiscard]] std::size_t open_sequences() const noexcept { return open_.size(); }
  [[nodiscard]] std::size_t open_bytes() const noexcept { return open_bytes_; }

private:
  struct message {
    binary_builder bytes;
    std::size_t capacity_bytes;
    std::size_t used_bytes;
    std::uint64_t next; // number of the fragment that must come next
    std::uint64_t last; // when the last one came, counted in fragments of all
  };
  using messages = std::unordered_map<std::uint64_t, message>;
  void begin(const frame& part);
  result<> charge(message& m, std::size_t more_bytes);
  void drop(messages::iterator abandoned);
  /// Drops the message that has waited longest, but not @p spared. False where there is no other.
  bool drop_stalest(const message* spared);
  static void append(message& m, std::span<const std::byte> part);

  fragment_limits most_;
  messages open_;
  std::size_t open_bytes_ = 0;
  std::uint64_t fragments_ = 0; // that have come
};

// -- out ----------------------------------------------------------------------------------------------------------------------------

/// One encoded message on its way out, a frame at a time. Large binaries in it are referred to, also by the frames.
class outgoing_message {
public:
  /// Encodes a message. It is sent whole where fragments are not agreed on, where it is not longer than one, or where it has no payload.
  /// @param sequence  tells the message from all others that are under way on this connection, and is not 0, which OTP does not survive; of one that is
  ///                  sent whole it is not used
  /// @errors as external_term::encode
  static result<outgoing_message> make(flag_set agreed, const term& control, const std::optional<term>& payload,
                                       std::uint64_t sequence);

  /// Appends the next frame, its length included. There must be one.
  void write_next(gather_buffer& into);
  [[nodiscard]] bool done() const noexcept { return sent_bytes_ == terms_.size(); }
  [[nodiscard]] bool is_fragmented() const noexcept { return first_bytes_ != terms_.size(); }
  /// Bytes still to be sent, less the headers.
  [[nodiscard]] std::size_t remaining_bytes() const noexcept { return terms_.size() - sent_bytes_; }

private:
  outgoing_message() = default;

  gather_buffer terms_;
  frame_form form_ = frame_form::header;
  std::uint64_t sequence_ = 0;
  std::uint64_t fragments_ = 1; // still to be sent
  bool begun_ = false;
  std::size_t first_bytes_ = 0; // of the first fragment: the control message must be in it
  std::size_t sent_bytes_ = 0;
};

} // namespace agner::dist
