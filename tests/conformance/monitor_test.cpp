// SPDX-License-Identifier: Apache-2.0
// Follows monitor_SUITE of OTP 25.2.3, case by case. What OTP's cases read with process_info is read from the processes here.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
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
using testing::UnorderedElementsAreArray;

term down(const reference& ref, const term& object, const term& reason) {
  return tuple("DOWN"_atom, ref, "process"_atom, object, reason);
}

struct monitor_SUITE : test::told_nodes {
  node a{net.named("a@host")};
  std::optional<node> b{std::in_place, net.named("b@host")};
};

task<> kills_its_watcher(pid watcher) {
  co_await receive(on(match("go"_atom), [] {}));
  exit(watcher, "foo"_atom);
}

TEST_F(monitor_SUITE, case_1) { // the one that is watched kills the watcher, and ends
  const term reason = a.run([]() -> task<term> {
    co_return co_await test::exit_reason_of([]() -> task<> {
      const pid other = spawn(kills_its_watcher, self());
      monitor(other);
      send(other, tuple("go"_atom));
      co_await receive(on(match("go"_atom), [] {}));
    });
  });

  EXPECT_EQ(reason, term("foo"_atom));
}

TEST_F(monitor_SUITE, case_1a) { // the same with spawn_monitor
  const term reason = a.run([]() -> task<term> {
    co_return co_await test::exit_reason_of([]() -> task<> {
      send(spawn_monitor(kills_its_watcher, self()).process, tuple("go"_atom));
      co_await receive(on(match("go"_atom), [] {}));
    });
  });

  EXPECT_EQ(reason, term("foo"_atom));
}

// The one that is watched takes the monitor away: it has no effect, and no right to.
task<> demonitors(pid parent) {
  co_await receive(on(match("ref"_atom, any<reference>), [&](const reference& ref) {
    send(parent, tuple("was_there"_atom, demonitor(ref, {.info = true})));
  }));
}

TEST_F(monitor_SUITE, case_2) {
  a.run([]() -> task<> {
    const pid other = spawn(demonitors, self());
    const reference ref = monitor(other);
    send(other, tuple("ref"_atom, ref));

    EXPECT_THAT(co_await flush(), ElementsAre(tuple("was_there"_atom, false), down(ref, other, "normal"_atom)));
  });
}

TEST_F(monitor_SUITE, case_2a) {
  a.run([]() -> task<> {
    const auto other = spawn_monitor(demonitors, self());
    send(other.process, tuple("ref"_atom, other.monitor));

    EXPECT_THAT(co_await flush(),
                ElementsAre(tuple("was_there"_atom, false), down(other.monitor, other.process, "normal"_atom)));
  });
}

TEST_F(monitor_SUITE, mon_e_1) {
  a.run([]() -> task<> {
    for (const term& wrong : {list({"bingo"_atom}), tuple("rex"_atom, "b@host"_atom, "junk"_atom), term{1}})
      EXPECT_THROW(monitor(destination{wrong}), raised);
    EXPECT_THROW(monitor(destination{make_ref()}), raised);
    co_return;
  });
}

TEST_F(monitor_SUITE, demon_e_1) { // a reference of another node, and one of another process' monitor
  told_process far{*b};
  reference of_far;
  told(far, [&]() -> task<> {
    of_far = make_ref();
    co_return;
  });
  a.run([&]() -> task<> {
    EXPECT_FALSE(demonitor(of_far, {.info = true}));
    const auto watcher = spawn_monitor([whom = self()]() -> task<> {
      send(whom, tuple("ref"_atom, monitor(whom)));
      co_await receive(on(match("stop"_atom), [&] { EXPECT_EQ(bonds_of_this_process().monitors, 1U); }));
    });
    const reference theirs = co_await receive(on(match("ref"_atom, any<reference>), [](reference ref) { return ref; }));
    EXPECT_FALSE(demonitor(theirs, {.info = true}));
    EXPECT_THAT(bonds_of_this_process().monitored_by, ElementsAre(watcher.process));
    send(watcher.process, tuple("stop"_atom));
    EXPECT_EQ(co_await test::down_reason(watcher.monitor), term("normal"_atom));
  });
}

TEST_F(monitor_SUITE, demon_1) {
  a.run([]() -> task<> {
    EXPECT_TRUE(demonitor(make_ref()));
    co_return;
  });
}

// A process of a name that ends as it is told.
pid start_jeeves(node& on) {
  return on.run([]() -> task<pid> {
    const pid jeeves = spawn(test::exits_as_told);
    register_("jeeves"_atom, jeeves);
    co_return jeeves;
  });
}

void monitors_fire(node& near, node& far) {
  const term named = tuple("jeeves"_atom, far.name());
  for (const term& reason : {term("normal"_atom), term("frop"_atom)}) {
    const pid by_pid = start_jeeves(far);
    near.run([&]() -> task<> {
      const reference ref = monitor(by_pid);
      const reference name_ref = monitor(destination{"jeeves"_atom, far.name()});
      send(by_pid, reason);
      EXPECT_THAT(co_await flush(),
                  testing::UnorderedElementsAre(down(ref, by_pid, reason), down(name_ref, named, reason)));
    });
    near.run([&]() -> task<> {
      const reference ref = monitor(by_pid);
      const reference name_ref = monitor(destination{"jeeves"_atom, far.name()});
      EXPECT_THAT(co_await flush(), testing::UnorderedElementsAre(down(ref, by_pid, "noproc"_atom),
                                                                  down(name_ref, named, "noproc"_atom)));
    });
  }
}

TEST_F(monitor_SUITE, mon_1) {
  monitors_fire(a, a);
  a.run([]() -> task<> {
    const auto child = spawn_monitor([]() -> task<> { co_return; });
    EXPECT_EQ(co_await test::down_reason(child.monitor), term("normal"_atom));
    const auto killed = spawn_monitor(test::until_told);
    exit(killed.process, "frop"_atom);
    EXPECT_EQ(co_await test::down_reason(killed.monitor), term("frop"_atom));
  });
}

TEST_F(monitor_SUITE, mon_2) {
  monitors_fire(a, *b);

  const pid far = start_jeeves(*b);
  told_process watcher{a};
  reference by_pid;
  reference by_name;
  const auto watch = [&]() -> task<> {
    by_pid = monitor(far);
    by_name = monitor(destination{"jeeves"_atom, "b@host"_atom});
    co_return;
  };
  std::vector<term> got;
  const auto take = [&]() -> task<> {
    for (int i = 0; i < 2; ++i)
      co_await receive([&](term message) { got.push_back(std::move(message)); });
  };
  told(watcher, watch);
  net.settle();
  a.run([]() -> task<> {
    disconnect_node("b@host"_atom);
    co_return;
  });
  told(watcher, take);
  b.reset();
  told(watcher, watch);
  told(watcher, take);

  ASSERT_EQ(got.size(), 4U);
  for (const term& message : got)
    EXPECT_EQ(message[4], term("noconnection"_atom));
  EXPECT_THAT((std::vector<term>{got[2][3], got[3][3]}),
              testing::UnorderedElementsAre(term{far}, tuple("jeeves"_atom, "b@host"_atom)));
}

TEST_F(monitor_SUITE, demon_2) {
  a.run([]() -> task<> {
    const reference own = monitor(self());
    EXPECT_TRUE(demonitor(own));
    EXPECT_TRUE(demonitor(own));
    EXPECT_THAT(co_await flush(), IsEmpty());

    const pid other = spawn(test::until_told);
    demonitor(monitor(other));
    exit(other, "frop"_atom);
    EXPECT_THAT(co_await flush(), IsEmpty());
  });
}

TEST_F(monitor_SUITE, demon_3) {
  told_process watcher{a};
  told_process far{*b};
  reference fired;
  told(watcher, [&]() -> task<> {
    fired = monitor(far.id());
    co_return;
  });
  net.settle();
  a.run([]() -> task<> {
    disconnect_node("b@host"_atom);
    co_return;
  });
  net.settle();
  told(watcher, [&]() -> task<> { // the DOWN came first
    EXPECT_TRUE(demonitor(fired));
    EXPECT_THAT(co_await flush(), ElementsAre(down(fired, far.id(), "noconnection"_atom)));
    demonitor(monitor(far.id()));
    disconnect_node("b@host"_atom);
    EXPECT_THAT(co_await flush(), IsEmpty());
  });
}

void flushes(node& near, node& far) {
  told_process victim{far};
  near.run([&, who = victim.id()]() -> task<> {
    const reference first = monitor(who);
    const reference second = monitor(who);
    const reference third = monitor(who);
    const reference fourth = monitor(who);
    EXPECT_TRUE(demonitor(first, {.flush = true}));
    exit(who, "bang"_atom);
    EXPECT_EQ(co_await test::down_reason(second), term("bang"_atom));
    co_await receive(after(100ms, [] {}));
    EXPECT_TRUE(demonitor(third, {.flush = true}));
    EXPECT_TRUE(demonitor(fourth));
    EXPECT_THAT(co_await flush(), ElementsAre(down(fourth, who, "bang"_atom)));
  });
}

TEST_F(monitor_SUITE, demonitor_flush) {
  flushes(a, a);
  flushes(a, *b);
}

TEST_F(monitor_SUITE, gh_5225_demonitor_alias) {
  a.run([]() -> task<> {
    const reference plain = alias();
    demonitor(plain);
    demonitor(plain, {.flush = true});
    const pid child = spawn([]() -> task<> { co_return; });
    for (int i = 0; i < 2; ++i) { // while it lives, and when it has ended
      const reference ref = monitor(child, {.alias = alias_mode::explicit_unalias});
      co_await test::down_reason(ref);
      demonitor(ref);
      demonitor(ref, {.flush = true});
      send(ref, i);
      EXPECT_THAT(co_await flush(), ElementsAre(term{i}));
    }
    EXPECT_TRUE(unalias(plain));
  });
}

// `info` is true exactly where no DOWN has come.
void remove_monitors(node& near, node& far) {
  std::vector<pid> ended;
  for (int i = 0; i < 50; ++i)
    ended.push_back(far.spawn([i]() -> task<> {
      for (int j = 0; j < i % 5; ++j)
        co_await yield();
    }));
  near.run([&]() -> task<> {
    std::vector<reference> all;
    for (const pid& p : ended)
      all.push_back(monitor(p));
    for (const reference& ref : all) {
      const bool was_there = demonitor(ref, {.info = true});
      const bool came =
          co_await receive(on(match("DOWN"_atom, ref, _, _, _), [] { return true; }), after(0ms, [] { return false; }));
      EXPECT_NE(was_there, came);
      co_await yield();
    }
  });
}

TEST_F(monitor_SUITE, local_remove_monitor) { remove_monitors(a, a); }
TEST_F(monitor_SUITE, remote_remove_monitor) { remove_monitors(a, *b); }

TEST_F(monitor_SUITE, large_exit) {
  term large = tuple("big"_atom, "tuple"_atom, list({4'563'784'278}));
  for (int i = 0; i < 12; ++i)
    large = tuple(large, binary(std::string(1000, 'x')), large);

  a.run([&]() -> task<> {
    const auto child = spawn_monitor(test::exits_as_told);
    send(child.process, large);
    EXPECT_EQ(co_await test::down_reason(child.monitor), large);
  });
}

TEST_F(monitor_SUITE, list_cleanup) {
  for (node* where : {&a, &*b}) {
    told_process master{a};
    told_process jeeves{*where};
    reference ref;
    const auto expect_watched = [&](bool yes) {
      net.settle();
      told(master, [&]() -> task<> {
        EXPECT_EQ(bonds_of_this_process().monitors, yes ? 1U : 0U);
        co_return;
      });
      told(jeeves, [&]() -> task<> {
        EXPECT_EQ(bonds_of_this_process().monitored_by.size(), yes ? 1U : 0U);
        co_return;
      });
    };
    expect_watched(false);
    told(master, [&]() -> task<> {
      ref = monitor(jeeves.id());
      co_return;
    });
    expect_watched(true);
    told(master, [&]() -> task<> {
      demonitor(ref);
      co_return;
    });
    expect_watched(false);

    // the watcher ends, and so does its node
    {
      told_process watcher{*where};
      told(watcher, [&]() -> task<> {
        monitor(master.id());
        co_return;
      });
      net.settle();
      told(master, [&]() -> task<> {
        EXPECT_THAT(bonds_of_this_process().monitored_by, ElementsAre(watcher.id()));
        co_return;
      });
      watcher.tell([] { exit("frop"_atom); });
      net.settle();
      told(master, [&]() -> task<> {
        EXPECT_THAT(bonds_of_this_process().monitored_by, IsEmpty());
        co_return;
      });
    }
  }
  told_process master{a};
  told_process far{*b};
  told(far, [&]() -> task<> {
    monitor(master.id());
    co_return;
  });
  net.settle();
  b.reset();
  net.settle();
  told(master, [&]() -> task<> {
    EXPECT_THAT(bonds_of_this_process().monitored_by, IsEmpty());
    co_return;
  });
}

TEST_F(monitor_SUITE, mixer) { // watchers of several nodes at once, that end, or take their monitors away
  node c{net.named("c@host")};
  told_process master{a};
  for (const bool by_exit : {true, false}) {
    std::vector<std::unique_ptr<told_process>> watchers;
    std::vector<reference> refs(8);
    std::vector<pid> ids;
    for (std::size_t i = 0; i < refs.size(); ++i) {
      node* const places[] = {&a, &a, &*b, &c};
      watchers.push_back(std::make_unique<told_process>(*places[i % 4]));
      ids.push_back(watchers[i]->id());
      told(*watchers[i], [&, i]() -> task<> {
        refs[i] = monitor(master.id());
        co_return;
      });
      told(master, [&, i]() -> task<> {
        monitor(ids[i]);
        co_return;
      });
    }
    net.settle();
    told(master, [&]() -> task<> {
      EXPECT_THAT(bonds_of_this_process().monitored_by, UnorderedElementsAreArray(ids));
      EXPECT_EQ(bonds_of_this_process().monitors, refs.size());
      co_return;
    });
    for (std::size_t i = 0; i < refs.size(); ++i)
      watchers[i]->tell([&, i, by_exit] {
        if (by_exit) exit("flaff"_atom);
        demonitor(refs[i]);
      });
    net.settle();
    told(master, [&]() -> task<> {
      EXPECT_THAT(bonds_of_this_process().monitored_by, IsEmpty());
      EXPECT_EQ(bonds_of_this_process().monitors, by_exit ? 0U : refs.size());
      EXPECT_EQ((co_await flush()).size(), by_exit ? refs.size() : 0U);
    });
    for (const auto& w : watchers)
      if (!by_exit) w->tell([] { exit("flaff"_atom); });
    net.settle();
    told(master, [&]() -> task<> { co_await flush(); });
  }
}

TEST_F(monitor_SUITE, named_down) { // the name is free when the DOWN has come
  a.run([]() -> task<> {
    for (int i = 0; i < 50; ++i) {
      const pid named = spawn(test::until_told);
      register_("named_down"_atom, named);
      exit(named, "bang"_atom);
      const reference ref = monitor("named_down"_atom);
      co_await receive(on(match("DOWN"_atom, ref, _, _, _), [] {}));
      register_("named_down"_atom, self());
      unregister("named_down"_atom);
    }
  });
}

TEST_F(monitor_SUITE, otp_5827) { // a pid of an earlier life of this node
  a.run([]() -> task<> {
    const pid own = self();
    const pid earlier{own.id, own.serial, incarnation{this_node().name(), this_node().creation() + 1}};
    const reference ref = monitor(earlier);
    EXPECT_THAT(co_await flush(), ElementsAre(down(ref, earlier, "noproc"_atom)));
  });
}

TEST_F(monitor_SUITE, monitor_tag_storage) { // many, each with a tag of its own, that fire after work on the mailbox
  a.run([]() -> task<> {
    const term tag = tuple("tag"_atom, binary("shared"), make_ref());
    std::vector<pid> watched;
    for (int i = 0; i < 200; ++i) {
      watched.push_back(spawn(test::until_told));
      monitor(watched.back(), {.tag = tag});
    }
    for (const pid& p : watched)
      exit(p, "bang"_atom);
    const auto got = co_await flush();
    EXPECT_EQ(got.size(), watched.size());
    EXPECT_TRUE(
        std::ranges::all_of(got, [&](const term& m) { return m.size() == 5 && m[0] == tag && m[4].is("bang"_atom); }));
  });
}

TEST_F(monitor_SUITE, unexpected_alias_at_demonitor_gh5310) {
  a.run([]() -> task<> {
    const pid child = spawn([]() -> task<> {
      co_await receive(
          on(match("alias"_atom, any<reference>), [](const reference& to) { send(to, tuple("hello"_atom, self())); }));
    });
    const reference watch = monitor(child);
    const reference ref = monitor(child, {.alias = alias_mode::reply_demonitor});
    demonitor(ref, {.flush = true});
    send(child, tuple("alias"_atom, ref));

    EXPECT_THAT(co_await flush(), ElementsAre(down(watch, child, "normal"_atom)));
  });
}

TEST_F(monitor_SUITE,
       down_on_alias_gh5310) { // demonitor while the other ends: no DOWN, with simple and compound reasons
  for (int i = 0; i < 40; ++i)
    a.run([i]() -> task<> {
      const pid other = spawn(test::exits_as_told);
      const reference ref = monitor(other, {.alias = alias_mode::explicit_unalias});
      send(other, i % 2 == 0 ? term("bye"_atom) : tuple(make_ref(), "bye"_atom));
      if (i % 3 != 0) co_await yield();
      demonitor(ref, {.flush = true});
      EXPECT_THAT(co_await flush(), IsEmpty());
      EXPECT_TRUE(unalias(ref));
    });
}

TEST_F(monitor_SUITE, monitor_3_noproc_gh6185) {
  a.run([]() -> task<> {
    const pid earlier{4711, 0, incarnation{this_node().name(), this_node().creation() + 1}};
    const term name = tuple("undefined_name"_atom, this_node().name());
    for (const bool with_alias : {false, true})
      for (const bool with_tag : {false, true})
        for (const term& what : {name, term{earlier}}) {
          const term tag = with_tag ? term{make_ref()} : term{"DOWN"_atom};
          monitor_options how;
          if (with_alias) how.alias = alias_mode::explicit_unalias;
          if (with_tag) how.tag = tag;
          const reference ref = monitor(destination{what}, how);
          EXPECT_THAT(co_await flush(), ElementsAre(tuple(tag, ref, "process"_atom, what, "noproc"_atom)));
          send(ref, 1);
          EXPECT_EQ((co_await flush()).size(), with_alias ? 1U : 0U);
          EXPECT_EQ(unalias(ref), with_alias);
          send(ref, 2);
          EXPECT_THAT(co_await flush(), IsEmpty());
          // one that ends at once after it
          EXPECT_EQ(co_await test::exit_reason_of([=]() -> task<> {
                      co_await yield();
                      monitor(destination{what}, how);
                      exit("bang"_atom);
                    }),
                    term("bang"_atom));
        }
  });
}

} // namespace
} // namespace agner
