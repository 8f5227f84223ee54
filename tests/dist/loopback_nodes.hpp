// SPDX-License-Identifier: Apache-2.0
// Nodes that find each other in a table and connect over the loopback address, all on one deterministic scheduler: time passes only when nothing else can happen.

#pragma once

#include <agner/actors/gen_tcp_stream.hpp>
#include <agner/actors/process.hpp>
#include <agner/dist/distribution.hpp>
#include <agner/dist/internal/dist_node.hpp>
#include <agner/dist/internal/packet_link.hpp>
#include <agner/dist/tcp_carrier.hpp>
#include <agner/runtime/term_text.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "../support/deterministic_scheduler.hpp"

namespace agner::test {

/// Keeps names in memory. Any thread may ask; nodes are made by one.
class table_directory final : public dist::directory {
public:
  task<result<>> publish(std::string_view name, std::uint16_t port, std::uint32_t) override {
    const std::lock_guard lock{mutex};
    ports[std::string{name}] = port;
    co_return result<>{};
  }
  task<result<dist::node_address>> find(std::string_view name, std::string_view) override {
    const std::lock_guard lock{mutex};
    const auto at = ports.find(std::string{name});
    if (at == ports.end()) co_return fail("noport"_atom);
    co_return dist::node_address{ip_address::loopback(), at->second};
  }

  std::mutex mutex;
  std::map<std::string, std::uint16_t> ports; // may lie
};

struct loopback_nodes {
  explicit loopback_nodes(std::uint64_t seed = 1)
      : runs(std::make_shared<deterministic_scheduler>(seed)),
        names(std::make_shared<table_directory>()),
        sleeper_(plain()) {}

  [[nodiscard]] dist::distribution_options options(std::string_view secret = "secret") const {
    dist::distribution_options with{.secret = dist::cookie{secret}};
    with.names = names;
    with.listen_ip = ip_address::loopback();
    return with;
  }
  [[nodiscard]] node_options named(std::string name, dist::distribution_options with) const {
    node_options made;
    made.name = std::move(name);
    made.scheduler = runs;
    made.services.push_back(dist::distribution(std::move(with)));
    return made;
  }
  [[nodiscard]] node_options named(std::string name) const { return named(std::move(name), options()); }
  /// A node that is not distributed.
  [[nodiscard]] node_options plain() const {
    node_options made;
    made.scheduler = runs;
    return made;
  }

  [[nodiscard]] clock::time_point now() const { return runs->time().now(); }
  /// Lets time pass. Unlike the scheduler's `advance` it also gives the kernel its time before the clock moves on.
  void pass(std::chrono::milliseconds time) {
    sleeper_.run([time]() -> task<> { co_await receive(after(time, [] {})); });
  }
  /// Until what can happen at once has happened.
  void settle() { pass(std::chrono::milliseconds{1}); }
  /// Lets time pass until @p holds, a minute at most. @returns whether it does
  template <class Condition>
  bool until(Condition holds) {
    runs->run_until_idle();
    for (int i = 0; i < 600 && !holds(); ++i)
      pass(std::chrono::milliseconds{100});
    return holds();
  }

  std::shared_ptr<deterministic_scheduler> runs;
  std::shared_ptr<table_directory> names;

private:
  node sleeper_;
};

/// A connection to the port of @p name's node, to be written on by hand.
inline task<dist::internal::packet_link> call_port(const table_directory& names, std::string name,
                                                   std::chrono::seconds patience = std::chrono::seconds{60}) {
  auto socket = must(co_await gen_tcp::internal::connect_stream(ip_address::loopback(), names.ports.at(name)));
  class scheduler& on = this_node().scheduler();
  co_return dist::internal::packet_link{make_transport(on, std::move(socket)), dist::handshake_header::two_bytes,
                                        on.time().now() + patience};
}

} // namespace agner::test
