// SPDX-License-Identifier: Apache-2.0
// Cuts Erlang text into tokens. What it cannot read it says with line and column.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "../term.hpp"
#include "../term_text.hpp"

namespace agner::internal {

/// Thrown within the reader only; parse_term turns it into an error.
struct text_error {
  std::uint32_t line;
  std::uint32_t column;
  std::string reason;
};

enum class token_kind : std::uint8_t {
  end,         // of the text
  full_stop,   // a point and then space, a comment or the end
  atom,        // value: the atom
  number,      // value: the integer or float
  character,   // value: the code point
  string,      // points: the code points
  keyword,     // source: a reserved word
  variable,    // source: its name
  punctuation, // source: { } [ ] ( ) | , << >> # => : / - + and whatever else stands alone
};

struct token {
  token_kind kind = token_kind::end;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::string_view source; // as it stands in the text
  term value;
  std::u32string points;

  [[nodiscard]] bool is(std::string_view punctuation) const noexcept {
    return kind == token_kind::punctuation && source == punctuation;
  }
  /// For `found ..., expected ...`.
  [[nodiscard]] std::string description() const;
};

class text_lexer {
public:
  text_lexer(std::string_view text, const text_limits& limits) noexcept : rest_(text), limits_(limits) {}

  token next();

private:
  struct place {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
  };

  void skip_space();
  [[nodiscard]] char front(std::size_t ahead = 0) const noexcept { return ahead < rest_.size() ? rest_[ahead] : '\0'; }
  [[nodiscard]] char32_t peek_point() const;
  char32_t take_point();
  void take_ascii(std::size_t count) noexcept;

  void lex_word(token& into);
  void lex_number(token& into);
  void lex_based(token& into, const term& base);
  std::string take_digits(unsigned base);
  void lex_character(token& into);
  void lex_string(token& into);
  void lex_quoted_atom(token& into);
  void lex_punctuation(token& into);
  void lex_until(char quote, const char* what, std::u32string& into);
  char32_t take_escaped();
  char32_t take_hexadecimal();
  char32_t take_octal();
  term intern(const std::u32string& name, const token& where);
  term intern(std::string_view name, const token& where);

  [[noreturn]] void fail_here(std::string reason) const;
  [[noreturn]] static void fail_at(const token& where, std::string reason);

  std::string_view rest_;
  place at_;
  const text_limits& limits_;
  std::size_t new_atoms_ = 0;
};

} // namespace agner::internal
