// SPDX-License-Identifier: Apache-2.0
// The options of ssl:connect, ssl:listen and ssl:handshake as a struct, for designated initialisers: {.certfile = "cert.pem", .keyfile = "key.pem"}.
// A member that is not set takes its default. The same names are accepted as Erlang terms; one check serves both forms. Where defaults come from: docs/tls-engine.md.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../actors/inet_options.hpp"

namespace agner::ssl {

/// Whether the peer's certificate is validated. A server that does not verify asks for no certificate.
enum class verify_type : std::uint8_t { verify_none, verify_peer };
using enum verify_type;

/// 'tlsv1.2' and 'tlsv1.3'.
enum class protocol_version : std::uint8_t { tlsv1_2, tlsv1_3 };
using enum protocol_version;

/// The value `disable` of server_name_indication.
struct disable_t {};
inline constexpr disable_t disable;

/// A host name, or `disable`: no server name is sent and the certificate's names are not compared with anything.
struct name_indication {
  name_indication(std::string host) : name(std::move(host)) {}
  name_indication(const char* host) : name(host) {}
  name_indication(disable_t) {}
  std::optional<std::string> name;
};

/// `.active = ssl::once`
using inet::once;

struct options {
  // -- certificates and keys ------------------------------------------------------------------------------------------------------

  /// PEM file with the own certificate first, and those of intermediate authorities after it. A server needs one.
  std::optional<std::string> certfile;
  /// PEM file with the private key. Default: certfile.
  std::optional<std::string> keyfile;
  /// PEM file with the certificates of trusted authorities. Needed to verify a peer.
  std::optional<std::string> cacertfile;
  /// Password of an encrypted keyfile.
  std::optional<std::string> password;

  // -- verification ---------------------------------------------------------------------------------------------------------------

  /// Default: verify_peer for a client, verify_none for a server.
  std::optional<verify_type> verify;
  /// Server only: refuse a client without a certificate. Default: false.
  std::optional<bool> fail_if_no_peer_cert;
  /// Most intermediate authorities between the peer's certificate and a trusted one. Default: 10.
  std::optional<int> depth;
  /// Client only: the name sent to the server and looked for in its certificate. Default: the host given to connect.
  std::optional<name_indication> server_name_indication;

  // -- protocol -------------------------------------------------------------------------------------------------------------------

  /// Default: TLS 1.3 and 1.2.
  std::optional<std::vector<protocol_version>> versions;
  /// Suites in order of preference, by OpenSSL's or IANA's names. Default: every suite with forward secrecy that OTP 25 offers by default.
  std::optional<std::vector<std::string>> ciphers;
  /// Server only: let a TLS 1.2 client renegotiate. Default: false.
  std::optional<bool> client_renegotiation;

  // -- the stream -----------------------------------------------------------------------------------------------------------------

  /// As a list of integers or as a binary. Default: list.
  std::optional<inet::mode> mode;
  /// Bytes of the length in front of each packet: 0 (none), 1, 2 or 4. Default: 0.
  std::optional<int> packet;
  /// Longest packet that is accepted, in bytes; 0: no limit of its own. Default: 0.
  std::optional<std::size_t> packet_size;
  /// When what comes becomes messages to the controlling process: `true`, `false`, `once`, or for the next N, which setopts adds up. Default: true.
  std::optional<inet::active_option> active;

  // -- the transport --------------------------------------------------------------------------------------------------------------

  /// Local address, as text.
  std::optional<std::string> ip;
  std::optional<bool> nodelay;
  std::optional<bool> keepalive;
  std::optional<bool> reuseaddr;
  /// Bytes that the kernel keeps for reading and for writing.
  std::optional<int> recbuf;
  std::optional<int> sndbuf;
  /// Server only: connections that may wait to be accepted.
  std::optional<int> backlog;
};

} // namespace agner::ssl
