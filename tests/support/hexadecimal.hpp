// SPDX-License-Identifier: Apache-2.0
// Bytes as hexadecimal text and back, for golden values.

#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace agner::test {

inline std::string to_hex(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::byte b : bytes) {
    text += digits[std::to_integer<unsigned>(b) >> 4U];
    text += digits[std::to_integer<unsigned>(b) & 0xfU];
  }
  return text;
}

/// Blanks between bytes are skipped; `xx*N`, followed by a blank or the end, is N times the byte xx.
inline std::vector<std::byte> from_hex(std::string_view text) {
  std::vector<std::byte> bytes;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    const auto value = static_cast<std::byte>(std::stoi(std::string{text.substr(at, 2)}, nullptr, 16));
    at += 2;
    std::size_t count = 1;
    if (at < text.size() && text[at] == '*') {
      const std::size_t end = std::min(text.find(' ', at), text.size());
      count = std::stoul(std::string{text.substr(at + 1, end - at - 1)});
      at = end;
    }
    bytes.insert(bytes.end(), count, value);
  }
  return bytes;
}

inline std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }

} // namespace agner::test
