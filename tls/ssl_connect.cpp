// SPDX-License-Identifier: Apache-2.0
// Connections that begin on this side, or over a transport that is there.

#include <utility>

#include "../actors/gen_tcp_stream.hpp"
#include "../actors/process.hpp"
#include "internal/open_connection.hpp"
#include "internal/options_check.hpp"
#include "ssl.hpp"

namespace agner::ssl {

namespace {

using std::chrono::milliseconds;
using options_made = std::shared_ptr<const internal::option_set>;
using internal::role;

term list_for(const options& of) { return list_of(internal::option_list(of)); }

task<result<socket>> connect_with(inet::host to, std::uint16_t port, term given, milliseconds timeout) {
  auto set = internal::option_set::make(this_node(), given, role::client);
  if (!set) co_return std::unexpected{set.error()};
  auto below = internal::transport_options((*set)->settings);
  if (!below) co_return std::unexpected{below.error()};
  auto connected = co_await gen_tcp::internal::connect_stream(to, port, *std::move(below), timeout);
  if (!connected) co_return std::unexpected{connected.error()};
  auto over = make_transport(this_node().scheduler(), *std::move(connected));
  const auto made = internal::open_connection(std::move(over), *std::move(set), to.text());
  co_return co_await internal::shake_hands(made, "default"_atom, timeout);
}

/// Both roles, over @p over.
task<result<socket>> secure(std::unique_ptr<transport> over, options_made with, milliseconds timeout) {
  std::string host;
  if (with->settings.context.side == role::client) {
    auto found = internal::host_of(*over, with->settings);
    if (!found) co_return std::unexpected{found.error()};
    host = *std::move(found);
  }
  const auto made = internal::open_connection(std::move(over), std::move(with), std::move(host));
  co_return co_await internal::shake_hands(made, "default"_atom, timeout);
}

task<result<socket>> secure_transport(std::unique_ptr<transport> over, term given, role side, milliseconds timeout) {
  auto set = internal::option_set::make(this_node(), given, side);
  if (!set) co_return std::unexpected{set.error()};
  co_return co_await secure(std::move(over), *std::move(set), timeout);
}

task<result<socket>> upgrade(gen_tcp::socket over, term given, role side, milliseconds timeout) {
  // Options first: whoever gets them wrong keeps the socket.
  auto set = internal::option_set::make(this_node(), given, side);
  if (!set) co_return std::unexpected{set.error()};
  auto taken = co_await gen_tcp::internal::detach(over, timeout);
  if (!taken) co_return std::unexpected{taken.error()};
  auto stream = make_transport(this_node().scheduler(), std::move(taken->socket), std::move(taken->unread));
  co_return co_await secure(std::move(stream), *std::move(set), timeout);
}

} // namespace

task<result<socket>> connect(inet::host to, std::uint16_t port, options with, milliseconds timeout) {
  return connect_with(std::move(to), port, list_for(with), timeout);
}
task<result<socket>> connect(inet::host to, std::uint16_t port, option_list with, milliseconds timeout) {
  return connect_with(std::move(to), port, std::move(with.list), timeout);
}

task<result<socket>> connect(gen_tcp::socket over, options with, milliseconds timeout) {
  return upgrade(over, list_for(with), role::client, timeout);
}
task<result<socket>> connect(gen_tcp::socket over, option_list with, milliseconds timeout) {
  return upgrade(over, std::move(with.list), role::client, timeout);
}
task<result<socket>> handshake(gen_tcp::socket over, options with, milliseconds timeout) {
  return upgrade(over, list_for(with), role::server, timeout);
}
task<result<socket>> handshake(gen_tcp::socket over, option_list with, milliseconds timeout) {
  return upgrade(over, std::move(with.list), role::server, timeout);
}

task<result<socket>> connect(std::unique_ptr<transport> over, options with, milliseconds timeout) {
  return secure_transport(std::move(over), list_for(with), role::client, timeout);
}
task<result<socket>> handshake(std::unique_ptr<transport> over, options with, milliseconds timeout) {
  return secure_transport(std::move(over), list_for(with), role::server, timeout);
}

} // namespace agner::ssl
