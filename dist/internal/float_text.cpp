// SPDX-License-Identifier: Apache-2.0

#include "float_text.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace agner::dist::internal {

namespace {

/// Where the digits from @p at on end; @p at where there are none.
std::size_t after_digits(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && text[at] >= '0' && text[at] <= '9')
    ++at;
  return at;
}
std::size_t after_sign(std::string_view text, std::size_t at) noexcept {
  return at < text.size() && (text[at] == '+' || text[at] == '-') ? at + 1 : at;
}
bool is_one_of(std::string_view text, std::size_t at, std::string_view set) noexcept {
  return at < text.size() && set.find(text[at]) != std::string_view::npos;
}

/// Where the point is; nothing where the text has another form.
std::optional<std::size_t> point_of(std::string_view text) noexcept {
  const std::size_t whole = after_sign(text, 0);
  const std::size_t point = after_digits(text, whole);
  if (point == whole || !is_one_of(text, point, ".,")) return std::nullopt;
  std::size_t end = after_digits(text, point + 1);
  if (end == point + 1) return std::nullopt;
  if (is_one_of(text, end, "eE")) {
    const std::size_t digits = after_sign(text, end + 1);
    end = after_digits(text, digits);
    if (end == digits) return std::nullopt;
  }
  return end == text.size() ? std::optional{point} : std::nullopt;
}

} // namespace

std::optional<double> float_from_text(std::string_view field) {
  std::string text{field.substr(0, field.find('\0'))};
  const auto point = point_of(text);
  if (!point) return std::nullopt;
  text[*point] = '.';
  // Not strtod, which asks the locale for the point.
  const bool negative = text.front() == '-';
  const std::size_t digits = after_sign(text, 0);
  double value = 0;
  const auto read = std::from_chars(text.data() + digits, text.data() + text.size(), value);
  if (read.ec == std::errc::result_out_of_range) {
    // It does not say which way.
    const bool tiny = text.find("e-") != std::string::npos || text.find("E-") != std::string::npos;
    value = tiny ? 0.0 : std::numeric_limits<double>::infinity();
  }
  return negative ? -value : value;
}

} // namespace agner::dist::internal
