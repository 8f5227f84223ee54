// SPDX-License-Identifier: Apache-2.0

#include "gen_tcp.hpp"

#include "gen_tcp_stream.hpp"
#include "internal/kernel_options.hpp"
#include "internal/socket_call.hpp"
#include "internal/tcp_listener.hpp"
#include "links.hpp"
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

result<socket> listen(std::uint16_t port, inet::options options) {
  if (auto right = options.check(); !right) return fail(right.error().reason());
  auto listening = open_listening(port, options);
  if (!listening) return fail(listening.error().reason());
  return socket{spawn(agner::internal::run_tcp_listener, std::move(*listening), std::move(options), self())};
}

task<> close(socket of) { co_await command_socket(of.process(), "close"_atom, "closed"_atom); }

} // namespace gen_tcp

} // namespace agner
