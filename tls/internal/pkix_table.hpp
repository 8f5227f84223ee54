// SPDX-License-Identifier: Apache-2.0
// What the tables of pkix_*.cpp are written with: types by a word each, and the types that have no parts.

#pragma once

#include <initializer_list>

#include "../../runtime/term_builders.hpp"
#include "asn1_type.hpp"

namespace agner::ssl::internal::pkix {

using enum asn1_field::tagging;
using enum asn1_field::need;
using kind = asn1_kind;
using utag = universal_tag;

constexpr asn1_type simple(kind of, utag tag) { return {.kind = of, .tag = tag}; }
constexpr asn1_type record(std::string_view name, std::span<const asn1_field> fields) {
  return {.kind = kind::sequence, .tag = utag::sequence, .name = name, .fields = fields};
}
constexpr asn1_type list_type(const asn1_type& element) {
  return {.kind = kind::sequence_of, .tag = utag::sequence, .element = &element};
}
constexpr asn1_type set_type(const asn1_type& element) {
  return {.kind = kind::sequence_of, .tag = utag::set, .element = &element};
}
constexpr asn1_type choice(std::span<const asn1_field> fields) { return {.kind = kind::choice, .fields = fields}; }

constexpr asn1_field must(std::string_view name, const asn1_type& type) { return {.name = name, .type = &type}; }
constexpr asn1_field may(std::string_view name, const asn1_type& type) {
  return {.name = name, .type = &type, .presence = optional};
}
/// [Tag] IMPLICIT, and [Tag] EXPLICIT.
constexpr asn1_field tagged(std::string_view name, std::uint8_t tag, const asn1_type& type,
                            asn1_field::need need = optional) {
  return {.name = name, .type = &type, .how = implicit, .tag = tag, .presence = need};
}
constexpr asn1_field wrapped(std::string_view name, std::uint8_t tag, const asn1_type& type,
                             asn1_field::need need = optional) {
  return {.name = name, .type = &type, .how = explicit_, .tag = tag, .presence = need};
}
constexpr asn1_field otherwise(asn1_field field, term (*fallback)()) {
  field.presence = defaulted;
  field.fallback = fallback;
  return field;
}

// -- simple types -------------------------------------------------------------------------------------------------------------------

inline constexpr auto boolean = simple(kind::boolean, utag::boolean);
inline constexpr auto integer_ = simple(kind::integer, utag::integer);
inline constexpr auto bits = simple(kind::bits, utag::bit_string);
inline constexpr auto octets = simple(kind::octets, utag::octet_string);
inline constexpr auto null_ = simple(kind::null, utag::null);
inline constexpr auto oid = simple(kind::oid, utag::oid);
inline constexpr auto any = simple(kind::any, utag::none);
inline constexpr auto utf8 = simple(kind::utf8, utag::utf8);
inline constexpr auto numeric = simple(kind::characters, utag::numeric);
inline constexpr auto printable = simple(kind::characters, utag::printable);
inline constexpr auto teletex = simple(kind::characters, utag::teletex);
inline constexpr auto ia5 = simple(kind::characters, utag::ia5);
inline constexpr auto visible = simple(kind::characters, utag::visible);
inline constexpr auto utc_time = simple(kind::characters, utag::utc_time);
inline constexpr auto generalized_time = simple(kind::characters, utag::generalized_time);
inline constexpr auto universal_ = simple(kind::wide_characters, utag::universal);
inline constexpr auto bmp = simple(kind::wide_characters, utag::bmp);

inline term false_() { return false; }
inline term zero() { return 0; }

// -- names --------------------------------------------------------------------------------------------------------------------------

inline constexpr asn1_field directory_string_fields[] = {
    must("teletexString", teletex), must("printableString", printable), must("universalString", universal_),
    must("utf8String", utf8), must("bmpString", bmp)};
inline constexpr auto directory_string = choice(directory_string_fields);

inline constexpr asn1_field country_fields[] = {must("printableString", printable), must("utf8String", utf8)};
inline constexpr auto country_name = choice(country_fields);
inline constexpr asn1_field email_fields[] = {must("ia5String", ia5), must("utf8String", utf8)};
inline constexpr auto email_address = choice(email_fields);

inline constexpr asn1_field attribute_value_fields[] = {must("type", oid), must("value", any)};
inline constexpr auto attribute_value = record("AttributeTypeAndValue", attribute_value_fields);
inline constexpr auto relative_name = set_type(attribute_value);
inline constexpr auto rdn_sequence = list_type(relative_name);
inline constexpr asn1_field name_fields[] = {must("rdnSequence", rdn_sequence)};
inline constexpr auto name = choice(name_fields);

// -- identifiers --------------------------------------------------------------------------------------------------------------------

struct identified {
  std::initializer_list<std::uint32_t> id;
  const asn1_type* type;
};

inline bool is_id(const term& id, std::initializer_list<std::uint32_t> arcs) {
  if (!id.is_tuple() || id.size() != arcs.size()) return false;
  std::size_t at = 0;
  for (const auto arc : arcs)
    if (id[at++].to_int64() != std::int64_t{arc}) return false;
  return true;
}

inline const asn1_type* found(std::span<const identified> in, const term& id) {
  for (const auto& entry : in)
    if (is_id(id, entry.id)) return entry.type;
  return nullptr;
}

} // namespace agner::ssl::internal::pkix
