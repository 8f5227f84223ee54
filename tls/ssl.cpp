// SPDX-License-Identifier: Apache-2.0

#include "ssl.hpp"

#include <algorithm>

#include "../actors/application.hpp"
#include "../actors/iodata.hpp"
#include "../actors/process.hpp"
#include "../runtime/term_views.hpp"
#include "internal/connection_call.hpp"
#include "internal/engine_facts.hpp"
#include "internal/listeners.hpp"
#include "internal/options_check.hpp"

namespace agner::ssl {

using internal::call_connection;

namespace {

/// Asks for a T.
template <class T>
task<result<T>> ask(socket of, term what) {
  const term answer = co_await call_connection(of.process(), std::move(what));
  co_return from_term<result<T>>(answer).value_or(fail(answer));
}

term list_for(const options& of) { return list_of(internal::option_list(of)); }

term how_term(shutdown_how of) {
  switch (of) {
  case shutdown_how::read: return "read"_atom;
  case shutdown_how::write: return "write"_atom;
  case shutdown_how::read_write: return "read_write"_atom;
  }
  return "read_write"_atom;
}

} // namespace

// -- bytes --------------------------------------------------------------------------------------------------------------------------

/// Small pieces are joined here, on the sender's time.
task<result<>> internal::send_iodata(socket to, term iodata) {
  auto pieces = iodata_to_pieces(iodata);
  if (!pieces) raise_error("badarg"_atom);
  auto& binaries = pieces->binaries;
  term bytes = binaries.size() == 1 ? std::move(binaries.front()) : list_of(std::move(binaries));
  return ask<void>(to, tuple("send"_atom, std::move(bytes)));
}

task<result<term>> recv(socket from, std::size_t length, std::chrono::milliseconds timeout) {
  return ask<term>(from, tuple("recv"_atom, length, internal::time_term(timeout)));
}

// -- the end ------------------------------------------------------------------------------------------------------------------------

/// Closing what is closed is no error, as in OTP.
task<result<>> close(socket of, std::chrono::milliseconds timeout) {
  co_await call_connection(of.process(), tuple("close"_atom, internal::time_term(timeout)));
  co_return result<>{};
}

task<result<gen_tcp::socket>> close(socket of, downgrade to) {
  return ask<gen_tcp::socket>(of, tuple("downgrade"_atom, to.next, internal::time_term(to.timeout)));
}

task<result<>> shutdown(socket of, shutdown_how how) { return ask<void>(of, tuple("shutdown"_atom, how_term(how))); }

task<result<>> controlling_process(socket of, pid next) {
  return ask<void>(of, tuple("controlling_process"_atom, next));
}

// -- options and facts --------------------------------------------------------------------------------------------------------------

task<result<>> setopts(socket of, options to) { return ask<void>(of, tuple("setopts"_atom, list_for(to))); }
task<result<>> setopts(socket of, option_list to) { return ask<void>(of, tuple("setopts"_atom, std::move(to.list))); }

task<result<term>> getopts(socket of, std::vector<atom> names) {
  return ask<term>(of, tuple("getopts"_atom, to_term(names)));
}

namespace {

/// As inet says it: what is closed has no address. @source OTP 25 lib/ssl, ssl: peername
task<result<socket_address>> address(socket of, term which) {
  auto found = co_await ask<socket_address>(of, std::move(which));
  if (!found && found.error().reason().is("closed"_atom)) co_return fail("einval"_atom);
  co_return found;
}

} // namespace

task<result<socket_address>> peername(socket of) { return address(of, "peername"_atom); }
task<result<socket_address>> sockname(socket of) { return address(of, "sockname"_atom); }
task<result<term>> peercert(socket of) { return ask<term>(of, "peercert"_atom); }

namespace {

template <class Wanted>
task<result<term>> information(socket of, Wanted wanted) {
  const auto all = co_await ask<term>(of, "information"_atom);
  if (!all) co_return all;
  std::vector<term> made;
  for (const term& item : all->as_list())
    if (!item[1].is("undefined"_atom) && wanted(item[0].as_atom())) made.push_back(item);
  co_return list_of(std::move(made));
}

} // namespace

task<result<term>> connection_information(socket of) {
  return information(of, [](atom name) { return !internal::is_secret_fact(name); });
}

task<result<term>> connection_information(socket of, std::vector<atom> items) {
  return information(of,
                     [items = std::move(items)](atom name) { return std::ranges::find(items, name) != items.end(); });
}

task<result<term>> negotiated_protocol(socket of) { return ask<term>(of, "negotiated_protocol"_atom); }
task<result<term>> negotiated_next_protocol(socket of) { return negotiated_protocol(of); }

task<result<term>> connection_info(socket of) {
  std::vector<atom> wanted{"protocol"_atom, "selected_cipher_suite"_atom};
  const auto facts = co_await connection_information(of, std::move(wanted));
  if (!facts) co_return facts;
  std::vector<term> values;
  for (const term& one : facts->as_list())
    values.push_back(one[1]);
  co_return tuple_of(std::move(values));
}

// -- keys ---------------------------------------------------------------------------------------------------------------------------

task<result<>> renegotiate(socket of) { return ask<void>(of, "renegotiate"_atom); }

task<result<>> update_keys(socket of, key_update which) {
  const bool both = which == key_update::read_write;
  return ask<void>(of, tuple("update_keys"_atom, both ? "read_write"_atom.value() : "write"_atom.value()));
}

task<result<term>> export_key_materials(socket of, term labels, term contexts, term lengths) {
  return ask<term>(of, tuple("export"_atom, std::move(labels), std::move(contexts), std::move(lengths)));
}

task<result<term>> prf(socket of, term secret, term label, term seed, std::size_t length) {
  return ask<term>(of, tuple("prf"_atom, std::move(secret), std::move(label), std::move(seed), length));
}

namespace {

term versions_with(const term& spoken) {
  const term all = list({"tlsv1.3"_atom, "tlsv1.2"_atom, "tlsv1.1"_atom, "tlsv1"_atom});
  return list({tuple("ssl_app"_atom, string(AGNER_VERSION)), tuple("supported"_atom, spoken),
               tuple("supported_dtls"_atom, term{}), tuple("available"_atom, all), tuple("available_dtls"_atom, term{}),
               tuple("implemented"_atom, all), tuple("implemented_dtls"_atom, term{})});
}

term spoken_by_default() { return list({"tlsv1.3"_atom, "tlsv1.2"_atom}); }

} // namespace

term versions() { return versions_with(spoken_by_default()); }

term versions(node& on) {
  const auto said = application::get_env(on, "ssl"_atom, "protocol_version"_atom);
  if (!said || said->is_nil()) return versions();
  return versions_with(said->is_atom() ? list({*said}) : *said);
}

} // namespace agner::ssl
