// SPDX-License-Identifier: Apache-2.0
// Options after the check: every member has a value, and every value is one that can be used.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "../../runtime/term.hpp"
#include "../fun.hpp"
#include "../options.hpp"
#include "hostname_check.hpp"
#include "limits.hpp"
#include "role.hpp"

namespace agner::ssl::internal {

/// One certificate of several, with its chain and key, from files or as DER.
struct certificate_source {
  std::string certfile = {};
  std::string keyfile = {};
  std::string password = {};
  /// DER, the own certificate first; overrides the file.
  std::vector<term> cert = {};
  /// {'RSAPrivateKey', ...} as name and DER; overrides the file.
  std::string key_type = {};
  std::string key = {};

  [[nodiscard]] bool has_certificate() const noexcept { return !certfile.empty() || !cert.empty(); }
  friend bool operator==(const certificate_source&, const certificate_source&) noexcept = default;
};

/// Next Protocol Negotiation as a client does it.
struct next_protocol_choice {
  bool wanted = false;
  bool server_decides = false;
  std::vector<std::string> preferred = {};
  std::string fallback = {};
  friend bool operator==(const next_protocol_choice&, const next_protocol_choice&) noexcept = default;
};

/// What an SSL_CTX is made from: connections whose values here are equal share one.
struct context_settings {
  role side = role::client;

  std::string certfile = {};
  std::string keyfile = {};
  std::string cacertfile = {};
  std::string password = {};

  /// The own certificate as DER, and the key; they override the files.
  std::vector<term> cert = {};
  std::string key_type = {};
  std::string key = {};
  /// More certificates, for peers that take other keys.
  std::vector<certificate_source> certs_keys = {};
  std::vector<term> cacerts = {};
  std::string dh = {};
  std::string dhfile = {};

  bool verify_peer = false;
  bool fail_if_no_peer_cert = false;
  int depth = 10;

  bool tls1_2 = true;
  bool tls1_3 = true;
  /// OpenSSL's names joined by colons, of TLS 1.2 and of TLS 1.3.
  std::string ciphers_1_2 = {};
  std::string ciphers_1_3 = {};
  /// Only where they are named.
  bool tls1_0 = false;
  bool tls1_1 = false;
  bool client_renegotiation = false;
  /// False: peers that do not know RFC 5746 are let in, and may renegotiate.
  bool secure_renegotiate = true;
  bool honor_cipher_order = false;
  /// OpenSSL's names joined by colons; empty: OpenSSL's defaults.
  std::string groups = {};
  std::string signature_algs = {};
  /// Client: 512, 1024, 2048, 4096; 0: not asked for.
  int max_fragment_length = 0;
  std::size_t handshake_bytes = handshake_bytes_max;
  /// The names of the authorities are told: by a server when it asks for a certificate, by a client of TLS 1.3 in its hello.
  bool certificate_authorities = false;
  bool fallback = false;
  bool keep_secrets = false;

  /// What may be spoken above TLS: a client's offers, a server's in order of preference.
  std::vector<std::string> alpn = {};
  std::vector<std::string> next_protocols = {};
  next_protocol_choice next_protocol = {};

  /// There is a user_lookup_fun.
  bool looks_up_users = false;
  /// A client's identity, a server's hint.
  std::string psk_identity = {};
  std::string srp_user = {};
  std::string srp_password = {};

  // -- not options: set by who makes the connection -------------------------------------------------------------------------------

  /// Somebody else decides about the peer's certificate, at any later time; see engine::decide.
  bool decision_awaited = false;
  /// And validates the chain too: nothing is found before it is asked.
  bool validated_later = false;
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

/// Who has a say about the peer besides OpenSSL.
struct verification_settings {
  bool asks_peer = false; // a certificate is validated, or somebody looks at it all the same
  std::optional<fun_with_state> verify_fun = {};
  std::optional<fun> partial_chain = {};
  hostname_rules names = {};
};

/// A server's other options, by the name that a client asks for.
struct server_name_settings {
  struct host {
    std::string name;
    term options;
  };
  std::vector<host> hosts = {};
  std::optional<fun> choice = {};
};

struct settings {
  context_settings context;
  verification_settings verification;
  server_name_settings server_names;
  std::optional<fun_with_state> user_lookup;
  /// Bytes until the own key of TLS 1.3 is changed.
  std::uint64_t key_update_at = key_bytes_max;
  bool log_alert = true;
  /// Stops when the peer has said its hello, until handshake_continue.
  bool pauses_at_hello = false;
  /// How long a connection is idle before it gives back what it can do without; nothing: never.
  std::optional<std::chrono::milliseconds> hibernate_after = {};
  stream_settings stream;
  name_settings name;
  /// What goes to the transport as it is: {ip, _}, {nodelay, _}, {reuseaddr, _}, {backlog, _}, inet, inet6.
  std::vector<term> transport;
};

} // namespace agner::ssl::internal
