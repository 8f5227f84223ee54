// SPDX-License-Identifier: Apache-2.0
// Messages that overtake. Rules: EEP 76 and OTP 28.

#include <gtest/gtest.h>

#include <agner/runtime/term_text.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

bool takes_priority() { return internal::current_process().takes_priority_messages(); }

TEST(PriorityMessages, OvertakeOrdinaryOnesAndKeepTheirOrder) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference to = alias({.priority = true});
    send(self(), 1);
    send(to, "first"_atom, {.priority = true});
    send(self(), 2);
    send(to, "second"_atom, {.priority = true});
    send(to, 3);

    EXPECT_EQ(co_await flush(), (std::vector<term>{"first"_atom, "second"_atom, 1, 2, 3}));
  });
}

TEST(PriorityMessages, NeedTheOptionOnBothSides) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference plain = alias();
    const reference urgent = alias({.priority = true});
    send(self(), 1);
    send(plain, 2, {.priority = true});
    send(urgent, 3);
    send(self(), 4, {.priority = true});

    EXPECT_EQ(co_await flush(), (std::vector<term>{1, 2, 3, 4}));
  });
}

TEST(PriorityMessages, StayInFrontOfThoseThatWereTakenBetween) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference to = alias({.priority = true});
    send(self(), 1);
    send(self(), 2);
    send(to, "a"_atom, {.priority = true});
    send(to, "b"_atom, {.priority = true});
    EXPECT_EQ(co_await receive([](std::int64_t n) { return n; }), 1); // an ordinary one from behind
    EXPECT_EQ(co_await receive([](atom name) { return name; }), "a"_atom);
    send(to, "c"_atom, {.priority = true});
    co_await receive(after(0ms, [] {})); // it is in the mailbox now

    EXPECT_EQ(co_await flush(), (std::vector<term>{"b"_atom, "c"_atom, 2}));
  });
}

TEST(PriorityMessages, AreFoundByAReceiveThatHasLookedAtAllBefore) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      for (int i = 0; i < 100; ++i)
        send(self(), i);
      const reference to = alias({.priority = true});
      const receive_marker since = mark();
      spawn([to]() -> task<> {
        co_await yield();
        send(to, tuple("now"_atom), {.priority = true});
      });

      co_await receive_from(since, on(match("now"_atom), [] {}));
      EXPECT_EQ((co_await flush()).size(), 100U);
    });
  });
}

TEST(PriorityMessages, ComeFromLinksAndMonitorsThatAskForThem) {
  deterministic_node here;

  here->run([]() -> task<> {
    trap_exit(true);
    const pid linked = spawn(test::exits_as_told);
    const pid watched = spawn(test::exits_as_told);
    const pid plain = spawn_link(test::exits_as_told);
    link(linked, {.priority = true});
    const reference ref = monitor(watched, {.priority = true});
    send(plain, "x"_atom);
    co_await receive(after(1ms, [] {}));
    send(linked, "y"_atom);
    co_await receive(after(1ms, [] {}));
    send(watched, "z"_atom);
    co_await receive(after(1ms, [] {}));

    EXPECT_EQ(co_await flush(), (std::vector<term>{tuple("EXIT"_atom, linked, "y"_atom),
                                                   tuple("DOWN"_atom, ref, "process"_atom, watched, "z"_atom),
                                                   tuple("EXIT"_atom, plain, "x"_atom)}));
  });
}

TEST(PriorityMessages, OfALinkAreSwitchedOnAndOffByLinkingAgain) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid other = spawn(test::until_told);
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
    co_return;
  });
}

TEST(ExitToAnAlias, ReachesItsProcessAndLeavesTheAlias) {
  deterministic_node here;

  here->run([]() -> task<> {
    trap_exit(true);
    const reference to = alias({.reply = true, .priority = true});
    send(self(), 1);
    exit(to, "boo"_atom, {.priority = true});
    exit(to, "plain"_atom);
    EXPECT_EQ(co_await flush(),
              (std::vector<term>{tuple("EXIT"_atom, self(), "boo"_atom), 1, tuple("EXIT"_atom, self(), "plain"_atom)}));

    EXPECT_TRUE(unalias(to));
    exit(to, "kill"_atom);
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(ExitToAnAlias, EndsAProcessThatDoesNotTrap) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto victim = spawn_monitor([parent = self()]() -> task<> {
      send(parent, tuple("alias"_atom, alias()));
      co_await receive([](term) {});
    });
    const reference to =
        co_await receive(on(match("alias"_atom, any<reference>), [](reference given) { return given; }));
    exit(to, "kill"_atom);

    EXPECT_EQ(co_await test::down_reason(victim.monitor), term("killed"_atom));
  });
}

} // namespace
} // namespace agner
