// SPDX-License-Identifier: Apache-2.0
// Reads big-endian fields from a span. A read past the end yields zeros and marks the reader as short: a codec reads all fields and asks once.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace agner::dist::internal {

class byte_reader {
public:
  explicit byte_reader(std::span<const std::byte> from) noexcept : from_(from) {}

  [[nodiscard]] std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(number(1)); }
  [[nodiscard]] std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(number(2)); }
  [[nodiscard]] std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(number(4)); }
  [[nodiscard]] std::uint64_t u64() noexcept { return number(8); }

  /// The next @p length_bytes, empty where there are not so many.
  [[nodiscard]] std::span<const std::byte> take(std::size_t length_bytes) noexcept {
    if (length_bytes > remaining()) {
      short_ = true;
      at_ = from_.size();
      return {};
    }
    const auto taken = from_.subspan(at_, length_bytes);
    at_ += length_bytes;
    return taken;
  }
  [[nodiscard]] std::span<const std::byte> rest() noexcept { return take(remaining()); }

  /// The next byte, not taken. There must be one.
  [[nodiscard]] std::byte peek() const noexcept { return from_[at_]; }
  [[nodiscard]] std::size_t remaining() const noexcept { return from_.size() - at_; }
  [[nodiscard]] std::size_t offset() const noexcept { return at_; }
  /// True once a read asked for more than there was.
  [[nodiscard]] bool is_short() const noexcept { return short_; }

private:
  std::uint64_t number(std::size_t length_bytes) noexcept {
    std::uint64_t value = 0;
    for (const std::byte b : take(length_bytes))
      value = value << 8U | std::to_integer<std::uint64_t>(b);
    return value;
  }

  std::span<const std::byte> from_;
  std::size_t at_ = 0;
  bool short_ = false;
};

inline std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace agner::dist::internal
