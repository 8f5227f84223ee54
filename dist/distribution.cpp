// SPDX-License-Identifier: Apache-2.0

#include "distribution.hpp"

#include <utility>

#include "../actors/gen_server.hpp"
#include "../actors/process.hpp"
#include "../runtime/stream_socket.hpp"
#include "epmd_directory.hpp"
#include "handshake_decision.hpp"
#include "internal/dist_context.hpp"
#include "internal/dist_node.hpp"
#include "tcp_carrier.hpp"

namespace agner::dist {

namespace {

using internal::dist_context;

// Callers that the kernel holds until they are taken. Past that it drops them without a word, and they try again after a second: a crowd must not cost a good one that.
constexpr int callers_waiting_max = 1024;

/// The process `net_kernel`: peers ask it whether they may talk to this node. @source OTP 25 net_kernel, handle_call is_auth
struct net_kernel_server {
  term handle_call(const term& request) {
    if (request.is_tagged("is_auth"_atom, 2)) return "yes"_atom;
    return tuple("error"_atom, "badarg"_atom);
  }
};

result<stream_socket> listen(const distribution_options& options, std::uint16_t& port) {
  const auto family = options.listen_ip.is_v6() ? stream_socket::family::v6 : stream_socket::family::v4;
  error last{"eaddrinuse"_atom};
  for (std::uint32_t candidate = options.port_min; candidate <= std::max(options.port_min, options.port_max);
       ++candidate) {
    auto socket = stream_socket::open(family);
    if (!socket) return socket;
    socket->set(socket_option::reuseaddr, 1);
    result<> ready = socket->bind({options.listen_ip, static_cast<std::uint16_t>(candidate)});
    if (ready) ready = socket->listen(callers_waiting_max);
    if (ready) {
      const auto bound = socket->sockname();
      if (!bound) return std::unexpected(bound.error());
      port = bound->port;
      return socket;
    }
    last = ready.error();
  }
  return std::unexpected(last);
}

class distribution_service final : public node_service {
public:
  explicit distribution_service(distribution_options options) : options_(std::move(options)) {
    if (!options_.over) options_.over = tcp_carrier();
    if (!options_.names) options_.names = epmd_directory();
  }

  void start(node& on) override {
    options_.over->start(on);
    context_ = std::make_shared<dist_context>(on, options_);
    context_->table.on_wanted([in = context_.get()](std::shared_ptr<internal::connection> at) {
      in->home.spawn(internal::run_outgoing, in->shared_from_this(), std::move(at));
    });
    on.service<internal::dist_node>().attach(context_);
    try {
      on.run([in = context_]() -> task<> { co_await bring_up(in); });
    } catch (...) {
      context_->table.stop();
      throw;
    }
    on.set_router(&context_->way_out);
  }

  void stop(node& on) noexcept override {
    on.set_router(nullptr);
    context_->table.stop();
  }

private:
  // Listens, publishes the port, and only then takes callers: who finds the node can reach it.
  static task<> bring_up(std::shared_ptr<dist_context> in) {
    const auto parts = handshake::split(in->home.name().name());
    if (!parts) raise_error(tuple("bad_node_name"_atom, in->home.name()));
    must(co_await gen_server::start<net_kernel_server>(gen_server::local("net_kernel"_atom)));
    if (!in->options.listens) co_return;
    std::uint16_t port = 0;
    auto listening = listen(in->options, port);
    if (!listening) raise_error(tuple("listen"_atom, listening.error().reason()));
    in->home.spawn(internal::run_acceptor, in, std::move(*listening));
    if (const auto published = co_await in->options.names->publish(parts->name, port, in->home.creation()); !published)
      raise_error(tuple("register"_atom, in->home.name(), published.error().reason()));
  }

  distribution_options options_;
  std::shared_ptr<dist_context> context_;
};

} // namespace

std::shared_ptr<node_service> distribution(distribution_options options) {
  return std::make_shared<distribution_service>(std::move(options));
}

} // namespace agner::dist
