// SPDX-License-Identifier: Apache-2.0
// Connections that come and go under those who use them, on threads: what a lock must hold together.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include <agner/actors/process.hpp>
#include <agner/dist/net_kernel.hpp>
#include <agner/runtime/term_builders.hpp>

#include "../support/process_probes.hpp"
#include "loopback_nodes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;

const net_kernel::monitor_options all_nodes{.plain = false, .node_type = net_kernel::monitor_options::type::all};

/// Binds itself to @p other again and again, and each time waits for both bonds to break. Says `done`, or `lost` where one does not break.
task<> bind_again_and_again(pid other, int rounds, pid report) {
  trap_exit(true);
  for (int i = 0; i < rounds; ++i) {
    link(other);
    const reference ref = monitor(other);
    send(other, i);
    const bool both =
        co_await receive(on(match("DOWN"_atom, ref, "process"_atom, other, "noconnection"_atom), [] { return true; }),
                         after(20s, [] { return false; })) &&
        co_await receive(on(match("EXIT"_atom, other, "noconnection"_atom), [] { return true; }),
                         after(20s, [] { return false; }));
    if (!both) {
      send(report, "lost"_atom);
      co_return;
    }
  }
  send(report, "done"_atom);
}

task<> takes_everything() {
  trap_exit(true);
  for (;;)
    co_await receive([](const term&) {});
}

/// Connects to and disconnects from @p peer until told to end.
task<> come_and_go(atom peer) {
  for (bool more = true; more;) {
    co_await net_kernel::connect_node(peer);
    disconnect_node(peer);
    more = co_await receive([](decltype("end"_atom)) { return false; }, after(0ms, [] { return true; }));
  }
}

/// Sends @p to how often a node came and went without the other in between.
task<> watch_order(pid to) {
  net_kernel::monitor_nodes(true, all_nodes);
  send(to, "watching"_atom);
  bool is_up = false;
  int wrong = 0;
  for (bool more = true; more;)
    more = co_await receive(on(match("nodeup"_atom, _, _),
                               [&] {
                                 wrong += is_up ? 1 : 0;
                                 is_up = true;
                                 return true;
                               }),
                            on(match("nodedown"_atom, _, _),
                               [&] {
                                 wrong += is_up ? 0 : 1;
                                 is_up = false;
                                 return true;
                               }),
                            [](decltype("end"_atom)) { return false; });
  send(to, tuple("wrong"_atom, wrong));
}

TEST(ConnectionStress, BreaksEveryBondAndTellsInOrderHoweverConnectionsComeAndGo) {
  test::loopback_nodes net; // only for its directory
  const auto made = [&net](const char* name) {
    node_options options = net.named(name);
    options.scheduler = nullptr; // the one with threads
    return options;
  };
  node a{made("a@host")};
  node b{made("b@host")};
  constexpr int binders = 8;
  constexpr int rounds = 100;
  std::vector<pid> targets;
  for (int i = 0; i < binders; ++i)
    targets.push_back(b.spawn(takes_everything));

  a.run([&]() -> task<> {
    const pid watching = spawn(watch_order, self());
    co_await receive([](decltype("watching"_atom)) {});
    const pid restless = spawn(come_and_go, "b@host"_atom);
    const pid restless_there = b.spawn(come_and_go, "a@host"_atom);
    for (const pid& target : targets)
      spawn(bind_again_and_again, target, rounds, self());
    for (int i = 0; i < binders; ++i)
      EXPECT_EQ(
          co_await receive([](decltype("done"_atom)) { return true; }, [](decltype("lost"_atom)) { return false; }),
          true);
    send(restless, "end"_atom);
    b.send(restless_there, "end"_atom);
    send(watching, "end"_atom);
    EXPECT_EQ(co_await receive(on(match("wrong"_atom, any<int>), [](int wrong) { return wrong; })), 0);
  });
}

} // namespace
} // namespace agner
