// SPDX-License-Identifier: Apache-2.0

#include "server_hello.hpp"

#include <algorithm>

#include "sealed_record.hpp"

namespace agner::ssl::internal {
namespace {

constexpr std::size_t record_header_bytes = 5;
constexpr std::size_t message_header_bytes = 4;
constexpr std::byte server_hello_type{2};
std::size_t number(std::span<const std::byte> of) {
  std::size_t made = 0;
  for (const std::byte one : of)
    made = made << 8U | static_cast<std::size_t>(one);
  return made;
}

} // namespace

server_hello find_server_hello(std::span<const std::byte> bytes) {
  using state = server_hello::state;
  std::vector<std::byte> message;
  while (bytes.size() >= record_header_bytes) {
    const std::size_t length = number(bytes.subspan(3, 2));
    if (bytes[0] != static_cast<std::byte>(record_type::handshake) || length == 0) return {.is = state::other};
    const auto content = bytes.subspan(record_header_bytes);
    const auto here = content.first(std::min(length, content.size()));
    message.insert(message.end(), here.begin(), here.end());
    bytes = content.subspan(here.size());

    if (!message.empty() && message[0] != server_hello_type) return {.is = state::other};
    if (message.size() < message_header_bytes) continue;
    const std::size_t wanted = number(std::span{message}.subspan(1, 3));
    if (wanted > server_hello_bytes_max) return {.is = state::too_long};
    if (message.size() < message_header_bytes + wanted) continue;
    const auto body = std::span{message}.subspan(message_header_bytes, wanted);
    return {.is = state::complete, .body = {body.begin(), body.end()}};
  }
  return {};
}

} // namespace agner::ssl::internal
