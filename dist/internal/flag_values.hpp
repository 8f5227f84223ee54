// SPDX-License-Identifier: Apache-2.0
// Values of flags: numbers, booleans and texts out of words. Pure; any thread.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "../../runtime/term.hpp"

namespace agner::internal {

/// A whole number from @p least to @p most.
std::optional<std::int64_t> number_value(std::string_view word, std::int64_t least, std::int64_t most) noexcept;

/// `true` or `false`.
std::optional<bool> boolean_value(std::string_view word) noexcept;

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The Erlang string of a word: its code points, or its bytes where it is no UTF-8, as file names may be.
term text_value(std::string_view word);

} // namespace agner::internal
