// SPDX-License-Identifier: Apache-2.0

#include "shared_secrets.hpp"

#include <array>
#include <cstring>
#include <string>

#include <openssl/srp.h>

#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_views.hpp"
#include "engine.hpp"

// OpenSSL 3 calls SRP deprecated; Erlang's ssl has it.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace agner::ssl::internal {
namespace {

engine& engine_of(const SSL* ssl) { return *static_cast<engine*>(SSL_get_app_data(ssl)); }

/// What user_lookup_fun says: the second element of {ok, _}; nothing for error, and where it fails.
std::optional<term> looked_up(const SSL* ssl, term kind, term identity) {
  const auto& by = engine_of(ssl).user_lookup();
  if (!by) return std::nullopt;
  const auto answer = by->function.call_at_once({std::move(kind), std::move(identity), by->state});
  if (!answer || !answer->is_tagged("ok"_atom, 2)) return std::nullopt;
  return (*answer)[1];
}

/// The identity as Erlang's callbacks get it; a binary where it is no text.
term identity_term(const char* text) {
  try {
    return string(text);
  } catch (const raised&) {
    return binary(text);
  }
}

// -- pre-shared keys ----------------------------------------------------------------------------------------------------------------

unsigned copy_secret(const std::optional<term>& secret, unsigned char* into, unsigned most) {
  if (!secret || !secret->is_binary() || secret->bytes().size() > most) return 0;
  std::memcpy(into, secret->bytes().data(), secret->bytes().size());
  return static_cast<unsigned>(secret->bytes().size());
}

/// OpenSSL asks before the ClientHello too, for a secret of TLS 1.3 that nobody has agreed on: suites of TLS 1.2 are what the secrets are for, as in OTP.
bool asks_for_tls1_3(const SSL* ssl) {
  const auto at = SSL_get_state(ssl);
  return at == TLS_ST_BEFORE || at == TLS_ST_CW_CLNT_HELLO;
}

/// @source OTP 25 lib/ssl, ssl_handshake: premaster_secret, with the client's psk_identity
unsigned client_key(SSL* ssl, const char* hint, char* identity, unsigned identity_most, unsigned char* into,
                    unsigned most) noexcept {
  try {
    if (asks_for_tls1_3(ssl)) return 0;
    const auto& name = engine_of(ssl).shared()->settings().psk_identity;
    if (name.size() + 1 > identity_most) return 0;
    const auto secret = looked_up(ssl, "psk"_atom, hint == nullptr ? term{"undefined"_atom} : identity_term(hint));
    std::memcpy(identity, name.c_str(), name.size() + 1);
    return copy_secret(secret, into, most);
  } catch (...) {
    return 0;
  }
}

unsigned server_key(SSL* ssl, const char* identity, unsigned char* into, unsigned most) noexcept {
  try {
    if (SSL_version(ssl) == TLS1_3_VERSION) return 0; // as above
    return copy_secret(looked_up(ssl, "psk"_atom, identity_term(identity)), into, most);
  } catch (...) {
    return 0;
  }
}

// -- passwords ----------------------------------------------------------------------------------------------------------------------

using number_context_ptr = std::unique_ptr<BN_CTX, freed_by<BN_CTX_free>>;

bignum_ptr number_of(const term& bytes) {
  const auto of = bytes.bytes();
  return bignum_ptr{BN_bin2bn(reinterpret_cast<const unsigned char*>(of.data()), static_cast<int>(of.size()), nullptr)};
}

/// srp_1024 and so on. @source RFC 5054, appendix A
const SRP_gN* group_of(const term& name) {
  if (!name.is_atom()) return nullptr;
  std::string_view text = name.as_atom().name();
  if (!text.starts_with("srp_")) return nullptr;
  text.remove_prefix(4);
  return SRP_get_default_gN(std::string(text).c_str());
}

/// {Group, Salt, DerivedKey}: the verifier is g to the power of the derived key.
bool set_user(SSL* ssl, const term& user) {
  if (!user.is_tuple() || user.size() != 3 || !user[1].is_binary() || !user[2].is_binary()) return false;
  const SRP_gN* group = group_of(user[0]);
  if (group == nullptr) return false;
  const auto salt = number_of(user[1]);
  const auto key = number_of(user[2]);
  const bignum_ptr verifier{BN_new()};
  const number_context_ptr work{BN_CTX_new()};
  if (!salt || !key || !verifier || !work) return false;
  if (BN_mod_exp(verifier.get(), group->g, key.get(), group->N, work.get()) != 1) return false;
  return SSL_set_srp_server_param(ssl, group->N, group->g, salt.get(), verifier.get(), nullptr) == 1;
}

int find_user(SSL* ssl, int* alert, void* /*unused*/) noexcept {
  try {
    const char* name = SSL_get_srp_username(ssl);
    const auto user = name == nullptr ? std::nullopt : looked_up(ssl, "srp"_atom, identity_term(name));
    if (user && set_user(ssl, *user)) return SSL_ERROR_NONE;
  } catch (...) {
  }
  *alert = SSL_AD_UNKNOWN_PSK_IDENTITY;
  return SSL3_AL_FATAL;
}

} // namespace

void install_secrets(SSL_CTX* into, const context_settings& of) {
  if (of.side == role::client) {
    if (of.looks_up_users) SSL_CTX_set_psk_client_callback(into, client_key);
    if (of.srp_user.empty()) return;
    SSL_CTX_set_srp_username(into, const_cast<char*>(of.srp_user.c_str()));
    SSL_CTX_set_srp_password(into, const_cast<char*>(of.srp_password.c_str()));
    return;
  }
  if (!of.looks_up_users) return;
  SSL_CTX_set_psk_server_callback(into, server_key);
  if (!of.psk_identity.empty()) SSL_CTX_use_psk_identity_hint(into, of.psk_identity.c_str());
  SSL_CTX_set_srp_username_callback(into, find_user);
}

} // namespace agner::ssl::internal
