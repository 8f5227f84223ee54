// SPDX-License-Identifier: Apache-2.0
// Appends big-endian fields to a vector of bytes.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace agner::dist::internal {

class byte_writer {
public:
  byte_writer& u8(std::uint8_t value) { return number(value, 1); }
  byte_writer& u16(std::uint16_t value) { return number(value, 2); }
  byte_writer& u32(std::uint32_t value) { return number(value, 4); }
  byte_writer& u64(std::uint64_t value) { return number(value, 8); }
  byte_writer& bytes(std::span<const std::byte> value) {
    to_.insert(to_.end(), value.begin(), value.end());
    return *this;
  }
  byte_writer& text(std::string_view value) { return bytes(std::as_bytes(std::span{value})); }

  [[nodiscard]] std::vector<std::byte> finish() && { return std::move(to_); }

private:
  byte_writer& number(std::uint64_t value, unsigned length_bytes) {
    for (unsigned i = length_bytes; i-- > 0;)
      to_.push_back(static_cast<std::byte>(value >> 8U * i & 0xffU));
    return *this;
  }

  std::vector<std::byte> to_;
};

} // namespace agner::dist::internal
