// SPDX-License-Identifier: Apache-2.0
// Packets: the first bytes choose type, limit, buffer and how the rest is cut; messages must be what a plain reading of the stream gives.

#include <agner/actors/packet.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace {

using namespace agner;

constexpr std::array types{packet_type::raw, packet_type::one, packet_type::two, packet_type::four};

void check(bool holds) {
  if (!holds) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const packet_type type = types[data[0] % types.size()];
  const std::size_t size_max = data[1] % 2 == 0 ? 0 : data[1];
  const std::size_t step = 1 + data[2];
  packet_decoder decoder{type, size_max, data[3]};
  const std::span<const std::byte> stream = std::as_bytes(std::span{data + 4, size - 4});
  auto left = stream;
  std::size_t at = 0; // how much of the stream is in messages

  while (!left.empty()) {
    const auto room = decoder.room();
    check(!room.empty() && room.size() <= std::max<std::size_t>(2 * size, 256));
    const std::size_t n = std::min({left.size(), room.size(), step});
    std::ranges::copy(left.first(n), room.begin());
    decoder.filled(n);
    left = left.subspan(n);
    for (;;) {
      const auto message = decoder.next();
      if (!message) return 0;
      if (!*message) break;
      at += static_cast<std::size_t>(type);
      const auto body = (*message)->bytes();
      check(size_max == 0 || type == packet_type::raw || body.size() <= size_max);
      check(std::ranges::equal(body, stream.subspan(at, body.size())));
      at += body.size();
    }
    check(at + decoder.unread().size() + left.size() == stream.size());
    if (decoder.empty() && step % 2 == 0) decoder.shrink();
  }
  return 0;
}
