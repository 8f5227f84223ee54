// SPDX-License-Identifier: Apache-2.0

#include "engine_facts.hpp"

#include <array>

#include "../../runtime/term_builders.hpp"
#include "cipher_suites.hpp"

namespace agner::ssl::internal {
namespace {

term protocol(const SSL* of) {
  switch (SSL_version(of)) {
  case TLS1_VERSION: return "tlsv1"_atom;
  case TLS1_1_VERSION: return "tlsv1.1"_atom;
  case TLS1_2_VERSION: return "tlsv1.2"_atom;
  default: return "tlsv1.3"_atom;
  }
}

std::span<const std::byte> bytes_of(const std::array<unsigned char, 64>& of, std::size_t size) {
  return {reinterpret_cast<const std::byte*>(of.data()), size};
}

term client_random(const SSL* of) {
  std::array<unsigned char, 64> room{};
  return binary(bytes_of(room, SSL_get_client_random(of, room.data(), room.size())));
}
term server_random(const SSL* of) {
  std::array<unsigned char, 64> room{};
  return binary(bytes_of(room, SSL_get_server_random(of, room.data(), room.size())));
}

/// Of TLS 1.3 there is none: keep_secrets has what takes its place.
term master_secret(const SSL* of) {
  const SSL_SESSION* session = SSL_get_session(of);
  if (session == nullptr || SSL_version(of) == TLS1_3_VERSION) return "undefined"_atom;
  std::array<unsigned char, 64> room{};
  const term made = binary(bytes_of(room, SSL_SESSION_get_master_key(session, room.data(), room.size())));
  OPENSSL_cleanse(room.data(), room.size());
  return made;
}

term srp_user(const SSL* of) {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
  const char* name = SSL_get_srp_username(const_cast<SSL*>(of));
#pragma clang diagnostic pop
  return name == nullptr ? term{"undefined"_atom} : binary(name);
}

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

bool is_secret_fact(const term& name) {
  return name.is("client_random"_atom) || name.is("server_random"_atom) || name.is("master_secret"_atom) ||
         name.is("keylog"_atom);
}

std::vector<term> connection_facts(const engine& of) {
  const SSL* ssl = of.native();
  std::vector<term> lines;
  for (const auto& line : of.key_log())
    lines.push_back(string(line));
  return {
      tuple("keylog"_atom, lines.empty() ? term{"undefined"_atom} : list_of(std::move(lines))),
      tuple("protocol"_atom, protocol(ssl)),
      tuple("session_id"_atom, session_id(ssl)),
      tuple("session_resumption"_atom, SSL_session_reused(ssl) != 0),
      tuple("selected_cipher_suite"_atom, suite(ssl)),
      tuple("sni_hostname"_atom, server_name(ssl)),
      tuple("srp_username"_atom, srp_user(ssl)),
      tuple("client_random"_atom, client_random(ssl)),
      tuple("server_random"_atom, server_random(ssl)),
      tuple("master_secret"_atom, master_secret(ssl)),
  };
}

} // namespace agner::ssl::internal
