// SPDX-License-Identifier: Apache-2.0
// The external term format: terms as the bytes that `term_to_binary` writes and nodes send each other. Both directions are iterative, and what is read is bounded.
// Any thread. Format, with a worked example: docs/formats/external_term.md.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "../runtime/error.hpp"
#include "../runtime/term.hpp"
#include "atom_limits.hpp"
#include "gather_buffer.hpp"

namespace agner::external_term {

/// What a term begins with. Frozen. @source OTP 25 erl_ext_dist
enum class tag : std::uint8_t {
  new_float = 0x46,
  bit_binary = 0x4D,
  compressed = 0x50,
  atom_cache_ref = 0x52,
  new_pid = 0x58,
  new_port = 0x59,
  newer_reference = 0x5A,
  small_integer = 0x61,
  integer = 0x62,
  float_text = 0x63,
  latin1_atom = 0x64,
  old_reference = 0x65,
  old_port = 0x66,
  old_pid = 0x67,
  small_tuple = 0x68,
  large_tuple = 0x69,
  nil = 0x6A,
  string = 0x6B,
  list = 0x6C,
  binary = 0x6D,
  small_big = 0x6E,
  large_big = 0x6F,
  new_fun = 0x70,
  export_fun = 0x71,
  new_reference = 0x72,
  small_latin1_atom = 0x73,
  map = 0x74,
  old_fun = 0x75,
  utf8_atom = 0x76,
  small_utf8_atom = 0x77,
  v4_port = 0x78,
  local = 0x79,
};

/// What stands before the tag of a whole term. Frozen.
inline constexpr std::byte version_byte{0x83};

/// Is the version byte there, or implied by the distribution header that came before?
enum class version : std::uint8_t { present, implied };

// -- limits -------------------------------------------------------------------------------------------------------------------------

/// Longest term in bytes, encoded, and longest one that a compressed term may unpack to: what issue after issue asks for, with room to spare,
/// and small enough that a few peers at once do not fill a machine.
inline constexpr std::size_t message_bytes_max = 256UL << 20U;
/// Most memory a decoded term may take. A byte on the wire may become 16 in memory (an element of a tuple, a character of a string), so 256 MiB could become 4 GiB;
/// what programs send (binaries, records) grows far less.
inline constexpr std::size_t decoded_bytes_max = 1UL << 30U;
/// Most containers open at once: each costs 24 bytes of work list, so this is 24 MB. A list whose tail is a list, or a tuple that is the last element of its tuple, is not counted.
inline constexpr std::size_t depth_max = 1'000'000;
/// A binary shorter than this is copied to be sent: copying it is cheaper than one more piece for the kernel.
inline constexpr std::size_t refer_bytes_min = 8UL << 10U;
/// A binary shorter than this is copied out of the message it came in.
inline constexpr std::size_t share_bytes_min = 32UL << 10U;

struct limits {
  std::size_t message_bytes = message_bytes_max;
  std::size_t decoded_bytes = decoded_bytes_max;
  std::size_t depth = depth_max;
};

// -- encoding -----------------------------------------------------------------------------------------------------------------------

/// Can the receiver read identifiers of 64 bits and references of more than three words (flag V4_NC)? OTP can since 24.
enum class identifiers : std::uint8_t { short_, long_ };

struct encode_options {
  version first = version::present;
  identifiers peer_reads = identifiers::long_;
  std::size_t bytes_max = message_bytes_max;
};

/// Appends @p what to @p into as OTP 25 writes it to a peer with all mandatory flags. Binaries of `refer_bytes_min` and more are referred to.
///
/// @errors `{system_limit, Sentence}`  more than `bytes_max` bytes, or an identifier the peer cannot read. @p into then holds a part; the caller drops it.
/// @erlang term_to_iovec/2
/// @source OTP 25 erts external.c, enc_term_int
result<> encode(const term& what, dist::gather_buffer& into, const encode_options& how = {});

/// How many bytes `encode` writes. @errors as encode
/// @erlang external_size/1 (which may say more than it takes)
result<std::size_t> encoded_size(const term& what, const encode_options& how = {});

enum class compression : std::uint8_t { none, fast, best };

/// @p what as one binary; compressed where asked for and shorter so.
/// @errors as encode
/// @erlang term_to_binary/2 with {minor_version, 2}
result<term> to_binary(const term& what, compression how = compression::none);

// -- decoding -----------------------------------------------------------------------------------------------------------------------

struct decode_options {
  version first = version::present;
  limits most = {};
  /// What the peer may still add to the atom table and the table of incarnations. Null: the default of one peer, for this call alone.
  dist::atom_limits* pays = nullptr;
  /// A binary that holds the bytes. Large binaries within, if they are half of it or more, then share it instead of being copied.
  const term* source = nullptr;
};

struct decoded {
  term value;
  std::size_t consumed_bytes;
};

/// Reads one term from the beginning of @p bytes; what follows it is left alone. Every form OTP 25 reads is read, also those only old nodes write, and these differ:
/// keys `0.0` and `-0.0` of one map are two (as in OTP 27), a reference has a word at least, a fun's creator is a pid.
///
/// @errors `{bad_external_term, Sentence}`  the sentence says at which byte, in what, and what is wrong
/// @errors `{system_limit, Sentence}`       well-formed, but over a limit: depth, memory, atoms, incarnations
/// @erlang binary_to_term/2 with `used`
/// @source OTP 25 erts external.c, dec_term; what it refuses was tried with erl
result<decoded> decode(std::span<const std::byte> bytes, const decode_options& how = {});

/// The term in @p binary, all of it. @errors as decode; also where something follows the term, and where @p binary is no binary
result<term> from_binary(const term& binary, const decode_options& how = {});

} // namespace agner::external_term
