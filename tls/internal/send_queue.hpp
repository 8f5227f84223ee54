// SPDX-License-Identifier: Apache-2.0
// What was given to send and is not encrypted yet, in order, and who waits for it to be. Pure.

#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <span>
#include <vector>

#include "../../actors/iodata.hpp"
#include "../../actors/packet.hpp"
#include "../../runtime/reference.hpp"

namespace agner::ssl::internal {

class send_queue {
public:
  /// Most pieces given out at once.
  static constexpr std::size_t pieces_max = 64;
  using pieces = std::array<std::span<const std::byte>, pieces_max>;

  void push(reference by, const packet_header& header, iodata_pieces body);
  [[nodiscard]] bool empty() const noexcept { return sends_.empty(); }

  /// The first bytes that wait, at most @p bytes_max, in @p into. Valid until the next change.
  [[nodiscard]] std::span<const std::span<const std::byte>> front(pieces& into, std::size_t bytes_max) const noexcept;
  /// The first @p bytes are encrypted. @returns those whose send is done with it
  std::vector<reference> consume(std::size_t bytes);
  /// Forgets all. @returns those who waited
  std::vector<reference> clear();

private:
  struct pending {
    reference by;
    packet_header header;
    std::vector<term> binaries;
    std::size_t left = 0;  // bytes
    std::size_t piece = 0; // the next: 0 is the header, then the binaries
    std::size_t done = 0;  // bytes of it

    [[nodiscard]] std::span<const std::byte> at(std::size_t index) const noexcept {
      return index == 0 ? header.as_span() : binaries[index - 1].bytes();
    }
    [[nodiscard]] std::size_t pieces() const noexcept { return binaries.size() + 1; }
    void consume(std::size_t bytes) noexcept;
  };

  std::deque<pending> sends_;
};

} // namespace agner::ssl::internal
