// SPDX-License-Identifier: Apache-2.0

#include "term_traits.hpp"

#include "container_traits.hpp"
#include "internal/utf8.hpp"
#include "reasons.hpp"

namespace agner::internal {

void raise_too_long() { raise_error(reasons::system_limit); }

std::optional<std::string> text_of(const term& from) {
  if (from.is_binary()) return std::string{from.text()};
  if (!from.is_list()) return std::nullopt;
  std::string text;
  const list_view points{from};
  for (const term& point : points) {
    const auto value = point.to_int64();
    if (!value || !is_unicode(*value)) return std::nullopt;
    append_utf8(text, static_cast<char32_t>(*value));
  }
  return points.is_proper() ? std::optional{std::move(text)} : std::nullopt;
}

std::optional<std::vector<std::byte>> bytes_of(const term& from) {
  if (from.is_binary()) return std::vector<std::byte>{from.bytes().begin(), from.bytes().end()};
  std::vector<std::byte> bytes;
  if (!each_of_list<std::uint8_t>(from, [&bytes](std::uint8_t value) { bytes.push_back(std::byte{value}); }))
    return std::nullopt;
  return bytes;
}

} // namespace agner::internal
