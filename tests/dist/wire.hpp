// SPDX-License-Identifier: Apache-2.0
// Frames as a peer writes and reads them, for tests of what stands on top of them.

#pragma once

#include <agner/dist/control_message.hpp>
#include <agner/dist/fragments.hpp>
#include <agner/dist/frame.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace agner::test {

inline constexpr dist::flag_set agreed = dist::offered_flags();

inline pid pid_of(std::string_view node, std::uint32_t id, std::uint32_t creation = 7) {
  return {id, 0, incarnation{atom{node}, creation}};
}
inline reference reference_of(std::string_view node, std::uint64_t unique, std::uint32_t creation = 7) {
  return {unique, 0, incarnation{atom{node}, creation}};
}

/// The frames in @p bytes, without their lengths. A part of one at the end is left out.
inline std::vector<std::vector<std::byte>> frames_in(std::span<const std::byte> bytes) {
  std::vector<std::vector<std::byte>> frames;
  while (bytes.size() >= dist::frame_length_bytes) {
    std::size_t length = 0;
    for (const std::byte b : bytes.first(dist::frame_length_bytes))
      length = length << 8U | std::to_integer<std::size_t>(b);
    bytes = bytes.subspan(dist::frame_length_bytes);
    if (bytes.size() < length) break;
    frames.emplace_back(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    bytes = bytes.subspan(length);
  }
  return frames;
}

/// The signals in @p bytes: fragments put together, ticks left out. Throws where a frame is wrong.
inline std::vector<dist::control::message> signals_in(std::span<const std::byte> bytes) {
  using dist::frame_kind;
  std::vector<dist::control::message> signals;
  dist::fragment_assembler assembler;
  const auto take = [&](std::span<const std::byte> body, external_term::version first) {
    const auto terms = must(dist::read_terms(body, first));
    signals.push_back(must(dist::control::read(terms.control, terms.payload)).what);
  };
  for (const auto& bytes_of_frame : frames_in(bytes)) {
    const dist::frame read = must(dist::read_frame(bytes_of_frame));
    if (read.kind == frame_kind::pass_through) take(read.body, external_term::version::present);
    if (read.kind == frame_kind::whole) take(read.body, external_term::version::implied);
    if (read.kind != frame_kind::first_fragment && read.kind != frame_kind::next_fragment) continue;
    if (const auto whole = must(assembler.add(read))) take(whole->bytes(), external_term::version::implied);
  }
  return signals;
}

/// @p what as a peer sends it, in one frame or several.
inline std::vector<std::byte> frames_of(const dist::control::message& what, dist::flag_set flags = agreed) {
  static std::uint64_t sequence = 0;
  const auto form = must(dist::control::write(what, flags));
  auto message = must(dist::outgoing_message::make(flags, form.control, form.payload, ++sequence));
  dist::gather_buffer out;
  while (!message.done())
    message.write_next(out);
  return out.flatten();
}

/// @p body as a frame: with its length before it.
inline std::vector<std::byte> framed(std::span<const std::byte> body) {
  std::vector<std::byte> bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<std::byte>(body.size() >> static_cast<unsigned>(shift) & 0xffU));
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

} // namespace agner::test
