// SPDX-License-Identifier: Apache-2.0
// Links. Each rule was asked of OTP 25.2.3 first.

#include <gtest/gtest.h>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::exit_reason_of;
using test::flush;

constexpr std::uint64_t seeds = 50;

/// The pid of a process that has ended.
task<pid> dead_process() {
  const auto child = spawn_monitor([]() -> task<> { co_return; });
  co_await test::down_reason(child.monitor);
  co_return child.process;
}

TEST(Links, PassTheReasonOn) {
  deterministic_node here;

  const term reason = here->run([]() -> task<term> {
    return exit_reason_of([]() -> task<> {
      spawn_link([]() -> task<> {
        exit(tuple("a"_atom, "b"_atom));
        co_return;
      });
      co_await receive([](term) {});
    });
  });

  EXPECT_EQ(reason, tuple("a"_atom, "b"_atom));
}

TEST(Links, GoBothWays) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto parent = spawn_monitor([]() -> task<> {
      register_("child"_atom, spawn_link(test::until_told));
      co_await test::exits_as_told();
    });
    co_await flush();
    const reference child = monitor("child"_atom);
    send(parent.process, "boo"_atom);

    EXPECT_EQ(co_await test::down_reason(child), term("boo"_atom));
  });
}

TEST(Links, PassNormalOnOnlyToWhatTraps) {
  deterministic_node here;

  here->run([]() -> task<> {
    spawn_link([]() -> task<> { co_return; });
    EXPECT_TRUE((co_await flush()).empty());

    trap_exit(true);
    const pid child = spawn_link([]() -> task<> { co_return; });
    EXPECT_EQ(co_await flush(), std::vector{tuple("EXIT"_atom, child, "normal"_atom)});
  });
}

TEST(Links, PassKillOnAsAnOrdinaryReason) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto exits_with_kill = []() -> task<> {
      exit("kill"_atom);
      co_return;
    };
    const term untrapped = co_await exit_reason_of([=]() -> task<> {
      spawn_link(exits_with_kill);
      co_await receive([](term) {});
    });
    EXPECT_EQ(untrapped, term("kill"_atom));

    trap_exit(true);
    const pid child = spawn_link(exits_with_kill);
    EXPECT_EQ(co_await flush(), std::vector{tuple("EXIT"_atom, child, "kill"_atom)});
  });
}

TEST(Links, PassKilledOnWhenOneIsKilled) {
  deterministic_node here;

  const term reason = here->run([]() -> task<term> {
    return exit_reason_of([]() -> task<> {
      exit(spawn_link(test::until_told), "kill"_atom);
      co_await receive([](term) {});
    });
  });

  EXPECT_EQ(reason, term("killed"_atom));
}

TEST(Links, ToADeadProcessRaiseNoproc) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid dead = co_await dead_process();
    try {
      link(dead);
      ADD_FAILURE() << "did not raise";
    } catch (const raised& r) {
      EXPECT_EQ(r.cls(), raised_class::error);
      EXPECT_EQ(r.reason(), term("noproc"_atom));
    }
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(Links, ToADeadProcessAreAMessageWhenTrapping) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid dead = co_await dead_process();
    trap_exit(true);
    link(dead);
    trap_exit(false); // it is a message already

    EXPECT_EQ(co_await flush(), std::vector{tuple("EXIT"_atom, dead, "noproc"_atom)});
  });
}

TEST(Links, ToADeadProcessComeBehindWhatItSent) {
  deterministic_node here;

  here->run([]() -> task<> {
    trap_exit(true);
    const pid child = spawn([parent = self()]() -> task<> {
      send(parent, "hello"_atom);
      co_return;
    });
    while (co_await is_process_alive(child))
      co_await yield();
    link(child);

    EXPECT_EQ(co_await flush(), (std::vector{term("hello"_atom), tuple("EXIT"_atom, child, "noproc"_atom)}));
  });
}

TEST(Links, ToAProcessThatIsEndingTellNoproc) {
  test::with_seeds(seeds, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      trap_exit(true);
      const pid child = spawn([]() -> task<> {
        for (int i = 0; i < 5; ++i)
          co_await yield();
        exit("boo"_atom);
      });
      link(child); // alive or not: one EXIT

      const auto messages = co_await flush();
      EXPECT_EQ(messages.size(), 1U);
      EXPECT_TRUE(messages[0][2] == term("boo"_atom) || messages[0][2] == term("noproc"_atom));
    });
  });
}

TEST(Links, ToOneselfDoNothing) {
  deterministic_node here;

  here->run([]() -> task<> {
    link(self());
    unlink(self());
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(Links, AreOneHoweverOftenMade) {
  deterministic_node here;

  here->run([]() -> task<> {
    trap_exit(true);
    const pid child = spawn(test::exits_as_told);
    link(child);
    link(child);
    unlink(child);
    send(child, "boo"_atom);

    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(Links, AreOneMadeFromBothSides) {
  test::with_seeds(seeds, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      trap_exit(true);
      const pid child = spawn([parent = self()]() -> task<> {
        link(parent);
        co_await test::exits_as_told();
      });
      link(child);
      send(child, "boo"_atom);

      EXPECT_EQ(co_await flush(), std::vector{tuple("EXIT"_atom, child, "boo"_atom)});
    });
  });
}

TEST(Unlink, KeepsExitsAway) {
  test::with_seeds(seeds, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      trap_exit(true);
      const pid child = spawn_link([]() -> task<> {
        for (int i = 0; i < 3; ++i)
          co_await yield();
        exit("boo"_atom);
      });
      co_await yield();
      const bool had_come = !(co_await receive([](term) { return false; }, after(0ms, [] { return true; })));
      unlink(child);

      EXPECT_EQ((co_await flush()).size(), 0U) << "had come: " << had_come;
    });
  });
}

TEST(Unlink, LeavesAnExitThatIsAMessageAlready) {
  deterministic_node here;

  here->run([]() -> task<> {
    trap_exit(true);
    const pid child = spawn_link([]() -> task<> {
      exit("boo"_atom);
      co_return;
    });
    co_await receive(after(10ms, [] {}));
    unlink(child);

    EXPECT_EQ((co_await flush()).size(), 1U);
  });
}

TEST(Unlink, OfAProcessThatIsNotLinkedDoesNothing) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn(test::until_told);
    unlink(child);
    unlink(co_await dead_process());
    send(child, "go"_atom);
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(Unlink, CanBeFollowedByALink) {
  test::with_seeds(seeds, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      trap_exit(true);
      const pid child = spawn_link(test::exits_as_told);
      unlink(child);
      link(child);
      send(child, "boo"_atom);

      EXPECT_EQ(co_await flush(), std::vector{tuple("EXIT"_atom, child, "boo"_atom)});
    });
  });
}

TEST(Unlink, FromBothSidesAtOnceLeavesNoLink) {
  test::with_seeds(seeds, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      trap_exit(true);
      const pid child = spawn_link([parent = self()]() -> task<> {
        unlink(parent);
        co_await test::exits_as_told();
      });
      unlink(child);
      send(child, "boo"_atom);
      EXPECT_TRUE((co_await flush()).empty());
    });
  });
}

/// Links and unlinks @p other as the bits of @p choices say, then waits to be told to exit, or for the exit of @p other.
task<> fiddles_with(pid other, std::uint64_t choices) {
  for (int i = 0; i < 8; ++i, choices >>= 2U) {
    if ((choices & 1U) != 0)
      link(other);
    else
      unlink(other);
    if ((choices & 2U) != 0) co_await yield();
  }
  trap_exit(true);
  co_await receive([](decltype("exit"_atom)) { exit("boo"_atom); },
                   on(match("EXIT"_atom, _, _), [] { exit("told"_atom); }), after(1h, [] { exit("never told"_atom); }));
}

/// Two processes fiddle with the link between them. Then the first or the second exits: is the other told?
bool other_is_told(std::uint64_t seed, bool first_exits) {
  deterministic_node here{seed};
  const term reason = here->run([=]() -> task<term> {
    const auto a = spawn_monitor([=]() -> task<> {
      const pid b = co_await receive([](pid other) { return other; });
      co_await fiddles_with(b, seed * 0x9e37'79b9'7f4a'7c15U >> 17U);
    });
    const auto b = spawn_monitor(fiddles_with, a.process, seed * 0xc2b2'ae3d'27d4'eb4fU >> 23U);
    send(a.process, b.process);
    co_await receive(after(1ms, [] {}));

    send((first_exits ? a : b).process, "exit"_atom);
    co_return co_await test::down_reason((first_exits ? b : a).monitor);
  });
  return reason == term("told"_atom);
}

// They link and unlink each other in any order: at the end both sides agree whether there is a link.
TEST(Unlink, CrossingLinksLeaveBothSidesOfOneMind) {
  int linked = 0;

  test::with_seeds(10 * seeds, [&](std::uint64_t seed) {
    const bool a_knows = other_is_told(seed, false);
    EXPECT_EQ(a_knows, other_is_told(seed, true));
    linked += a_knows ? 1 : 0;
  });

  EXPECT_GT(linked, 50);
  EXPECT_LT(linked, 450);
}

TEST(Links, ToAnotherNodeWithoutOneTellNoconnection) {
  deterministic_node here;

  here->run([]() -> task<> {
    trap_exit(true);
    const pid far{1, 1, incarnation{atom{"far@away"}, 7}};
    link(far);

    EXPECT_EQ(co_await flush(), std::vector{tuple("EXIT"_atom, far, "noconnection"_atom)});
  });
}

TEST(Links, HoldForManyProcesses) {
  deterministic_node here;

  here->run([]() -> task<> {
    trap_exit(true);
    std::vector<pid> children;
    for (int i = 0; i < 100; ++i)
      children.push_back(spawn_link(test::exits_as_told));
    for (std::size_t i = 0; i < children.size(); i += 2)
      unlink(children[i]);
    for (const pid& child : children)
      send(child, "boo"_atom);

    EXPECT_EQ((co_await flush()).size(), 50U);
  });
}

} // namespace
} // namespace agner
