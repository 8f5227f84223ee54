// SPDX-License-Identifier: Apache-2.0
// Listening, and connections that begin on the other side.

#include <utility>

#include "../actors/gen_tcp.hpp"
#include "../actors/gen_tcp_stream.hpp"
#include "../actors/process.hpp"
#include "internal/listeners.hpp"
#include "internal/open_connection.hpp"
#include "internal/options_check.hpp"
#include "ssl.hpp"

namespace agner::ssl {

namespace {

using std::chrono::milliseconds;

term list_for(const options& of) { return list_of(internal::option_list(of)); }

internal::listeners& table() { return this_node().service<internal::listeners>(); }

result<listen_socket> listen_with(std::uint16_t port, const term& given) {
  auto set = internal::option_set::make(this_node(), given, internal::role::server);
  if (!set) return std::unexpected{set.error()};
  const auto below = internal::transport_options((*set)->settings);
  if (!below) return std::unexpected{below.error()};
  const auto listening = gen_tcp::listen(port, *below);
  if (!listening) return std::unexpected{listening.error()};
  table().keep(listening->process(), *std::move(set));
  return listen_socket{*listening};
}

} // namespace

result<listen_socket> listen(std::uint16_t port, options with) { return listen_with(port, list_for(with)); }
result<listen_socket> listen(std::uint16_t port, option_list with) { return listen_with(port, with.list); }

task<result<socket>> transport_accept(listen_socket listener, milliseconds timeout) {
  auto accepted = co_await gen_tcp::internal::accept_stream(listener.below(), timeout);
  if (!accepted) co_return std::unexpected{accepted.error()};
  auto options = table().options_of(listener.below().process());
  if (!options) co_return fail("closed"_atom);
  auto over = make_transport(this_node().scheduler(), std::move(accepted->socket), std::move(accepted->unread));
  co_return internal::open_connection(std::move(over), std::move(options));
}

task<result<socket>> handshake(socket pending, milliseconds timeout) {
  return internal::shake_hands(pending, "default"_atom, timeout);
}
task<result<socket>> handshake(socket pending, options more, milliseconds timeout) {
  return internal::shake_hands(pending, list_for(more), timeout);
}
task<result<socket>> handshake(socket pending, option_list more, milliseconds timeout) {
  return internal::shake_hands(pending, std::move(more.list), timeout);
}

// -- the listening socket -----------------------------------------------------------------------------------------------------------

task<result<>> close(listen_socket of) {
  table().forget(of.below().process());
  co_await gen_tcp::close(of.below());
  co_return result<>{};
}

task<result<>> controlling_process(listen_socket of, pid next) {
  return gen_tcp::controlling_process(of.below(), next);
}

task<result<socket_address>> sockname(listen_socket of) { return inet::sockname(of.below()); }

namespace {

task<result<>> change_options(listen_socket of, term to) {
  const auto now = table().options_of(of.below().process());
  if (!now) co_return fail("einval"_atom);
  auto next = now->with(to);
  if (!next) co_return std::unexpected{next.error()};
  table().keep(of.below().process(), *std::move(next));
  co_return result<>{};
}

} // namespace

task<result<>> setopts(listen_socket of, options to) { return change_options(of, list_for(to)); }
task<result<>> setopts(listen_socket of, option_list to) { return change_options(of, std::move(to.list)); }

} // namespace agner::ssl
