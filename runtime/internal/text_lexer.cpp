// SPDX-License-Identifier: Apache-2.0

#include "text_lexer.hpp"

#include <utility>

#include "line_writer.hpp"
#include "number_text.hpp"
#include "scalar_text.hpp"
#include "utf8.hpp"

namespace agner::internal {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::string quoted(std::string_view source) {
  constexpr std::size_t shown_bytes = 40;
  if (source.size() > shown_bytes) {
    std::string shown{source};
    cut(shown, 0, shown_bytes);
    return '\'' + shown + '\'';
  }
  return '\'' + std::string{source} + '\'';
}

} // namespace

std::string token::description() const {
  switch (kind) {
  case token_kind::end: return "the end of the text";
  case token_kind::full_stop: return "a full stop";
  case token_kind::variable: return "the variable " + quoted(source);
  case token_kind::keyword: return "the reserved word " + quoted(source);
  case token_kind::atom: return "the atom " + quoted(source);
  case token_kind::number: return "the number " + quoted(source);
  case token_kind::string: return "a string";
  case token_kind::character: return "a character";
  case token_kind::punctuation: break;
  }
  return quoted(source);
}

void text_lexer::fail_here(std::string reason) const { throw text_error{at_.line, at_.column, std::move(reason)}; }
void text_lexer::fail_at(const token& where, std::string reason) {
  throw text_error{where.line, where.column, std::move(reason)};
}

// -- characters -------------------------------------------------------------------------------------------------------------------------

char32_t text_lexer::peek_point() const {
  std::string_view rest = rest_;
  return take_code_point(rest);
}

char32_t text_lexer::take_point() {
  const char32_t point = take_code_point(rest_);
  if (point == no_code_point) fail_here(rest_.empty() ? "the text ends here" : "the text is not UTF-8");
  if (point == '\n') {
    ++at_.line;
    at_.column = 1;
  } else {
    ++at_.column;
  }
  return point;
}

void text_lexer::take_ascii(std::size_t count) noexcept {
  rest_.remove_prefix(count);
  at_.column += static_cast<std::uint32_t>(count);
}

void text_lexer::skip_space() {
  while (!rest_.empty()) {
    const char32_t point = peek_point();
    if (point == '%') {
      while (!rest_.empty() && rest_.front() != '\n')
        take_point();
    } else if (point <= 0x20 || (point >= 0x80 && point <= 0xa0)) {
      take_point();
    } else {
      return;
    }
  }
}

// -- tokens -----------------------------------------------------------------------------------------------------------------------------

token text_lexer::next() {
  skip_space();
  token made;
  made.line = at_.line;
  made.column = at_.column;
  if (rest_.empty()) return made;
  const char* const begin = rest_.data();
  const char c = rest_.front();
  if (is_digit(c)) {
    lex_number(made);
  } else if (c == '$') {
    lex_character(made);
  } else if (c == '"') {
    lex_string(made);
  } else if (c == '\'') {
    lex_quoted_atom(made);
  } else if (is_name_character(peek_point())) {
    lex_word(made);
  } else {
    lex_punctuation(made);
  }
  made.source = {begin, static_cast<std::size_t>(rest_.data() - begin)};
  return made;
}

void text_lexer::lex_word(token& into) {
  const char* const begin = rest_.data();
  const bool is_lower = is_lower_case(peek_point());
  while (!rest_.empty() && is_name_character(peek_point()))
    take_point();
  const std::string_view word{begin, static_cast<std::size_t>(rest_.data() - begin)};
  if (!is_lower) {
    into.kind = token_kind::variable;
  } else if (is_reserved_word(word)) {
    into.kind = token_kind::keyword;
  } else {
    into.kind = token_kind::atom;
    into.value = intern(word, into);
  }
}

term text_lexer::intern(std::string_view name, const token& where) {
  if (const auto known = atom::existing(name)) return *known;
  if (*count_code_points(name) > atom::characters_max) fail_at(where, "an atom has at most 255 characters");
  if (++new_atoms_ > limits_.new_atoms_max)
    fail_at(where, "the text has more than " + std::to_string(limits_.new_atoms_max) + " new atoms");
  const auto made = atom::intern(name);
  if (!made) fail_at(where, "the table of atoms is full");
  return *made;
}

term text_lexer::intern(const std::u32string& name, const token& where) {
  std::string utf8;
  for (const char32_t point : name)
    append_utf8(utf8, point);
  return intern(utf8, where);
}

void text_lexer::lex_punctuation(token& into) {
  into.kind = token_kind::punctuation;
  const bool is_double = rest_.starts_with("<<") || rest_.starts_with(">>") || rest_.starts_with("=>");
  if (is_double) return take_ascii(2);
  const char32_t point = take_point();
  const bool ends = rest_.empty() || static_cast<unsigned char>(rest_.front()) <= 0x20 || rest_.front() == '%' ||
                    rest_.starts_with("\xc2\xa0");
  if (point == '.' && ends) into.kind = token_kind::full_stop;
}

// -- numbers ----------------------------------------------------------------------------------------------------------------------------

/// Digits with single underscores between them, which are left out.
std::string text_lexer::take_digits(unsigned base) {
  std::string digits;
  while (digit_value(front()) < base || (front() == '_' && !digits.empty() && digit_value(front(1)) < base)) {
    if (front() != '_') digits += front();
    take_ascii(1);
  }
  if (digits.size() > limits_.digits_max)
    fail_here("a number has more than " + std::to_string(limits_.digits_max) + " digits");
  return digits;
}

void text_lexer::lex_number(token& into) {
  into.kind = token_kind::number;
  std::string digits = take_digits(10);
  if (front() == '#') return lex_based(into, integer_from_digits(digits, 10));
  if (front() != '.' || !is_digit(front(1))) {
    into.value = integer_from_digits(digits, 10);
    return;
  }
  take_ascii(1);
  digits += '.' + take_digits(10);
  if (front() == 'e' || front() == 'E') {
    const std::size_t sign = front(1) == '-' || front(1) == '+' ? 1 : 0;
    if (!is_digit(front(1 + sign))) fail_here("found 'e' without digits behind it, expected the exponent of a float");
    digits += front(1) == '-' ? "e-" : "e";
    take_ascii(1 + sign);
    digits += take_digits(10);
  }
  const auto value = float_from_text(digits);
  if (!value) fail_at(into, "the float is too large");
  into.value = *value;
}

void text_lexer::lex_based(token& into, const term& base) {
  const auto radix = base.to_int64().value_or(0);
  if (radix < 2 || radix > 36) fail_at(into, "found a number in another base, expected one from 2 to 36");
  take_ascii(1);
  const std::string digits = take_digits(static_cast<unsigned>(radix));
  if (digits.empty()) fail_here("expected a digit of base " + std::to_string(radix));
  into.value = integer_from_digits(digits, static_cast<unsigned>(radix));
}

// -- quoted things ------------------------------------------------------------------------------------------------------------------------

void text_lexer::lex_character(token& into) {
  into.kind = token_kind::character;
  take_ascii(1);
  if (rest_.empty()) fail_here("found the end of the text, expected a character after '$'");
  const char32_t point = take_point();
  into.value = static_cast<std::uint32_t>(point == '\\' ? take_escaped() : point);
}

void text_lexer::lex_string(token& into) {
  into.kind = token_kind::string;
  lex_until('"', "string", into.points);
}

void text_lexer::lex_quoted_atom(token& into) {
  into.kind = token_kind::atom;
  std::u32string name;
  lex_until('\'', "quoted atom", name);
  into.value = intern(name, into);
}

void text_lexer::lex_until(char quote, const char* what, std::u32string& into) {
  const place opened = at_;
  take_ascii(1);
  for (;;) {
    if (rest_.empty())
      throw text_error{opened.line, opened.column,
                       std::string{"found the end of the text, expected the end of this "} + what};
    const char32_t point = take_point();
    if (point == static_cast<unsigned char>(quote)) return;
    into += point == '\\' ? take_escaped() : point;
  }
}

/// What follows a backslash.
char32_t text_lexer::take_escaped() {
  if (rest_.empty()) fail_here("found the end of the text, expected what follows a backslash");
  if (front() >= '0' && front() <= '7') return take_octal();
  const char32_t point = take_point();
  switch (point) {
  case 'b': return '\b';
  case 'd': return 0x7f;
  case 'e': return 0x1b;
  case 'f': return '\f';
  case 'n': return '\n';
  case 'r': return '\r';
  case 's': return ' ';
  case 't': return '\t';
  case 'v': return '\v';
  case 'x': return take_hexadecimal();
  case '^':
    if (rest_.empty()) fail_here("found the end of the text, expected a control character");
    return take_point() & 0x1fU;
  default: return point;
  }
}

char32_t text_lexer::take_octal() {
  char32_t value = 0;
  for (int i = 0; i < 3 && front() >= '0' && front() <= '7'; ++i) {
    value = value * 8 + digit_value(front());
    take_ascii(1);
  }
  return value;
}

char32_t text_lexer::take_hexadecimal() {
  const bool braced = front() == '{';
  if (braced) take_ascii(1);
  std::uint64_t value = 0;
  int digits = 0;
  for (; digit_value(front()) < 16 && value <= 0x10ffff && (braced || digits < 2); ++digits) {
    value = value * 16 + digit_value(front());
    take_ascii(1);
  }
  if (digits == 0 || (!braced && digits < 2)) fail_here("expected a hexadecimal digit");
  if (!is_unicode(static_cast<std::int64_t>(value))) fail_here("expected the number of a Unicode character");
  if (braced && front() != '}') fail_here("expected '}' after the number of a character");
  if (braced) take_ascii(1);
  return static_cast<char32_t>(value);
}

} // namespace agner::internal
