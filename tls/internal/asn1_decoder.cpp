// SPDX-License-Identifier: Apache-2.0

#include "asn1_decoder.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "../../runtime/term_builders.hpp"

namespace agner::ssl::internal {
namespace {

using decoded = std::expected<term, asn1_fault>;
using bytes = std::span<const std::byte>;

unsigned value(std::byte of) { return std::to_integer<unsigned>(of); }

auto fault(term reason) { return std::unexpected{asn1_fault{std::move(reason)}}; }

term tag_term(const der_element& of) {
  return tuple(static_cast<std::int64_t>(of.of) << 16U | std::int64_t{of.number}, binary(of.content));
}

decoded decode_content(const asn1_type& type, const der_element& from);

// -- numbers ------------------------------------------------------------------------------------------------------------------------

/// Two's complement, the highest byte first, of any length.
term integer_of(bytes content) {
  const bool negative = (value(content.front()) & 0x80U) != 0;
  std::vector<std::byte> magnitude(content.rbegin(), content.rend());
  if (negative) {
    unsigned carry = 1;
    for (auto& byte : magnitude) {
      const unsigned sum = (~value(byte) & 0xffU) + carry;
      byte = static_cast<std::byte>(sum & 0xffU);
      carry = sum >> 8U;
    }
    if (carry != 0) magnitude.push_back(std::byte{1});
  }
  while (!magnitude.empty() && magnitude.back() == std::byte{0})
    magnitude.pop_back();
  return integer(negative, magnitude);
}

std::optional<term> name_of(std::span<const asn1_name> names, const term& number) {
  for (const auto& one : names)
    if (number == term{one.value}) return term{atom{one.name}};
  return std::nullopt;
}

decoded decode_integer(const asn1_type& type, bytes content) {
  if (content.empty()) return fault(tuple("invalid_length"_atom, 0));
  term number = integer_of(content);
  auto name = name_of(type.names, number);
  if (name) return *std::move(name);
  if (type.kind == asn1_kind::enumerated) return fault(tuple("illegal_enumerated"_atom, std::move(number)));
  return number;
}

/// Arcs beyond 63 bits are refused: nobody has such an identifier.
decoded decode_oid(bytes content) {
  std::vector<term> arcs;
  std::uint64_t arc = 0;
  bool open = false;
  for (const std::byte byte : content) {
    if (arc >> 56U != 0) return fault("bad_range"_atom);
    arc = arc << 7U | (value(byte) & 0x7fU);
    open = (value(byte) & 0x80U) != 0;
    if (open) continue;
    if (arcs.empty()) {
      const std::uint64_t first = std::min<std::uint64_t>(arc / 40, 2);
      arcs.emplace_back(first);
      arc -= first * 40;
    }
    arcs.emplace_back(std::exchange(arc, 0));
  }
  if (open || arcs.empty()) return fault(tuple("invalid_value"_atom, "oid"_atom));
  return tuple_of(std::move(arcs));
}

// -- strings ------------------------------------------------------------------------------------------------------------------------

decoded decode_bits(const asn1_type& type, bytes content) {
  if (content.empty()) return fault(tuple("invalid_length"_atom, 0));
  const unsigned unused = value(content.front());
  content = content.subspan(1);
  if (unused > 7 || (unused != 0 && content.empty())) return fault(tuple("invalid_value"_atom, "bit_string"_atom));
  if (type.kind == asn1_kind::bits) return unused == 0 ? binary(content) : bitstring(content, 8 - unused);
  std::vector<term> set;
  for (std::size_t bit = 0; bit < content.size() * 8 - unused; ++bit) {
    if ((value(content[bit / 8]) >> (7 - bit % 8) & 1U) == 0) continue;
    const auto name = name_of(type.names, term{bit});
    set.push_back(name ? *name : tuple("bit"_atom, bit));
  }
  return list_of(std::move(set));
}

term characters_of(bytes content) {
  std::vector<term> made;
  made.reserve(content.size());
  for (const std::byte byte : content)
    made.emplace_back(std::int64_t{value(byte)});
  return list_of(std::move(made));
}

/// @source OTP 25 lib/asn1, asn1rtt_ber: mk_BMP_string, mk_universal_string
decoded wide_characters_of(universal_tag tag, bytes content) {
  const std::size_t width = tag == universal_tag::bmp ? 2 : 4;
  if (content.size() % width != 0) return fault("function_clause"_atom);
  std::vector<term> made;
  for (; !content.empty(); content = content.subspan(width)) {
    const auto at = [&](std::size_t i) { return i < 4 - width ? 0U : value(content[i - (4 - width)]); };
    if ((at(0) | at(1) | at(2)) == 0)
      made.emplace_back(std::int64_t{at(3)});
    else
      made.push_back(tuple(at(0), at(1), at(2), at(3)));
  }
  return list_of(std::move(made));
}

// -- records ------------------------------------------------------------------------------------------------------------------------

bool is_own(const asn1_type& type, const der_element& from);

bool is_field(const asn1_field& field, const der_element& from) {
  switch (field.how) {
  case asn1_field::tagging::own: return is_own(*field.type, from);
  case asn1_field::tagging::application: return from.of == tag_class::application && from.number == field.tag;
  default: return from.of == tag_class::context && from.number == field.tag;
  }
}

bool is_own(const asn1_type& type, const der_element& from) {
  if (type.kind == asn1_kind::any) return true;
  if (type.kind == asn1_kind::choice)
    return std::ranges::any_of(type.fields, [&](const asn1_field& one) { return is_field(one, from); });
  return from.of == tag_class::universal && from.number == static_cast<std::uint32_t>(type.tag);
}

decoded decode_own(const asn1_type& type, const der_element& from) {
  if (!is_own(type, from)) return fault(tuple("invalid_tag"_atom, tag_term(from)));
  return decode_content(type, from);
}

decoded decode_field(const asn1_field& field, const der_element& from) {
  if (field.how == asn1_field::tagging::own || field.how == asn1_field::tagging::implicit)
    return decode_content(*field.type, from);
  auto inside = from.content;
  const auto one = read_element(inside);
  if (!one) return std::unexpected{one.error()};
  return decode_own(*field.type, *one);
}

decoded absent(const asn1_field& field) {
  switch (field.presence) {
  case asn1_field::need::optional: return term{"asn1_NOVALUE"_atom};
  case asn1_field::need::defaulted: return field.fallback();
  case asn1_field::need::required: break;
  }
  return fault(tuple("missing"_atom, atom{field.name}));
}

decoded decode_record(const asn1_type& type, bytes content) {
  auto parts = read_elements(content);
  if (!parts) return std::unexpected{parts.error()};
  std::vector<term> made;
  made.reserve(type.fields.size() + 1);
  made.emplace_back(atom{type.name});
  const bool any_order = type.kind == asn1_kind::set;
  for (const auto& field : type.fields) {
    auto at = parts->begin();
    if (any_order) at = std::ranges::find_if(*parts, [&](const der_element& one) { return is_field(field, one); });
    const bool there = at != parts->end() && is_field(field, *at);
    auto member = there ? decode_field(field, *at) : absent(field);
    if (!member) return member;
    if (there) parts->erase(at);
    made.push_back(*std::move(member));
  }
  if (!parts->empty()) return fault(tuple("unexpected"_atom, list({tag_term(parts->front())})));
  return tuple_of(std::move(made));
}

decoded decode_list(const asn1_type& type, bytes content) {
  const auto parts = read_elements(content);
  if (!parts) return std::unexpected{parts.error()};
  std::vector<term> made;
  made.reserve(parts->size());
  for (const auto& part : *parts) {
    auto one = decode_own(*type.element, part);
    if (!one) return one;
    made.push_back(*std::move(one));
  }
  return list_of(std::move(made));
}

decoded decode_choice(const asn1_type& type, const der_element& from) {
  const auto found = std::ranges::find_if(type.fields, [&](const asn1_field& one) { return is_field(one, from); });
  if (found == type.fields.end()) return fault(tuple("invalid_choice_tag"_atom, tag_term(from)));
  auto chosen = decode_field(*found, from);
  if (!chosen) return chosen;
  return tuple(atom{found->name}, *std::move(chosen));
}

/// @p from has the tag that is wanted, its own or another in its place.
decoded decode_content(const asn1_type& type, const der_element& from) {
  switch (type.kind) {
  case asn1_kind::boolean:
    if (from.content.size() != 1) return fault(tuple("invalid_length"_atom, from.content.size()));
    return term{from.content.front() != std::byte{0}};
  case asn1_kind::integer:
  case asn1_kind::enumerated: return decode_integer(type, from.content);
  case asn1_kind::bits:
  case asn1_kind::named_bits: return decode_bits(type, from.content);
  case asn1_kind::octets:
  case asn1_kind::utf8: return binary(from.content);
  case asn1_kind::null:
    if (!from.content.empty()) return fault(tuple("invalid_length"_atom, from.content.size()));
    return term{"NULL"_atom};
  case asn1_kind::oid: return decode_oid(from.content);
  case asn1_kind::any: return binary(from.whole);
  case asn1_kind::characters: return characters_of(from.content);
  case asn1_kind::wide_characters: return wide_characters_of(type.tag, from.content);
  case asn1_kind::sequence:
  case asn1_kind::set: return decode_record(type, from.content);
  case asn1_kind::sequence_of: return decode_list(type, from.content);
  case asn1_kind::choice: return decode_choice(type, from);
  }
  return fault("badarg"_atom);
}

} // namespace

decoded asn1_decode(const asn1_type& type, std::span<const std::byte> der) {
  const auto first = read_element(der);
  if (!first) return std::unexpected{first.error()};
  return decode_own(type, *first);
}

} // namespace agner::ssl::internal
