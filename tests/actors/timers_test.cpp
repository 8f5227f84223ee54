// SPDX-License-Identifier: Apache-2.0
// send_after and its kin. Each rule was asked of OTP 25.2.3 first.

#include <gtest/gtest.h>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

/// Messages that have come by now.
task<std::vector<term>> look() {
  std::vector<term> all;
  while (co_await receive(
      [&](term message) {
        all.push_back(std::move(message));
        return true;
      },
      after(0ms, [] { return false; }))) {
  }
  co_return all;
}

task<> sleep(std::chrono::milliseconds time) {
  co_await receive(after(time, [] {}));
}

TEST(SendAfter, SendsWhenTheTimeHasPassed) {
  deterministic_node here;

  here->run([]() -> task<> {
    send_after(10ms, self(), "late"_atom);
    co_await sleep(9ms);
    EXPECT_TRUE((co_await look()).empty());
    co_await sleep(1ms);
    EXPECT_EQ(co_await look(), std::vector{term("late"_atom)});
  });
}

TEST(SendAfter, ZeroIsSoon) {
  deterministic_node here;

  here->run([]() -> task<> {
    send_after(0ms, self(), "soon"_atom);
    EXPECT_EQ(co_await receive([](term t) { return t; }), term("soon"_atom));
  });
}

TEST(SendAfter, KeepsTimersApartAndInOrder) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (const int time : {500, 3, 70'000, 64, 4096, 63, 65})
      send_after(std::chrono::milliseconds{time}, self(), time);
    std::vector<int> came;
    for (int i = 0; i < 7; ++i)
      came.push_back(co_await receive([](int time) { return time; }));
    EXPECT_EQ(came, (std::vector{3, 63, 64, 65, 500, 4096, 70'000}));
  });
}

TEST(SendAfter, LooksANameUpWhenItIsDue) {
  deterministic_node here;

  here->run([]() -> task<> {
    send_after(5ms, "later"_atom, 1);
    send_after(5ms, "nobody"_atom, 2);
    register_("later"_atom, self());
    EXPECT_EQ(co_await flush(), std::vector<term>{});
    co_await sleep(5ms);
    EXPECT_EQ(co_await look(), std::vector<term>{1});
  });
}

TEST(StartTimer, WrapsTheMessage) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference timer = start_timer(1ms, self(), "what"_atom);
    EXPECT_EQ(co_await receive([](term t) { return t; }), tuple("timeout"_atom, timer, "what"_atom));
  });
}

TEST(CancelTimer, GivesTheTimeThatWasLeft) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference timer = send_after(10ms, self(), "never"_atom);
    co_await sleep(3ms);
    EXPECT_EQ(read_timer(timer), 7ms);
    EXPECT_EQ(cancel_timer(timer), 7ms);
    EXPECT_EQ(cancel_timer(timer), std::nullopt);
    EXPECT_EQ(read_timer(timer), std::nullopt);
    co_await sleep(20ms);
    EXPECT_TRUE((co_await look()).empty());
  });
}

TEST(CancelTimer, OfOneThatHasFiredGivesNothing) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference timer = send_after(1ms, self(), "x"_atom);
    co_await sleep(1ms);
    EXPECT_EQ(cancel_timer(timer), std::nullopt);
    EXPECT_EQ((co_await look()).size(), 1U);
  });
}

TEST(CancelTimer, WorksFromAnyProcess) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference timer = send_after(1h, self(), "never"_atom);
    const term left = co_await test::exit_reason_of([timer]() -> task<> {
      exit(term{cancel_timer(timer).has_value()});
      co_return;
    });
    EXPECT_EQ(left, term(true));
  });
}

TEST(CancelTimer, OfWhatIsNoTimerGivesNothing) {
  deterministic_node here;

  here->run([]() -> task<> {
    EXPECT_EQ(cancel_timer(make_ref()), std::nullopt);
    EXPECT_EQ(cancel_timer(alias()), std::nullopt);
    EXPECT_EQ(cancel_timer(reference{}), std::nullopt);
    const reference timer = send_after(1h, self(), "never"_atom);
    std::array<std::uint32_t, reference::words_max> words{};
    timer.words(words);
    const reference foreign{std::uint64_t{words[1]} << 32U | words[0], words[2], incarnation{atom{"far@away"}, 7}};
    EXPECT_EQ(cancel_timer(foreign), std::nullopt);
    EXPECT_EQ(read_timer(timer), 1h);
    co_return;
  });
}

TEST(Timers, OfAnEndedProcessAreNoMore) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_monitor(test::until_told);
    const reference timer = send_after(1h, child.process, "never"_atom);
    const reference other = send_after(1h, child.process, "never"_atom);
    EXPECT_EQ(read_timer(timer), 1h);
    exit(child.process, "kill"_atom);
    co_await test::down_reason(child.monitor);
    EXPECT_EQ(this_node().scheduler().timers().pending(), 0U);
    EXPECT_EQ(read_timer(timer), std::nullopt);
    EXPECT_EQ(cancel_timer(timer), std::nullopt);
    EXPECT_EQ(cancel_timer(other), std::nullopt);
    const reference late = send_after(1h, child.process, "never"_atom); // it is dead already
    EXPECT_EQ(this_node().scheduler().timers().pending(), 0U);
    EXPECT_EQ(read_timer(late), std::nullopt);
  });
}

TEST(Timers, GoWithTheirProcessHoweverItIsStartedAndEnds) {
  test::with_seeds(50, [](std::uint64_t seed) {
    deterministic_node here{seed};

    here->run([]() -> task<> {
      const pid whose = spawn(test::until_told);
      std::vector<monitored_process> others;
      for (int i = 0; i < 5; ++i)
        others.push_back(spawn_monitor([whose]() -> task<> {
          for (int n = 0; n < 5; ++n) {
            send_after(1h, whose, "never"_atom);
            co_await yield();
          }
        }));
      exit(whose, "kill"_atom);
      for (const auto& each : others)
        co_await test::down_reason(each.monitor);
      co_await receive(after(1ms, [] {}));
      EXPECT_EQ(this_node().scheduler().timers().pending(), 0U);
    });
  });
}

TEST(Timers, OfAnAbsoluteTimeFireWhenItHasCome) {
  deterministic_node here;

  here->run([]() -> task<> {
    co_await sleep(100ms);
    const auto now = monotonic_time<std::chrono::milliseconds>();
    const reference timer = start_timer(now + 10ms, self(), "later"_atom, timer_time::absolute);
    send_after(now - 5ms, self(), "past"_atom, timer_time::absolute);
    EXPECT_EQ(read_timer(timer), 10ms);
    EXPECT_EQ(co_await receive([](term t) { return t; }), term("past"_atom));
    EXPECT_EQ(monotonic_time<std::chrono::milliseconds>(), now);
    EXPECT_EQ(co_await receive([](term t) { return t; }), tuple("timeout"_atom, timer, "later"_atom));
    EXPECT_EQ(monotonic_time<std::chrono::milliseconds>(), now + 10ms);
  });
}

TEST(Timers, TellOfCancellingAndReadingAsAsked) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto timer = [] { return start_timer(10s, self(), "never"_atom); };
    const term ok{"ok"_atom};
    const term no{"false"_atom};
    const reference a = timer();
    EXPECT_EQ(read_timer(a, {.async = true}), ok);
    EXPECT_EQ(cancel_timer(a, {.async = true}), ok);
    EXPECT_EQ(cancel_timer(a, {.async = true}), ok);
    EXPECT_EQ(read_timer(a, {.async = true}), ok);
    EXPECT_EQ(cancel_timer(a, {.async = true, .info = false}), ok);
    EXPECT_EQ(co_await look(),
              (std::vector<term>{tuple("read_timer"_atom, a, 10'000), tuple("cancel_timer"_atom, a, 10'000),
                                 tuple("cancel_timer"_atom, a, no), tuple("read_timer"_atom, a, no)}));
    const reference b = timer();
    EXPECT_EQ(read_timer(b, {}), term(10'000));
    EXPECT_EQ(cancel_timer(b, {}), term(10'000));
    EXPECT_EQ(cancel_timer(b, {}), no);
    EXPECT_EQ(cancel_timer(timer(), {.info = false}), ok);
    EXPECT_EQ(cancel_timer(b, {.info = false}), ok);
    EXPECT_EQ(this_node().scheduler().timers().pending(), 0U);
    EXPECT_TRUE((co_await look()).empty());
  });
}

TEST(Timers, OfANodeThatIsGoneFireIntoNothing) {
  const auto shared = std::make_shared<test::deterministic_scheduler>(1);
  {
    node gone{{.scheduler = shared}};
    gone.start_timer(5ms, "name"_atom, "message"_atom, timer_message::bare);
    gone.spawn([]() -> task<> {
      send_after(5ms, self(), "message"_atom);
      co_await receive([](term) {}, after(5ms, [] {}));
    });
    shared->step();
  }
  EXPECT_EQ(shared->timers().pending(), 1U); // those of its processes went with them

  shared->advance(10ms);

  EXPECT_EQ(shared->timers().pending(), 0U);
}

TEST(Timers, RefuseTimesAndTargetsThatAreNone) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid far{1, 1, incarnation{atom{"far@away"}, 7}};
    const auto refused = [](std::chrono::milliseconds time, const destination& to) {
      try {
        send_after(time, to, "x"_atom);
      } catch (const raised& r) {
        return r.reason() == term("badarg"_atom);
      }
      return false;
    };
    EXPECT_TRUE(refused(-1ms, self()));
    EXPECT_TRUE(refused(std::chrono::milliseconds::max(), self()));
    EXPECT_TRUE(refused(1ms, far));
    EXPECT_TRUE(refused(1ms, {"name"_atom, this_node().name()}));
    EXPECT_TRUE(refused(1ms, alias()));
    EXPECT_FALSE(refused(24h * 365 * 99, self()));
    const auto refused_absolute = [](std::chrono::milliseconds time) {
      try {
        send_after(time, self(), "x"_atom, timer_time::absolute);
      } catch (const raised& r) {
        return r.reason() == term("badarg"_atom);
      }
      return false;
    };
    EXPECT_TRUE(refused_absolute(-1ms));
    EXPECT_TRUE(refused_absolute(std::chrono::milliseconds::min()));
    EXPECT_TRUE(refused_absolute(std::chrono::milliseconds::max()));
    EXPECT_TRUE(refused_absolute(monotonic_time<std::chrono::milliseconds>() + 24h * 365 * 101));
    EXPECT_FALSE(refused_absolute(monotonic_time<std::chrono::milliseconds>() + 24h * 365 * 99));
    co_return;
  });
}

} // namespace
} // namespace agner
