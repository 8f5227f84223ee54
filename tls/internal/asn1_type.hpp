// SPDX-License-Identifier: Apache-2.0
// ASN.1 types as tables: what asn1_decoder goes by. The tables of certificates: pkix_types.hpp. Constants; any thread.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "../../runtime/term.hpp"

namespace agner::ssl::internal {

enum class asn1_kind : std::uint8_t {
  boolean,         // true, false
  integer,         // an integer; the name where the type names its value
  enumerated,      // the name
  bits,            // a bitstring
  named_bits,      // [Name | {bit, N}]
  octets,          // a binary
  null,            // 'NULL'
  oid,             // {1, 2, 840}
  any,             // the element as a binary
  characters,      // a list of bytes
  utf8,            // a binary
  wide_characters, // a list: bytes, or {0, 0, High, Low} for what is none (BMPString), quadruples (UniversalString)
  sequence,        // a record
  set,             // a record whose members come in any order
  sequence_of,     // a list
  choice,          // {Name, Value}
};

/// Numbers of universal tags. @source X.680, section 8.4: frozen
enum class universal_tag : std::uint8_t {
  none = 0,
  boolean = 1,
  integer = 2,
  bit_string = 3,
  octet_string = 4,
  null = 5,
  oid = 6,
  enumerated = 10,
  utf8 = 12,
  sequence = 16,
  set = 17,
  numeric = 18,
  printable = 19,
  teletex = 20,
  ia5 = 22,
  utc_time = 23,
  generalized_time = 24,
  visible = 26,
  universal = 28,
  bmp = 30,
};

struct asn1_type;

struct asn1_name {
  std::int64_t value;
  std::string_view name;
};

/// A member of a sequence or set, or an alternative of a choice.
struct asn1_field {
  enum class tagging : std::uint8_t { own, implicit, explicit_, application };
  enum class need : std::uint8_t { required, optional, defaulted };

  std::string_view name;
  const asn1_type* type;
  tagging how = tagging::own;
  std::uint8_t tag = 0;
  need presence = need::required;
  /// What a member that is `defaulted` and not there is.
  term (*fallback)() = nullptr;
};

struct asn1_type {
  asn1_kind kind;
  universal_tag tag = universal_tag::none;
  /// Of the record.
  std::string_view name = {};
  std::span<const asn1_field> fields = {};
  const asn1_type* element = nullptr;
  std::span<const asn1_name> names = {};
};

} // namespace agner::ssl::internal
