// SPDX-License-Identifier: Apache-2.0

#include "line_writer.hpp"

#include <algorithm>

#include "term_layout.hpp"
#include "utf8.hpp"

namespace agner::internal {

line_writer::line_writer(const print_options& how) noexcept
    : repertoire_(how.unicode ? repertoire::unicode : repertoire::latin1),
      plain_(how.plain),
      bytes_max_(how.bytes_max) {}

void cut(std::string& text, std::size_t from, std::size_t at) {
  while (at > from && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80)
    --at; // not within a character
  text.resize(at);
  text += "...";
}

void line_writer::write(const term& of, std::string& to) {
  const auto from = to.size();
  const auto limit = bytes_max_;
  if (limit != 0) bytes_max_ += from;
  rows_.clear();
  open(of, to);
  while (!rows_.empty() && !is_full(to))
    next(to);
  if (is_full(to)) cut(to, from, bytes_max_);
  bytes_max_ = limit;
}

// -- leaves -----------------------------------------------------------------------------------------------------------------------------

bool line_writer::write_leaf(const term& of, std::string& to) const {
  switch (of.kind()) {
  case term_kind::nil: to += "[]"; return true;
  case term_kind::integer:
  case term_kind::big_integer: append_integer(to, of, bytes_max_); return true;
  case term_kind::floating: append_float(to, *of.to_double()); return true;
  case term_kind::atom: append_atom(to, of.as_atom().name(), repertoire_); return true;
  case term_kind::pid:
  case term_kind::port:
  case term_kind::reference:
  case term_kind::long_reference:
  case term_kind::fun: append_opaque(to, of, repertoire_); return true;
  case term_kind::bits: write_bits(of, to); return true;
  case term_kind::list:
    if (plain_ || !is_printable_list(of, repertoire_)) return false;
    write_text_list(of, to);
    return true;
  case term_kind::tuple:
    if (of.size() == 0) to += "{}";
    return of.size() == 0;
  case term_kind::map:
    if (of.size() == 0) to += "#{}";
    return of.size() == 0;
  }
  return false;
}

void line_writer::write_text_list(const term& list, std::string& to) const {
  to += '"';
  for (const term& point : list.as_list()) {
    if (is_full(to)) return;
    append_quoted(to, static_cast<char32_t>(*point.to_int64()), '"', repertoire_);
  }
  to += '"';
}

void line_writer::write_bits(const term& of, std::string& to) const {
  const auto notation = plain_ ? binary_notation::numbers : notation_of(of, repertoire_);
  if (notation == binary_notation::numbers) return write_bytes(of, to);
  to += "<<\"";
  std::string_view rest = of.text();
  while (!rest.empty() && !is_full(to)) {
    char32_t point = static_cast<unsigned char>(rest.front());
    if (notation == binary_notation::utf8_text) {
      point = take_code_point(rest);
    } else {
      rest.remove_prefix(1);
    }
    append_quoted(to, point, '"', repertoire::unicode);
  }
  to += notation == binary_notation::utf8_text ? "\"/utf8>>" : "\">>";
}

void line_writer::write_bytes(const term& of, std::string& to) const {
  const auto bytes = of.bytes();
  const auto trailing_bits = static_cast<unsigned>(of.bit_size() % 8);
  to += "<<";
  for (std::size_t i = 0; i < bytes.size() && !is_full(to); ++i) {
    if (i != 0) to += ',';
    auto value = std::to_integer<unsigned>(bytes[i]);
    if (i + 1 == bytes.size() && trailing_bits != 0) {
      value >>= 8 - trailing_bits;
      to += std::to_string(value) + ':' + std::to_string(trailing_bits);
    } else {
      to += std::to_string(value);
    }
  }
  to += ">>";
}

// -- compound terms -----------------------------------------------------------------------------------------------------------------------

void line_writer::open(const term& of, std::string& to) {
  if (write_leaf(of, to)) return;
  if (of.is_tuple()) {
    to += '{';
    rows_.push_back({of.elements().data(), of.size(), nullptr, row_kind::tuple, true});
  } else if (of.is_map()) {
    to += "#{";
    rows_.push_back({&of.as_map().pairs()[0].key, 2 * of.size(), nullptr, row_kind::map, true});
  } else {
    to += '[';
    push_segment(of, true);
  }
}

void line_writer::push_segment(const term& list, bool first) {
  const auto& segment = term_access::as<const segment_node>(list);
  const std::size_t offset = term_access::aux(list);
  rows_.push_back({segment.elements() + offset, segment.head.size() - offset, &segment.tail, row_kind::list, first});
}

void line_writer::next(std::string& to) {
  row& top = rows_.back();
  if (top.left == 0) return end_of_row(to);
  if (top.kind == row_kind::map && top.left % 2 != 0) {
    to += " => ";
  } else if (!top.first) {
    to += ',';
  }
  top.first = false;
  --top.left;
  open(*top.at++, to);
}

void line_writer::end_of_row(std::string& to) {
  static const term nil;
  row& top = rows_.back();
  if (top.kind != row_kind::list) {
    to += '}';
    rows_.pop_back();
  } else if (top.tail->is_nil()) {
    to += ']';
    rows_.pop_back();
  } else if (top.tail->is_cons()) {
    const term& rest = *top.tail;
    rows_.pop_back();
    push_segment(rest, false);
  } else {
    to += '|';
    const term& tail = *top.tail;
    top.tail = &nil; // only the bracket is left
    open(tail, to);
  }
}

} // namespace agner::internal
