// SPDX-License-Identifier: Apache-2.0
// Ciphertext that waits to be sent, in chunks that one writev sends or that are handed on as binaries without a copy.

#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

#include "../../runtime/term_builders.hpp"

namespace agner::ssl::internal {

class output_queue {
public:
  /// The next @p bytes written share one chunk: who knows how much comes says so first.
  void reserve(std::size_t bytes);
  void write(std::span<const std::byte> bytes);

  /// How many bytes may be sent.
  [[nodiscard]] std::size_t size() const noexcept { return ready_.bytes; }

  /// Views of what may be sent, for writev: fills @p into from the front; how many it filled. Valid until the next call that is not const.
  std::size_t gather(std::span<std::span<const std::byte>> into) noexcept;
  /// The first @p bytes of what may be sent are sent.
  void consume(std::size_t bytes) noexcept;
  /// All that may be sent, as binaries; the queue forgets it.
  std::vector<term> take();

  // -- withholding ----------------------------------------------------------------------------------------------------------------

  /// What is written from here on is withheld, until let_go or drop_held.
  void hold() noexcept { holding_ = true; }
  void let_go();
  void drop_held() noexcept;
  [[nodiscard]] std::size_t held() const noexcept { return held_.bytes; }

  /// Gives back memory in which no byte waits.
  void release() noexcept;

private:
  struct chunk {
    binary_builder memory;
    std::size_t capacity;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  struct part {
    std::deque<chunk> chunks; // only the last may be empty: reserved and not yet written
    std::size_t bytes = 0;
  };

  part& open() noexcept { return holding_ ? held_ : ready_; }

  part ready_;
  part held_;
  bool holding_ = false;
};

} // namespace agner::ssl::internal
