// SPDX-License-Identifier: Apache-2.0

#include "gen_tcp.hpp"

#include "gen_tcp_stream.hpp"
#include "internal/kernel_options.hpp"
#include "internal/socket_call.hpp"
#include "internal/tcp_connection.hpp"
#include "internal/tcp_listener.hpp"
#include "iodata.hpp"
#include "receive.hpp"
#include "send.hpp"
#include "spawn.hpp"

namespace agner {

term term_traits<gen_tcp::socket>::to(const gen_tcp::socket& value) {
  return tuple("$inet"_atom, "gen_tcp"_atom, value.process());
}

std::optional<gen_tcp::socket> term_traits<gen_tcp::socket>::from(const term& from) {
  if (!from.is_tagged("$inet"_atom, 3) || !from[1].is("gen_tcp"_atom) || !from[2].is_pid()) return std::nullopt;
  return gen_tcp::socket{from[2].as_pid()};
}

namespace gen_tcp {

using agner::internal::command_socket;

namespace {

constexpr int backlog_default = 5; // OTP's

result<stream_socket> open_listening(std::uint16_t port, const inet::options& options) {
  const auto family = agner::internal::family_of(options);
  auto socket = stream_socket::open(family);
  if (!socket) return socket;
  const ip_address any = family == stream_socket::family::v6 ? ip_address::any_v6() : ip_address::any();
  auto done = agner::internal::set_kernel_options(*socket, options);
  if (done) done = socket->bind({options.ip.value_or(any), port});
  if (done) done = socket->listen(options.backlog.value_or(backlog_default));
  if (!done) return fail(done.error().reason());
  return socket;
}

} // namespace

result<socket> listen(std::uint16_t port, const inet::options& options) {
  if (auto right = options.check(); !right) return fail(right.error().reason());
  auto listening = open_listening(port, options);
  if (!listening) return fail(listening.error().reason());
  return socket{
      spawn(agner::internal::run_tcp_listener, std::move(*listening), inet::options::defaults().with(options), self())};
}

namespace {

socket start(internal::stream connection) { return internal::attach(std::move(connection), self()); }

} // namespace

socket internal::attach(stream of, const pid& owner) {
  of.options = inet::options::defaults().with(of.options);
  return socket{spawn(agner::internal::run_tcp_connection, std::move(of), owner)};
}

task<result<socket>> connect(inet::host to, std::uint16_t port, inet::options options,
                             std::chrono::milliseconds timeout) {
  auto connected = co_await internal::connect_stream(std::move(to), port, options, timeout);
  if (!connected) co_return fail(connected.error().reason());
  co_return start({.socket = std::move(*connected), .unread = {}, .options = std::move(options)});
}

task<result<socket>> accept(socket listener, std::chrono::milliseconds timeout) {
  auto accepted = co_await internal::accept_stream(listener, timeout);
  if (!accepted) co_return fail(accepted.error().reason());
  co_return start(std::move(*accepted));
}

task<> close(socket of) {
  (void)co_await command_socket(of.process(), "close"_atom, "closed"_atom);
  // As OTP does: who closes need not look for what came meanwhile.
  co_await receive(on(match("tcp_closed"_atom, to_term(of)), [] {}), after(std::chrono::milliseconds{0}, [] {}));
}

task<result<>> shutdown(socket of, shutdown_how how) {
  const atom name = how == shutdown_how::read    ? "read"_atom
                    : how == shutdown_how::write ? "write"_atom.value()
                                                 : "read_write"_atom.value();
  return command_socket(of.process(), tuple("shutdown"_atom, name), "closed"_atom);
}

namespace {

// Sends the messages of @p of that wait in the caller's mailbox on to @p next. True: one said that it is closed.
task<bool> move_messages(socket of, pid next) {
  const term handle = to_term(of);
  bool closed = false;
  bool more = true;
  while (more)
    more = co_await receive(
        on(match("tcp"_atom, handle, any<term>),
           [&](const term& bytes) { return send(next, tuple("tcp"_atom, handle, bytes)), true; }),
        on(match("tcp_closed"_atom, handle),
           [&] { return send(next, tuple("tcp_closed"_atom, handle)), closed = true; }),
        on(match("tcp_error"_atom, handle, any<term>),
           [&](const term& reason) { return send(next, tuple("tcp_error"_atom, handle, reason)), true; }),
        on(match("tcp_passive"_atom, handle), [&] { return send(next, tuple("tcp_passive"_atom, handle)), true; }),
        after(std::chrono::milliseconds{0}, [] { return false; }));
  co_return closed;
}

} // namespace

task<result<>> controlling_process(socket of, pid next) {
  const term answer = co_await agner::internal::call_socket(of.process(), tuple("hold"_atom, next),
                                                            agner::internal::failed("closed"_atom));
  const auto held = from_term<result<bool>>(answer).value_or(fail("einval"_atom));
  if (held && !*held) co_return result<>{}; // it is the one already
  const bool gone = !held && held.error().reason().is("closed"_atom);
  if (!held && !gone) co_return fail(held.error().reason());
  const bool told = co_await move_messages(of, next);
  if (!gone) co_return co_await command_socket(of.process(), tuple("give"_atom, next), "closed"_atom);
  if (told) co_return result<>{}; // now it is the next one's to learn that it is closed
  co_return fail("closed"_atom);
}

// -- bytes --------------------------------------------------------------------------------------------------------------------------------

task<result<>> internal::send_iodata(socket to, term iodata) {
  // Lists are taken apart here, so that one long list does not hold up the socket.
  if (!iodata.is_binary()) {
    auto pieces = iodata_to_pieces(iodata);
    if (!pieces) co_return fail("einval"_atom);
    iodata = pieces->binaries.size() == 1 ? pieces->binaries.front() : list_of(std::move(pieces->binaries));
  }
  co_return co_await command_socket(to.process(), tuple("send"_atom, iodata), "closed"_atom);
}

task<result<term>> recv(socket from, std::size_t length, std::chrono::milliseconds timeout) {
  const term until = timeout == infinity ? term{"infinity"_atom} : term{timeout.count()};
  const term answer = co_await agner::internal::call_socket(from.process(), tuple("recv"_atom, length, until),
                                                            agner::internal::failed("closed"_atom));
  co_return from_term<result<term>>(answer).value_or(fail("einval"_atom));
}

} // namespace gen_tcp

} // namespace agner
