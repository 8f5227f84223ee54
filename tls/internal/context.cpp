// SPDX-License-Identifier: Apache-2.0

#include "context.hpp"

#include <string_view>

#include "../../runtime/term_builders.hpp"
#include "engine_hooks.hpp"
#include "key_material.hpp"
#include "limits.hpp"
#include "openssl_errors.hpp"

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
void use_certificate(SSL_CTX* into, const context_settings& of, const key_material& from, option_faults& faults) {
  if (!from.certificate || !from.key) return;
  clear_openssl_errors();
  if (SSL_CTX_use_certificate(into, from.certificate.get()) != 1) {
    faults.bad_file("certfile"_atom, of.certfile, "the certificate cannot be used: " + take_openssl_error());
    return;
  }
  for (const auto& one : from.intermediates) {
    if (SSL_CTX_add1_chain_cert(into, one.get()) == 1) continue;
    faults.bad_file("certfile"_atom, of.certfile,
                    "an intermediate certificate cannot be used: " + take_openssl_error());
    return;
  }
  if (SSL_CTX_use_PrivateKey(into, from.key.get()) != 1)
    faults.bad_file("keyfile"_atom, of.keyfile, "the key cannot be used: " + take_openssl_error());
}

void trust_authorities(SSL_CTX* into, const context_settings& of, const key_material& from, option_faults& faults) {
  X509_STORE* store = SSL_CTX_get_cert_store(into);
  clear_openssl_errors();
  for (const auto& one : from.authorities) {
    read_extensions(one.get());
    const bool named = of.side == role::client || !of.verify_peer || SSL_CTX_add_client_CA(into, one.get()) == 1;
    if (X509_STORE_add_cert(store, one.get()) == 1 && named) continue;
    faults.bad_file("cacertfile"_atom, of.cacertfile, "a certificate cannot be used: " + take_openssl_error());
    return;
  }
}

/// The chain that is sent is built once, here, from the intermediates and the authorities; OpenSSL would build it anew in every handshake.
void build_chain(SSL_CTX* in, const key_material& from) {
  SSL_CTX_set_mode(in, SSL_MODE_NO_AUTO_CHAIN);
  if (!from.certificate) return;
  constexpr int flags = SSL_BUILD_CHAIN_FLAG_UNTRUSTED | SSL_BUILD_CHAIN_FLAG_NO_ROOT |
                        SSL_BUILD_CHAIN_FLAG_IGNORE_ERROR | SSL_BUILD_CHAIN_FLAG_CLEAR_ERROR;
  SSL_CTX_build_cert_chain(in, flags);
  clear_openssl_errors();
}

// -- the protocol -------------------------------------------------------------------------------------------------------------------

void set_versions(SSL_CTX* in, const context_settings& of, option_faults& faults) {
  SSL_CTX_set_min_proto_version(in, of.tls1_2 ? TLS1_2_VERSION : TLS1_3_VERSION);
  SSL_CTX_set_max_proto_version(in, of.tls1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  clear_openssl_errors();
  const bool suites_1_2 = of.ciphers_1_2.empty() || SSL_CTX_set_cipher_list(in, of.ciphers_1_2.c_str()) == 1;
  const bool suites_1_3 = SSL_CTX_set_ciphersuites(in, of.ciphers_1_3.c_str()) == 1;
  if (!suites_1_2 || !suites_1_3)
    faults.expected("ciphers"_atom, binary(of.ciphers_1_2 + ":" + of.ciphers_1_3),
                    "suites that OpenSSL allows: " + take_openssl_error());
}

void set_options(SSL_CTX* in, const context_settings& of) {
  SSL_CTX_set_options(in, SSL_OP_NO_COMPRESSION);
  if (!of.sessions) SSL_CTX_set_options(in, SSL_OP_NO_TICKET);
  if (of.client_renegotiation) SSL_CTX_set_options(in, SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
  if (of.side == role::server) SSL_CTX_set_dh_auto(in, 1);
  SSL_CTX_set_mode(in, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_max_cert_list(in, static_cast<long>(handshake_bytes_max));
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
  const auto material = read_key_material(of, faults);
  context_ptr made{SSL_CTX_new(of.side == role::client ? TLS_client_method() : TLS_server_method())};
  if (!made) throw std::bad_alloc{};

  use_certificate(made.get(), of, material, faults);
  trust_authorities(made.get(), of, material, faults);
  build_chain(made.get(), material);
  set_versions(made.get(), of, faults);
  set_options(made.get(), of);
  set_sessions(made.get(), of);
  set_verification(made.get(), of);
  install_hooks(made.get(), of);
  if (faults.size() != faults_before) return nullptr;

  context_settings kept = of;
  OPENSSL_cleanse(kept.password.data(), kept.password.size());
  kept.password.clear();
  return std::make_shared<const context>(std::move(made), std::move(kept));
}

} // namespace agner::ssl::internal
