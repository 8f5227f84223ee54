// SPDX-License-Identifier: Apache-2.0

#include "engine_facts.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

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

/// The curve of a key exchange before TLS 1.3, by Erlang's name.
term curve(const SSL* of) {
  const SSL_CIPHER* used = SSL_get_current_cipher(of);
  const auto* const known = used == nullptr ? nullptr : suite_numbered(SSL_CIPHER_get_protocol_id(used));
  if (known == nullptr || !known->key_exchange.starts_with("ecdh")) return "undefined"_atom;
  const auto number = static_cast<int>(SSL_get_negotiated_group(const_cast<SSL*>(of)));
  if (number == NID_X9_62_prime256v1) return tuple("named_curve"_atom, "secp256r1"_atom);
  if (number == NID_X9_62_prime192v1) return tuple("named_curve"_atom, "secp192r1"_atom);
  if (number == NID_X25519) return tuple("named_curve"_atom, "x25519"_atom);
  if (number == NID_X448) return tuple("named_curve"_atom, "x448"_atom);
  const char* name = number == NID_undef ? nullptr : OBJ_nid2sn(number);
  return name == nullptr ? term{"undefined"_atom} : tuple("named_curve"_atom, atom{name});
}

term fragment_length(const SSL* of) {
  const SSL_SESSION* session = SSL_get_session(of);
  const auto code = session == nullptr ? 0 : SSL_SESSION_get_max_fragment_length(session);
  return code == 0 ? term{"undefined"_atom} : term{256 << code};
}

/// Secrets of TLS 1.3 and the labels of their lines in a key log.
struct kept_secret {
  atom (*name)();
  std::string_view label;
};
template <agner::internal::literal_text Text>
constexpr kept_secret kept(std::string_view label) {
  return {&atom_literal<Text>::value, label};
}
constexpr std::array kept_secrets = {
    kept<"client_traffic_secret_0">("CLIENT_TRAFFIC_SECRET_0 "),
    kept<"server_traffic_secret_0">("SERVER_TRAFFIC_SECRET_0 "),
    kept<"client_handshake_traffic_secret">("CLIENT_HANDSHAKE_TRAFFIC_SECRET "),
    kept<"server_handshake_traffic_secret">("SERVER_HANDSHAKE_TRAFFIC_SECRET "),
    kept<"client_early_data_secret">("CLIENT_EARLY_TRAFFIC_SECRET "),
};

term bytes_of_digits(std::string_view digits) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string made;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    made += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
  return binary(made);
}

term secret_in(const std::vector<std::string>& key_log, std::string_view label) {
  for (const std::string_view line : key_log)
    if (line.starts_with(label)) return bytes_of_digits(line.substr(line.rfind(' ') + 1));
  return "undefined"_atom;
}

std::string digits_of(const term& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string made;
  for (const std::byte one : bytes.bytes()) {
    made += digits[static_cast<std::size_t>(one) >> 4U];
    made += digits[static_cast<std::size_t>(one) & 15U];
  }
  return made;
}

/// Before TLS 1.3 it can be told at any time.
term key_log(const engine& of) {
  std::vector<term> lines;
  for (const auto& line : of.key_log())
    lines.push_back(string(line));
  if (lines.empty() && SSL_version(of.native()) == TLS1_2_VERSION)
    lines.push_back(
        string("CLIENT_RANDOM " + digits_of(client_random(of.native())) + " " + digits_of(master_secret(of.native()))));
  return lines.empty() ? term{"undefined"_atom} : list_of(std::move(lines));
}

} // namespace

bool is_secret_fact(const term& name) {
  if (std::ranges::any_of(kept_secrets, [&](const kept_secret& one) { return name.is(one.name()); })) return true;
  return name.is("client_random"_atom) || name.is("server_random"_atom) || name.is("master_secret"_atom) ||
         name.is("keylog"_atom);
}

std::vector<term> connection_facts(const engine& of) {
  const SSL* ssl = of.native();
  std::vector<term> made = {
      tuple("keylog"_atom, key_log(of)),
      tuple("protocol"_atom, protocol(ssl)),
      tuple("session_id"_atom, session_id(ssl)),
      tuple("session_resumption"_atom, SSL_session_reused(ssl) != 0),
      tuple("selected_cipher_suite"_atom, suite(ssl)),
      tuple("sni_hostname"_atom, server_name(ssl)),
      tuple("srp_username"_atom, srp_user(ssl)),
      tuple("ecc"_atom, curve(ssl)),
      tuple("max_fragment_length"_atom, fragment_length(ssl)),
      tuple("client_random"_atom, client_random(ssl)),
      tuple("server_random"_atom, server_random(ssl)),
      tuple("master_secret"_atom, master_secret(ssl)),
  };
  for (const auto& one : kept_secrets)
    made.push_back(tuple(one.name(), secret_in(of.key_log(), one.label)));
  return made;
}

} // namespace agner::ssl::internal
