// SPDX-License-Identifier: Apache-2.0
// Messages in a stream of bytes: each begins with its length in 1, 2 or 4 bytes, the most significant first, or the stream is taken as it comes (raw). Pure: no sockets, no clock.

#pragma once

#include <cstddef>
#include <cstdint>

namespace agner {

/// How messages begin in the stream: with nothing, or with their length in 1, 2 or 4 bytes. @erlang {packet, Type}
enum class packet_type : std::uint8_t { raw = 0, one = 1, two = 2, four = 4 };

/// Most bytes in a message, where nobody sets less: a longer one is refused before any memory is taken for it. @source OTP 25 inet_drv.c TCP_MAX_PACKET_SIZE
inline constexpr std::size_t packet_size_max = 0x0400'0000;

} // namespace agner
