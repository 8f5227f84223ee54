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
#include "../runtime/term.hpp"
#include "fun.hpp"

namespace agner::ssl {

/// Whether the peer's certificate is validated. A server that does not verify asks for no certificate.
enum class verify_type : std::uint8_t { verify_none, verify_peer };
using enum verify_type;

/// tlsv1, 'tlsv1.1', 'tlsv1.2' and 'tlsv1.3'.
enum class protocol_version : std::uint8_t { tlsv1, tlsv1_1, tlsv1_2, tlsv1_3 };
using enum protocol_version;

/// How far a handshake goes by itself: to its end, or until the peer has said its hello.
enum class handshake_extent : std::uint8_t { full, hello };
using enum handshake_extent;

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
  /// The own certificate as DER in a binary, or a list of them with the own one first. Overrides certfile.
  std::optional<term> cert;
  /// `{'PrivateKeyInfo', Der}`, or with the type 'RSAPrivateKey', 'DSAPrivateKey' or 'ECPrivateKey'. Overrides keyfile.
  std::optional<term> key;
  /// More certificates, for peers that take other kinds of keys: `[#{certfile => File, keyfile => File, password => Text}]`, or with cert and key.
  std::optional<term> certs_keys;
  /// Trusted authorities as DER: a list of binaries. Overrides cacertfile.
  std::optional<term> cacerts;
  /// Server only: Diffie-Hellman parameters, as DER in a binary, or a PEM file with them. Default: such as fit the key.
  std::optional<term> dh;
  std::optional<std::string> dhfile;

  // -- verification ---------------------------------------------------------------------------------------------------------------

  /// Default: verify_peer for a client, verify_none for a server.
  std::optional<verify_type> verify;
  /// Server only: refuse a client without a certificate. Default: false.
  std::optional<bool> fail_if_no_peer_cert;
  /// Asked about each certificate of the peer's chain: what is wrong with it, its extensions, and at last `valid` or `valid_peer`. Takes the certificate, the event and a state; with
  /// four parameters the certificate's DER comes second. Gives `{valid, State}`, `{unknown, State}` or `{fail, Reason}`. Default: whatever is wrong is refused.
  std::optional<fun_with_state> verify_fun;
  /// Asked which certificate of the chain to trust: takes a list of DER, the authority first; gives `{trusted_ca, Der}` or `unknown_ca`.
  std::optional<fun> partial_chain;
  /// Client only: how host names are compared, `[{match_fun, Fun}, {fail_callback, Fun}, {fqdn_fun, Fun}]` with funs as_term(); public_key::pkix_verify_hostname_match_fun is one.
  std::optional<term> customize_hostname_check;
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
  /// False: peers that do not know RFC 5746 may connect and renegotiate. Default: true.
  std::optional<bool> secure_renegotiate;
  /// Server only: the order of its own suites counts. Default: false.
  std::optional<bool> honor_cipher_order;
  /// Groups for the key exchange in order of preference, by Erlang's names: `{"x25519", "secp256r1"}`. Default: OpenSSL's.
  std::optional<std::vector<std::string>> supported_groups;
  /// Schemes of TLS 1.3, such as "ecdsa_secp256r1_sha256". Default: OpenSSL's.
  std::optional<std::vector<std::string>> signature_algs;
  /// Client only: longest record, 512, 1024, 2048 or 4096. Default: not asked for.
  std::optional<int> max_fragment_length;
  /// Most bytes of a handshake. Default: 262144.
  std::optional<int> max_handshake_size;
  /// Tell the peer which authorities are trusted. Default: true for a server, false for a client.
  std::optional<bool> certificate_authorities;
  /// Bytes after which a key of TLS 1.3 is changed. Default: 388736063997.
  std::optional<std::int64_t> key_update_at;
  /// Keep the secrets of TLS 1.3 for connection_information. Default: false.
  std::optional<bool> keep_secrets;
  /// Client only: say that this is another try, with an older version. Default: false.
  std::optional<bool> fallback;

  /// `ssl::hello`: connect and handshake return when the peer has said its hello; see hello_extensions. Default: full.
  std::optional<handshake_extent> handshake;

  // -- names ----------------------------------------------------------------------------------------------------------------------

  /// What may be spoken above TLS (ALPN): a client's list, a server's in order of preference.
  std::optional<std::vector<std::string>> alpn_advertised_protocols;
  std::optional<std::vector<std::string>> alpn_preferred_protocols;
  /// The same by Next Protocol Negotiation, TLS 1.2: a server's list; `{client, [<<"a">>]}` of a client.
  std::optional<std::vector<std::string>> next_protocols_advertised;
  std::optional<term> client_preferred_next_protocols;
  /// Server only: options over these for a host, `[{"host", [{certfile, "host.pem"}]}]`, or a function of the name that gives them, or `undefined`.
  std::optional<term> sni_hosts;
  std::optional<fun> sni_fun;

  // -- secrets instead of certificates --------------------------------------------------------------------------------------------

  /// Takes `psk` or `srp`, an identity and the state; gives `{ok, Secret}`, `{ok, {srp_2048, Salt, DerivedKey}}` or `error`, at once.
  std::optional<fun_with_state> user_lookup_fun;
  /// A client's identity; a server's hint.
  std::optional<std::string> psk_identity;
  /// Client only: `{User, Password}`.
  std::optional<term> srp_identity;

  // -- logging --------------------------------------------------------------------------------------------------------------------

  /// Alerts are logged, as notices. Default: true.
  std::optional<bool> log_alert;

  /// Milliseconds without anything to do after which a connection gives back the memory that it can do without. Default: never.
  std::optional<int> hibernate_after;

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
