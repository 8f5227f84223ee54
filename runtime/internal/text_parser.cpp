// SPDX-License-Identifier: Apache-2.0

#include "text_parser.hpp"

#include <algorithm>
#include <utility>

#include "../term_builders.hpp"
#include "../term_views.hpp"
#include "utf8.hpp"

namespace agner::internal {

namespace {

term negated(const term& value) {
  const integer_view view = value.as_integer();
  if (view.big.empty()) return integer(!view.negative, std::as_bytes(std::span{&view.small, 1}));
  return integer(!view.negative, view.big);
}

} // namespace

// -- tokens -----------------------------------------------------------------------------------------------------------------------------

token text_parser::take() { return std::exchange(token_, lexer_.next()); }

bool text_parser::take_if(std::string_view punctuation) {
  if (!token_.is(punctuation)) return false;
  take();
  return true;
}

void text_parser::fail_at(const token& where, std::string reason) {
  throw text_error{where.line, where.column, std::move(reason)};
}

void text_parser::fail(const char* expected) const {
  fail_at(token_, "found " + token_.description() + ", expected " + expected);
}

void text_parser::expect(std::string_view punctuation, const char* expected) {
  if (!take_if(punctuation)) fail(expected);
}

void text_parser::read_full_stop() {
  if (token_.kind != token_kind::full_stop) fail("a full stop");
  take();
}

void text_parser::skip_full_stop() {
  if (token_.kind == token_kind::full_stop) take();
}

void text_parser::read_end() {
  if (!at_end()) fail("the end of the text");
}

// -- terms ------------------------------------------------------------------------------------------------------------------------------

term text_parser::read_term() {
  for (;;) {
    if (begin_term()) continue; // a bracket: its first part comes next
    while (!open_.empty()) {
      if (continue_term()) break; // another part comes next
    }
    if (open_.empty()) break;
  }
  term made = std::move(values_.back());
  values_.pop_back();
  return made;
}

/// Reads a scalar, an empty compound term, or an opening bracket: true where a part of it must follow.
bool text_parser::begin_term() {
  if (token_.kind != token_kind::punctuation) {
    read_scalar();
    return false;
  }
  if (token_.is("{")) return begin_compound(bracket::tuple, "}");
  if (token_.is("[")) return begin_compound(bracket::list, "]");
  if (token_.is("#")) return begin_map();
  if (token_.is("<<")) {
    read_bits();
  } else {
    read_signed();
  }
  return false;
}

bool text_parser::begin_compound(bracket kind, std::string_view close_bracket) {
  const token opening = take();
  const open here{kind, values_.size()};
  if (take_if(close_bracket)) {
    close(here);
    return false;
  }
  if (open_.size() >= limits_.depth_max)
    fail_at(opening, "brackets are nested deeper than " + std::to_string(limits_.depth_max));
  open_.push_back(here);
  return true;
}

bool text_parser::begin_map() {
  take();
  if (!token_.is("{")) fail("'{' of a map after '#'");
  return begin_compound(bracket::key, "}");
}

/// After a part of the innermost bracket: true where another must follow, false where the bracket was closed.
bool text_parser::continue_term() {
  open& innermost = open_.back();
  switch (innermost.kind) {
  case bracket::tuple:
    if (take_if(",")) return true;
    expect("}", "',' or '}'");
    break;
  case bracket::list:
    if (take_if(",")) return true;
    if (take_if("|")) {
      innermost.kind = bracket::tail;
      return true;
    }
    expect("]", "',', '|' or ']'");
    break;
  case bracket::tail: expect("]", "']' after the tail of the list"); break;
  case bracket::key:
    expect("=>", "'=>'");
    innermost.kind = bracket::value;
    return true;
  case bracket::value:
    if (take_if(",")) {
      innermost.kind = bracket::key;
      return true;
    }
    expect("}", "',' or '}'");
    break;
  }
  const open done = innermost;
  open_.pop_back();
  close(done);
  return false;
}

/// Puts the term that a bracket has become in the place of its parts.
void text_parser::close(const open& what) {
  const auto first = values_.begin() + static_cast<std::ptrdiff_t>(what.first);
  std::vector<term> parts{std::make_move_iterator(first), std::make_move_iterator(values_.end())};
  values_.erase(first, values_.end());
  switch (what.kind) {
  case bracket::tuple: values_.push_back(tuple_of(std::move(parts))); return;
  case bracket::list: values_.push_back(list_of(std::move(parts))); return;
  case bracket::tail: {
    term tail = std::move(parts.back());
    parts.pop_back();
    values_.push_back(list_of(std::move(parts), std::move(tail)));
    return;
  }
  case bracket::key:
  case bracket::value: {
    std::vector<std::pair<term, term>> pairs;
    for (std::size_t i = 0; i < parts.size(); i += 2)
      pairs.emplace_back(std::move(parts[i]), std::move(parts[i + 1]));
    values_.push_back(map_of(std::move(pairs)));
    return;
  }
  }
}

// -- scalars ----------------------------------------------------------------------------------------------------------------------------

void text_parser::read_scalar() {
  switch (token_.kind) {
  case token_kind::atom:
  case token_kind::number:
  case token_kind::character: values_.push_back(take().value); return;
  case token_kind::string: return read_string();
  case token_kind::keyword:
    if (token_.source == "fun") return read_fun();
    break;
  default: break;
  }
  fail("a term");
}

void text_parser::read_signed() {
  const bool negative = token_.is("-");
  if (!negative && !token_.is("+")) fail("a term");
  take();
  if (token_.kind != token_kind::number && token_.kind != token_kind::character) fail("a number after the sign");
  const term value = take().value;
  if (!negative) {
    values_.push_back(value);
  } else if (const auto floating = value.to_double()) {
    values_.emplace_back(-*floating);
  } else {
    values_.push_back(negated(value));
  }
}

void text_parser::read_string() {
  std::vector<term> points;
  while (token_.kind == token_kind::string) {
    for (const char32_t point : take().points)
      points.emplace_back(static_cast<std::uint32_t>(point));
  }
  values_.push_back(list_of(std::move(points)));
}

atom text_parser::read_atom() {
  if (token_.kind != token_kind::atom) fail("an atom");
  return take().value.as_atom();
}

void text_parser::read_fun() {
  constexpr std::int64_t arity_max = 255; // MAX_ARG of ERTS
  take();
  const atom module = read_atom();
  expect(":", "':' between module and function");
  const atom function = read_atom();
  expect("/", "'/' and the arity");
  const auto arity = token_.value.to_int64();
  if (token_.kind != token_kind::number || !arity || *arity > arity_max) fail("an arity from 0 to 255");
  take();
  values_.push_back(export_fun(module, function, static_cast<std::uint32_t>(*arity)));
}

// -- binaries ---------------------------------------------------------------------------------------------------------------------------

void text_parser::read_bits() {
  take();
  bit_writer bits;
  if (!take_if(">>")) {
    do
      read_segment(bits);
    while (take_if(","));
    expect(">>", "',' or '>>'");
  }
  values_.push_back(bits.finish());
}

/// `Value`, `Value:Size`, `Value/Type`: a value is an integer, a character or a string.
void text_parser::read_segment(bit_writer& into) {
  const token where = token_;
  if (token_.kind == token_kind::string) {
    const std::u32string points = take().points;
    const auto type = read_segment_type();
    for (const char32_t point : points)
      write_segment(into, static_cast<std::uint32_t>(point), type, where);
    return;
  }
  const term value = read_integer_value();
  write_segment(into, value, read_segment_type(), where);
}

term text_parser::read_integer_value() {
  const bool negative = take_if("-");
  if (!negative) take_if("+");
  if ((token_.kind != token_kind::number && token_.kind != token_kind::character) || token_.value.is_float()) {
    fail("an integer, a character or a string");
  }
  const term value = take().value;
  return negative ? negated(value) : value;
}

text_parser::segment_type text_parser::read_segment_type() {
  segment_type type;
  if (take_if(":")) {
    const auto size = token_.value.to_int64();
    if (token_.kind != token_kind::number || !size) fail("a size in bits");
    take();
    type.size_bits = static_cast<std::uint64_t>(*size);
    type.has_size = true;
  }
  if (!take_if("/")) return type;
  do {
    if (token_.kind != token_kind::atom) fail("the type of a segment");
    if (token_.source == "utf8" && !type.has_size) {
      type.is_utf8 = true;
    } else if (token_.source != "integer" && token_.source != "unsigned" && token_.source != "signed" &&
               token_.source != "big") {
      fail("one of the types integer, unsigned, signed and big, or utf8 without a size");
    }
    take();
  } while (take_if("-"));
  return type;
}

void text_parser::write_segment(bit_writer& into, const term& value, const segment_type& type, const token& where) {
  segment_bits_ += type.is_utf8 ? 32 : std::min<std::uint64_t>(type.size_bits, UINT32_MAX);
  if (type.size_bits > UINT32_MAX || segment_bits_ / 8 > limits_.bytes_max)
    fail_at(where, "binaries have more than " + std::to_string(limits_.bytes_max) + " bytes");
  if (!type.is_utf8) return into.append_integer(value, type.size_bits);
  const auto point = value.to_int64();
  if (!point || !is_unicode(*point)) fail_at(where, "a segment of type utf8 must be the number of a Unicode character");
  std::string utf8;
  append_utf8(utf8, static_cast<char32_t>(*point));
  for (const char byte : utf8)
    into.append(static_cast<std::uint8_t>(byte), 8);
}

} // namespace agner::internal
