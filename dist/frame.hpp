// SPDX-License-Identifier: Apache-2.0
// Frames: what a connection carries once it is up. A frame is four bytes of length and then nothing (a tick), or a control term and mostly a payload, or a part of
// them. Any thread. Format, with a worked example: docs/formats/frames.md. Large messages in parts: fragments.hpp.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "../runtime/error.hpp"
#include "../runtime/term.hpp"
#include "external_term.hpp"
#include "flags.hpp"
#include "gather_buffer.hpp"

namespace agner::dist {

/// Bytes of the length before each frame. Frozen.
inline constexpr std::size_t frame_length_bytes = 4;
/// Most that stands before the terms: the header of a first fragment.
inline constexpr std::size_t frame_header_bytes_max = 19;
/// Longest frame that is read, without its length: a message that comes whole.
inline constexpr std::size_t frame_bytes_max = external_term::message_bytes_max + frame_header_bytes_max;

enum class frame_kind : std::uint8_t {
  tick,           // nothing: the peer is alive
  pass_through,   // 112, terms with version bytes
  whole,          // 131 68: a distribution header, terms without version bytes
  first_fragment, // 131 69: the same, and more is to come
  next_fragment,  // 131 70
};

struct frame {
  frame_kind kind = frame_kind::tick;
  std::uint64_t sequence = 0;      // of fragments: which message
  std::uint64_t fragment = 0;      // of fragments: how many are still to come, and this one
  std::span<const std::byte> body; // what follows the header; the bytes that were read
};

/// @param from  one frame without its length
/// @errors `{bad_frame, Sentence}`  an unknown beginning, too short, entries of an atom cache, which is not agreed on, a fragment numbered 0
/// @source OTP 25 erl_ext_dist, "Distribution Header"; erts external.c, erts_prepare_dist_ext
result<frame> read_frame(std::span<const std::byte> from);

struct frame_terms {
  term control;
  std::optional<term> payload;
};

/// The terms in the body of a frame that is whole: one or two, and nothing after them.
/// @param first  `present` for a pass-through, `implied` for everything else
/// @param how    limits and sharing; its `first` is not looked at
/// @errors as external_term::decode; `{bad_frame, Sentence}`  something follows the terms
result<frame_terms> read_terms(std::span<const std::byte> body, external_term::version first,
                               external_term::decode_options how = {});

// -- writing ------------------------------------------------------------------------------------------------------------------------

/// How frames begin on a connection. Without an atom cache and fragments there are no distribution headers.
enum class frame_form : std::uint8_t { pass_through, header };
constexpr frame_form form_of(flag_set agreed) noexcept {
  return agreed.has(flag::fragments) || agreed.has(flag::dist_hdr_atom_cache) ? frame_form::header
                                                                              : frame_form::pass_through;
}

constexpr external_term::encode_options encoding_of(flag_set agreed) noexcept {
  using external_term::identifiers;
  using external_term::version;
  return {.first = form_of(agreed) == frame_form::header ? version::implied : version::present,
          .peer_reads = agreed.has(flag::v4_nc) ? identifiers::long_ : identifiers::short_};
}

/// Appends a whole frame, its length included, to @p into.
/// @errors as external_term::encode; @p into then ends in a part of a frame, and the caller drops it
result<> write_frame(gather_buffer& into, flag_set agreed, const term& control, const std::optional<term>& payload);

/// Appends a tick.
void write_tick(gather_buffer& into);

} // namespace agner::dist
