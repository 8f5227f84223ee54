// SPDX-License-Identifier: Apache-2.0
// The ServerHello among the first bytes of a server: a client that pauses at it has to find it before OpenSSL reads it. Pure; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace agner::ssl::internal {

/// A server's first message, as far as it has come.
struct server_hello {
  enum class state : std::uint8_t {
    incomplete, // more is to come
    complete,   // `body` is the message without its header
    other,      // something else comes first, an alert, say
    too_long,   // in records of a byte each it would not fit into the input buffer
  };
  state is = state::incomplete;
  std::vector<std::byte> body = {};
};

inline constexpr std::size_t server_hello_bytes_max = 8192;

/// Reads the records of @p bytes. A HelloRetryRequest is a ServerHello too, as in OTP.
/// @source RFC 5246, section 6.2.1: records; RFC 8446, section 4.1.3
server_hello find_server_hello(std::span<const std::byte> bytes);

} // namespace agner::ssl::internal
