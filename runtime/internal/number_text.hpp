// SPDX-License-Identifier: Apache-2.0
// Numbers from their digits.

#pragma once

#include <optional>
#include <string_view>

#include "../term.hpp"

namespace agner::internal {

/// The value of a digit, letters in either case; 36 for what is none.
[[nodiscard]] unsigned digit_value(char c) noexcept;

/// The integer of these digits, which are all below @p base. Time grows with the square of their number.
[[nodiscard]] term integer_from_digits(std::string_view digits, unsigned base);

/// The float of a decimal notation (123.45e-6); too small is 0.0, nothing where too large.
[[nodiscard]] std::optional<double> float_from_text(std::string_view text);

} // namespace agner::internal
