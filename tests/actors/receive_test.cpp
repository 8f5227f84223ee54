// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::death_note;
using test::deterministic_node;
using test::flush;

struct number {
  static constexpr auto tag = "number"_atom;
  std::int64_t value;
};
struct text {
  static constexpr auto tag = "text"_atom;
  std::string value;
};
struct stop {
  static constexpr auto tag = "stop"_atom;
};

// -- which message ----------------------------------------------------------------------------------------------------------------------

TEST(Receive, TakesTheFirstMessageThatAClauseTakes) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), number{1});
    send(self(), text{"a"});
    send(self(), number{2});

    EXPECT_EQ(co_await receive([](text t) { return t.value; }), "a");
    EXPECT_EQ(co_await receive([](number n) { return n.value; }), 1);
    EXPECT_EQ(co_await receive([](number n) { return n.value; }), 2);
  });
}

TEST(Receive, OfSeveralClausesTheFirstThatTakesTheMessageCounts) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), number{1});
    send(self(), stop{});

    const auto which = [] { return receive([](stop) { return 1; }, [](number) { return 2; }, [](term) { return 3; }); };
    EXPECT_EQ(co_await which(), 2);
    EXPECT_EQ(co_await which(), 1);
    send(self(), "other"_atom);
    EXPECT_EQ(co_await which(), 3);
  });
}

TEST(Receive, KeepsTheOrderOfWhatItLeaves) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (int i = 0; i < 100; ++i)
      send(self(), number{i});
    for (const int wanted : {50, 0, 99, 49, 51})
      co_await receive(on(match("number"_atom, wanted), [] {}));

    std::vector<std::int64_t> rest;
    for (int i = 0; i < 95; ++i)
      rest.push_back(co_await receive([](number n) { return n.value; }));
    EXPECT_TRUE(std::ranges::is_sorted(rest));
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(Receive, WakesForTheMessageItWantsOnly) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      spawn([parent = self()]() -> task<> {
        for (int i = 0; i < 5; ++i) {
          send(parent, number{i});
          co_await yield();
        }
        send(parent, stop{});
      });

      co_await receive([](stop) {});
      for (int i = 0; i < 5; ++i)
        EXPECT_EQ(co_await receive([](number n) { return n.value; }), i);
    });
  });
}

TEST(Receive, TellsATupleFromTheBareAtomOfItsTag) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), "number"_atom);
    send(self(), tuple("number"_atom));
    send(self(), tuple("number"_atom, 1, 2));
    send(self(), tuple("number"_atom, "not a number"_atom));
    send(self(), tuple());
    send(self(), term{});
    send(self(), number{7});

    EXPECT_EQ(co_await receive([](number n) { return n.value; }), 7);
    EXPECT_EQ((co_await flush()).size(), 6U);
  });
}

// -- patterns ---------------------------------------------------------------------------------------------------------------------------

TEST(ReceivePattern, ComparesLiteralsExactly) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference wanted = make_ref();
    send(self(), tuple(make_ref(), 1));
    send(self(), tuple(wanted, 1.0));
    send(self(), tuple(wanted, 1));

    const term rest = co_await receive(on(match(wanted, 1), [] { return term("found"_atom); }));
    EXPECT_EQ(rest, term("found"_atom));
    EXPECT_EQ((co_await flush()).size(), 2U);
  });
}

TEST(ReceivePattern, HandsOnWhatAnyTakesInOrder) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), tuple("a"_atom, 1, "skipped"_atom, binary("x"), 2.5));

    const auto got = co_await receive(
        on(match("a"_atom, any<std::int64_t>, _, any<std::string>, any<double>),
           [](std::int64_t i, const std::string& s, double d) { return std::to_string(i) + s + std::to_string(d); }));
    EXPECT_EQ(got, "1x2.500000");
  });
}

TEST(ReceivePattern, NestsTuples) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), tuple("call"_atom, tuple("pid"_atom, 1), "get"_atom));
    send(self(), tuple("call"_atom, tuple(self(), tuple("alias"_atom, 2)), tuple("add"_atom, 3)));
    send(self(), tuple(tuple("first"_atom, 4), 5));

    const auto sum = co_await receive(
        on(match("call"_atom, match(any<pid>, match("alias"_atom, any<int>)), match("add"_atom, any<int>)),
           [](pid who, int tag, int amount) { return who == self() ? tag + amount : 0; }));
    EXPECT_EQ(sum, 5);
    EXPECT_EQ(co_await receive(on(match(match("first"_atom, any<int>), any<int>), [](int a, int b) { return a * b; })),
              20);
    EXPECT_EQ((co_await flush()).size(), 1U);
  });
}

TEST(ReceivePattern, TakesTheEmptyTuple) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), term{});
    send(self(), tuple());

    EXPECT_TRUE(co_await receive(on(match(), [] { return true; })));
    EXPECT_EQ(co_await flush(), std::vector{term{}});
  });
}

TEST(ReceivePattern, MayBeALiteralOrTakeAnything) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (const term& each : std::vector<term>{"go"_atom, 7, tuple("go"_atom), list({1, 2}), 7.0, "stop"_atom})
      send(self(), each);

    const auto which = [] {
      return receive(on("stop"_atom, [] { return 1; }), on(7, [] { return 2; }), on(tuple("go"_atom), [] { return 3; }),
                     on(list({1, 2}), [] { return 4; }), on(any<std::int64_t>, [](std::int64_t) { return 5; }),
                     on(_, [] { return 6; }));
    };
    std::vector<int> order;
    for (int i = 0; i < 6; ++i)
      order.push_back(co_await which());
    EXPECT_EQ(order, (std::vector{6, 2, 3, 4, 6, 1}));
  });
}

TEST(ReceivePattern, TakesLiteralsThatMapToTerms) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), tuple("n"_atom, to_term(number{6})));
    send(self(), tuple("n"_atom, to_term(number{7})));

    co_await receive(on(match("n"_atom, number{7}), [] {}));
    EXPECT_EQ(co_await flush(), (std::vector<term>{tuple("n"_atom, tuple("number"_atom, 6))}));
  });
}

TEST(ReceivePattern, LooksIntoLists) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), list({1}));
    send(self(), list({1, 2, 3}));
    send(self(), list({1, 2}));
    send(self(), cons(1, 2));
    send(self(), term{});

    EXPECT_EQ(co_await receive(on(match_list(any<int>, any<int>), [](int a, int b) { return 10 * a + b; })), 12);
    EXPECT_EQ(co_await receive(on(match_cons(_, match_cons(_, any<term>)), [](term rest) { return rest; })), list({3}));
    EXPECT_EQ(co_await receive(on(match_cons(1, 2), [] { return true; })), true);
    EXPECT_EQ(co_await receive(on(match_list(), [] { return true; })), true);
    EXPECT_EQ(co_await flush(), std::vector<term>{list({1})});
  });
}

TEST(ReceivePattern, LooksIntoMaps) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), map({{"a"_atom, 1}}));
    send(self(), map({{"a"_atom, "x"_atom}, {"b"_atom, 2}}));
    send(self(), map({{"a"_atom, 1}, {"b"_atom, match_list()}, {"c"_atom, 3}}));
    send(self(), tuple("m"_atom, map({{1.0, tuple(1, 2)}})));

    EXPECT_EQ(co_await receive(on(match_map(field("a"_atom, any<int>), field("b"_atom, _)), [](int a) { return a; })),
              1);
    EXPECT_EQ(co_await receive(on(match("m"_atom, match_map(field(1.0, match(any<int>, 2)))), [](int a) { return a; })),
              1);
    EXPECT_TRUE(co_await receive(on(match_map(), [] { return true; })));
    EXPECT_EQ((co_await flush()).size(), 1U);
  });
}

// -- guards -----------------------------------------------------------------------------------------------------------------------------

TEST(ReceiveGuard, LeavesWhatItIsFalseFor) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (int i = 0; i < 6; ++i)
      send(self(), number{i});

    const auto large = [](std::int64_t least) {
      return receive(
          on(match("number"_atom, any<std::int64_t>), when([least](std::int64_t n) { return n >= least; }),
             [](std::int64_t n) { return n; }),
          on(any<number>, when([](const number& n) { return n.value == 1; }), [](number n) { return n.value; }));
    };
    EXPECT_EQ(co_await large(3), 1);
    EXPECT_EQ(co_await large(3), 3);
    EXPECT_EQ(co_await large(5), 5);
    std::vector<std::int64_t> rest;
    for (int i = 0; i < 3; ++i)
      rest.push_back(co_await receive([](number n) { return n.value; }));
    EXPECT_EQ(rest, (std::vector<std::int64_t>{0, 2, 4}));
  });
}

TEST(ReceiveGuard, ThatRaisesIsFalse) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), tuple("x"_atom, "not a tuple"_atom));
    send(self(), tuple("x"_atom, tuple(1)));

    const term taken =
        co_await receive(on(match("x"_atom, any<term>), when([](const term& t) { return t.head() == term(1) || true; }),
                            [](term t) { return t; }),
                         after(0ms, [] { return term{"none"_atom}; }));
    EXPECT_EQ(taken, term("none"_atom));
    EXPECT_EQ((co_await flush()).size(), 2U);
  });
}

TEST(ReceiveGuard, MayBeOfAClauseThatIsACoroutine) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), number{1});
    send(self(), number{2});

    co_await receive(on(any<number>, when([](const number& n) { return n.value == 2; }), [](number n) -> task<> {
      co_await yield();
      EXPECT_EQ(n.value, 2);
    }));
    EXPECT_EQ((co_await flush()).size(), 1U);
  });
}

// -- time -------------------------------------------------------------------------------------------------------------------------------

TEST(ReceiveAfter, ZeroTakesWhatIsThere) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto look = [] { return receive([](number n) { return n.value; }, after(0ms, [] { return -1; })); };
    EXPECT_EQ(co_await look(), -1);
    send(self(), stop{});
    send(self(), number{7});
    EXPECT_EQ(co_await look(), 7);
    EXPECT_EQ(co_await look(), -1);
    EXPECT_EQ((co_await flush()).size(), 1U);
  });
}

TEST(ReceiveAfter, LessThanZeroIsZero) {
  deterministic_node here;

  EXPECT_TRUE(here->run([]() -> task<bool> {
    co_return co_await receive([](term) { return false; }, after(-5ms, [] { return true; }));
  }));
}

TEST(ReceiveAfter, ComesWhenTheTimeHasPassedAndNotBefore) {
  deterministic_node here;
  int fired = 0;
  here->spawn([&]() -> task<> { co_await receive([](term) {}, after(100ms, [&] { ++fired; })); });

  here.advance(99ms);
  EXPECT_EQ(fired, 0);
  here.advance(1ms);
  EXPECT_EQ(fired, 1);
}

TEST(ReceiveAfter, IsRoundedUpToMilliseconds) {
  deterministic_node here;
  int fired = 0;
  here->spawn([&]() -> task<> { co_await receive(after(1500us, [&] { ++fired; })); });

  here.advance(1999us);
  EXPECT_EQ(fired, 0);
  here.advance(1us);
  EXPECT_EQ(fired, 1);
}

TEST(ReceiveAfter, RunsOnWhileOtherMessagesCome) {
  deterministic_node here;
  int fired = 0;
  const pid waiting = here->spawn([&]() -> task<> { co_await receive([](stop) {}, after(10ms, [&] { ++fired; })); });

  for (int i = 0; i < 9; ++i) {
    here->send(waiting, "other"_atom);
    here.advance(1ms);
  }
  EXPECT_EQ(fired, 0);
  here.advance(1ms);
  EXPECT_EQ(fired, 1);
}

TEST(ReceiveAfter, IsOffOnceAMessageWasTaken) {
  deterministic_node here;
  int fired = 0;
  int taken = 0;
  const pid waiting = here->spawn([&]() -> task<> {
    co_await receive([&](term) { ++taken; }, after(10ms, [&] { ++fired; }));
    co_await receive([&](term) { ++taken; }, after(100ms, [&] { ++fired; }));
  });

  here->send(waiting, 1);
  here.advance(50ms);
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(fired, 0);
  EXPECT_EQ(here.scheduler().timers().pending(), 1U);
  here.advance(50ms);
  EXPECT_EQ(fired, 1);
  EXPECT_EQ(here.scheduler().timers().pending(), 0U);
}

TEST(ReceiveAfter, InfinityWaitsWithoutATimer) {
  deterministic_node here;
  const pid waiting = here->spawn([]() -> task<> { co_await receive([](term) {}, after(infinity, [] {})); });

  here.run_until_idle();
  EXPECT_EQ(here.scheduler().timers().pending(), 0U);
  here->send(waiting, 1);
  here.run_until_idle();
  EXPECT_FALSE(here->is_alive(waiting));
}

TEST(ReceiveAfter, LeavesNoTimerBehindAKilledProcess) {
  deterministic_node here;
  const pid waiting = here->spawn([]() -> task<> { co_await receive([](term) {}, after(1h, [] {})); });

  here.run_until_idle();
  EXPECT_EQ(here.scheduler().timers().pending(), 1U);
  here->exit(waiting, "kill"_atom);
  here.run_until_idle();
  EXPECT_EQ(here.scheduler().timers().pending(), 0U);
}

// -- clauses that are coroutines -----------------------------------------------------------------------------------------------------------

TEST(ReceiveCoroutine, RunsToItsEndBeforeTheReceiveDoes) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      send(self(), number{1});
      send(self(), text{"a"});
      std::vector<int> steps;

      const int value = co_await receive([&](number n) -> task<int> {
        steps.push_back(1);
        co_await yield();
        const std::string inner = co_await receive([](text t) { return t.value; });
        steps.push_back(2);
        co_return static_cast<int>(n.value) + (inner == "a" ? 10 : 0);
      });
      steps.push_back(3);

      EXPECT_EQ(value, 11);
      EXPECT_EQ(steps, (std::vector{1, 2, 3}));
    });
  });
}

TEST(ReceiveCoroutine, KeepsMessageArgumentsAndCaptures) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), text{"a text that is too long for the small string optimisation"});
    const auto captured = std::make_shared<std::string>("captured");

    const std::string both = co_await receive([captured](const text& t) -> task<std::string> {
      co_await yield();
      co_return t.value + *captured;
    });

    EXPECT_EQ(both, "a text that is too long for the small string optimisationcaptured");
  });
}

TEST(ReceiveCoroutine, MayStandBesidePlainClauses) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto look = [] {
      return receive([](stop) { return 1; },
                     [](number n) -> task<int> {
                       co_await yield();
                       co_return static_cast<int>(n.value);
                     },
                     after(5ms, []() -> task<int> {
                       co_await receive(after(5ms, [] {}));
                       co_return -1;
                     }));
    };
    send(self(), number{7});
    send(self(), stop{});
    EXPECT_EQ(co_await look(), 7);
    EXPECT_EQ(co_await look(), 1);
    EXPECT_EQ(co_await look(), -1);
  });
}

TEST(ReceiveCoroutine, RaisesWhereTheReceiveIs) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), stop{});
    bool caught = false;
    try {
      co_await receive([](stop) -> task<> {
        co_await yield();
        throw std::runtime_error{"inner"};
      });
    } catch (const std::runtime_error&) {
      caught = true;
    }
    EXPECT_TRUE(caught);
  });
}

TEST(ReceiveClause, RaisesWhereTheReceiveIs) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (const bool there_before : {true, false}) {
      if (there_before)
        send(self(), stop{});
      else
        send_after(1ms, self(), stop{});
      bool caught = false;
      try {
        co_await receive([](stop) { throw std::runtime_error{"inner"}; });
      } catch (const std::runtime_error&) {
        caught = true;
      }
      EXPECT_TRUE(caught);
    }
    EXPECT_TRUE((co_await flush()).empty());
  });
}

// A callable that gives a task need not be a coroutine itself.
TEST(ReceiveClause, RaisesWhereTheReceiveIsBeforeItsTaskExists) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (const bool there_before : {true, false}) {
      if (there_before)
        send(self(), stop{});
      else
        send_after(1ms, self(), stop{});
      bool caught = false;
      try {
        co_await receive([](stop) -> task<> { throw std::runtime_error{"before"}; });
      } catch (const std::runtime_error&) {
        caught = true;
      }
      EXPECT_TRUE(caught);
    }
  });
}

TEST(Receive, IsFairToOtherProcesses) {
  deterministic_node here;
  int rounds = 0;
  const pid busy = here->spawn([&]() -> task<> {
    for (;;) {
      send(self(), number{1});
      co_await receive([&](number) { ++rounds; });
    }
  });

  here->run([]() -> task<> { co_return; }); // gets its turn beside the other

  EXPECT_LT(rounds, 10'000);
  here->exit(busy, "kill"_atom);
  here.run_until_idle();
}

// -- markers ----------------------------------------------------------------------------------------------------------------------------------

TEST(ReceiveFrom, DoesNotLookAtWhatCameBeforeTheMarker) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), number{1});
    co_await receive(after(1ms, [] {}));
    const receive_marker here_on = mark();
    send(self(), number{2});

    EXPECT_EQ(co_await receive_from(here_on, [](number n) { return n.value; }), 2);
    EXPECT_EQ(co_await receive([](number n) { return n.value; }), 1);
  });
}

TEST(ReceiveFrom, FindsWhatMovedUpSinceTheMarker) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (int i = 0; i < 10; ++i)
      send(self(), number{i});
    co_await receive(after(1ms, [] {}));
    const receive_marker here_on = mark();
    send(self(), text{"reply"});
    for (int i = 0; i < 10; ++i)
      co_await receive([](number) {});

    EXPECT_EQ(co_await receive_from(here_on, [](text t) { return t.value; }), "reply");
  });
}

TEST(ReceiveFrom, WaitsLikeReceive) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), number{1});
    co_await receive(after(1ms, [] {}));
    const receive_marker here_on = mark();
    EXPECT_FALSE(co_await receive_from(here_on, [](number) { return true; }, after(1ms, [] { return false; })));
    send_after(5ms, self(), number{2});
    EXPECT_EQ(co_await receive_from(here_on, [](number n) { return n.value; }), 2);
  });
}

// -- being killed -----------------------------------------------------------------------------------------------------------------------------

TEST(ReceiveKilled, DestroysFramesFromTheInnermostOutEachOnce) {
  deterministic_node here;
  std::vector<int> order;
  const auto inner = [&order]() -> task<> {
    const death_note note{order, 1};
    co_await receive([](stop) {});
  };
  const pid victim = here->spawn([&]() -> task<> {
    const death_note body{order, 5};
    co_await receive([&, captured = death_note{order, 4}](number) -> task<> {
      const death_note clause{order, 3};
      co_await receive([&](text) -> task<> {
        const death_note nested{order, 2};
        co_await inner();
      });
    });
  });

  here->send(victim, to_term(number{1}));
  here.run_until_idle();
  here->send(victim, to_term(text{"x"}));
  here.run_until_idle();
  EXPECT_TRUE(order.empty());
  here->exit(victim, "kill"_atom);
  here.run_until_idle();

  EXPECT_EQ(order, (std::vector{1, 2, 3, 4, 5}));
  EXPECT_FALSE(here->is_alive(victim));
}

TEST(ReceiveKilled, DestroysClosureAndArgumentsOfTheProcess) {
  deterministic_node here;
  std::vector<int> order;
  const pid victim = here->spawn(
      [captured = death_note{order, 3}](death_note& argument) -> task<> {
        (void)argument;
        co_await receive([](stop) {});
      },
      death_note{order, 2});

  here.run_until_idle();
  EXPECT_TRUE(order.empty());
  here->exit(victim, "kill"_atom);
  here.run_until_idle();

  EXPECT_EQ(order, (std::vector{2, 3}));
}

TEST(ReceiveKilled, BeforeItEverRanDestroysWhatItWasGiven) {
  deterministic_node here;
  std::vector<int> order;
  bool ran = false;
  const pid victim = here->spawn([&, captured = death_note{order, 1}]() -> task<> {
    ran = true;
    co_return;
  });

  here->exit(victim, "kill"_atom);
  here.run_until_idle();

  EXPECT_FALSE(ran);
  EXPECT_EQ(order, std::vector{1});
}

TEST(ReceiveKilled, DestructorsMayStillSend) {
  struct farewell {
    pid to;
    ~farewell() { send(to, tuple("farewell"_atom, self())); }
  };
  deterministic_node here;

  here->run([]() -> task<> {
    const pid victim = spawn([parent = self()]() -> task<> {
      const farewell last{parent};
      co_await receive([](stop) {});
    });
    const reference ref = monitor(victim);
    co_await receive(after(1ms, [] {}));
    exit(victim, "kill"_atom);

    const auto messages = co_await flush();
    EXPECT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0], tuple("farewell"_atom, victim));
    EXPECT_TRUE(messages[1].is_tagged("DOWN"_atom, 5));
    EXPECT_EQ(messages[1][1], term{ref});
  });
}

} // namespace
} // namespace agner
