// SPDX-License-Identifier: Apache-2.0
// Terms as Erlang text: printing as io_lib's ~p, ~w and ~tp do, and reading. Iterative; what is read is bounded. Any thread.

#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "error.hpp"
#include "term.hpp"

namespace agner {

/// How a term is printed.
struct print_options {
  /// `~w`: lists of printable characters stay lists, no line breaks.
  bool plain = false;
  /// `~tp`: Unicode characters above 255 are printable (also in atoms).
  bool unicode = true;
  /// Longest line before `~p` breaks it; 0: never.
  std::size_t line_characters = 80;
  /// Stops with `...` when this many bytes are written: what comes from outside may be huge. 0: no limit.
  std::size_t bytes_max = 0;
};

/// The text of @p of as `io_lib:format("~p", [Of])` gives it.
std::string print(const term& of, const print_options& how = {});

/// One line, as `~0tp`, cut after 2,048 bytes: for log lines.
std::string print_short(const term& of);

/// How much a text may ask for.
struct text_limits {
  std::size_t bytes_max = 64UL << 20U; ///< of the text, and of what sizes within binaries make of it
  std::size_t depth_max = 100'000;     ///< what other parts of agner are tested with
  std::size_t digits_max = 100'000;    ///< of one number: time grows with the square
  std::size_t new_atoms_max = 100'000; ///< a tenth of all there may be: atoms are never freed
};

/// Reads one term, with or without the full stop at its end. Pids, refs and ports are not read, as in Erlang's term syntax; `fun m:f/a` is.
/// @errors `{Line, Column, Reason}`  Reason a binary that says what was found and what was expected
result<term> parse_term(std::string_view text, const text_limits& limits = {});

/// Reads a file's text of terms, each ended by a full stop. @erlang file:consult/1
/// @errors as parse_term
result<std::vector<term>> parse_terms(std::string_view text, const text_limits& limits = {});

/// For tests and logs of gtest.
void PrintTo(const term& of, std::ostream* out);

} // namespace agner
