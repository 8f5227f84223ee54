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
term value_of(protocol_version of) { return of == tlsv1_3 ? term("tlsv1.3"_atom) : term("tlsv1.2"_atom); }
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
