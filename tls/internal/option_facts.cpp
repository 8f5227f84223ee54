// SPDX-License-Identifier: Apache-2.0

#include "option_facts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_views.hpp"
#include "cipher_suites.hpp"

namespace agner::ssl::internal {
namespace {

bool is_one_of(const term& name, std::span<const std::string_view> names) {
  return name.is_atom() && std::ranges::find(names, name.as_atom().name()) != names.end();
}

constexpr std::string_view secrets[] = {"key", "password", "certs_keys", "srp_identity"};
/// Of the stream and the transport, which getopts tells; and what is told another way.
constexpr std::string_view others[] = {
    "mode",      "packet",    "packet_size", "active",      "header",   "ip",        "nodelay",
    "keepalive", "reuseaddr", "recbuf",      "sndbuf",      "priority", "reuseport", "tos",
    "tclass",    "port",      "backlog",     "ipv6_v6only", "ciphers",  "versions",  "max_fragment_length"};

term suites_of(const context_settings& of) {
  std::vector<term> made;
  for (std::string_view names : {std::string_view{of.ciphers_1_3}, std::string_view{of.ciphers_1_2}}) {
    while (!names.empty()) {
      const auto end = std::min(names.find(':'), names.size());
      if (const auto* found = suite_called(names.substr(0, end))) made.push_back(suite_map(*found));
      names.remove_prefix(std::min(end + 1, names.size()));
    }
  }
  return list_of(std::move(made));
}

term versions_of(const context_settings& of) {
  std::vector<term> made;
  if (of.tls1_3) made.emplace_back("tlsv1.3"_atom);
  if (of.tls1_2) made.emplace_back("tlsv1.2"_atom);
  if (of.tls1_1) made.emplace_back("tlsv1.1"_atom);
  if (of.tls1_0) made.emplace_back("tlsv1"_atom);
  return list_of(std::move(made));
}

class facts {
public:
  void add(const term& name, term value) {
    if (std::ranges::find(names_, name) != names_.end()) return; // the first counts
    names_.push_back(name);
    made_.push_back(tuple(name, std::move(value)));
  }
  [[nodiscard]] std::vector<term> take() && { return std::move(made_); }

private:
  std::vector<term> names_;
  std::vector<term> made_;
};

} // namespace

std::vector<term> option_facts(const option_set& of) {
  const auto& context = of.settings.context;
  facts made;
  made.add("versions"_atom, versions_of(context));
  made.add("ciphers"_atom, suites_of(context));
  for (const term& entry : of.given.as_list()) {
    const bool pair = entry.is_tuple() && entry.size() == 2;
    if (pair && !is_one_of(entry[0], secrets) && !is_one_of(entry[0], others)) made.add(entry[0], entry[1]);
  }
  made.add("verify"_atom, context.verify_peer ? "verify_peer"_atom.value() : "verify_none"_atom.value());
  made.add("depth"_atom, context.depth);
  made.add("secure_renegotiate"_atom, context.secure_renegotiate);
  made.add("certificate_authorities"_atom, context.certificate_authorities);
  made.add("keep_secrets"_atom, context.keep_secrets);
  made.add("key_update_at"_atom, of.settings.key_update_at);
  made.add("max_handshake_size"_atom, context.handshake_bytes);
  made.add("log_alert"_atom, of.settings.log_alert);
  made.add("padding_check"_atom, true);
  made.add("handshake"_atom, of.settings.pauses_at_hello ? "hello"_atom.value() : "full"_atom.value());
  if (context.side == role::server) {
    made.add("fail_if_no_peer_cert"_atom, context.fail_if_no_peer_cert);
    made.add("client_renegotiation"_atom, context.client_renegotiation);
    made.add("honor_cipher_order"_atom, context.honor_cipher_order);
  } else {
    made.add("fallback"_atom, context.fallback);
  }
  return std::move(made).take();
}

} // namespace agner::ssl::internal
