// SPDX-License-Identifier: Apache-2.0
// The struct of options as terms.

#include "../../runtime/term_builders.hpp"
#include "option_values.hpp"
#include "options_check.hpp"

namespace agner::ssl::internal {
namespace {

term value_of(const std::string& of) { return binary(of); }
term value_of(bool of) { return of; }
term value_of(int of) { return of; }
term value_of(std::size_t of) { return of; }
term value_of(verify_type of) { return of == verify_peer ? term("verify_peer"_atom) : term("verify_none"_atom); }
term value_of(inet::mode of) { return of == inet::mode::binary ? term("binary"_atom) : term("list"_atom); }
term value_of(std::int64_t of) { return of; }
term value_of(const term& of) { return of; }
term value_of(const fun& of) { return of.as_term(); }
term value_of(const fun_with_state& of) { return tuple(of.function.as_term(), of.state); }
term value_of(handshake_extent of) { return of == hello ? term("hello"_atom) : term("full"_atom); }
term value_of(protocol_version of) {
  switch (of) {
  case tlsv1: return "tlsv1"_atom;
  case tlsv1_1: return "tlsv1.1"_atom;
  case tlsv1_2: return "tlsv1.2"_atom;
  case tlsv1_3: break;
  }
  return "tlsv1.3"_atom;
}
term value_of(const name_indication& of) { return of.name ? binary(*of.name) : term("disable"_atom); }

term value_of(inet::active_option of) { return active_term(of); }

template <class T>
term value_of(const std::vector<T>& of) {
  std::vector<term> made;
  made.reserve(of.size());
  for (const T& one : of)
    made.push_back(value_of(one));
  return list_of(std::move(made));
}

/// Names that Erlang has as atoms.
std::optional<term> atoms_of(const std::optional<std::vector<std::string>>& of) {
  if (!of) return std::nullopt;
  std::vector<term> made;
  for (const auto& one : *of)
    made.emplace_back(atom{one});
  return list_of(std::move(made));
}

} // namespace

std::vector<term> option_list(const options& of) {
  std::vector<term> made;
  const auto add = [&](auto name, const auto& value) {
    if (value) made.push_back(tuple(name, value_of(*value)));
  };
  add("certfile"_atom, of.certfile);
  add("keyfile"_atom, of.keyfile);
  add("cacertfile"_atom, of.cacertfile);
  add("password"_atom, of.password);
  add("verify"_atom, of.verify);
  add("fail_if_no_peer_cert"_atom, of.fail_if_no_peer_cert);
  add("depth"_atom, of.depth);
  add("server_name_indication"_atom, of.server_name_indication);
  add("versions"_atom, of.versions);
  add("ciphers"_atom, of.ciphers);
  add("client_renegotiation"_atom, of.client_renegotiation);
  add("cert"_atom, of.cert);
  add("key"_atom, of.key);
  add("certs_keys"_atom, of.certs_keys);
  add("cacerts"_atom, of.cacerts);
  add("dh"_atom, of.dh);
  add("dhfile"_atom, of.dhfile);
  add("verify_fun"_atom, of.verify_fun);
  add("partial_chain"_atom, of.partial_chain);
  add("secure_renegotiate"_atom, of.secure_renegotiate);
  add("honor_cipher_order"_atom, of.honor_cipher_order);
  add("supported_groups"_atom, atoms_of(of.supported_groups));
  add("signature_algs"_atom, atoms_of(of.signature_algs));
  add("max_fragment_length"_atom, of.max_fragment_length);
  add("max_handshake_size"_atom, of.max_handshake_size);
  add("certificate_authorities"_atom, of.certificate_authorities);
  add("key_update_at"_atom, of.key_update_at);
  add("keep_secrets"_atom, of.keep_secrets);
  add("fallback"_atom, of.fallback);
  add("handshake"_atom, of.handshake);
  add("customize_hostname_check"_atom, of.customize_hostname_check);
  add("hibernate_after"_atom, of.hibernate_after);
  add("alpn_advertised_protocols"_atom, of.alpn_advertised_protocols);
  add("alpn_preferred_protocols"_atom, of.alpn_preferred_protocols);
  add("next_protocols_advertised"_atom, of.next_protocols_advertised);
  add("client_preferred_next_protocols"_atom, of.client_preferred_next_protocols);
  add("sni_hosts"_atom, of.sni_hosts);
  add("sni_fun"_atom, of.sni_fun);
  add("user_lookup_fun"_atom, of.user_lookup_fun);
  add("psk_identity"_atom, of.psk_identity);
  add("srp_identity"_atom, of.srp_identity);
  add("log_alert"_atom, of.log_alert);
  add("mode"_atom, of.mode);
  add("packet"_atom, of.packet);
  add("packet_size"_atom, of.packet_size);
  add("active"_atom, of.active);
  add("ip"_atom, of.ip);
  add("nodelay"_atom, of.nodelay);
  add("keepalive"_atom, of.keepalive);
  add("reuseaddr"_atom, of.reuseaddr);
  add("recbuf"_atom, of.recbuf);
  add("sndbuf"_atom, of.sndbuf);
  add("backlog"_atom, of.backlog);
  return made;
}

} // namespace agner::ssl::internal
