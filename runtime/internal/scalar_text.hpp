// SPDX-License-Identifier: Apache-2.0
// The text of terms that hold no others, and what counts as printable. Text is UTF-8 whatever the notation.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "../term.hpp"

namespace agner::internal {

/// Which characters are printable and written as they are: those up to 255, or all of Unicode.
enum class repertoire : std::uint8_t { latin1, unicode };

/// Appends @p name, in quotes where Erlang needs them.
void append_atom(std::string& to, std::string_view name, repertoire which);

/// Appends the number in decimal. Longer than @p digits_max (0: no limit): in base 16, as `16#...`, which takes time that grows with its size, not its square.
void append_integer(std::string& to, const term& integer, std::size_t digits_max = 0);

/// Appends the shortest text that reads back as the same float, as `float_to_list(F, [short])`.
void append_float(std::string& to, double value);

/// Appends a pid, port, reference or fun.
void append_opaque(std::string& to, const term& of, repertoire which);

/// Appends one character of a text in quotes @p quote.
void append_quoted(std::string& to, char32_t point, char quote, repertoire which);

/// Characters of names that need no quotes, and those that such an atom begins with.
[[nodiscard]] bool is_name_character(char32_t point) noexcept;
[[nodiscard]] bool is_lower_case(char32_t point) noexcept;
/// Words that are no atoms without quotes. @source OTP 25 erl_scan:reserved_word/1
[[nodiscard]] bool is_reserved_word(std::string_view word) noexcept;

[[nodiscard]] bool is_printable(char32_t point, repertoire which) noexcept;

/// A list that is written as text: proper, not empty, of printable characters.
[[nodiscard]] bool is_printable_list(const term& list, repertoire which) noexcept;

/// How a binary is written.
enum class binary_notation : std::uint8_t { numbers, text, utf8_text };
[[nodiscard]] binary_notation notation_of(const term& bits, repertoire which) noexcept;

} // namespace agner::internal
