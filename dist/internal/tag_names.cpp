// SPDX-License-Identifier: Apache-2.0

#include "tag_names.hpp"

#include "../external_term.hpp"

namespace agner::dist::internal {

std::string_view name_of_tag(std::uint8_t number) noexcept {
  using external_term::tag;
  switch (static_cast<tag>(number)) {
  case tag::new_float: return "NEW_FLOAT_EXT";
  case tag::bit_binary: return "BIT_BINARY_EXT";
  case tag::compressed: return "a compressed term";
  case tag::atom_cache_ref: return "ATOM_CACHE_REF";
  case tag::new_pid: return "NEW_PID_EXT";
  case tag::new_port: return "NEW_PORT_EXT";
  case tag::newer_reference: return "NEWER_REFERENCE_EXT";
  case tag::small_integer: return "SMALL_INTEGER_EXT";
  case tag::integer: return "INTEGER_EXT";
  case tag::float_text: return "FLOAT_EXT";
  case tag::latin1_atom: return "ATOM_EXT";
  case tag::old_reference: return "REFERENCE_EXT";
  case tag::old_port: return "PORT_EXT";
  case tag::old_pid: return "PID_EXT";
  case tag::small_tuple: return "SMALL_TUPLE_EXT";
  case tag::large_tuple: return "LARGE_TUPLE_EXT";
  case tag::nil: return "NIL_EXT";
  case tag::string: return "STRING_EXT";
  case tag::list: return "LIST_EXT";
  case tag::binary: return "BINARY_EXT";
  case tag::small_big: return "SMALL_BIG_EXT";
  case tag::large_big: return "LARGE_BIG_EXT";
  case tag::new_fun: return "NEW_FUN_EXT";
  case tag::export_fun: return "EXPORT_EXT";
  case tag::new_reference: return "NEW_REFERENCE_EXT";
  case tag::small_latin1_atom: return "SMALL_ATOM_EXT";
  case tag::map: return "MAP_EXT";
  case tag::old_fun: return "FUN_EXT";
  case tag::utf8_atom: return "ATOM_UTF8_EXT";
  case tag::small_utf8_atom: return "SMALL_ATOM_UTF8_EXT";
  case tag::v4_port: return "V4_PORT_EXT";
  case tag::local: return "LOCAL_EXT";
  }
  return {};
}

} // namespace agner::dist::internal
