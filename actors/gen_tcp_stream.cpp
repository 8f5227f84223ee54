// SPDX-License-Identifier: Apache-2.0

#include "gen_tcp_stream.hpp"

#include "internal/kernel_options.hpp"
#include "internal/socket_call.hpp"
#include "internal/tcp_connector.hpp"
#include "send.hpp"
#include "spawn.hpp"

namespace agner::gen_tcp::internal {

task<result<stream_socket>> connect_stream(inet::host to, std::uint16_t port, inet::options options,
                                           std::chrono::milliseconds timeout) {
  if (auto right = options.check(); !right) co_return fail(right.error().reason());
  const pid connector = spawn(agner::internal::run_tcp_connector, self(), std::move(to), port, std::move(options));
  auto connected = co_await agner::internal::call_for_stream(connector, "connect"_atom, timeout);
  if (!connected) co_return fail(connected.error().reason());
  co_return std::move(connected->socket);
}

task<result<stream>> accept_stream(socket listener, std::chrono::milliseconds timeout) {
  return agner::internal::call_for_stream(listener.process(), "accept"_atom, timeout);
}

task<result<stream>> detach(socket of, std::chrono::milliseconds timeout) {
  return agner::internal::call_for_stream(of.process(), "detach"_atom, timeout);
}

} // namespace agner::gen_tcp::internal
