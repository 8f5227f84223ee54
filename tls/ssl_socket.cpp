// SPDX-License-Identifier: Apache-2.0

#include "ssl_socket.hpp"

namespace agner {

term term_traits<ssl::socket>::to(const ssl::socket& value) { return tuple("sslsocket"_atom, value.process()); }

std::optional<ssl::socket> term_traits<ssl::socket>::from(const term& from) {
  if (!from.is_tagged("sslsocket"_atom, 2) || !from[1].is_pid()) return std::nullopt;
  return ssl::socket{from[1].as_pid()};
}

term term_traits<ssl::listen_socket>::to(const ssl::listen_socket& value) {
  return tuple("sslsocket"_atom, tuple("listen"_atom, value.below().process()));
}

std::optional<ssl::listen_socket> term_traits<ssl::listen_socket>::from(const term& from) {
  if (!from.is_tagged("sslsocket"_atom, 2) || !from[1].is_tagged("listen"_atom, 2) || !from[1][1].is_pid())
    return std::nullopt;
  return ssl::listen_socket{gen_tcp::socket{from[1][1].as_pid()}};
}

} // namespace agner
