// SPDX-License-Identifier: Apache-2.0

#include "scalar_text.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

#include "../reference.hpp"
#include "../term_views.hpp"
#include "utf8.hpp"

namespace agner::internal {

// -- characters -----------------------------------------------------------------------------------------------------------------------

bool is_printable(char32_t point, repertoire which) noexcept {
  if (point >= 0x20 && point <= 0x7e) return true;
  if (point >= 0xa0 && point <= 0xff) return true;
  if (point < 0x20) return (point >= 0x08 && point <= 0x0d) || point == 0x1b;
  if (which == repertoire::latin1 || point < 0xa0) return false;
  return point < 0xd800 || (point > 0xdfff && point < 0xfffe) || (point > 0xffff && point <= 0x10ffff);
}

namespace {

/// The letter that stands for a control character after a backslash; 0 where there is none.
char escape_letter(char32_t point) noexcept {
  switch (point) {
  case '\n': return 'n';
  case '\r': return 'r';
  case '\t': return 't';
  case '\v': return 'v';
  case '\b': return 'b';
  case '\f': return 'f';
  case 0x1b: return 'e';
  case 0x7f: return 'd';
  default: return 0;
  }
}

template <class Number>
void append_number(std::string& to, Number value, int base = 10) {
  std::array<char, 24> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, base).ptr;
  to.append(text.data(), end);
}

void append_hex_escape(std::string& to, char32_t point) {
  to += "\\x{";
  const auto from = to.size();
  append_number(to, static_cast<std::uint32_t>(point), 16);
  std::ranges::transform(to.begin() + static_cast<std::ptrdiff_t>(from), to.end(),
                         to.begin() + static_cast<std::ptrdiff_t>(from),
                         [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  to += '}';
}

void append_octal_escape(std::string& to, char32_t point) {
  to += '\\';
  for (const unsigned shift : {6U, 3U, 0U})
    to += static_cast<char>('0' + (point >> shift & 7U));
}

} // namespace

void append_quoted(std::string& to, char32_t point, char quote, repertoire which) {
  if (point == static_cast<unsigned char>(quote) || point == '\\') {
    to += '\\';
    to += static_cast<char>(point);
  } else if (point >= 0x20 && point <= 0x7e) {
    to += static_cast<char>(point);
  } else if (point >= 0xa0) {
    if (which == repertoire::unicode || point <= 0xff) return append_utf8(to, point);
    append_hex_escape(to, point);
  } else if (const char letter = escape_letter(point)) {
    to += '\\';
    to += letter;
  } else {
    append_octal_escape(to, point);
  }
}

// -- atoms ----------------------------------------------------------------------------------------------------------------------------

namespace {

constexpr auto reserved_words =
    std::to_array<std::string_view>({"after", "and",  "andalso", "band",   "begin",   "bnot", "bor", "bsl",  "bsr",
                                     "bxor",  "case", "catch",   "cond",   "div",     "end",  "fun", "if",   "let",
                                     "not",   "of",   "or",      "orelse", "receive", "rem",  "try", "when", "xor"});
static_assert(std::ranges::is_sorted(reserved_words));

bool is_upper_case(char32_t c) noexcept { return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7); }

} // namespace

bool is_lower_case(char32_t c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 0xdf && c <= 0xff && c != 0xf7); }
bool is_name_character(char32_t c) noexcept {
  return is_lower_case(c) || is_upper_case(c) || (c >= '0' && c <= '9') || c == '_' || c == '@';
}
bool is_reserved_word(std::string_view word) noexcept { return std::ranges::binary_search(reserved_words, word); }

namespace {

bool needs_quotes(std::string_view name) noexcept {
  if (is_reserved_word(name)) return true;
  if (!is_lower_case(take_code_point(name))) return true; // an empty name has no code point to take
  while (!name.empty()) {
    if (!is_name_character(take_code_point(name))) return true;
  }
  return false;
}

} // namespace

void append_atom(std::string& to, std::string_view name, repertoire which) {
  if (!needs_quotes(name)) {
    to += name;
    return;
  }
  to += '\'';
  while (!name.empty())
    append_quoted(to, take_code_point(name), '\'', which);
  to += '\'';
}

// -- numbers --------------------------------------------------------------------------------------------------------------------------

namespace {

void append_hexadecimal(std::string& to, std::span<const std::byte> magnitude, std::size_t digits_max) {
  to += "16#";
  const auto end = to.size() + digits_max;
  for (std::size_t i = magnitude.size(); i > 0 && to.size() < end; --i) {
    const auto byte = std::to_integer<unsigned>(magnitude[i - 1]);
    if (byte >= 16 || i < magnitude.size()) to += "0123456789ABCDEF"[byte / 16];
    to += "0123456789ABCDEF"[byte % 16];
  }
}

} // namespace

void append_integer(std::string& to, const term& integer, std::size_t digits_max) {
  if (const auto small = integer.to_int64()) return append_number(to, *small);
  const integer_view view = integer.as_integer();
  if (view.negative) to += '-';
  // A byte is 2.4 digits.
  if (digits_max != 0 && view.big.size() * 12 / 5 > digits_max) return append_hexadecimal(to, view.big, digits_max);
  boost::multiprecision::cpp_int magnitude;
  const auto* const first = reinterpret_cast<const unsigned char*>(view.big.data());
  boost::multiprecision::import_bits(magnitude, first, first + view.big.size(), 8, false);
  to += magnitude.str();
}

void append_float(std::string& to, double value) {
  // Shortest digits and exponent, as d.ddde[+-]dd.
  std::array<char, 32> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), std::fabs(value), std::chars_format::scientific).ptr;
  const std::string_view shortest{text.data(), static_cast<std::size_t>(end - text.data())};
  const auto mark = shortest.find('e');
  std::string digits{shortest.substr(0, 1)};
  if (mark > 2) digits += shortest.substr(2, mark - 2);
  int exponent = 0;
  std::from_chars(shortest.data() + mark + (shortest[mark + 1] == '+' ? 2 : 1), end, exponent);

  std::string scientific =
      digits.substr(0, 1) + '.' + (digits.size() > 1 ? digits.substr(1) : "0") + 'e' + std::to_string(exponent);
  std::string decimal;
  const auto point = static_cast<std::size_t>(std::abs(exponent)) + (exponent < 0 ? 0 : 1);
  if (exponent < 0) {
    decimal = "0." + std::string(point - 1, '0') + digits;
  } else if (digits.size() <= point) {
    decimal = digits + std::string(point - digits.size(), '0') + ".0";
  } else {
    decimal = digits.substr(0, point) + '.' + digits.substr(point);
  }
  // From 2^53 on decimals would show digits that the float does not have.
  const bool is_decimal = decimal.size() <= scientific.size() && std::fabs(value) < 9007199254740992.0;
  if (std::signbit(value)) to += '-';
  to += is_decimal ? decimal : scientific;
}

// -- names and funs -------------------------------------------------------------------------------------------------------------------

namespace {

void append_dotted(std::string& to, std::initializer_list<std::uint64_t> numbers) {
  bool first = true;
  for (const auto number : numbers) {
    if (!std::exchange(first, false)) to += '.';
    append_number(to, number);
  }
}

void append_reference(std::string& to, const reference& of) {
  std::array<std::uint32_t, reference::words_max> words;
  std::size_t count = of.words(words);
  append_dotted(to, {of.home().index()});
  for (; count > 0; --count) {
    to += '.';
    append_number(to, words[count - 1]);
  }
}

void append_fun(std::string& to, const fun_view& fun, repertoire which) {
  if (fun.what == fun_view::form::external) {
    to += "fun ";
    append_atom(to, fun.module.name(), which);
    to += ':';
    append_atom(to, fun.function.name(), which);
    to += '/';
    return append_number(to, fun.arity);
  }
  to += "#Fun<";
  append_atom(to, fun.module.name(), which);
  to += '.';
  append_integer(to, *fun.old_index);
  to += '.';
  append_integer(to, *fun.old_uniq);
  to += '>';
}

} // namespace

void append_opaque(std::string& to, const term& of, repertoire which) {
  if (const auto p = of.to_pid()) {
    to += '<';
    append_dotted(to, {p->home.index(), p->id, p->serial});
  } else if (const auto q = of.to_port()) {
    to += "#Port<";
    append_dotted(to, {q->home.index(), q->id});
  } else if (of.is_reference()) {
    to += "#Ref<";
    append_reference(to, of.as_reference());
  } else {
    return append_fun(to, of.as_fun(), which);
  }
  to += '>';
}

// -- what is text -----------------------------------------------------------------------------------------------------------------------

bool is_printable_list(const term& list, repertoire which) noexcept {
  if (!list.is_cons()) return false;
  const list_view elements{list};
  for (const term& element : elements) {
    const auto point = element.to_int64();
    if (!point || *point < 0 || *point > 0x10ffff || !is_printable(static_cast<char32_t>(*point), which)) return false;
  }
  return elements.is_proper();
}

binary_notation notation_of(const term& bits, repertoire which) noexcept {
  if (!bits.is_binary() || bits.bytes().empty()) return binary_notation::numbers;
  if (which == repertoire::unicode) {
    bool ascii = true;
    bool printable = true;
    std::string_view rest = bits.text();
    while (!rest.empty()) {
      const char32_t point = take_code_point(rest);
      if (point == no_code_point) break;
      ascii = ascii && point < 0x80;
      printable = printable && is_printable(point, which);
    }
    if (rest.empty()) {
      if (!printable) return binary_notation::numbers;
      return ascii ? binary_notation::text : binary_notation::utf8_text;
    }
  }
  const bool latin1 = std::ranges::all_of(
      bits.bytes(), [](std::byte b) { return is_printable(std::to_integer<char32_t>(b), repertoire::latin1); });
  return latin1 ? binary_notation::text : binary_notation::numbers;
}

} // namespace agner::internal
