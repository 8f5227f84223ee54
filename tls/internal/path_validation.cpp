// SPDX-License-Identifier: Apache-2.0

#include "path_validation.hpp"

#include <algorithm>

#include "openssl_errors.hpp"
#include "peer_verification.hpp"

namespace agner::ssl::internal {
namespace {

using store_context_ptr = std::unique_ptr<X509_STORE_CTX, freed_by<X509_STORE_CTX_free>>;

struct finding {
  int depth;
  term reason;
};

/// Keeps what is found, and lets OpenSSL go on to find more.
int keep(int ok, X509_STORE_CTX* store) {
  if (ok == 1) return 1;
  auto& into = *static_cast<std::vector<finding>*>(X509_STORE_CTX_get_app_data(store));
  const int error = X509_STORE_CTX_get_error(store);
  try {
    into.push_back({X509_STORE_CTX_get_error_depth(store), bad_cert_reason(error)});
  } catch (...) {
    return 0;
  }
  return 1;
}

certificate_ptr certificate_of(const term& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.bytes().data());
  return certificate_ptr{d2i_X509(nullptr, &at, static_cast<long>(der.bytes().size()))};
}

certificates_ptr certificates_of(std::span<const term> ders) {
  certificates_ptr made{sk_X509_new_null()};
  for (const term& der : ders)
    if (auto one = certificate_of(der); one && sk_X509_push(made.get(), one.get()) > 0) (void)one.release();
  return made;
}

/// As OpenSSL does in a handshake.
void set_rules(X509_STORE_CTX* store, const context& of) {
  const bool of_client = of.settings().side == role::server;
  X509_STORE_CTX_set_default(store, of_client ? "ssl_client" : "ssl_server");
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(store);
  X509_VERIFY_PARAM_set_depth(rules, of.settings().depth);
  X509_VERIFY_PARAM_set_auth_level(rules, SSL_CTX_get_security_level(of.native()));
}

bool is_about_trust(const term& reason) { return reason.is("unknown_ca"_atom) || reason.is("selfsigned_peer"_atom); }

/// Each reason once; what follows from the missing authority only is left out, and of the anchor only its time counts, as in OTP.
void add_faults(certificate_path& to, const std::vector<finding>& found) {
  const bool alone = to.steps.size() == 1;
  bool trust_lacks = false;
  for (const auto& one : found) {
    const auto last = static_cast<int>(to.steps.size()) - 1;
    const auto place = static_cast<std::size_t>(last - std::clamp(one.depth, 0, last));
    if (is_about_trust(one.reason)) {
      if (std::exchange(trust_lacks, true)) continue;
      to.steps.front().faults.insert(to.steps.front().faults.begin(), one.reason);
      continue;
    }
    auto& faults = to.steps[place].faults;
    if (place == 0 && !alone && !one.reason.is("cert_expired"_atom)) continue;
    if (std::ranges::find(faults, one.reason) == faults.end()) faults.push_back(one.reason);
  }
}

} // namespace

certificate_path validate_path(const context& with, std::span<const term> sent, const std::optional<term>& anchor) {
  certificate_path made;
  clear_openssl_errors();
  const auto chain = certificates_of(sent);
  const certificates_ptr trusted = anchor ? certificates_of({&*anchor, 1}) : certificates_ptr{};
  const store_context_ptr store{X509_STORE_CTX_new()};
  if (!store || sk_X509_num(chain.get()) == 0) throw std::bad_alloc{};
  X509_STORE_CTX_init(store.get(), SSL_CTX_get_cert_store(with.native()), sk_X509_value(chain.get(), 0), chain.get());
  set_rules(store.get(), with);
  if (trusted) {
    X509_STORE_CTX_set0_trusted_stack(store.get(), trusted.get());
    X509_STORE_CTX_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  }
  std::vector<finding> found;
  X509_STORE_CTX_set_app_data(store.get(), &found);
  X509_STORE_CTX_set_verify_cb(store.get(), keep);
  if (X509_verify_cert(store.get()) != 1) found.push_back({0, "verification_failed"_atom});

  const STACK_OF(X509)* path = X509_STORE_CTX_get0_chain(store.get());
  for (int depth = sk_X509_num(path) - 1; depth >= 0; --depth)
    made.steps.push_back({der_of(sk_X509_value(path, depth)), {}});
  if (made.steps.empty()) made.steps.push_back({sent.front(), {}});
  add_faults(made, found);
  clear_openssl_errors();
  return made;
}

} // namespace agner::ssl::internal
