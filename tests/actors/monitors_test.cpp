// SPDX-License-Identifier: Apache-2.0
// Monitors. Each rule was asked of OTP 25.2.3 first.

#include <gtest/gtest.h>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

constexpr std::uint64_t seeds = 50;

term down(const reference& ref, const term& object, const term& reason) {
  return tuple("DOWN"_atom, ref, "process"_atom, object, reason);
}

TEST(Monitors, OfAPidNameIt) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn(test::exits_as_told);
    const reference ref = monitor(child);
    send(child, "boo"_atom);

    EXPECT_EQ(co_await flush(), std::vector{down(ref, child, "boo"_atom)});
  });
}

TEST(Monitors, AreAsManyAsAreMade) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn(test::exits_as_told);
    const reference first = monitor(child);
    const reference second = monitor(child);
    send(child, "boo"_atom);

    EXPECT_NE(first, second);
    EXPECT_EQ((co_await flush()).size(), 2U);
  });
}

TEST(Monitors, OfANameNameItWithItsNode) {
  deterministic_node here{1, {.name = "a@b"}};

  here->run([]() -> task<> {
    const pid child = spawn(test::exits_as_told);
    register_("child"_atom, child);
    const reference by_name = monitor("child"_atom);
    const reference by_both = monitor({"child"_atom, "a@b"_atom});
    unregister("child"_atom); // it is the process that is watched
    send(child, "boo"_atom);

    const term object = tuple("child"_atom, "a@b"_atom);
    const auto messages = co_await flush();
    EXPECT_EQ(messages.size(), 2U);
    for (const reference& ref : {by_name, by_both})
      EXPECT_EQ(std::ranges::count(messages, down(ref, object, "boo"_atom)), 1);
  });
}

TEST(Monitors, OfADeadProcessTellNoproc) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_monitor([]() -> task<> { co_return; });
    co_await test::down_reason(child.monitor);
    const reference ref = monitor(child.process);

    EXPECT_EQ(co_await flush(), std::vector{down(ref, child.process, "noproc"_atom)});
  });
}

TEST(Monitors, OfADeadProcessComeBehindWhatItSent) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn([parent = self()]() -> task<> {
      send(parent, "hello"_atom);
      co_return;
    });
    while (co_await is_process_alive(child))
      co_await yield();
    const reference ref = monitor(child);

    EXPECT_EQ(co_await flush(), (std::vector{term("hello"_atom), down(ref, child, "noproc"_atom)}));
  });
}

TEST(Monitors, OfAProcessThatIsEndingComeOnce) {
  test::with_seeds(seeds, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid child = spawn([]() -> task<> { co_await yield(); });
      for (int i = 0; i < 4; ++i) {
        monitor(child);
        co_await yield();
      }

      const auto messages = co_await flush();
      EXPECT_EQ(messages.size(), 4U);
      for (const term& message : messages)
        EXPECT_TRUE(message[4] == term("normal"_atom) || message[4] == term("noproc"_atom));
    });
  });
}

TEST(Monitors, OfANameNobodyHasTellNoproc) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference by_name = monitor("nobody"_atom);
    const reference by_both = monitor({"nobody"_atom, this_node().name()});

    const term object = tuple("nobody"_atom, this_node().name());
    EXPECT_EQ(co_await flush(),
              (std::vector{down(by_name, object, "noproc"_atom), down(by_both, object, "noproc"_atom)}));
  });
}

TEST(Monitors, OfAnotherNodeWithoutOneTellNoconnection) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid far{1, 1, incarnation{atom{"far@away"}, 7}};
    const reference by_pid = monitor(far);
    const reference by_name = monitor({"name"_atom, "far@away"_atom});

    EXPECT_EQ(co_await flush(), (std::vector{down(by_pid, far, "noconnection"_atom),
                                             down(by_name, tuple("name"_atom, "far@away"_atom), "noconnection"_atom)}));
  });
}

TEST(Monitors, OfOneselfNeverFire) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference ref = monitor(self());
    EXPECT_TRUE((co_await flush()).empty());
    EXPECT_FALSE(demonitor(ref, {.info = true}));
  });
}

TEST(Monitors, OfWhatIsNoProcessRaiseBadarg) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (const term& target : {term(7), tuple("a"_atom), tuple("a"_atom, 1), term{make_ref()}}) {
      try {
        internal::current_process().monitor(target, alias_mode::demonitor);
        ADD_FAILURE() << "did not raise";
      } catch (const raised& r) {
        EXPECT_EQ(r.reason(), term("badarg"_atom));
      }
    }
    co_return;
  });
}

TEST(Monitors, GoOneWay) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn(test::until_told);
    const term reason = co_await test::exit_reason_of([child]() -> task<> {
      monitor(child);
      exit("boo"_atom);
      co_return;
    });

    EXPECT_EQ(reason, term("boo"_atom));
    EXPECT_TRUE(co_await is_process_alive(child));
    send(child, "go"_atom);
    co_await flush();
  });
}

TEST(Demonitor, KeepsDownAway) {
  test::with_seeds(seeds, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const auto child = spawn_monitor([]() -> task<> {
        for (int i = 0; i < 3; ++i)
          co_await yield();
      });
      co_await yield();
      const bool told = co_await receive([](term) { return true; }, after(0ms, [] { return false; }));
      EXPECT_EQ(demonitor(child.monitor, {.info = true}), !told);

      EXPECT_TRUE((co_await flush()).empty());
    });
  });
}

TEST(Demonitor, SaysWhetherTheMonitorStood) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn(test::until_told);
    const reference ref = monitor(child);
    EXPECT_TRUE(demonitor(ref, {.info = true}));
    EXPECT_FALSE(demonitor(ref, {.info = true}));
    EXPECT_FALSE(demonitor(make_ref(), {.info = true}));
    send(child, "go"_atom);
    co_await flush();
  });
}

TEST(Demonitor, OfADeadProcessWorksBeforeItsDownHasCome) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference ref = monitor("nobody"_atom);
    EXPECT_TRUE(demonitor(ref, {.info = true}));
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(Demonitor, LeavesADownThatIsAMessageAlready) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_monitor([]() -> task<> { co_return; });
    co_await receive(after(1ms, [] {}));
    EXPECT_FALSE(demonitor(child.monitor, {.info = true}));

    EXPECT_EQ((co_await flush()).size(), 1U);
  });
}

TEST(Demonitor, FlushTakesADownThatIsAMessageAway) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto first = spawn_monitor([]() -> task<> { co_return; });
    const auto second = spawn_monitor([]() -> task<> { co_return; });
    send(self(), "other"_atom);
    co_await receive(after(1ms, [] {}));
    EXPECT_FALSE(demonitor(first.monitor, {.flush = true, .info = true}));

    const auto messages = co_await flush();
    EXPECT_EQ(messages.size(), 2U);
    EXPECT_EQ(std::ranges::count(messages, down(second.monitor, second.process, "normal"_atom)), 1);
  });
}

TEST(Monitors, HoldForManyProcesses) {
  deterministic_node here;

  here->run([]() -> task<> {
    std::vector<monitored_process> children;
    for (int i = 0; i < 100; ++i)
      children.push_back(spawn_monitor(test::exits_as_told));
    for (std::size_t i = 0; i < children.size(); i += 2)
      demonitor(children[i].monitor);
    for (const auto& child : children)
      send(child.process, "boo"_atom);

    EXPECT_EQ((co_await flush()).size(), 50U);
  });
}

} // namespace
} // namespace agner
