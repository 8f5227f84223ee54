// SPDX-License-Identifier: Apache-2.0
// Two ends that meet, and what becomes of it: for the files that follow OTP's ssl suites.

#pragma once

#include <optional>
#include <string>

#include <agner/runtime/term_text.hpp>
#include <agner/runtime/term_views.hpp>
#include <agner/tls/ssl.hpp>

#include "../support/ssl_pair.hpp"

namespace agner::test {

/// `ok`, or the reason, of each end; and the connection where both are `ok`.
struct meeting {
  term client;
  term server;
  std::optional<ssl_pair> open;
};

inline ssl::options passive(ssl::options of) {
  of.active = false;
  of.mode = inet::mode::binary;
  return of;
}

inline ssl::options only(ssl::protocol_version version, ssl::options of = {}) {
  of.versions = {{version}};
  return of;
}

/// The server's end, whose first byte tells a client of TLS 1.3 that it was let in.
inline task<> serve_one(pid owner, std::unique_ptr<transport>& over, ssl::options& with) {
  const auto made = co_await ssl::handshake(std::move(over), std::move(with), std::chrono::seconds{30});
  if (made) {
    (void)co_await ssl::send(*made, "!");
    must(co_await ssl::controlling_process(*made, owner));
  }
  send(owner, tuple("$met"_atom, made ? to_term(*made) : tuple("error"_atom, made.error().reason())));
}

/// A client of localhost, unless it says otherwise, and a server, both with the shared authority's certificates where they name none.
inline task<meeting> meet(ssl::options client, ssl::options server) {
  memory_pipe pipe;
  spawn(serve_one, self(), std::move(pipe.right), passive(server_options(std::move(server))));
  if (!client.server_name_indication) client.server_name_indication = "localhost";
  auto made =
      co_await ssl::connect(std::move(pipe.left), passive(client_options(std::move(client))), std::chrono::seconds{30});
  meeting got{.client = "ok"_atom, .server = "ok"_atom, .open = {}};
  if (made) {
    const auto let_in = co_await ssl::recv(*made, 1, std::chrono::seconds{30});
    if (!let_in) got.client = let_in.error().reason();
  } else {
    got.client = made.error().reason();
  }
  const term other = co_await receive(on(match("$met"_atom, any<term>), [](term said) { return said; }));
  if (other.is_tagged("error"_atom, 2))
    got.server = other[1];
  else if (got.client.is("ok"_atom))
    got.open = ssl_pair{.client = *made, .server = *from_term<ssl::socket>(other)};
  co_return got;
}

/// Both ends were let in, and what is sent arrives, both ways.
inline task<bool> talk(const meeting& of) {
  if (!of.open) co_return false;
  const std::string text(20'000, 'x');
  must(co_await ssl::send(of.open->client, text));
  const auto there = co_await ssl::recv(of.open->server, text.size(), std::chrono::seconds{30});
  must(co_await ssl::send(of.open->server, text));
  const auto back = co_await ssl::recv(of.open->client, text.size(), std::chrono::seconds{30});
  co_return there&& back&& text_of(*there) == text&& text_of(*back) == text;
}

inline task<term> fact_of(ssl::socket of, atom name) {
  std::vector<atom> names{name};
  const auto facts = co_await ssl::connection_information(of, std::move(names));
  if (!facts) co_return facts.error().reason();
  for (const term& one : facts->as_list())
    co_return one[1];
  co_return "missing"_atom;
}

inline term alerts_of(const meeting& of) { return tuple(alert_in(of.client), alert_in(of.server)); }
inline term both_say(atom alert) { return tuple(alert, alert); }

inline bool holds(const term& list, const term& one) {
  for (const term& each : list.as_list())
    if (each == one) return true;
  return false;
}

} // namespace agner::test
