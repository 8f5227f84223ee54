// SPDX-License-Identifier: Apache-2.0

#include "frame.hpp"

#include <array>

#include <fmt/format.h>

#include "internal/byte_reader.hpp"
#include "internal/codec_error.hpp"
#include "internal/frame_tags.hpp"

namespace agner::dist {

namespace {

using external_term::version;

using internal::header_version;
using internal::tag_first_fragment;
using internal::tag_header;
using internal::tag_next_fragment;
using internal::tag_pass_through;

std::unexpected<error> bad(std::string_view sentence) { return internal::complain("bad_frame"_atom, sentence); }

/// The part of a header that fragments of one message share: which atoms of the cache it uses. None can be, as the cache is not offered.
result<frame> with_atoms(frame read, internal::byte_reader in) {
  const std::uint8_t atoms = in.u8();
  if (in.is_short()) return bad("the frame ends within its header");
  if (atoms != 0) return bad(fmt::format("the header refers to {} atoms of a cache, which was not agreed on", atoms));
  read.body = in.rest();
  return read;
}

result<frame> fragment(frame_kind kind, internal::byte_reader in) {
  frame read{.kind = kind, .sequence = in.u64(), .fragment = in.u64(), .body = {}};
  if (in.is_short()) return bad("the frame ends within its header");
  if (read.fragment == 0) return bad("a fragment is numbered 0; the last one is 1");
  if (kind == frame_kind::first_fragment) return with_atoms(read, in);
  read.body = in.rest();
  return read;
}

} // namespace

result<frame> read_frame(std::span<const std::byte> from) {
  if (from.empty()) return frame{};
  internal::byte_reader in{from};
  const std::uint8_t first = in.u8();
  if (first == tag_pass_through)
    return frame{.kind = frame_kind::pass_through, .sequence = 0, .fragment = 0, .body = in.rest()};
  const std::uint8_t second = in.u8();
  if (first == header_version && second == tag_header)
    return with_atoms({.kind = frame_kind::whole, .sequence = 0, .fragment = 0, .body = {}}, in);
  if (first == header_version && second == tag_first_fragment) return fragment(frame_kind::first_fragment, in);
  if (first == header_version && second == tag_next_fragment) return fragment(frame_kind::next_fragment, in);
  return bad(
      fmt::format("no frame begins with {}", internal::quoted(from.first(std::min<std::size_t>(from.size(), 8)))));
}

result<frame_terms> read_terms(std::span<const std::byte> body, version first, external_term::decode_options how) {
  how.first = first;
  auto control = external_term::decode(body, how);
  if (!control) return std::unexpected{control.error()};
  frame_terms terms{.control = std::move(control->value), .payload = {}};
  const auto rest = body.subspan(control->consumed_bytes);
  if (rest.empty()) return terms;
  auto payload = external_term::decode(rest, how);
  if (!payload) return std::unexpected{payload.error()};
  if (const std::size_t more = rest.size() - payload->consumed_bytes; more != 0)
    return bad(fmt::format("{} bytes follow the message", more));
  terms.payload = std::move(payload->value);
  return terms;
}

result<> write_frame(gather_buffer& into, flag_set agreed, const term& control, const std::optional<term>& payload) {
  static constexpr std::array header{external_term::version_byte, std::byte{tag_header}, std::byte{0}};
  static constexpr std::array pass_through{std::byte{tag_pass_through}};
  const std::size_t length_mark = into.mark();
  const std::size_t before = into.size() + frame_length_bytes;
  into.append(std::array<std::byte, frame_length_bytes>{});
  if (form_of(agreed) == frame_form::header)
    into.append(header);
  else
    into.append(pass_through);
  const auto how = encoding_of(agreed);
  if (auto encoded = external_term::encode(control, into, how); !encoded) return encoded;
  if (payload) {
    if (auto encoded = external_term::encode(*payload, into, how); !encoded) return encoded;
  }
  into.patch_u32(length_mark, static_cast<std::uint32_t>(into.size() - before));
  return {};
}

void write_tick(gather_buffer& into) { into.append(std::array<std::byte, frame_length_bytes>{}); }

} // namespace agner::dist
