// SPDX-License-Identifier: Apache-2.0
// Bits one after the other, most significant first.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../term.hpp"

namespace agner::internal {

class bit_writer {
public:
  /// Appends the low @p count_bits bits of @p value, at most 8.
  void append(std::uint8_t value, unsigned count_bits);
  /// Appends the low @p count_bits bits of an integer in two's complement.
  void append_integer(const term& value, std::uint64_t count_bits);
  /// All bits so far.
  [[nodiscard]] term finish() const;

private:
  std::vector<std::byte> bytes_;
  unsigned trailing_bits_ = 0; // used bits of the last byte, 0 for all
};

} // namespace agner::internal
