// SPDX-License-Identifier: Apache-2.0
// Setting connections up, in both roles, and running them.

#include <algorithm>
#include <optional>
#include <utility>

#include "../../actors/gen_tcp_stream.hpp"
#include "../../actors/process.hpp"
#include "../../runtime/stream_socket.hpp"
#include "dist_context.hpp"
#include "stream_wait.hpp"

namespace agner::dist::internal {

namespace {

using std::chrono::milliseconds;

clock::time_point deadline_of(const dist_context& in) {
  return in.home.scheduler().time().now() + in.options.setup_time;
}

milliseconds left(const dist_context& in, clock::time_point deadline) {
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(deadline - in.home.scheduler().time().now()));
}

/// Runs the connection to its end, and tells of it. However this process ends, the connection is closed.
struct closing {
  std::shared_ptr<dist_context> in;
  std::shared_ptr<connection> at;
  term reason = "connection_closed"_atom;
  ~closing() { in->table.close(at, reason); }
};

task<> run_to_end(std::shared_ptr<dist_context> in, std::shared_ptr<connection> at, packet_link& link) {
  closing guard{in, at};
  std::vector<std::byte> unread;
  auto over = link.release(unread);
  guard.reason =
      co_await run_channel(at, std::move(over), std::move(unread), {in->options.tick_time, in->options.tick_intensity});
}

// -- calling ----------------------------------------------------------------------------------------------------------------------------

task<result<std::unique_ptr<transport>>> reach(dist_context& in, atom peer, clock::time_point deadline) {
  const auto parts = handshake::split(peer.name());
  const auto found = co_await in.options.names->find(parts->name, parts->host);
  if (!found) co_return std::unexpected(found.error());
  inet::options options;
  options.nodelay = true;
  auto socket = co_await gen_tcp::internal::connect_stream(found->host, found->port, options, left(in, deadline));
  if (!socket) co_return std::unexpected(socket.error());
  auto stream = make_transport(in.home.scheduler(), std::move(*socket));
  auto secured = co_await in.options.over->secure_client(std::move(stream), peer, deadline);
  if (!secured) co_return secured;
  if (auto allowed = in.options.over->may_speak_for(**secured, peer); !allowed)
    co_return std::unexpected(allowed.error());
  co_return secured;
}

// The peer's own attempt goes on instead of ours: it takes the connection over, or the time is over.
task<> leave_to_peer(dist_context& in, const std::shared_ptr<connection>& at, clock::time_point deadline) {
  const reference ref = make_ref();
  at->when_up(self(), ref);
  co_await receive(on(match(ref, _), [] {}), after(left(in, deadline), [] {}));
  in.table.give_up(at, "setup_timer_timeout"_atom);
}

void report_failure(atom peer, const term& reason) {
  // Nobody there is no event; whoever waits is told.
  log::notice("Connection attempt to node ~p failed: ~p", peer, reason);
}

// However setting up ends, nobody waits for a connection that nobody sets up. One that the peer brought up meanwhile is not this attempt's to close.
struct attempting {
  dist_context& in;
  const std::shared_ptr<connection>& at;
  term reason = "connection_closed"_atom;
  ~attempting() { in.table.give_up(at, reason); }
};

} // namespace

task<> run_outgoing(std::shared_ptr<dist_context> in, std::shared_ptr<connection> at) {
  if (!at->begin_attempt(self())) co_return;
  const auto deadline = deadline_of(*in);
  attempting guard{*in, at};
  const auto give_up = [&](const term& reason) {
    guard.reason = reason;
    if (at->now() == connection::state::pending) report_failure(at->peer(), reason);
  };
  auto secured = co_await reach(*in, at->peer(), deadline);
  if (!secured) co_return give_up(secured.error().reason());
  packet_link link{std::move(*secured), in->options.over->header(), deadline};
  const handshake_setup setup = in->handshake();
  const auto made = co_await call_peer(link, setup, at->peer(), [at] {
    return at->now() == connection::state::pending ? handshake::attempt::current : handshake::attempt::superseded;
  });
  if (!made && made.error().reason().is("nok"_atom)) co_return co_await leave_to_peer(*in, at, deadline);
  if (!made) co_return give_up(in->options.over->in_full(link.stream(), made.error().reason()));
  // An incoming connection of the same peer may have taken this one's place meanwhile.
  if (in->table.open_outgoing(at, made->facts, self())) co_await run_to_end(in, at, link);
}

// -- being called -------------------------------------------------------------------------------------------------------------------------

namespace {

struct stranger {
  dist_context& in;
  pid who;
  ~stranger() { in.callers.remove(who); }
};

// Until the caller has proven itself, it is a stranger, and may be sent away for another: one of the two happens, never both.
task<result<handshake_outcome>> meet(dist_context& in, const handshake_setup& setup, stream_socket& from,
                                     clock::time_point deadline, std::optional<packet_link>& link) {
  const stranger counted{in, self()};
  if (const auto leaves = in.callers.add(self())) exit(*leaves, "kill"_atom);
  auto stream = make_transport(in.home.scheduler(), std::move(from));
  // With every carrier it is the caller who speaks first.
  if (auto first = co_await readable(*stream, deadline); !first) co_return std::unexpected(first.error());
  in.callers.heard(self());
  auto secured = co_await in.options.over->secure_server(std::move(stream), deadline);
  if (!secured) co_return std::unexpected(secured.error());
  link.emplace(std::move(*secured), in.options.over->header(), deadline);
  auto met = co_await answer_peer(*link, setup);
  if (!met) co_return fail(in.options.over->in_full(link->stream(), met.error().reason()));
  if (!in.callers.remove(self())) co_return fail("too_many_callers"_atom);
  co_return met;
}

// Opens the connection of a caller that has proven itself; null if another has won.
// An attempt of ours that was begun after the caller had been told `ok` may be the one that counts. Until it has come to something the caller learns nothing: if it was hung up on, it
// would give up, and with it what waits there to be sent, before ours reaches it.
task<std::shared_ptr<connection>> take_up(dist_context& in, const handshake_outcome& met, clock::time_point deadline) {
  for (bool gone = false;;) {
    if (auto at = in.table.open_incoming(met.peer, met.given, met.facts, self())) co_return at;
    const auto ours = in.table.find(met.peer);
    if (!ours && !std::exchange(gone, true)) continue; // it has failed just now
    if (!ours || ours->now() != connection::state::pending) co_return nullptr;
    const reference ref = make_ref();
    ours->when_up(self(), ref);
    const bool failed = co_await receive(on(match(ref, any<bool>), [](bool up) { return !up; }),
                                         after(left(in, deadline), [] { return false; }));
    if (!failed) co_return nullptr;
  }
}

} // namespace

task<> run_incoming(std::shared_ptr<dist_context> in, stream_socket& from) {
  const auto address = from.peername();
  const std::string caller = address ? address->text() : "?";
  const auto refuse = [&](const term& reason) {
    // Of two nodes that call each other at once one is told to wait: nothing is wrong.
    constexpr auto rejected = "** Connection attempt from ~s rejected: ~p";
    if (reason.is_tagged("simultaneous_connect"_atom, 2))
      log::info(rejected, binary(caller), reason);
    else
      log::error(rejected, binary(caller), reason);
  };
  const auto deadline = deadline_of(*in);
  const handshake_setup setup = in->handshake();
  std::optional<packet_link> link;
  const auto met = co_await meet(*in, setup, from, deadline, link);
  if (!met) co_return refuse(met.error().reason());
  const auto at = co_await take_up(*in, *met, deadline);
  if (!at) co_return; // another connection to this peer has won
  closing guard{in, at};
  if (const auto sent = co_await link->write(met->ack); !sent) {
    guard.reason = sent.error().reason();
    co_return;
  }
  co_await run_to_end(in, at, *link);
}

task<> run_acceptor(std::shared_ptr<dist_context> in, stream_socket& listening) {
  const reference ready = make_ref();
  readiness watch{in->home.scheduler(), listening.descriptor()};
  for (;;) {
    auto caller = listening.accept();
    if (!caller) { // no descriptors left, or one that went away at once: others may still come
      log::warning("distribution cannot accept: ~p", caller.error().reason());
      co_await receive(on(match("$retry"_atom, ready), [] {}), after(milliseconds{100}, [] {}));
      continue;
    }
    if (*caller) {
      (*caller)->set(socket_option::nodelay, 1);
      spawn(run_incoming, in, std::move(**caller));
      co_await yield();
      continue;
    }
    watch.notify(readiness::direction::input, self(), tuple("$ready"_atom, ready));
    co_await receive(on(match("$ready"_atom, ready), [] {}));
  }
}

} // namespace agner::dist::internal
