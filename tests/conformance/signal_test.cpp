// SPDX-License-Identifier: Apache-2.0
// Follows signal_SUITE of OTP 25.2.3, case by case, and the cases on priority messages that OTP 28 added. What OTP's cases read with process_info is read from the
// processes here; a connection is busy once a process has filled it past its budget.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <unordered_map>
#include <vector>

#include <agner/actors/process.hpp>
#include <agner/dist/net_kernel.hpp>

#include "../support/process_probes.hpp"
#include "told_nodes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::bonds_of_this_process;
using test::flush;
using test::told_process;
using testing::ElementsAre;
using testing::IsEmpty;

struct signal_SUITE : test::told_nodes {
  // Nodes that know what OTP 28 knows.
  [[nodiscard]] node_options newest(std::string name) const {
    auto how = net.options();
    how.priority_messages = true;
    return net.named(std::move(name), std::move(how));
  }

  node a{newest("a@host")};
  std::optional<node> b{std::in_place, newest("b@host")};
};

// -- order ----------------------------------------------------------------------------------------------------------------------------

// Takes what may reach it, and ends badly if what was sent after its exit reaches it.
task<> takes_what_may_reach() {
  for (;;)
    co_await receive(on(match("may_not_reach"_atom), [] { exit("bad_signal_order"_atom); }),
                     on(match("may_reach"_atom), [] {}), after(1ms, [] {}));
}

TEST_F(signal_SUITE, xm_sig_order) {
  for (int i = 0; i < 40; ++i)
    for (node* where : {&a, &*b}) {
      const pid p = where->spawn([i]() -> task<> {
        for (int j = 0; j < i % 7; ++j)
          co_await yield();
        co_await takes_what_may_reach();
      });
      const term reason = a.run([p, i]() -> task<term> {
        const reference ref = monitor(p);
        for (int j = 0; j < 3; ++j) {
          send(p, tuple("may_reach"_atom));
          if (i % 2 == 0) co_await yield();
        }
        exit(p, "good_signal_order"_atom);
        for (int j = 0; j < 3; ++j)
          send(p, tuple("may_not_reach"_atom));
        co_return co_await test::down_reason(ref);
      });
      EXPECT_EQ(reason, term("good_signal_order"_atom));
    }
}

enum class how_it_ends { other_exit2, exit2, exit1 };

// A line of linked processes, each on the other node than the one before; the last is killed, or ends with kill.
task<> line_of_links(node* here, node* there, how_it_ends how, int length, pid tester) {
  if (length == 0) {
    if (how == how_it_ends::exit1) exit("kill"_atom);
    if (how == how_it_ends::exit2) exit(self(), "kill"_atom);
    send(tester, tuple("end_of_line"_atom, self()));
  } else {
    link(there->spawn(line_of_links, there, here, how, length - 1, tester));
  }
  co_await receive(after(infinity, [] {}));
}

TEST_F(signal_SUITE, kill2killed) {
  for (node* far : {&a, &*b})
    for (const how_it_ends how : {how_it_ends::other_exit2, how_it_ends::exit2, how_it_ends::exit1})
      for (const int length : {1, 2, 9, 10}) {
        const term reason = a.run([&]() -> task<term> {
          trap_exit(true);
          const pid first = spawn_link(line_of_links, &a, far, how, length, self());
          if (how == how_it_ends::other_exit2) {
            const pid last =
                co_await receive(on(match("end_of_line"_atom, any<pid>), [](const pid& end) { return end; }));
            co_await receive(after(1ms, [] {})); // the links stand
            exit(last, "kill"_atom);
          }
          co_return co_await receive(on(match("EXIT"_atom, first, any<term>), [](term why) { return why; }));
        });
        // One that ended before the link to it stood is not there any more.
        if (how == how_it_ends::other_exit2)
          EXPECT_EQ(reason, term("killed"_atom));
        else
          EXPECT_TRUE(reason.is(how == how_it_ends::exit1 ? "kill"_atom.value() : "killed"_atom.value()) ||
                      reason.is("noproc"_atom) || reason.is_tuple());
      }
}

TEST_F(signal_SUITE, contended_signal_handling) { // many send all kinds of signals to one that is busy with them
  a.run([]() -> task<> {
    const pid target = spawn([parent = self()]() -> task<> {
      trap_exit(true);
      send(parent, tuple("ready"_atom));
      int got = 0;
      while (got < 16 * 50)
        got += co_await receive([](std::int64_t) { return 1; }, [](term) { return 0; });
    });
    const reference watch = monitor(target);
    co_await receive(on(match("ready"_atom), [] {}));
    for (int i = 0; i < 16; ++i)
      spawn([target]() -> task<> {
        for (std::int64_t j = 0; j < 50; ++j) {
          link(target);
          const reference ref = monitor(target);
          send(target, j);
          exit(target, "boo"_atom);
          demonitor(ref);
          unlink(target);
          if (j % 5 == 0) co_await yield();
        }
      });

    EXPECT_EQ(co_await test::down_reason(watch), term("normal"_atom));
  });
}

// -- over a busy connection -----------------------------------------------------------------------------------------------------------

void make_busy(atom peer) {
  for (int i = 0; i < 64; ++i)
    send({"nobody"_atom, peer}, binary(std::string(65'536, 'x')));
}

TEST_F(signal_SUITE, busy_dist_exit_signal) {
  told_process ends{a};
  told_process linked{*b};
  told(linked, [&]() -> task<> {
    trap_exit(true);
    link(ends.id());
    co_return;
  });
  net.settle();
  a.spawn([who = ends.id()]() -> task<> {
    make_busy("b@host"_atom);
    exit(who, "tester_killed_me"_atom);
    co_return;
  });

  told(linked,
       [&]() -> task<> { co_await receive(on(match("EXIT"_atom, ends.id(), "tester_killed_me"_atom), [] {})); });
}

TEST_F(signal_SUITE, busy_dist_demonitor_signal) {
  told_process watcher{a};
  told_process watched{*b};
  told(watcher, [&]() -> task<> {
    monitor(watched.id());
    co_return;
  });
  net.settle();
  a.spawn([who = watcher.id()]() -> task<> {
    make_busy("b@host"_atom);
    exit(who, "tester_killed_me"_atom);
    co_return;
  });
  net.settle();

  told(watched, []() -> task<> {
    EXPECT_THAT(bonds_of_this_process().monitored_by, IsEmpty());
    co_return;
  });
}

TEST_F(signal_SUITE, busy_dist_down_signal) {
  told_process ends{a};
  told_process watcher{*b};
  reference ref;
  told(watcher, [&]() -> task<> {
    ref = monitor(ends.id());
    co_return;
  });
  net.settle();
  a.spawn([who = ends.id()]() -> task<> {
    make_busy("b@host"_atom);
    exit(who, "tester_killed_me"_atom);
    co_return;
  });

  told(watcher, [&]() -> task<> { EXPECT_EQ(co_await test::down_reason(ref), term("tester_killed_me"_atom)); });
}

TEST_F(signal_SUITE, busy_dist_unlink_ack_signal) {
  told_process unlinked{a};
  told_process unlinks{*b};
  told(unlinks, [&]() -> task<> {
    link(unlinked.id());
    co_return;
  });
  net.settle();
  unlinked.tell([] { make_busy("b@host"_atom); });
  told(unlinks, [&]() -> task<> {
    unlink(unlinked.id());
    EXPECT_THAT(bonds_of_this_process().links, IsEmpty());
    co_return;
  });
  net.settle();

  told(unlinks, []() -> task<> {
    EXPECT_EQ(bonds_of_this_process().links_and_unlinks, 0U);
    co_return;
  });
}

// -- unlink and monitor ---------------------------------------------------------------------------------------------------------------

TEST_F(signal_SUITE,
       unlink_exit) { // whoever links after the unlink gets noproc, or the reason of one that still ran, never nothing
  for (int i = 0; i < 60; ++i)
    a.run([i]() -> task<> {
      trap_exit(true);
      const pid parent = spawn([]() -> task<> {
        const pid child = co_await receive([](pid p) { return p; });
        link(child);
        co_await receive(on(match("go"_atom), [] {}));
        unlink(child);
        send(child, tuple("go"_atom));
        exit("bye"_atom);
      });
      const auto child = spawn_monitor([parent, i]() -> task<> {
        trap_exit(true);
        send(parent, self());
        send(parent, tuple("go"_atom));
        co_await receive(on(match("go"_atom), [] {}));
        for (int j = 0; j < i % 4; ++j)
          co_await yield();
        link(parent);
        const term why =
            co_await receive(on(match("EXIT"_atom, parent, any<term>), [](term reason) { return reason; }));
        exit(why);
      });
      const term why = co_await test::down_reason(child.monitor);
      EXPECT_TRUE(why.is("noproc"_atom) || why.is("bye"_atom));
    });
}

TEST_F(signal_SUITE, monitor_order) {
  a.run([]() -> task<> {
    for (int i = 0; i < 20; ++i) {
      const auto child = spawn_monitor([parent = self()]() -> task<> {
        co_await receive([](term) {});
        send(parent, "first"_atom);
        send(parent, "second"_atom);
      });
      send(child.process, tuple("go"_atom));
      EXPECT_THAT(co_await flush(),
                  ElementsAre(term("first"_atom), term("second"_atom),
                              tuple("DOWN"_atom, child.monitor, "process"_atom, child.process, "normal"_atom)));
    }
  });
}

// Messages by pid, name, alias and the alias of the monitor come in order, and the DOWN behind them.
void named_order(node& near, node& far) {
  constexpr int count = 400;
  near.run([&]() -> task<> {
    register_("tester"_atom, self());
    const reference plain = alias();
    const pid sender = far.spawn([me = self(), plain, name = near.name()]() -> task<> {
      register_("monitor_named_order"_atom, self());
      send(me, tuple("ready"_atom));
      const reference of_monitor = co_await receive([](reference given) { return given; });
      const destination to[] = {me, {"tester"_atom, name}, plain, of_monitor};
      for (int i = 0; i < count; ++i) {
        send(to[i % 4], i);
        if (i % 50 == 0) co_await yield();
      }
    });
    co_await receive(on(match("ready"_atom), [] {}));
    const term object = tuple("monitor_named_order"_atom, far.name());
    const reference ref = monitor(destination{object}, {.alias = alias_mode::explicit_unalias});
    send(sender, ref);
    for (int i = 0; i < count; ++i)
      EXPECT_EQ(co_await receive([](term message) { return message; }), term{i});
    EXPECT_THAT(co_await flush(), ElementsAre(tuple("DOWN"_atom, ref, "process"_atom, object, "normal"_atom)));
    unregister("tester"_atom);
  });
}

TEST_F(signal_SUITE, monitor_named_order_local) {
  for (int i = 0; i < 5; ++i)
    named_order(a, a);
}
TEST_F(signal_SUITE, monitor_named_order_remote) {
  for (int i = 0; i < 5; ++i)
    named_order(a, *b);
}

TEST_F(signal_SUITE, monitor_nodes_order) { // nothing of a node comes after its nodedown
  told_process watcher{a};
  told(watcher, []() -> task<> {
    net_kernel::monitor_nodes(true, {.plain = false, .node_type = net_kernel::monitor_options::type::all});
    co_return;
  });
  for (int i = 0; i < 8; ++i)
    b->spawn([to = watcher.id()]() -> task<> {
      for (std::int64_t n = 0;; ++n) {
        co_await send(to, tuple("spam"_atom, self(), n));
        co_await receive(after(1ms, [] {}));
      }
    });
  std::unordered_map<pid, std::int64_t> next;
  bool up = false;
  bool down = false;
  told(watcher, [&]() -> task<> {
    for (int taken = 0; !down;) {
      co_await receive(on(match("nodeup"_atom, "b@host"_atom, _), [&] { up = true; }),
                       on(match("nodedown"_atom, "b@host"_atom, _), [&] { down = true; }),
                       on(match("spam"_atom, any<pid>, any<std::int64_t>), [&](const pid& from, std::int64_t n) {
                         EXPECT_TRUE(up);
                         EXPECT_EQ(next[from]++, n);
                         ++taken;
                       }));
      if (taken == 200) disconnect_node("b@host"_atom);
    }
    EXPECT_THAT(co_await receive(on(match("spam"_atom, _, _), [] { return true; }), after(0ms, [] { return false; })),
                false);
  });
  EXPECT_TRUE(down);
}

// -- priority messages, OTP 28 ----------------------------------------------------------------------------------------------------------

bool takes_priority() { return internal::current_process().takes_priority_messages(); }

void priority_of_links(node& near, node& far) {
  const pid other = far.spawn(test::until_told);
  near.run([&]() -> task<> {
    trap_exit(true);
    EXPECT_FALSE(takes_priority());
    for (int i = 0; i < 2; ++i) {
      link(other, {.priority = true});
      EXPECT_TRUE(takes_priority());
      link(other);
      EXPECT_FALSE(takes_priority());
    }
    link(other, {.priority = true});
    unlink(other);
    EXPECT_FALSE(takes_priority());
    link(other, {.priority = true});
    EXPECT_TRUE(takes_priority());
    send(other, "bye"_atom);
    co_await receive(on(match("EXIT"_atom, other, "normal"_atom), [] {}));
    EXPECT_FALSE(takes_priority());
  });
}

TEST_F(signal_SUITE, priority_messages_link_enable_disable) {
  priority_of_links(a, a);
  priority_of_links(a, *b);

  told_process far{*b};
  told_process near{a};
  told(near, [&]() -> task<> {
    trap_exit(true);
    link(far.id(), {.priority = true});
    co_return;
  });
  net.settle();
  b.reset();
  told(near, [&]() -> task<> {
    co_await receive(on(match("EXIT"_atom, far.id(), any<term>), [](const term&) {}));
    EXPECT_FALSE(takes_priority());
    link(far.id(), {.priority = true});
    co_await receive(on(match("EXIT"_atom, far.id(), "noconnection"_atom), [] {}));
    EXPECT_FALSE(takes_priority());
  });
}

void priority_of_monitors(node& near, node& far) {
  const pid other = far.spawn(test::until_told);
  near.run([&]() -> task<> {
    EXPECT_FALSE(takes_priority());
    const reference first = monitor(other, {.priority = true});
    EXPECT_TRUE(takes_priority());
    demonitor(first);
    EXPECT_FALSE(takes_priority());
    const reference second = monitor(other, {.priority = true});
    send(other, "bye"_atom);
    EXPECT_EQ(co_await test::down_reason(second), term("normal"_atom));
    EXPECT_FALSE(takes_priority());
  });
}

TEST_F(signal_SUITE, priority_messages_monitor_enable_disable) {
  priority_of_monitors(a, a);
  priority_of_monitors(a, *b);

  const pid other = b->spawn(test::until_told);
  b.reset();
  a.run([&]() -> task<> {
    const reference ref = monitor(other, {.priority = true});
    EXPECT_EQ(co_await test::down_reason(ref), term("noconnection"_atom));
    EXPECT_FALSE(takes_priority());
  });
}

void priority_of_aliases(node& near, node& far) {
  near.run([&]() -> task<> {
    trap_exit(true);
    for (const bool reply : {false, true}) {
      const pid sends =
          far.spawn([]() -> task<> { co_await receive([](reference to) { send(to, to, {.priority = true}); }); });
      const pid exits =
          far.spawn([]() -> task<> { co_await receive([](reference to) { exit(to, to, {.priority = true}); }); });
      const reference to = alias({.reply = reply, .priority = true});
      EXPECT_TRUE(takes_priority());
      send(self(), "ordinary"_atom);
      send(exits, to);
      co_await receive(after(1ms, [] {}));
      EXPECT_EQ(co_await receive([](term first) { return first; }), tuple("EXIT"_atom, exits, to));
      EXPECT_TRUE(takes_priority());
      send(sends, to);
      co_await receive(after(1ms, [] {}));
      EXPECT_THAT(co_await flush(), ElementsAre(term{to}, term("ordinary"_atom)));
      EXPECT_EQ(takes_priority(), !reply);
      EXPECT_EQ(unalias(to), !reply);
      EXPECT_FALSE(takes_priority());
    }
  });
}

TEST_F(signal_SUITE, priority_messages_alias_enable_disable) {
  priority_of_aliases(a, a);
  priority_of_aliases(a, *b);
}

void priority_order(node& near, node& far) {
  near.run([&far]() -> task<> {
    const auto others = [] {
      return std::vector<pid>{spawn(test::until_told), spawn(test::until_told), spawn(test::until_told),
                              spawn(test::until_told)};
    };
    const std::vector<pid> linked = others();
    const std::vector<pid> watched = others();
    std::vector<reference> refs(4);
    reference prio;
    std::vector<term> got;
    std::vector<term> later;
    const pid to = far.spawn([&]() -> task<> {
      trap_exit(true);
      for (std::size_t i = 0; i < 4; ++i) {
        link(linked[i], {.priority = i % 2 == 0});
        refs[i] = monitor(watched[i], {.priority = i % 2 == 0});
      }
      prio = alias({.priority = true});
      co_await receive(on(match("$go"_atom), [] {}));
      got = co_await flush();
      unalias(prio);
      co_await receive(on(match("$go"_atom), [] {}));
      later = co_await flush();
    });
    const reference end = monitor(to);
    const auto settle = [] { return receive(after(1ms, [] {})); };
    co_await settle();

    send(to, 1);
    exit(linked[1], "link_1"_atom);
    co_await settle();
    exit(linked[0], "prio_link_1"_atom);
    co_await settle();
    exit(watched[1], "down_1"_atom);
    co_await settle();
    exit(watched[0], "prio_down_1"_atom);
    co_await settle();
    exit(prio, "exit_1"_atom);
    exit(prio, "prio_exit_1"_atom, {.priority = true});
    exit(to, "exit_2"_atom);
    send(prio, 2);
    send(prio, "prio_message_1"_atom, {.priority = true});
    send(to, 3, {.priority = true});
    send(prio, "prio_message_2"_atom, {.priority = true});
    exit(linked[3], "link_2"_atom);
    co_await settle();
    exit(linked[2], "prio_link_2"_atom);
    co_await settle();
    exit(watched[3], "down_2"_atom);
    co_await settle();
    exit(watched[2], "prio_down_2"_atom);
    co_await settle();
    send(to, tuple("$go"_atom));
    co_await receive(after(10ms, [] {}));

    const auto left = [](const pid& who, const term& why) { return tuple("EXIT"_atom, who, why); };
    const auto down = [&](std::size_t i, const term& why) {
      return tuple("DOWN"_atom, refs[i], "process"_atom, watched[i], why);
    };
    EXPECT_THAT(got, ElementsAre(left(linked[0], "prio_link_1"_atom), down(0, "prio_down_1"_atom),
                                 left(self(), "prio_exit_1"_atom), term("prio_message_1"_atom),
                                 term("prio_message_2"_atom), left(linked[2], "prio_link_2"_atom),
                                 down(2, "prio_down_2"_atom), term{1}, left(linked[1], "link_1"_atom),
                                 down(1, "down_1"_atom), left(self(), "exit_1"_atom), left(self(), "exit_2"_atom),
                                 term{2}, term{3}, left(linked[3], "link_2"_atom), down(3, "down_2"_atom)));

    // The alias has been taken back.
    send(to, "a_message"_atom);
    exit(prio, "no"_atom, {.priority = true});
    send(prio, "no"_atom, {.priority = true});
    send(to, tuple("$go"_atom));
    EXPECT_EQ(co_await test::down_reason(end), term("normal"_atom));
    EXPECT_THAT(later, ElementsAre(term("a_message"_atom)));
  });
}

TEST_F(signal_SUITE, priority_messages_order) {
  priority_order(a, a);
  priority_order(a, *b);
}

// A peer that does not know of priority gets ordinary messages; exit signals to aliases have no other form and vanish.
TEST_F(signal_SUITE, priority_messages_old_nodes) {
  reference prio;
  std::vector<term> got;
  node old{net.named("old@host")};
  told_process far{old};
  told(far, [&]() -> task<> {
    trap_exit(true);
    prio = alias({.priority = true});
    send(self(), 1);
    co_return;
  });
  const pid sender = a.run([&, to = far.id()]() -> task<pid> {
    send(prio, 2, {.priority = true});
    send(to, 3, {.priority = true});
    exit(prio, "vanishes"_atom, {.priority = true});
    exit(to, "plain"_atom);
    co_return self();
  });
  net.settle();
  told(far, [&]() -> task<> { got = co_await flush(); });

  EXPECT_THAT(got, ElementsAre(term{1}, term{2}, term{3}, tuple("EXIT"_atom, sender, "plain"_atom)));
}

// What is sent before it is known what the peer knows takes the form that the peer turns out to know.
TEST_F(signal_SUITE, priority_messages_hopefull_encoding) {
  const auto what_came_over_a_new_connection = [&](node& to) {
    reference prio;
    std::vector<term> got;
    told_process far{to};
    told(far, [&]() -> task<> {
      prio = alias({.priority = true});
      co_return;
    });
    a.run([&, plain = far.id()]() -> task<> {
      EXPECT_THAT(nodes(), testing::Not(testing::Contains(to.name())));
      send(plain, 1);
      send(prio, 2, {.priority = true});
      send(plain, 3);
      co_return;
    });
    net.settle();
    told(far, [&]() -> task<> { got = co_await flush(); });
    return got;
  };
  node knows{newest("knows@host")};
  node old{net.named("old@host")};

  EXPECT_THAT(what_came_over_a_new_connection(knows), ElementsAre(term{2}, term{1}, term{3}));
  EXPECT_THAT(what_came_over_a_new_connection(old), ElementsAre(term{1}, term{2}, term{3}));
}

} // namespace
} // namespace agner
