// SPDX-License-Identifier: Apache-2.0

#include "context.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "../../runtime/term_builders.hpp"
#include "application_protocol.hpp"
#include "engine_hooks.hpp"
#include "key_material.hpp"
#include "limits.hpp"
#include "openssl_errors.hpp"
#include "shared_secrets.hpp"

namespace agner::ssl::internal {
namespace {

// -- certificates and trust ---------------------------------------------------------------------------------------------------------

/// Works out what OpenSSL keeps of a certificate's extensions. It would do so when it first looks at the certificate, by then in several handshakes at once, which would wait for
/// each other. What cannot be worked out is found again where it counts.
void read_extensions(X509* of) {
  X509_check_purpose(of, -1, 0);
  clear_openssl_errors();
}

/// Some are refused only here: keys and digests too weak for OpenSSL's security level.
bool use_certificate(SSL_CTX* into, const own_certificate& of, option_faults& faults) {
  clear_openssl_errors();
  if (SSL_CTX_use_certificate(into, of.certificate.get()) != 1) {
    faults.bad_file("certfile"_atom, of.from.certfile, "the certificate cannot be used: " + take_openssl_error());
    return false;
  }
  for (const auto& one : of.intermediates) {
    if (SSL_CTX_add1_chain_cert(into, one.get()) == 1) continue;
    faults.bad_file("certfile"_atom, of.from.certfile,
                    "an intermediate certificate cannot be used: " + take_openssl_error());
    return false;
  }
  if (SSL_CTX_use_PrivateKey(into, of.key.get()) == 1) return true;
  faults.bad_file("keyfile"_atom, of.from.keyfile, "the key cannot be used: " + take_openssl_error());
  return false;
}

/// The chain that is sent is built once, here, from the intermediates and the authorities; OpenSSL would build it anew in every handshake.
void build_chain(SSL_CTX* in) {
  constexpr int flags = SSL_BUILD_CHAIN_FLAG_UNTRUSTED | SSL_BUILD_CHAIN_FLAG_NO_ROOT |
                        SSL_BUILD_CHAIN_FLAG_IGNORE_ERROR | SSL_BUILD_CHAIN_FLAG_CLEAR_ERROR;
  SSL_CTX_build_cert_chain(in, flags);
  clear_openssl_errors();
}

/// OpenSSL holds one of each kind of key: the first that was given.
void use_certificates(SSL_CTX* into, const key_material& from, option_faults& faults) {
  SSL_CTX_set_mode(into, SSL_MODE_NO_AUTO_CHAIN);
  std::vector<int> kinds;
  for (const auto& one : from.own) {
    const int kind = EVP_PKEY_get_id(one.key.get());
    if (std::ranges::find(kinds, kind) != kinds.end()) continue;
    kinds.push_back(kind);
    if (use_certificate(into, one, faults)) build_chain(into);
  }
}

void trust_authorities(SSL_CTX* into, const context_settings& of, const key_material& from, option_faults& faults) {
  X509_STORE* store = SSL_CTX_get_cert_store(into);
  clear_openssl_errors();
  for (const auto& one : from.authorities) {
    read_extensions(one.get());
    const bool tells = of.certificate_authorities && of.verify_peer;
    const bool told = !tells || SSL_CTX_add1_to_CA_list(into, one.get()) == 1;
    if (X509_STORE_add_cert(store, one.get()) == 1 && told) continue;
    faults.bad_file("cacertfile"_atom, of.cacertfile, "a certificate cannot be used: " + take_openssl_error());
    return;
  }
}

// -- the protocol -------------------------------------------------------------------------------------------------------------------

bool names_any(std::string_view suites, std::string_view part) { return suites.contains(part); }

/// Versions and suites that OpenSSL holds for too weak are spoken where they were named.
void allow_what_was_named(SSL_CTX* in, const context_settings& of) {
  const bool old = of.tls1_0 || of.tls1_1;
  const bool anonymous = names_any(of.ciphers_1_2, "ADH-") || names_any(of.ciphers_1_2, "AECDH-");
  if (old || anonymous) SSL_CTX_set_security_level(in, 0);
}

void set_versions(SSL_CTX* in, const context_settings& of, option_faults& faults) {
  allow_what_was_named(in, of);
  const int least = of.tls1_0 ? TLS1_VERSION : of.tls1_1 ? TLS1_1_VERSION : of.tls1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
  const int most = of.tls1_3 ? TLS1_3_VERSION : of.tls1_2 ? TLS1_2_VERSION : of.tls1_1 ? TLS1_1_VERSION : TLS1_VERSION;
  SSL_CTX_set_min_proto_version(in, least);
  SSL_CTX_set_max_proto_version(in, most);
  clear_openssl_errors();
  const bool suites_1_2 = of.ciphers_1_2.empty() || SSL_CTX_set_cipher_list(in, of.ciphers_1_2.c_str()) == 1;
  const bool suites_1_3 = SSL_CTX_set_ciphersuites(in, of.ciphers_1_3.c_str()) == 1;
  if (!suites_1_2 || !suites_1_3)
    faults.expected("ciphers"_atom, binary(of.ciphers_1_2 + ":" + of.ciphers_1_3),
                    "suites that OpenSSL allows: " + take_openssl_error());
}

void set_groups(SSL_CTX* in, const context_settings& of, option_faults& faults) {
  clear_openssl_errors();
  std::string groups = of.groups; // the macros want text that may change
  std::string schemes = of.signature_algs;
  if (!groups.empty() && SSL_CTX_set1_groups_list(in, groups.data()) != 1)
    faults.expected("supported_groups"_atom, binary(of.groups),
                    "groups that this OpenSSL has: " + take_openssl_error());
  if (!schemes.empty() && SSL_CTX_set1_sigalgs_list(in, schemes.data()) != 1)
    faults.expected("signature_algs"_atom, binary(of.signature_algs),
                    "schemes that this OpenSSL has: " + take_openssl_error());
}

void set_key_exchange(SSL_CTX* in, const context_settings& of, key_material& from, option_faults& faults) {
  if (of.side != role::server) return;
  if (!from.dh) {
    SSL_CTX_set_dh_auto(in, 1);
    return;
  }
  clear_openssl_errors();
  if (SSL_CTX_set0_tmp_dh_pkey(in, from.dh.get()) == 1)
    (void)from.dh.release();
  else
    faults.expected(of.dh.empty() ? "dhfile"_atom.value() : "dh"_atom.value(), "..."_atom,
                    "parameters that OpenSSL holds for safe: " + take_openssl_error());
}

void set_options(SSL_CTX* in, const context_settings& of) {
  SSL_CTX_set_options(in, SSL_OP_NO_COMPRESSION);
  if (!of.sessions) SSL_CTX_set_options(in, SSL_OP_NO_TICKET);
  if (of.client_renegotiation) SSL_CTX_set_options(in, SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
  if (!of.secure_renegotiate)
    SSL_CTX_set_options(in, SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION | SSL_OP_LEGACY_SERVER_CONNECT);
  if (of.honor_cipher_order) SSL_CTX_set_options(in, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(in, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (of.fallback) SSL_CTX_set_mode(in, SSL_MODE_SEND_FALLBACK_SCSV);
  SSL_CTX_set_max_cert_list(in, static_cast<long>(of.handshake_bytes));
  if (of.max_fragment_length != 0) {
    int code = TLSEXT_max_fragment_length_512; // 1 for 512, 2 for 1024, 3 for 2048, 4 for 4096
    for (int length = 512; length < of.max_fragment_length; length *= 2)
      ++code;
    SSL_CTX_set_tlsext_max_fragment_length(in, static_cast<std::uint8_t>(code));
  }
}

/// Nothing is kept in OpenSSL's own cache: its sessions could be resumed before the peer is accepted.
void set_sessions(SSL_CTX* in, const context_settings& of) {
  constexpr std::string_view id = "agner";
  SSL_CTX_set_session_id_context(in, reinterpret_cast<const unsigned char*>(id.data()),
                                 static_cast<unsigned>(id.size()));
  const bool keeps = of.sessions && of.side == role::client;
  SSL_CTX_set_session_cache_mode(in, keeps ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL : SSL_SESS_CACHE_OFF);
  if (of.side == role::server) SSL_CTX_set_num_tickets(in, of.sessions ? tickets_per_handshake : 0);
}

/// A server asks for the certificate once: a renegotiation keeps whom the first handshake accepted.
void set_verification(SSL_CTX* in, const context_settings& of) {
  int mode = SSL_VERIFY_NONE;
  if (of.side == role::client && (of.verify_peer || of.decision_awaited)) mode = SSL_VERIFY_PEER;
  if (of.side == role::server && of.verify_peer) mode = SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE;
  if (of.side == role::server && of.verify_peer && of.fail_if_no_peer_cert) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  SSL_CTX_set_verify(in, mode, nullptr);
  SSL_CTX_set_verify_depth(in, of.depth);
}

} // namespace

std::shared_ptr<const context> context::make(const context_settings& of, option_faults& faults) {
  const auto faults_before = faults.size();
  auto material = read_key_material(of, faults);
  context_ptr made{SSL_CTX_new(of.side == role::client ? TLS_client_method() : TLS_server_method())};
  if (!made) throw std::bad_alloc{};

  set_versions(made.get(), of, faults);
  trust_authorities(made.get(), of, material, faults);
  use_certificates(made.get(), material, faults);
  set_groups(made.get(), of, faults);
  set_key_exchange(made.get(), of, material, faults);
  install_protocols(made.get(), of);
  install_secrets(made.get(), of);
  set_options(made.get(), of);
  set_sessions(made.get(), of);
  set_verification(made.get(), of);
  install_hooks(made.get(), of);
  if (faults.size() != faults_before) return nullptr;

  context_settings kept = of;
  const auto forget = [](std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
  };
  for (std::string* secret : {&kept.password, &kept.key, &kept.srp_password})
    forget(*secret);
  for (auto& one : kept.certs_keys) {
    forget(one.password);
    forget(one.key);
  }
  return std::make_shared<const context>(std::move(made), std::move(kept));
}

} // namespace agner::ssl::internal
