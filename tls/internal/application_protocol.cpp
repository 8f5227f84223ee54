// SPDX-License-Identifier: Apache-2.0

#include "application_protocol.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "engine.hpp"

namespace agner::ssl::internal {
namespace {

using names = std::vector<std::string>;

/// Each name behind its length. @source RFC 7301, section 3.1
std::string on_wire(const names& of) {
  std::string made;
  for (const auto& one : of) {
    made.push_back(static_cast<char>(one.size()));
    made += one;
  }
  return made;
}

names from_wire(const unsigned char* data, unsigned size) {
  names made;
  for (unsigned at = 0; at < size;) {
    const unsigned length = data[at++];
    if (length > size - at) break;
    made.emplace_back(reinterpret_cast<const char*>(data + at), length);
    at += length;
  }
  return made;
}

const context_settings& settings_of(const SSL* ssl) {
  return static_cast<const engine*>(SSL_get_app_data(ssl))->shared()->settings();
}

/// Points into @p of, which lives as long as the context.
void give(const std::string& of, const unsigned char** out, unsigned char* length) {
  *out = reinterpret_cast<const unsigned char*>(of.data());
  *length = static_cast<unsigned char>(of.size());
}

/// The server's first that the client has too. @source OTP 25 lib/ssl, ssl_handshake: handle_alpn_extension
int choose_alpn(SSL* ssl, const unsigned char** out, unsigned char* length, const unsigned char* offered, unsigned size,
                void* /*unused*/) noexcept {
  try {
    const names theirs = from_wire(offered, size);
    for (const auto& mine : settings_of(ssl).alpn) {
      if (std::ranges::find(theirs, mine) == theirs.end()) continue;
      give(mine, out, length);
      return SSL_TLSEXT_ERR_OK;
    }
  } catch (...) {
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL; // no_application_protocol
}

int advertise_next(SSL* ssl, const unsigned char** out, unsigned* length, void* wire) noexcept {
  (void)ssl;
  const auto& text = *static_cast<const std::string*>(wire);
  *out = reinterpret_cast<const unsigned char*>(text.data());
  *length = static_cast<unsigned>(text.size());
  return SSL_TLSEXT_ERR_OK;
}

const std::string* first_of_both(const names& by_preference, const names& others) {
  for (const auto& one : by_preference)
    if (std::ranges::find(others, one) != others.end()) return &one;
  return nullptr;
}

/// @source OTP 25 lib/ssl, ssl: make_next_protocol_selector, detect
int choose_next(SSL* ssl, unsigned char** out, unsigned char* length, const unsigned char* offered, unsigned size,
                void* /*unused*/) noexcept {
  try {
    const auto& choice = settings_of(ssl).next_protocol;
    const names theirs = from_wire(offered, size);
    const std::string* found =
        choice.server_decides ? first_of_both(theirs, choice.preferred) : first_of_both(choice.preferred, theirs);
    // A name of the server's own list is in memory that goes: the same of ours stays.
    if (found != nullptr) found = &*std::ranges::find(choice.preferred, *found);
    const std::string& chosen = found != nullptr ? *found : choice.fallback;
    *out = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(chosen.data()));
    *length = static_cast<unsigned char>(chosen.size());
    return SSL_TLSEXT_ERR_OK;
  } catch (...) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
}

/// Kept with the context, and freed with it.
std::string* kept_with(SSL_CTX* context, std::string text) {
  static const int place =
      SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, [](void*, void* kept, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<std::string*>(kept);
      });
  auto kept = std::make_unique<std::string>(std::move(text));
  if (SSL_CTX_set_ex_data(context, place, kept.get()) != 1) throw std::bad_alloc{};
  return kept.release();
}

} // namespace

void install_protocols(SSL_CTX* into, const context_settings& of) {
  if (of.side == role::client) {
    if (!of.alpn.empty()) {
      const std::string wire = on_wire(of.alpn);
      SSL_CTX_set_alpn_protos(into, reinterpret_cast<const unsigned char*>(wire.data()),
                              static_cast<unsigned>(wire.size()));
    }
    if (of.next_protocol.wanted) SSL_CTX_set_next_proto_select_cb(into, choose_next, nullptr);
    return;
  }
  if (!of.alpn.empty()) SSL_CTX_set_alpn_select_cb(into, choose_alpn, nullptr);
  if (!of.next_protocols.empty())
    SSL_CTX_set_next_protos_advertised_cb(into, advertise_next, kept_with(into, on_wire(of.next_protocols)));
}

std::optional<std::string> agreed_protocol(const SSL* of) {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(of, &name, &length);
  if (length == 0) SSL_get0_next_proto_negotiated(of, &name, &length);
  if (length == 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(name), length);
}

} // namespace agner::ssl::internal
