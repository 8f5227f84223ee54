// SPDX-License-Identifier: Apache-2.0

#include "packet_link.hpp"

#include <optional>

#include "../../runtime/term_builders.hpp"
#include "stream_wait.hpp"

namespace agner::dist::internal {

namespace {

/// What a length of two bytes is of a peer that speaks TLS: the type of a record and the first byte of its version. @source RFC 8446, section 5.1
std::optional<atom> tls_record(std::size_t length) {
  if ((length & 0xffU) != 3) return std::nullopt;
  if (length >> 8U == 21) return "alert"_atom;
  if (length >> 8U == 22) return "handshake"_atom;
  return std::nullopt;
}

} // namespace

task<result<>> packet_link::fill(std::size_t wanted) {
  while (input_.size() < wanted) {
    // No further than wanted: what follows the handshake belongs to the channel.
    const auto more = co_await read_some(*over_, input_, wanted, deadline_);
    if (!more) co_return std::unexpected(more.error());
    if (!*more) co_return fail("closed"_atom);
  }
  co_return result<>{};
}

task<result<std::vector<std::byte>>> packet_link::read(std::size_t length_max) {
  const auto header = static_cast<std::size_t>(header_);
  if (auto filled = co_await fill(header); !filled) co_return std::unexpected(filled.error());
  std::size_t length = 0;
  for (std::size_t i = 0; i < header; ++i)
    length = length << 8U | std::to_integer<std::size_t>(input_[i]);
  if (const auto record = tls_record(length); record && length > length_max)
    co_return fail(tuple("peer_speaks_tls"_atom, *record));
  if (length > length_max) co_return fail(tuple("packet_too_long"_atom, length, length_max));
  if (auto filled = co_await fill(header + length); !filled) co_return std::unexpected(filled.error());
  std::vector<std::byte> packet(input_.begin() + static_cast<std::ptrdiff_t>(header), input_.end());
  input_.clear();
  co_return packet;
}

task<result<>> packet_link::write(std::span<const std::byte> packet) {
  std::vector<std::byte> framed(static_cast<std::size_t>(header_));
  for (std::size_t i = 0; i < framed.size(); ++i)
    framed[i] = static_cast<std::byte>(packet.size() >> (8 * (framed.size() - 1 - i)) & 0xffU);
  framed.insert(framed.end(), packet.begin(), packet.end());
  co_return co_await write_all(*over_, framed, deadline_);
}

} // namespace agner::dist::internal
