// SPDX-License-Identifier: Apache-2.0
// Aliases. Each rule was asked of OTP 25.2.3 first.

#include <gtest/gtest.h>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

TEST(Alias, LeadsMessagesHereUntilTakenBack) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference to = alias();
    send(to, 1);
    send(to, 2);
    EXPECT_EQ(co_await flush(), (std::vector<term>{1, 2}));

    EXPECT_TRUE(unalias(to));
    EXPECT_FALSE(unalias(to));
    send(to, 3);
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(Alias, LetsNoMessagePassThatIsStillOnItsWay) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference to = alias();
    send(to, 1);
    unalias(to);

    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(Alias, KeepsOrderWithMessagesToThePid) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      spawn([parent = self(), to = alias()]() -> task<> {
        for (int i = 0; i < 10; ++i) {
          send(parent, 2 * i);
          send(to, 2 * i + 1);
          if (i % 3 == 0) co_await yield();
        }
      });

      const auto messages = co_await flush();
      for (std::size_t i = 0; i < 20; ++i)
        EXPECT_EQ(messages.at(i), term(i));
    });
  });
}

TEST(Alias, OfAnotherProcessCannotBeTakenBack) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference to = alias();
    const term reason = co_await test::exit_reason_of([to]() -> task<> {
      exit(term{unalias(to)});
      co_return;
    });

    EXPECT_EQ(reason, term(false));
  });
}

TEST(Alias, AReferenceThatIsNoneLeadsNowhere) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(make_ref(), 1);
    send(start_timer(1h, self(), "x"_atom), 2);
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(Alias, OfAnEndedProcessDoesNotLeadToItsSuccessorInTheSlot) {
  deterministic_node here;

  here->run([]() -> task<> {
    pid first;
    reference to;
    spawn([&, parent = self()]() -> task<> {
      first = self();
      to = alias();
      co_return;
    });
    co_await flush();
    pid second;
    int got = 0;
    std::vector<pid> others;
    do { // until the slot is used again
      others.push_back(second);
      second = spawn([&]() -> task<> { co_await receive([&](term) { ++got; }, after(10ms, [] {})); });
    } while (second.id != first.id && others.size() < 100);
    send(to, "late"_atom);
    send(first, "late"_atom);
    co_await receive(after(20ms, [] {}));

    EXPECT_EQ(second.id, first.id);
    EXPECT_NE(second.serial, first.serial);
    EXPECT_EQ(got, 0);
  });
}

// -- with a monitor -----------------------------------------------------------------------------------------------------------------------

class MonitorAlias : public ::testing::Test {
protected:
  deterministic_node here;
};

TEST_F(MonitorAlias, ExplicitStaysWhenItsMonitorGoes) {
  here->run([]() -> task<> {
    const pid child = spawn(test::exits_as_told);
    const reference demonitored = monitor(child, {.alias = alias_mode::explicit_unalias});
    const reference fired = monitor(child, {.alias = alias_mode::explicit_unalias});
    demonitor(demonitored);
    send(child, "boo"_atom);
    co_await flush();
    send(demonitored, 1);
    send(fired, 2);

    EXPECT_EQ(co_await flush(), (std::vector<term>{1, 2}));
    EXPECT_TRUE(unalias(demonitored));
    EXPECT_TRUE(unalias(fired));
  });
}

TEST_F(MonitorAlias, DemonitorGoesWithItsMonitor) {
  here->run([]() -> task<> {
    const pid child = spawn(test::exits_as_told);
    const reference demonitored = monitor(child, {.alias = alias_mode::demonitor});
    const reference fired = monitor(child, {.alias = alias_mode::demonitor});
    send(demonitored, "lost"_atom);
    demonitor(demonitored);
    send(child, "boo"_atom);
    EXPECT_EQ((co_await flush()).size(), 1U);
    send(demonitored, 1);
    send(fired, 2);

    EXPECT_TRUE((co_await flush()).empty());
    EXPECT_FALSE(unalias(demonitored));
    EXPECT_FALSE(unalias(fired));
  });
}

TEST_F(MonitorAlias, DemonitorTakesManyMessages) {
  here->run([]() -> task<> {
    const pid child = spawn(test::exits_as_told);
    const reference ref = monitor(child, {.alias = alias_mode::demonitor});
    send(ref, 1);
    send(ref, 2);
    EXPECT_EQ(co_await flush(), (std::vector<term>{1, 2}));
    send(child, "boo"_atom);
    EXPECT_EQ(co_await test::down_reason(ref), term("boo"_atom));
  });
}

TEST_F(MonitorAlias, ReplyDemonitorGoesWithTheFirstMessageAndTakesTheMonitorAlong) {
  here->run([]() -> task<> {
    const pid child = spawn(test::exits_as_told);
    const reference ref = monitor(child, {.alias = alias_mode::reply_demonitor});
    send(ref, 1);
    send(ref, 2);
    EXPECT_EQ(co_await flush(), (std::vector<term>{1}));
    send(child, "boo"_atom);

    EXPECT_TRUE((co_await flush()).empty());
    EXPECT_FALSE(unalias(ref));
    EXPECT_FALSE(demonitor(ref, {.info = true}));
  });
}

TEST_F(MonitorAlias, ReplyDemonitorGoesWithDown) {
  here->run([]() -> task<> {
    const pid child = spawn(test::exits_as_told);
    const reference ref = monitor(child, {.alias = alias_mode::reply_demonitor});
    send(child, "boo"_atom);
    EXPECT_EQ(co_await test::down_reason(ref), term("boo"_atom));
    send(ref, 1);

    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST_F(MonitorAlias, UnaliasLeavesTheMonitor) {
  here->run([]() -> task<> {
    const pid child = spawn(test::exits_as_told);
    const reference ref = monitor(child, {.alias = alias_mode::reply_demonitor});
    EXPECT_TRUE(unalias(ref));
    send(ref, 1);
    send(child, "boo"_atom);

    const auto messages = co_await flush();
    EXPECT_EQ(messages.size(), 1U);
    EXPECT_TRUE(messages[0].is_tagged("DOWN"_atom, 5));
  });
}

TEST_F(MonitorAlias, OfADeadProcessGoesWithItsDown) {
  here->run([]() -> task<> {
    const reference ref = monitor("nobody"_atom, {.alias = alias_mode::demonitor});
    EXPECT_EQ(co_await test::down_reason(ref), term("noproc"_atom));
    send(ref, 1);

    EXPECT_TRUE((co_await flush()).empty());
    EXPECT_FALSE(unalias(ref));
  });
}

// A call: the reply comes through the alias, or DOWN, never both.
TEST_F(MonitorAlias, GivesAReplyOrADown) {
  test::with_seeds(100, [](std::uint64_t seed) {
    deterministic_node on{seed};
    on->run([seed]() -> task<> {
      const bool replies = seed % 2 == 0;
      const pid server = spawn([replies]() -> task<> {
        const reference to = co_await receive([](reference r) { return r; });
        co_await yield();
        if (replies) send(to, "reply"_atom);
        co_await yield();
      });
      const reference ref = monitor(server, {.alias = alias_mode::reply_demonitor});
      send(server, ref);

      const auto messages = co_await flush();
      EXPECT_EQ(messages.size(), 1U);
      EXPECT_EQ(messages[0] == term("reply"_atom), replies);
    });
  });
}

} // namespace
} // namespace agner
