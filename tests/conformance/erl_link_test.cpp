// SPDX-License-Identifier: Apache-2.0
// Follows erl_link_SUITE of OTP 25.2.3, case by case. What OTP's cases read out of the emulator's tables is read from the processes here.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <vector>

#include <agner/actors/process.hpp>
#include <agner/dist/net_kernel.hpp>

#include "../support/process_probes.hpp"
#include "told_nodes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::bonds;
using test::bonds_of_this_process;
using test::flush;
using test::loopback_nodes;
using test::told_process;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

struct erl_link_SUITE : test::told_nodes {
  bonds seen_by(told_process& p) {
    bonds found;
    bool done = false;
    p.tell([&] {
      found = bonds_of_this_process();
      done = true;
    });
    EXPECT_TRUE(net.until([&] { return done; }));
    return found;
  }
  void expect_linked(told_process& one, told_process& other) {
    net.settle();
    EXPECT_THAT(seen_by(one).links, Contains(other.id()));
    EXPECT_THAT(seen_by(other).links, Contains(one.id()));
  }
  void expect_apart(told_process& one, told_process& other) {
    net.settle();
    EXPECT_THAT(seen_by(one).links, Not(Contains(other.id())));
    EXPECT_THAT(seen_by(other).links, Not(Contains(one.id())));
  }
  bool is_dead(node& on, const told_process& p) {
    return net.until([&] { return !on.is_alive(p.id()); });
  }

  // The same on one node and across two.
  void common_links(node& near, node& far) {
    told_process one{near};
    told_process other{far};
    told(one, [&]() -> task<> {
      link(other.id());
      co_return;
    });
    expect_linked(one, other);
    told(other, [&]() -> task<> {
      unlink(one.id());
      co_return;
    });
    expect_apart(one, other);
    told(other, [&]() -> task<> {
      link(one.id());
      co_return;
    });
    expect_linked(one, other);
    told(other, []() -> task<> {
      EXPECT_FALSE(trap_exit(true));
      co_return;
    });
    one.tell([] { exit("died"_atom); });
    told(other, [&]() -> task<> { co_await receive(on(match("EXIT"_atom, one.id(), "died"_atom), [] {})); });
    EXPECT_THAT(seen_by(other).links, IsEmpty());

    told_process third{near};
    told(other, [&]() -> task<> {
      link(third.id());
      co_return;
    });
    expect_linked(other, third);
    other.tell([] { exit("died"_atom); });
    EXPECT_TRUE(is_dead(near, third));
  }

  void common_monitors(node& near, node& far) {
    for (const bool by_name : {false, true}) {
      told_process watcher{near};
      told_process watched{far};
      const atom name = "common_process_monitors"_atom;
      const term object = by_name ? tuple(name, far.name()) : term{watched.id()};
      const auto target = [&] { return by_name ? destination{name, far.name()} : destination{watched.id()}; };
      if (by_name)
        told(watched, [&]() -> task<> {
          register_(name, self());
          co_return;
        });
      reference ref;
      const auto watch = [&]() -> task<> {
        ref = monitor(target());
        co_return;
      };
      told(watcher, watch);
      net.settle();
      EXPECT_THAT(seen_by(watched).monitored_by, ElementsAre(watcher.id()));
      told(watched, [&]() -> task<> { // the wrong end
        EXPECT_FALSE(demonitor(ref, {.info = true}));
        co_return;
      });
      EXPECT_EQ(seen_by(watcher).monitors, 1U);
      told(watcher, [&]() -> task<> {
        EXPECT_TRUE(demonitor(ref, {.info = true}));
        co_return;
      });
      net.settle();
      EXPECT_THAT(seen_by(watched).monitored_by, IsEmpty());
      EXPECT_EQ(seen_by(watcher).monitors, 0U);

      told(watcher, watch);
      watched.tell([] { exit("bye"_atom); });
      const auto down = [&](term reason) {
        told(watcher, [&, reason]() -> task<> {
          co_await receive(on(match("DOWN"_atom, ref, "process"_atom, object, reason), [] {}));
        });
      };
      down("bye"_atom);
      told(watcher, watch);
      down("noproc"_atom);
      EXPECT_EQ(seen_by(watcher).monitors, 0U);
    }
  }

  node a{net.named("a@host")};
  std::optional<node> b{std::in_place, net.named("b@host")};
};

TEST_F(erl_link_SUITE, links) {
  common_links(a, a);

  told_process alone{a};
  told(alone, []() -> task<> {
    link(self());
    EXPECT_THAT(bonds_of_this_process().links, IsEmpty());
    unlink(self());
    co_return;
  });
}

TEST_F(erl_link_SUITE, dist_links) {
  common_links(a, *b);

  told_process plain{a};
  told_process trapping{a};
  told_process far{*b};
  told(far, [&]() -> task<> {
    link(plain.id());
    co_return;
  });
  expect_linked(plain, far);
  told(trapping, [&]() -> task<> {
    trap_exit(true);
    link(far.id());
    co_return;
  });
  expect_linked(trapping, far);
  b.reset();
  EXPECT_TRUE(is_dead(a, plain));
  told(trapping,
       [&]() -> task<> { co_await receive(on(match("EXIT"_atom, far.id(), any<term>), [](const term&) {})); });
  EXPECT_THAT(seen_by(trapping).links, IsEmpty());
}

TEST_F(erl_link_SUITE, monitor_nodes) {
  node c{net.named("c@host")};
  const auto seen = a.run([&]() -> task<std::vector<term>> {
    const atom one = "b@host"_atom;
    const atom none = "nobody@host"_atom;
    co_await net_kernel::connect_node(one);
    co_await monitor_node(one, true);
    co_await monitor_node(one, true);
    co_await monitor_node(one, false);
    co_await monitor_node(none, true);
    co_await monitor_node(none, true);
    co_await monitor_node("c@host"_atom, true);
    co_await monitor_node("c@host"_atom, false);
    for (int i = 0; i < 2; ++i)
      co_await receive(on(match("nodedown"_atom, none), [] {}));
    disconnect_node(one);
    disconnect_node("c@host"_atom);
    co_return co_await flush();
  });

  EXPECT_THAT(seen, ElementsAre(tuple("nodedown"_atom, "b@host"_atom)));
}

TEST_F(erl_link_SUITE, process_monitors) {
  common_monitors(a, a);

  told_process alone{a};
  told(alone, []() -> task<> {
    register_("process_monitors"_atom, self());
    const reference by_pid = monitor(self());
    const reference by_name = monitor("process_monitors"_atom);
    EXPECT_EQ(bonds_of_this_process().monitors, 0U);
    EXPECT_TRUE((co_await flush()).empty());
    EXPECT_TRUE(demonitor(by_pid));
    EXPECT_TRUE(demonitor(by_name));
  });
}

TEST_F(erl_link_SUITE, dist_process_monitors) {
  common_monitors(a, *b);

  told_process far{*b};
  told_process watcher{a};
  for (const bool connected : {true, false}) {
    reference ref;
    told(watcher, [&]() -> task<> {
      ref = monitor(far.id());
      co_return;
    });
    net.settle();
    if (connected) {
      a.run([]() -> task<> {
        disconnect_node("b@host"_atom);
        co_return;
      });
      b.reset();
    }
    told(watcher, [&]() -> task<> {
      co_await receive(on(match("DOWN"_atom, ref, "process"_atom, far.id(), "noconnection"_atom), [] {}));
    });
    EXPECT_EQ(seen_by(watcher).monitors, 0U);
  }
}

// Fills the connection past its budget, so that whoever sends messages is suspended.
void make_busy(atom peer) {
  for (int i = 0; i < 64; ++i)
    send({"nobody"_atom, peer}, binary(std::string(65'536, 'x')));
}

TEST_F(erl_link_SUITE, busy_dist_port_monitor) {
  told_process near{a};
  told_process far{*b};
  reference ref;
  told(near, [&]() -> task<> {
    make_busy("b@host"_atom);
    ref = monitor(far.id());
    co_return;
  });
  net.settle();
  EXPECT_THAT(seen_by(far).monitored_by, ElementsAre(near.id()));
  told(near, [&]() -> task<> {
    make_busy("b@host"_atom);
    EXPECT_TRUE(demonitor(ref, {.info = true}));
    co_return;
  });
  net.settle();
  EXPECT_THAT(seen_by(far).monitored_by, IsEmpty());

  told(far, [&]() -> task<> {
    ref = monitor(near.id());
    co_return;
  });
  net.settle();
  near.tell([] {
    make_busy("b@host"_atom);
    exit("over"_atom);
  });
  told(far, [&]() -> task<> {
    co_await receive(on(match("DOWN"_atom, ref, "process"_atom, near.id(), "over"_atom), [] {}));
  });
}

TEST_F(erl_link_SUITE, busy_dist_port_link) {
  told_process near{a};
  told_process far{*b};
  told(near, [&]() -> task<> {
    make_busy("b@host"_atom);
    link(far.id());
    co_return;
  });
  expect_linked(near, far);
  told(near, [&]() -> task<> {
    make_busy("b@host"_atom);
    unlink(far.id());
    co_return;
  });
  expect_apart(near, far);

  told(far, [&]() -> task<> {
    trap_exit(true);
    link(near.id());
    co_return;
  });
  expect_linked(near, far);
  near.tell([] {
    make_busy("b@host"_atom);
    exit("over"_atom);
  });
  told(far, [&]() -> task<> { co_await receive(on(match("EXIT"_atom, near.id(), "over"_atom), [] {})); });
}

// No EXIT after unlink, no DOWN after demonitor, but for one that had come before.
void late_exit(loopback_nodes& net, node& near, node& far) {
  for (int i = 0; i < 20; ++i) {
    told_process victim{far};
    std::vector<term> late;
    const pid watcher = near.spawn([&, who = victim.id()]() -> task<> {
      trap_exit(true);
      link(who);
      exit(who, "bang"_atom);
      if (i % 2 == 0) co_await yield();
      unlink(who);
      co_await receive(on(match("EXIT"_atom, who, any<term>), [](const term&) {}), after(0ms, [] {}));
      late = co_await flush();
    });
    EXPECT_TRUE(net.until([&] { return !near.is_alive(watcher); }));
    EXPECT_THAT(late, IsEmpty());
  }
}
void late_down(loopback_nodes& net, node& near, node& far) {
  for (int i = 0; i < 20; ++i) {
    told_process victim{far};
    std::vector<term> late;
    const pid watcher = near.spawn([&, who = victim.id()]() -> task<> {
      const reference ref = monitor(who);
      exit(who, "bang"_atom);
      if (i % 2 == 0) co_await yield();
      demonitor(ref);
      co_await receive(on(match("DOWN"_atom, ref, _, _, _), [] {}), after(0ms, [] {}));
      late = co_await flush();
    });
    EXPECT_TRUE(net.until([&] { return !near.is_alive(watcher); }));
    EXPECT_THAT(late, IsEmpty());
  }
}

TEST_F(erl_link_SUITE, otp_5772_link) { late_exit(net, a, a); }
TEST_F(erl_link_SUITE, otp_5772_dist_link) { late_exit(net, a, *b); }
TEST_F(erl_link_SUITE, otp_5772_monitor) { late_down(net, a, a); }
TEST_F(erl_link_SUITE, otp_5772_dist_monitor) { late_down(net, a, *b); }

TEST_F(erl_link_SUITE, otp_7946) {
  told_process far{*b};
  a.run(net_kernel::connect_node, "b@host"_atom);
  b.reset();

  const term reason = a.run([&]() -> task<term> {
    co_return co_await test::exit_reason_of([who = far.id()]() -> task<> {
      link(who);
      co_await receive(after(infinity, [] {}));
    });
  });

  EXPECT_EQ(reason, term("noconnection"_atom));
}

// Both sides link and unlink each other at once. Afterwards both are of one mind, and the link works or is none.
void crossing(loopback_nodes& net, node& near, node& far, unsigned seed) {
  std::mt19937 draw{seed};
  told_process one{near};
  told_process other{far};
  for (int i = 0; i < 30; ++i) {
    for (told_process* p : {&one, &other}) {
      const pid whom = p == &one ? other.id() : one.id();
      const bool makes = draw() % 2 == 0;
      const bool waits = draw() % 3 == 0;
      p->tell([=]() -> task<> {
        if (makes)
          link(whom);
        else
          unlink(whom);
        if (waits) co_await yield();
      });
    }
    if (draw() % 4 == 0) net.settle();
  }
  net.settle();
  bonds of_one;
  bonds of_other;
  int done = 0;
  one.tell([&] {
    of_one = bonds_of_this_process();
    ++done;
  });
  other.tell([&] {
    of_other = bonds_of_this_process();
    ++done;
  });
  ASSERT_TRUE(net.until([&] { return done == 2; }));
  EXPECT_EQ(of_one.links.empty(), of_other.links.empty());
  one.tell([] { exit("over"_atom); });
  ASSERT_TRUE(net.until([&] { return !near.is_alive(one.id()); }));
  net.settle();
  EXPECT_EQ(far.is_alive(other.id()), of_one.links.empty());
}

// One links while the other links and unlinks: the link of the first may not vanish unsaid.
void one_links(loopback_nodes& net, node& near, node& far) {
  told_process one{near};
  told_process other{far};
  for (int i = 0; i < 20; ++i) {
    one.tell([&] { link(other.id()); });
    other.tell([&] {
      link(one.id());
      unlink(one.id());
    });
    net.settle();
    bool done = false;
    bonds mine;
    one.tell([&] {
      mine = bonds_of_this_process();
      unlink(other.id());
      done = true;
    });
    bool told_other = false;
    bonds theirs;
    other.tell([&] {
      theirs = bonds_of_this_process();
      told_other = true;
    });
    ASSERT_TRUE(net.until([&] { return done && told_other; }));
    net.settle();
  }
  bool done = false;
  one.tell([&] {
    EXPECT_THAT(bonds_of_this_process().links, IsEmpty());
    done = true;
  });
  ASSERT_TRUE(net.until([&] { return done; }));
}

TEST_F(erl_link_SUITE, otp_17127_local_link_with_simultaneous_link_unlink) { one_links(net, a, a); }
TEST_F(erl_link_SUITE, otp_17127_dist_link_with_simultaneous_link_unlink) { one_links(net, a, *b); }
TEST_F(erl_link_SUITE, otp_17127_local_random) {
  for (unsigned seed = 1; seed <= 30; ++seed)
    crossing(net, a, a, seed);
}
TEST_F(erl_link_SUITE, otp_17127_dist_random) {
  for (unsigned seed = 1; seed <= 30; ++seed)
    crossing(net, a, *b, seed);
}

} // namespace
} // namespace agner
