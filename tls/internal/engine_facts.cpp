// SPDX-License-Identifier: Apache-2.0

#include "engine_facts.hpp"

#include "../../runtime/term_builders.hpp"
#include "cipher_suites.hpp"

namespace agner::ssl::internal {
namespace {

term protocol(const SSL* of) { return SSL_version(of) == TLS1_3_VERSION ? term("tlsv1.3"_atom) : term("tlsv1.2"_atom); }

term suite(const SSL* of) {
  const SSL_CIPHER* used = SSL_get_current_cipher(of);
  const auto* const known = used == nullptr ? nullptr : suite_numbered(SSL_CIPHER_get_protocol_id(used));
  return known == nullptr ? term("undefined"_atom) : suite_map(*known);
}

/// What a server was asked for; a client has none to tell, as in OTP. It comes from the peer: text that is no UTF-8 is given as a binary.
term server_name(const SSL* of) {
  const char* name = SSL_is_server(of) != 0 ? SSL_get_servername(of, TLSEXT_NAMETYPE_host_name) : nullptr;
  if (name == nullptr) return "undefined"_atom;
  try {
    return string(name);
  } catch (const raised&) {
    return binary(name);
  }
}

term session_id(const SSL* of) {
  unsigned length = 0;
  const SSL_SESSION* session = SSL_get_session(of);
  const unsigned char* id = session == nullptr ? nullptr : SSL_SESSION_get_id(session, &length);
  return binary(std::span{reinterpret_cast<const std::byte*>(id), length});
}

} // namespace

std::vector<term> connection_facts(const engine& of) {
  const SSL* ssl = of.native();
  return {
      tuple("protocol"_atom, protocol(ssl)),
      tuple("session_id"_atom, session_id(ssl)),
      tuple("session_resumption"_atom, SSL_session_reused(ssl) != 0),
      tuple("selected_cipher_suite"_atom, suite(ssl)),
      tuple("sni_hostname"_atom, server_name(ssl)),
  };
}

} // namespace agner::ssl::internal
