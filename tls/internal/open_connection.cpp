// SPDX-License-Identifier: Apache-2.0

#include "open_connection.hpp"

#include <utility>

#include "../../actors/process.hpp"
#include "connection.hpp"
#include "connection_call.hpp"

namespace agner::ssl::internal {

socket open_connection(std::unique_ptr<transport> over, std::shared_ptr<const option_set> with, std::string host,
                       verifier verify_by) {
  connection_start start{.over = std::move(over),
                         .options = std::move(with),
                         .owner = self(),
                         .host = std::move(host),
                         .verify_by = std::move(verify_by)};
  return socket{spawn(run_connection, std::move(start))};
}

task<result<socket>> shake_hands(socket of, term more, std::chrono::milliseconds timeout) {
  const term given =
      co_await call_connection(of.process(), tuple("handshake"_atom, std::move(more), time_term(timeout)));
  if (given.is("ok"_atom)) co_return of;
  co_return fail(given.is_tagged("error"_atom, 2) ? given[1] : given);
}

result<inet::options> transport_options(const settings& of) {
  std::vector<term> list;
  bool v6 = false;
  for (const term& one : of.transport)
    v6 = v6 || one.is("inet6"_atom);
  for (const term& one : of.transport) {
    if (one.is_tagged("ip"_atom, 2) && one[1].is_atom()) {
      const bool any = one[1].is("any"_atom);
      const auto address = any ? (v6 ? ip_address::any_v6() : ip_address::any())
                               : (v6 ? ip_address::loopback_v6() : ip_address::loopback());
      list.push_back(tuple("ip"_atom, to_term(address)));
    } else {
      list.push_back(one);
    }
  }
  return inet::options::from_list(list_of(std::move(list)));
}

result<std::string> host_of(const transport& over, const settings& with) {
  if (const auto peer = over.peername()) return peer->ip.text();
  if (with.name.what == name_settings::form::from_host && with.context.verify_peer) {
    option_faults faults;
    faults.expected("server_name_indication"_atom, "undefined"_atom,
                    "the name of the server, or disable: this transport has no address to verify");
    return std::unexpected{faults.reason()};
  }
  return std::string{};
}

} // namespace agner::ssl::internal
