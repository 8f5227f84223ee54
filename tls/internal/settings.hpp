// SPDX-License-Identifier: Apache-2.0
// Options after the check: every member has a value, and every value is one that can be used.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "../../runtime/term.hpp"
#include "../options.hpp"
#include "role.hpp"

namespace agner::ssl::internal {

/// What an SSL_CTX is made from: connections whose values here are equal share one.
struct context_settings {
  role side = role::client;

  std::string certfile = {};
  std::string keyfile = {};
  std::string cacertfile = {};
  std::string password = {};

  bool verify_peer = false;
  bool fail_if_no_peer_cert = false;
  int depth = 10;

  bool tls1_2 = true;
  bool tls1_3 = true;
  /// OpenSSL's names joined by colons, of TLS 1.2 and of TLS 1.3.
  std::string ciphers_1_2 = {};
  std::string ciphers_1_3 = {};
  bool client_renegotiation = false;

  // -- not options: set by who makes the connection -------------------------------------------------------------------------------

  /// Somebody else decides about the peer's certificate, at any later time; see engine::decide.
  bool decision_awaited = false;
  /// Somebody else looks at the ClientHello before it is answered (server).
  bool hello_awaited = false;
  /// Sessions may be resumed: a server sends tickets once the peer is accepted, a client hands out what it may resume with.
  bool sessions = false;

  friend bool operator==(const context_settings&, const context_settings&) noexcept = default;
};

/// How received data is cut and delivered; setopts changes it later.
struct stream_settings {
  inet::mode mode = inet::mode::list;
  int packet = 0;
  std::size_t packet_size = 0;
  inet::active_option active = true;
};

/// Which name a client sends and looks for.
struct name_settings {
  enum class form : std::uint8_t { from_host, given, disabled };
  form what = form::from_host;
  std::string name = {};
};

struct settings {
  context_settings context;
  stream_settings stream;
  name_settings name;
  /// What goes to the transport as it is: {ip, _}, {nodelay, _}, {reuseaddr, _}, {backlog, _}, inet, inet6.
  std::vector<term> transport;
};

} // namespace agner::ssl::internal
