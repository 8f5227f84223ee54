// SPDX-License-Identifier: Apache-2.0

#include "tcp_connector.hpp"

#include <utility>
#include <vector>

#include "../../runtime/readiness.hpp"
#include "../exit.hpp"
#include "../links.hpp"
#include "../receive.hpp"
#include "../send.hpp"
#include "kernel_options.hpp"
#include "socket_call.hpp"

namespace agner::internal {

namespace {

class tcp_connector {
  // Waits for what @p wanted takes; ends the process when nobody waits for it.
  template <class Clause>
  auto unless_given_up(Clause wanted) {
    using value = typename clause_of<Clause>::result;
    return receive(
        std::move(wanted), [](const socket_cancel&) -> value { exit("normal"_atom); },
        on(match("DOWN"_atom, caller_gone_, _, _, _), []() -> value { exit("normal"_atom); }));
  }

public:
  tcp_connector(const pid& caller, inet::host to, std::uint16_t port, inet::options options)
      : caller_gone_(monitor(caller)), to_(std::move(to)), port_(port), options_(std::move(options)) {}

  task<> run() {
    const auto by = co_await unless_given_up([](socket_request request) { return request.by; });
    const auto addresses = co_await look_up();
    if (!addresses) {
      reply(by, failed(addresses.error().reason()));
      co_return;
    }
    // The reason of the last address that was tried counts, as in OTP.
    term reason = "nxdomain"_atom;
    for (const ip_address& each : *addresses) {
      auto connected = co_await attempt(each);
      if (connected) {
        hand_over(by, {.socket = std::move(*connected)});
        co_return;
      }
      reason = connected.error().reason();
    }
    reply(by, failed(reason));
  }

private:
  task<result<std::vector<ip_address>>> look_up() {
    if (const auto address = to_.address()) co_return std::vector{*address};
    const reference tag = make_ref();
    const bool v6 = family_of(options_) == stream_socket::family::v6;
    resolve(this_node(), to_.text(), v6 ? address_family::v6 : address_family::v4, self(), tag);
    const term found = co_await unless_given_up(on(match(tag, any<term>), [](term answer) { return answer; }));
    co_return from_term<result<std::vector<ip_address>>>(found).value_or(fail("nxdomain"_atom));
  }

  task<result<stream_socket>> attempt(ip_address to) {
    auto socket = begin({to, port_});
    if (!socket) co_return fail(socket.error().reason());
    readiness ready{this_node().scheduler(), socket->descriptor()};
    const reference tag = make_ref();
    ready.notify(readiness::direction::output, self(), tuple("$ready"_atom, tag));
    co_await unless_given_up(on(match("$ready"_atom, tag), [] {}));
    auto done = socket->finish_connect();
    // A port of ours that nobody listens at can be given to this very socket, which then is connected with itself.
    if (done && socket->sockname() == socket->peername()) done = fail("econnrefused"_atom);
    if (!done) co_return fail(done.error().reason());
    co_return std::move(*socket);
  }

  result<stream_socket> begin(const socket_address& at) {
    auto socket = stream_socket::open(family_of(options_, &at.ip));
    if (!socket) return socket;
    auto done = set_kernel_options(*socket, options_);
    if (done && (options_.ip || options_.port)) done = socket->bind(local(at.ip.is_v6()));
    if (done) done = socket->begin_connect(at);
    if (!done) return fail(done.error().reason());
    return socket;
  }

  [[nodiscard]] socket_address local(bool v6) const {
    return {options_.ip.value_or(v6 ? ip_address::any_v6() : ip_address::any()), options_.port.value_or(0)};
  }

  reference caller_gone_;
  inet::host to_;
  std::uint16_t port_;
  inet::options options_;
};

} // namespace

task<> run_tcp_connector(pid caller, inet::host to, std::uint16_t port, inet::options options) {
  tcp_connector connector{caller, std::move(to), port, std::move(options)};
  co_await connector.run();
}

} // namespace agner::internal
