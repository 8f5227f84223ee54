// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/net_kernel.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include <agner/actors/gen_server.hpp>
#include <agner/runtime/term_builders.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"
#include "loopback_nodes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using net_kernel::connect_node;
using net_kernel::monitor_nodes;
using net_kernel::monitor_options;
using test::loopback_nodes;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const monitor_options hidden_too{.plain = false, .node_type = monitor_options::type::all};
const term hidden_info = list({tuple("node_type"_atom, "hidden"_atom)});

/// `nodes` as a process of @p on sees them.
std::vector<atom> nodes_of(node& on, node_type which) {
  return on.run([which]() -> task<std::vector<atom>> { co_return nodes(which); });
}

/// Starts a process on @p on that subscribes, and keeps its messages, each with what nodes(connected) was then.
pid spawn_watching(node& on, std::vector<std::pair<term, std::vector<atom>>>& into) {
  return on.spawn(
      [](std::vector<std::pair<term, std::vector<atom>>>& seen) -> task<> {
        trap_exit(true);
        register_("watcher"_atom, self());
        monitor_nodes(true, hidden_too);
        for (;;)
          co_await receive(
              [&seen](term message) { seen.emplace_back(std::move(message), nodes(node_type::connected)); });
      },
      std::ref(into));
}

TEST(NetKernel, ConnectsBothEnds) {
  loopback_nodes net;
  node a{net.named("a@host")};
  node b{net.named("b@host")};

  EXPECT_TRUE(a.run(connect_node, "b@host"_atom));
  net.settle();

  EXPECT_THAT(nodes_of(a, node_type::connected), ElementsAre("b@host"_atom));
  EXPECT_THAT(nodes_of(b, node_type::connected), ElementsAre("a@host"_atom));
  EXPECT_TRUE(a.run(connect_node, "b@host"_atom)); // again
}

TEST(NetKernel, ListsNodesAsErlangDoes) {
  loopback_nodes net;
  node a{net.named("a@host")};
  node b{net.named("b@host")};
  EXPECT_THAT(nodes_of(a, node_type::known), ElementsAre("a@host"_atom));
  a.run(connect_node, "b@host"_atom);

  EXPECT_THAT(nodes_of(a, node_type::visible), IsEmpty()); // both join hidden
  EXPECT_THAT(nodes_of(a, node_type::hidden), ElementsAre("b@host"_atom));
  EXPECT_THAT(nodes_of(a, node_type::this_node), ElementsAre("a@host"_atom));
  EXPECT_THAT(nodes_of(a, node_type::known), UnorderedElementsAre("a@host"_atom, "b@host"_atom));
  const auto several = a.run([]() -> task<std::vector<atom>> {
    EXPECT_THAT(nodes(), IsEmpty());
    co_return nodes({node_type::this_node, node_type::hidden, node_type::connected});
  });
  EXPECT_THAT(several, ElementsAre("a@host"_atom, "b@host"_atom));
}

TEST(NetKernel, DoesNotConnectToWhatIsNotThere) {
  loopback_nodes net;
  net.names->ports["closed"] = 1; // nobody listens there
  net.names->ports["zero"] = 0;
  node a{net.named("a@host")};

  EXPECT_FALSE(a.run(connect_node, "nobody@host"_atom));
  EXPECT_FALSE(a.run(connect_node, "closed@host"_atom));
  EXPECT_FALSE(a.run(connect_node, "zero@host"_atom));
  EXPECT_FALSE(a.run(connect_node, "no_node_name"_atom));
  EXPECT_TRUE(a.run(connect_node, "a@host"_atom));
}

TEST(NetKernel, DisconnectsBothEndsOnce) {
  loopback_nodes net;
  node a{net.named("a@host")};
  node b{net.named("b@host")};
  a.run(connect_node, "b@host"_atom);

  const auto disconnect = [&] { return a.run([]() -> task<bool> { co_return disconnect_node("b@host"_atom); }); };
  EXPECT_TRUE(disconnect());
  EXPECT_FALSE(disconnect());
  net.settle();

  EXPECT_THAT(nodes_of(a, node_type::connected), IsEmpty());
  EXPECT_THAT(nodes_of(b, node_type::connected), IsEmpty());
}

TEST(NetKernel, MonitorsANode) {
  loopback_nodes net;
  node a{net.named("a@host")};
  std::optional<node> b{std::in_place, net.named("b@host")};

  const auto down = a.run([&]() -> task<std::vector<term>> {
    EXPECT_TRUE(co_await monitor_node("b@host"_atom, true)); // begins to connect
    co_await connect_node("b@host"_atom);
    co_await monitor_node("b@host"_atom, true);
    co_await monitor_node("b@host"_atom, true);
    co_await monitor_node("b@host"_atom, false);
    disconnect_node("b@host"_atom);
    co_return co_await test::flush();
  });

  const term nodedown = tuple("nodedown"_atom, "b@host"_atom);
  EXPECT_THAT(down, ElementsAre(nodedown, nodedown));
}

TEST(NetKernel, SaysThatANodeIsDownWhichCannotBeReached) {
  loopback_nodes net;
  node a{net.named("a@host")};

  const auto down = a.run([]() -> task<term> {
    co_await monitor_node("nobody@host"_atom, true);
    co_return co_await receive([](term message) { return message; });
  });

  EXPECT_EQ(down, tuple("nodedown"_atom, "nobody@host"_atom));
}

TEST(NetKernel, DoesNotMonitorItsOwnNode) {
  loopback_nodes net;
  node a{net.named("a@host")};

  EXPECT_THAT(a.run([]() -> task<std::vector<term>> {
    co_await monitor_node("a@host"_atom, true);
    co_return co_await test::flush();
  }),
              IsEmpty());
}

// -- the order of events --------------------------------------------------------------------------------------------------------------------

TEST(NetKernel, TellsOfANodeOnceItIsConnectedAndBeforeItsSignals) {
  test::with_seeds(10, [](std::uint64_t seed) {
    loopback_nodes net{seed};
    std::vector<std::pair<term, std::vector<atom>>> seen;
    node a{net.named("a@host")};
    node b{net.named("b@host")};
    spawn_watching(b, seen);
    net.settle();

    a.spawn([]() -> task<> {
      send({"watcher"_atom, "b@host"_atom}, "hello"_atom);
      co_return;
    });
    ASSERT_TRUE(net.until([&] { return seen.size() == 2; }));

    EXPECT_EQ(seen[0].first, tuple("nodeup"_atom, "a@host"_atom, hidden_info));
    EXPECT_THAT(seen[0].second, ElementsAre("a@host"_atom));
    EXPECT_EQ(seen[1].first, term("hello"_atom));
  });
}

TEST(NetKernel, TellsThatANodeIsGoneAfterAllThatWentWithIt) {
  test::with_seeds(10, [](std::uint64_t seed) {
    loopback_nodes net{seed};
    std::vector<std::pair<term, std::vector<atom>>> seen;
    std::vector<term> mail;
    node a{net.named("a@host")};
    std::optional<node> b{std::in_place, net.named("b@host")};
    const pid there = b->spawn(test::until_told);

    a.spawn(
        [there](std::vector<term>& into) -> task<> {
          trap_exit(true);
          EXPECT_TRUE(co_await connect_node("b@host"_atom));
          monitor_nodes(true, hidden_too);
          link(there);
          monitor(there);
          monitor({"nobody"_atom, "b@host"_atom});
          co_await monitor_node("b@host"_atom, true);
          for (;;)
            co_await receive([&into](term message) { into.push_back(std::move(message)); });
        },
        std::ref(mail));
    ASSERT_TRUE(net.until([&] { return mail.size() == 1; })); // noproc of nobody
    b.reset();
    ASSERT_TRUE(net.until([&] { return mail.size() == 5; }));

    // A node that ends in good order takes its processes with it first: their ends come before its own.
    EXPECT_EQ(mail.back(), tuple("nodedown"_atom, "b@host"_atom, hidden_info));
    EXPECT_EQ(mail[3], tuple("nodedown"_atom, "b@host"_atom));
    EXPECT_TRUE(mail[1].is_tagged("EXIT"_atom, 3) || mail[1].is_tagged("DOWN"_atom, 5)) << print(mail[1]);
    EXPECT_TRUE(mail[2].is_tagged("EXIT"_atom, 3) || mail[2].is_tagged("DOWN"_atom, 5)) << print(mail[2]);
  });
}

TEST(NetKernel, EndsASubscription) {
  loopback_nodes net;
  node a{net.named("a@host")};
  node b{net.named("b@host")};

  EXPECT_THAT(a.run([]() -> task<std::vector<term>> {
    monitor_nodes(true, hidden_too);
    monitor_nodes(false, hidden_too);
    co_await connect_node("b@host"_atom);
    co_return co_await test::flush();
  }),
              IsEmpty());
}

// -- both at once -----------------------------------------------------------------------------------------------------------------------------

// One of them may begin while the other's attempt is at any of its steps.
TEST(NetKernel, ConnectsOnceWhereBothBeginAtOnceAndLosesNothing) {
  test::with_seeds(100, [](std::uint64_t seed) {
    loopback_nodes net{seed};
    std::vector<std::pair<term, std::vector<atom>>> at_a;
    std::vector<std::pair<term, std::vector<atom>>> at_b;
    node a{net.named("a@host")};
    node b{net.named("b@host")};
    spawn_watching(a, at_a);
    spawn_watching(b, at_b);
    net.settle();

    const auto greet = [](atom whom) -> task<> {
      for (int i = 0; i < 3; ++i)
        send({"watcher"_atom, whom}, i);
      EXPECT_TRUE(co_await connect_node(whom));
      send({"watcher"_atom, whom}, 3);
    };
    node& first = seed % 2 == 0 ? a : b;
    node& second = seed % 2 == 0 ? b : a;
    first.spawn(greet, second.name());
    for (std::uint64_t i = 0; i < 2 * (seed / 2); ++i)
      if (!net.runs->step()) net.runs->poll();
    second.spawn(greet, first.name());
    ASSERT_TRUE(net.until([&] { return at_a.size() == 5 && at_b.size() == 5; })) << at_a.size() << " " << at_b.size();
    net.runs->advance(10s); // what either end gave up is over

    for (const auto* seen : {&at_a, &at_b}) {
      ASSERT_EQ(seen->size(), 5U); // one nodeup, no nodedown
      EXPECT_TRUE((*seen)[0].first.is_tagged("nodeup"_atom, 3));
      for (int i = 0; i < 4; ++i)
        EXPECT_EQ((*seen)[static_cast<std::size_t>(i) + 1].first, term{i});
    }
  });
}

// -- ping -------------------------------------------------------------------------------------------------------------------------------------

TEST(NetAdm, PingsWhatIsThere) {
  loopback_nodes net;
  node a{net.named("a@host")};
  node b{net.named("b@host")};

  EXPECT_EQ(a.run(net_adm::ping, "b@host"_atom), net_adm::ping_answer::pong);
  EXPECT_EQ(a.run(net_adm::ping, "a@host"_atom), net_adm::ping_answer::pong);
  EXPECT_EQ(a.run(net_adm::ping, "nobody@host"_atom), net_adm::ping_answer::pang);
}

// -- without distribution ---------------------------------------------------------------------------------------------------------------------

TEST(NetKernel, KnowsNobodyWithoutDistribution) {
  loopback_nodes net;
  node alone{net.plain()};

  EXPECT_THAT(nodes_of(alone, node_type::connected), IsEmpty());
  EXPECT_THAT(nodes_of(alone, node_type::this_node), ElementsAre("nonode@nohost"_atom));
  EXPECT_FALSE(alone.run(connect_node, "b@host"_atom));
  alone.run([]() -> task<> {
    EXPECT_FALSE(disconnect_node("b@host"_atom));
    EXPECT_THROW(monitor_nodes(true), raised);
    EXPECT_THROW(co_await monitor_node("b@host"_atom, true), raised);
  });
}

// -- whether a signal connects ----------------------------------------------------------------------------------------------------------------

TEST(AutoConnect, SaysWhetherASignalConnects) {
  for (const auto how : {auto_connect::always, auto_connect::never}) {
    loopback_nodes net;
    node b{net.named("b@host")};
    auto with = net.options();
    with.connects = how;
    node a{net.named("a@host", with)};

    const term answer = a.run([]() -> task<term> {
      const reference ref = monitor({"net_kernel"_atom, "b@host"_atom});
      co_return co_await receive(on(match("DOWN"_atom, ref, _, _, any<term>), [](term why) { return why; }),
                                 after(1s, [] { return term{"watching"_atom}; }));
    });

    EXPECT_EQ(answer, how == auto_connect::always ? term("watching"_atom) : term("noconnection"_atom));
    EXPECT_TRUE(a.run(connect_node, "b@host"_atom)); // asked for, it always does
  }
}

} // namespace
} // namespace agner
