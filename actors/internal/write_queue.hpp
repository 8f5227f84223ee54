// SPDX-License-Identifier: Apache-2.0
// Bytes that wait to be written: messages with their headers, given out as spans for one write of many parts. Pure.

#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <span>

#include "../../runtime/term.hpp"
#include "../iodata.hpp"
#include "../packet.hpp"

namespace agner::internal {

class write_queue {
public:
  /// Most parts that one write gets.
  static constexpr std::size_t parts_max = 64;
  using parts = std::array<std::span<const std::byte>, parts_max>;

  void push(const packet_header& header, const iodata_pieces& body);
  [[nodiscard]] std::size_t size_bytes() const noexcept { return size_bytes_; }
  [[nodiscard]] bool empty() const noexcept { return size_bytes_ == 0; }
  /// The first parts, in @p into. Valid until the next change.
  [[nodiscard]] std::span<const std::span<const std::byte>> front(parts& into) const noexcept;
  /// @p bytes were written.
  void consume(std::size_t bytes) noexcept;
  void clear() noexcept;

private:
  struct part {
    packet_header header; // where kept is []
    term kept;
    std::size_t done = 0;

    [[nodiscard]] std::span<const std::byte> left() const noexcept;
  };

  std::deque<part> parts_;
  std::size_t size_bytes_ = 0;
};

} // namespace agner::internal
