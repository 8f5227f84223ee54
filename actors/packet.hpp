// SPDX-License-Identifier: Apache-2.0
// Messages in a stream of bytes: each begins with its length in 1, 2 or 4 bytes, the most significant first, or the stream is taken as it comes (raw). Pure: no sockets, no clock.
// Format: docs/formats/packet.md.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "../runtime/error.hpp"
#include "../runtime/term_builders.hpp"

namespace agner {

/// How messages begin in the stream: with nothing, or with their length in 1, 2 or 4 bytes. @erlang {packet, Type}
enum class packet_type : std::uint8_t { raw = 0, one = 1, two = 2, four = 4 };

/// Most bytes in a message, where nobody sets less: a longer one is refused before any memory is taken for it. @source OTP 25 inet_drv.c TCP_MAX_PACKET_SIZE
inline constexpr std::size_t packet_size_max = 0x0400'0000;

/// What stands before a message. Iterable as bytes.
struct packet_header {
  std::array<std::byte, 4> bytes{};
  std::uint8_t size = 0;

  [[nodiscard]] std::span<const std::byte> as_span() const noexcept { return {bytes.data(), size}; }
};

/// The header of a message of @p body_bytes.
/// @errors `emsgsize`  the length does not fit the header
[[nodiscard]] result<packet_header> encode_packet_header(packet_type type, std::size_t body_bytes);

/// Collects what is read and cuts messages out of it. Use: read into `room()`, say how much with `filled(n)`, take messages with `next()` or `take(n)` until there is none.
/// Memory grows with the bytes that came, not with the length that a header promises.
class packet_decoder {
public:
  /// @p size_max: most bytes in a message; 0 means packet_size_max. @p buffer_bytes: how much to read at once where no length is known.
  explicit packet_decoder(packet_type type = packet_type::raw, std::size_t size_max = 0,
                          std::size_t buffer_bytes = default_buffer_bytes) noexcept;
  packet_decoder(packet_decoder&&) noexcept = default;
  packet_decoder& operator=(packet_decoder&&) noexcept = default;

  static constexpr std::size_t default_buffer_bytes = 65536;

  /// Where the next bytes go; never empty. Valid until the next call of a function that is not const.
  [[nodiscard]] std::span<std::byte> room();
  /// @p n bytes were put into room().
  void filled(std::size_t n) noexcept { end_ += n; }

  /// The next message without its header, as a binary; raw: all that is there. Nothing where it is not complete.
  /// @errors `emsgsize`  its header promises more than may be; the stream is of no more use then
  [[nodiscard]] result<std::optional<term>> next();
  /// Exactly @p length_bytes, whatever the packet type; nothing where there are not that many yet, and then room() makes room for them.
  [[nodiscard]] std::optional<term> take(std::size_t length_bytes);

  /// Bytes that came and were not taken.
  [[nodiscard]] std::span<const std::byte> unread() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  /// Puts @p bytes behind those that are unread.
  void put(std::span<const std::byte> bytes);
  /// Gives back the memory that was taken to read into, if nothing unread is in it: before a wait that may be long.
  void shrink() noexcept;

  void set_type(packet_type type) noexcept;
  void set_size_max(std::size_t size_max) noexcept;
  void set_buffer(std::size_t buffer_bytes) noexcept;

private:
  [[nodiscard]] std::size_t capacity_for_more() const noexcept;
  term cut(std::size_t header_bytes, std::size_t body_bytes);

  // The unread bytes are those from begin_ to end_ at base_. They lie in chunk_ while it can be written to, and in shared_ once a message that is out shares it.
  std::optional<binary_builder> chunk_;
  std::optional<term> shared_;
  const std::byte* base_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t wanted_ = 0; // from begin_: what must be there before there is a message, where that is known
  std::size_t size_max_;
  std::size_t buffer_;
  packet_type type_;
};

} // namespace agner
