// SPDX-License-Identifier: Apache-2.0

#include "number_text.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <charconv>
#include <cstring>
#include <vector>

#include "../term_builders.hpp"

namespace agner::internal {

unsigned digit_value(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A') + 10;
  return 36;
}

term integer_from_digits(std::string_view digits, unsigned base) {
  constexpr std::uint64_t chunk_max = 1ULL << 58U; // one more digit of base 36 still fits in 64 bits
  boost::multiprecision::cpp_int value;
  while (!digits.empty()) {
    std::uint64_t chunk = 0;
    std::uint64_t scale = 1;
    while (!digits.empty() && scale < chunk_max) {
      chunk = chunk * base + digit_value(digits.front());
      scale *= base;
      digits.remove_prefix(1);
    }
    value *= scale;
    value += chunk;
  }
  std::vector<unsigned char> magnitude;
  boost::multiprecision::export_bits(value, std::back_inserter(magnitude), 8, false);
  return integer(false, std::as_bytes(std::span{magnitude}));
}

std::optional<double> float_from_text(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{}) return value;
  // Out of range. Which side? Where the exponent is negative, and more so than the digits before the point are many, the value is too small.
  const auto mark = text.find_first_of("eE");
  if (mark != std::string_view::npos && text[mark + 1] == '-') return 0.0;
  const auto first = text.find_first_not_of("0.");
  const bool below_one = first != std::string_view::npos && first > text.find('.');
  if (mark == std::string_view::npos && below_one) return 0.0;
  return std::nullopt;
}

} // namespace agner::internal
