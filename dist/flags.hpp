// SPDX-License-Identifier: Apache-2.0
// The capability flags that two nodes exchange in the handshake, as data: number, name, whether we offer it, whether we demand it.
// What may be used on a connection is the intersection of both sides' flags. Format: docs/formats/handshake.md. Any thread.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace agner::dist {

/// One capability. The numbers are frozen by the protocol.
/// @source OTP 25 kernel dist.hrl, erts dist.h; altact_sig: OTP 28 erts dist.h. The manual's number for mandatory_25_digest (bit 36) is wrong.
enum class flag : std::uint64_t {
  published = 0x1,
  atom_cache = 0x2,
  extended_references = 0x4,
  dist_monitor = 0x8,
  fun_tags = 0x10,
  dist_monitor_name = 0x20,
  hidden_atom_cache = 0x40,
  new_fun_tags = 0x80,
  extended_pids_ports = 0x100,
  export_ptr_tag = 0x200,
  bit_binaries = 0x400,
  new_floats = 0x800,
  unicode_io = 0x1000,
  dist_hdr_atom_cache = 0x2000,
  small_atom_tags = 0x4000,
  utf8_atoms = 0x1'0000,
  map_tag = 0x2'0000,
  big_creation = 0x4'0000,
  send_sender = 0x8'0000,
  big_seqtrace_labels = 0x10'0000,
  exit_payload = 0x40'0000,
  fragments = 0x80'0000,
  handshake_23 = 0x100'0000,
  unlink_id = 0x200'0000,
  mandatory_25_digest = 0x400'0000,
  spawn = 0x1'0000'0000,
  name_me = 0x2'0000'0000,
  v4_nc = 0x4'0000'0000,
  alias = 0x8'0000'0000,
  altact_sig = 0x20'0000'0000,
};

/// A set of capabilities, known and unknown ones, as it stands on the wire.
struct flag_set {
  std::uint64_t bits = 0;

  [[nodiscard]] constexpr bool has(flag f) const noexcept { return (bits & static_cast<std::uint64_t>(f)) != 0; }
  [[nodiscard]] constexpr bool contains(flag_set all) const noexcept { return (bits & all.bits) == all.bits; }
  [[nodiscard]] constexpr flag_set with(flag f) const noexcept { return {bits | static_cast<std::uint64_t>(f)}; }
  [[nodiscard]] constexpr flag_set without(flag f) const noexcept { return {bits & ~static_cast<std::uint64_t>(f)}; }

  friend constexpr flag_set operator&(flag_set a, flag_set b) noexcept { return {a.bits & b.bits}; }
  friend constexpr flag_set operator|(flag_set a, flag_set b) noexcept { return {a.bits | b.bits}; }
  friend constexpr bool operator==(flag_set, flag_set) noexcept = default;
};

/// Do we say that we can? `on_request`: only where the node is configured so.
enum class offer : std::uint8_t { no, yes, on_request };
/// Must the peer be able to?
enum class demand : std::uint8_t { no, yes };

struct flag_row {
  flag bit;
  std::string_view name;
  offer ours;
  demand theirs;
  std::string_view why;
};

/// Every flag there is. What is offered is handled in full; what is demanded is what OTP 25 demands.
/// @source OTP 25 dist.hrl, MANDATORY_DFLAGS_25; OTP 26 adds unlink_id and v4_nc to what it demands of us, OTP 27 mandatory_25_digest
inline constexpr std::array flag_table = {
    flag_row{flag::published, "PUBLISHED", offer::on_request, demand::no,
             "a visible node answers `global`; agner joins hidden until it does"},
    flag_row{flag::atom_cache, "ATOM_CACHE", offer::no, demand::no, "obsolete since R13"},
    flag_row{flag::extended_references, "EXTENDED_REFERENCES", offer::yes, demand::yes, "references of three words"},
    flag_row{flag::dist_monitor, "DIST_MONITOR", offer::yes, demand::no, "ops 19 to 21"},
    flag_row{flag::fun_tags, "FUN_TAGS", offer::yes, demand::yes, "funs have tags of their own"},
    flag_row{flag::dist_monitor_name, "DIST_MONITOR_NAME", offer::yes, demand::no, "monitors of registered names"},
    flag_row{flag::hidden_atom_cache, "HIDDEN_ATOM_CACHE", offer::no, demand::no, "obsolete since R13"},
    flag_row{flag::new_fun_tags, "NEW_FUN_TAGS", offer::yes, demand::yes, "NEW_FUN_EXT"},
    flag_row{flag::extended_pids_ports, "EXTENDED_PIDS_PORTS", offer::yes, demand::yes, "pids and ports of 28 bits"},
    flag_row{flag::export_ptr_tag, "EXPORT_PTR_TAG", offer::yes, demand::yes, "EXPORT_EXT"},
    flag_row{flag::bit_binaries, "BIT_BINARIES", offer::yes, demand::yes, "BIT_BINARY_EXT"},
    flag_row{flag::new_floats, "NEW_FLOATS", offer::yes, demand::yes, "NEW_FLOAT_EXT"},
    flag_row{flag::unicode_io, "UNICODE_IO", offer::no, demand::no, "agner has no I/O protocol servers"},
    flag_row{flag::dist_hdr_atom_cache, "DIST_HDR_ATOM_CACHE", offer::no, demand::no,
             "the cache is not built; its header is, without entries"},
    flag_row{flag::small_atom_tags, "SMALL_ATOM_TAGS", offer::yes, demand::no, "SMALL_ATOM_EXT"},
    flag_row{flag::utf8_atoms, "UTF8_ATOMS", offer::yes, demand::yes, "atoms are UTF-8"},
    flag_row{flag::map_tag, "MAP_TAG", offer::yes, demand::yes, "MAP_EXT"},
    flag_row{flag::big_creation, "BIG_CREATION", offer::yes, demand::yes, "creations of 32 bits"},
    flag_row{flag::send_sender, "SEND_SENDER", offer::yes, demand::no, "op 22 instead of op 2"},
    flag_row{flag::big_seqtrace_labels, "BIG_SEQTRACE_LABELS", offer::no, demand::no, "agner does not trace"},
    flag_row{flag::exit_payload, "EXIT_PAYLOAD", offer::yes, demand::no,
             "ops 24 to 28: a reason is a payload, and so may be fragmented"},
    flag_row{flag::fragments, "FRAGMENTS", offer::yes, demand::no, "large messages come in pieces"},
    flag_row{flag::handshake_23, "HANDSHAKE_23", offer::yes, demand::yes, "handshake version 6"},
    flag_row{flag::unlink_id, "UNLINK_ID", offer::yes, demand::no, "ops 35 and 36"},
    flag_row{flag::mandatory_25_digest, "MANDATORY_25_DIGEST", offer::yes, demand::no,
             "stands for all that OTP 25 demands"},
    flag_row{flag::spawn, "SPAWN", offer::yes, demand::no,
             "ops 29 and 31: agner asks, and answers `notsup`, as its functions have no names"},
    flag_row{flag::name_me, "NAME_ME", offer::no, demand::no,
             "asks the acceptor for a name; a request, not a capability"},
    flag_row{flag::v4_nc, "V4_NC", offer::yes, demand::no, "identifiers of 64 bits, references of five words"},
    flag_row{flag::alias, "ALIAS", offer::yes, demand::no, "ops 33 and 34"},
    flag_row{flag::altact_sig, "ALTACT_SIG", offer::on_request, demand::no,
             "op 37 of OTP 28; offered where distribution_options say so, by default once tried against OTP 28"},
};

/// What a node of ours says it can do.
constexpr flag_set offered_flags() noexcept {
  flag_set set;
  for (const flag_row& row : flag_table)
    if (row.ours == offer::yes) set = set.with(row.bit);
  return set;
}

/// What a peer must be able to do.
constexpr flag_set demanded_flags() noexcept {
  flag_set set;
  for (const flag_row& row : flag_table)
    if (row.theirs == demand::yes) set = set.with(row.bit);
  return set;
}

/// @p from the wire with the digest bit spelled out: it stands for every flag that OTP 25 demands.
/// @source OTP 25 kernel, dist_util: expand_mandatory_25_flag
constexpr flag_set expand_digest(flag_set from) noexcept {
  return from.has(flag::mandatory_25_digest) ? from | demanded_flags() : from;
}

/// The names of the flags in @p set, lowest bit first, separated by spaces; unknown bits as `bit N`.
std::string names_of(flag_set set);

} // namespace agner::dist
