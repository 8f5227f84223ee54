// SPDX-License-Identifier: Apache-2.0
// UTF-8 as text and atoms need it: strict (no overlong forms, no surrogates, nothing above U+10FFFF).

#pragma once

#include <boost/locale/utf.hpp>

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace agner::internal {

inline constexpr char32_t no_code_point = 0xFFFF'FFFF;

/// Takes the first code point off @p text; `no_code_point`, and an unspecified rest, where none begins there.
inline char32_t take_code_point(std::string_view& text) noexcept {
  if (text.empty()) return no_code_point;
  if (static_cast<unsigned char>(text.front()) < 0x80) {
    const char32_t ascii = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    return ascii;
  }
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto point = boost::locale::utf::utf_traits<char>::decode(at, end);
  if (!boost::locale::utf::is_valid_codepoint(point)) return no_code_point;
  text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  return point;
}

inline bool is_unicode(std::int64_t value) noexcept {
  return value >= 0 && value <= 0x10FFFF &&
         boost::locale::utf::is_valid_codepoint(static_cast<boost::locale::utf::code_point>(value));
}

inline void append_utf8(std::string& to, char32_t point) {
  boost::locale::utf::utf_traits<char>::encode(point, std::back_inserter(to));
}

/// How many code points @p text has; nothing where it is not UTF-8.
inline std::optional<std::size_t> count_code_points(std::string_view text) noexcept {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    if (take_code_point(text) == no_code_point) return std::nullopt;
  }
  return count;
}

} // namespace agner::internal
