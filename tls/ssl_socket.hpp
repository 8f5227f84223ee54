// SPDX-License-Identifier: Apache-2.0
// The handles of TLS connections and listening sockets: values that name processes. Any thread.

#pragma once

#include <optional>

#include "../actors/tcp_socket.hpp"
#include "../runtime/identifiers.hpp"
#include "../runtime/struct_mapping.hpp"

namespace agner::ssl {

/// A connection; as a term {sslsocket, Pid}.
class socket {
public:
  /// No connection: what is asked of it answers as a closed one does.
  socket() noexcept = default;
  explicit socket(const pid& process) noexcept : process_(process) {}
  /// The process that holds the connection. It is linked with nobody; monitor it to learn of its end.
  [[nodiscard]] const pid& process() const noexcept { return process_; }
  friend bool operator==(const socket&, const socket&) noexcept = default;

private:
  pid process_;
};

/// A socket that listens; as a term {sslsocket, {listen, Pid}}. It means something on its own node only.
class listen_socket {
public:
  listen_socket() noexcept = default;
  explicit listen_socket(const gen_tcp::socket& below) noexcept : below_(below) {}
  /// The TCP socket that listens.
  [[nodiscard]] const gen_tcp::socket& below() const noexcept { return below_; }
  friend bool operator==(const listen_socket&, const listen_socket&) noexcept = default;

private:
  gen_tcp::socket below_;
};

} // namespace agner::ssl

namespace agner {

template <>
struct term_traits<ssl::socket> {
  static term to(const ssl::socket& value);
  static std::optional<ssl::socket> from(const term& from);
  static constexpr message_form shape{message_form::kind::tagged_tuple, 2, &atom_literal<"sslsocket">::value};
};

template <>
struct term_traits<ssl::listen_socket> {
  static term to(const ssl::listen_socket& value);
  static std::optional<ssl::listen_socket> from(const term& from);
  static constexpr message_form shape{message_form::kind::tagged_tuple, 2, &atom_literal<"sslsocket">::value};
};

} // namespace agner
