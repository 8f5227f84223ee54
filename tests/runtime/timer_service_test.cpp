// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/internal/timer_service.hpp>

#include <gtest/gtest.h>

#include <array>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <agner/runtime/internal/thread_state.hpp>
#include <agner/runtime/node.hpp>
#include <agner/runtime/term_builders.hpp>

#include "../support/bare_process.hpp"
#include "../support/deterministic_node.hpp"

namespace agner::internal {
namespace {

using namespace std::chrono_literals;

class TimerService : public ::testing::Test {
protected:
  reference start(std::chrono::nanoseconds time, const term& to, term message) {
    return timers.start_message(time_.now() + time, here->identity(), to, std::move(message), timer_message::bare);
  }
  bool fire_at(std::chrono::nanoseconds after_start) {
    time_.advance_to(begin + after_start);
    const bool fired = timers.fire();
    here.run_until_idle();
    return fired;
  }

  std::vector<term> got;
  std::mutex mutex; // guards earlier: whoever starts a timer tells of it
  std::vector<clock::time_point> earlier;
  test::deterministic_node here;
  pid process = test::spawn_keeping(*here, got);
  test::manual_clock time_;
  clock::time_point begin = time_.now();
  timer_service timers{3, time_, [this](clock::time_point at) {
                         const std::lock_guard lock{mutex};
                         earlier.push_back(at);
                       }};
};

TEST_F(TimerService, SendsWhenDueAndNeverEarly) {
  start(1500us, process, "a"_atom);

  EXPECT_FALSE(fire_at(1999us)); // ticks are milliseconds, rounded up
  EXPECT_TRUE(got.empty());
  EXPECT_TRUE(fire_at(2ms));
  EXPECT_EQ(got, std::vector{term("a"_atom)});
  EXPECT_FALSE(fire_at(3ms));
}

TEST_F(TimerService, SaysWhenItMustBeLookedAfter) {
  EXPECT_EQ(timers.next(), std::nullopt);

  const reference first = start(10ms, process, 1);
  ASSERT_TRUE(timers.next());
  EXPECT_LE(*timers.next(), begin + 10ms);
  start(3ms, process, 2);
  EXPECT_EQ(earlier, (std::vector{begin + 10ms, begin + 3ms}));
  EXPECT_EQ(*timers.next(), begin + 3ms);
  fire_at(3ms);
  timers.cancel(first);
  EXPECT_EQ(timers.next(), std::nullopt);
  EXPECT_EQ(timers.pending(), 0U);
}

TEST_F(TimerService, LooksANameUpWhenDue) {
  start(1ms, "name"_atom, 1);
  start(2ms, "name"_atom, 2);

  fire_at(1ms);
  ASSERT_TRUE(here->register_name("name"_atom, process));
  fire_at(2ms);

  EXPECT_EQ(got, std::vector<term>{2});
}

TEST_F(TimerService, CancelsAndReadsByReference) {
  const reference ref = start(10ms, process, 1);
  time_.advance(3500us);

  EXPECT_EQ(timers.left(ref), 7ms); // rounded up
  EXPECT_EQ(timers.cancel(ref), 7ms);
  EXPECT_EQ(timers.cancel(ref), std::nullopt);
  EXPECT_EQ(timers.left(ref), std::nullopt);
  EXPECT_FALSE(fire_at(1s));
  EXPECT_TRUE(got.empty());
}

TEST_F(TimerService, GivesZeroForATimerThatIsOverdue) {
  const reference ref = start(1ms, process, 1);
  time_.advance(5ms);

  EXPECT_EQ(timers.left(ref), 0ms);
}

TEST_F(TimerService, SignalsTimeoutsToTheirProcess) {
  const timer_id kept = timers.start_timeout(begin + 1ms, process, 7);
  const timer_id gone = timers.start_timeout(begin + 1ms, process, 8);
  EXPECT_NE(kept, 0U);
  EXPECT_EQ(timers.pending(), 2U);

  timers.cancel(gone);
  timers.cancel(gone); // harmless, now and after its slot is used again
  timers.cancel(timer_id{0});
  EXPECT_EQ(timers.pending(), 1U);
  const timer_id next = timers.start_timeout(begin + 2ms, process, 9);
  EXPECT_NE(next, gone);
  timers.cancel(gone);
  EXPECT_EQ(timers.pending(), 2U);

  EXPECT_TRUE(fire_at(2ms));
  EXPECT_TRUE(got.empty()); // a timeout is no message
  timers.cancel(kept);
}

TEST_F(TimerService, TakesATimeInThePastForNow) {
  start(-5s, process, 1);

  EXPECT_TRUE(fire_at(0ms));
  EXPECT_EQ(got, std::vector<term>{1});
}

TEST_F(TimerService, KeepsOrderWithinATick) {
  for (int i = 0; i < 50; ++i)
    start(5ms, process, i);
  fire_at(5ms);

  ASSERT_EQ(got.size(), 50U);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(got[static_cast<std::size_t>(i)], term(i));
}

TEST_F(TimerService, KeepsOrderAcrossShards) {
  std::jthread{[&] {
    this_thread().home = &here->scheduler(); // as a worker does
    this_thread().worker = 1;
    start(5ms, process, 5);
    start(1ms, process, 1);
  }}.join();
  start(3ms, process, 3);
  start(70ms, process, 70);

  fire_at(100ms);

  EXPECT_EQ(got, (std::vector<term>{1, 3, 5, 70}));
}

TEST_F(TimerService, WrapsAMessageWithItsReference) {
  const reference ref =
      timers.start_message(begin + 1ms, here->identity(), process, "what"_atom, timer_message::wrapped);

  fire_at(1ms);

  EXPECT_EQ(got, std::vector<term>{tuple("timeout"_atom, ref, "what"_atom)});
}

TEST_F(TimerService, GivesEveryTimerAReferenceOfItsOwn) {
  std::set<std::vector<std::uint32_t>> seen;
  for (int i = 0; i < 1000; ++i) { // one slot, again and again, and then many
    const reference ref = start(1h, process, i);
    std::array<std::uint32_t, reference::words_max> words{};
    ASSERT_EQ(ref.words(words), 3U);
    EXPECT_LT(words[0], 1U << 18U); // as many bits as a first word has on the wire
    EXPECT_TRUE(seen.insert({words.begin(), words.end()}).second);
    if (i < 500) timers.cancel(ref);
  }
}

TEST_F(TimerService, FiresABoundedNumberAtOnce) {
  const auto many = static_cast<int>(3 * timer_service::fired_at_once_max + 1);
  for (int i = 0; i < many; ++i)
    start(5ms, process, i);
  time_.advance(5ms);

  int calls = 0;
  for (; timers.fire(); ++calls)
    EXPECT_EQ(timers.next() == std::nullopt, calls == 3);
  here.run_until_idle();

  EXPECT_EQ(calls, 4);
  ASSERT_EQ(got.size(), static_cast<std::size_t>(many));
  for (int i = 0; i < many; ++i)
    EXPECT_EQ(got[static_cast<std::size_t>(i)], term(i));
}

TEST_F(TimerService, HoldsAMillion) {
  constexpr std::uint64_t million = 1'000'000;
  const pid nobody{
      1, 1, incarnation{atom{"nobody@nowhere"}, 7}}; // what it would do with a million signals is not the question
  std::vector<timer_id> all;
  all.reserve(million);
  for (std::uint64_t i = 0; i < million; ++i)
    all.push_back(timers.start_timeout(begin + std::chrono::milliseconds{i * 7919 % million}, nobody, i));
  EXPECT_EQ(timers.pending(), million);

  for (std::uint64_t i = 0; i < million; i += 100)
    timers.cancel(all[i]);
  EXPECT_EQ(timers.pending(), million - million / 100);
  constexpr std::uint64_t until =
      100'000; // as many are due by then, less the one in a hundred: 7919 and a million have no common factor
  time_.advance(std::chrono::milliseconds{until - 1});
  while (timers.fire()) {
  }
  EXPECT_EQ(timers.pending(), million - million / 100 - (until - until / 100));
}

TEST_F(TimerService, ForgetsWhatIsForAProcessThatEnded) {
  std::vector<term> others;
  const pid other = test::spawn_keeping(*here, others);
  std::vector<reference> gone;
  for (int i = 0; i < 100; ++i) {
    gone.push_back(start(1h, process, i));
    start(1h, other, i);
  }
  start(1h, "name"_atom, "by name"_atom);
  timers.cancel(gone[50]);

  timers.forget(process);

  EXPECT_EQ(timers.pending(), 101U);
  EXPECT_EQ(timers.left(gone[0]), std::nullopt);
  fire_at(2h);
  EXPECT_TRUE(got.empty());
  EXPECT_EQ(others.size(), 100U);
}

TEST_F(TimerService, MayBeUsedByManyThreads) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const timer_id id = timers.start_timeout(begin + std::chrono::milliseconds{i % 7}, process, 1);
        if ((i + t) % 2 == 0) timers.cancel(id);
        timers.fire();
        (void)timers.next();
      }
    });
  threads.clear();

  time_.advance(1s);
  while (timers.fire()) {
  }
  EXPECT_EQ(timers.pending(), 0U);
  here.run_until_idle();
}

} // namespace
} // namespace agner::internal
