// SPDX-License-Identifier: Apache-2.0
// Floats as text, the form that OTP used before it had NEW_FLOAT_EXT.

#pragma once

#include <optional>
#include <string_view>

namespace agner::dist::internal {

/// The float in @p field, a text that ends with the field or with a zero byte: `[+-]D+[.,]D+[(e|E)[+-]D+]` and nothing else. Too small is 0, too large infinite.
/// @returns nothing where it is no such text
/// @source OTP 25 erts sys_float.c, sys_chars_to_double; what it refuses was tried with erl
std::optional<double> float_from_text(std::string_view field);

} // namespace agner::dist::internal
