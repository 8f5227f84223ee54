// SPDX-License-Identifier: Apache-2.0
// Follows OTP's timer_bif_SUITE: start_timer, send_after, cancel_timer, read_timer. The clock is moved by hand, so times are exact; what OTP measures as memory is the number of pending timers here.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using test::deterministic_node;

task<> sleep(milliseconds time) {
  co_await receive(after(time, [] {}));
}

std::size_t pending() { return this_node().scheduler().timers().pending(); }

/// Whether @p what came, in @p time.
task<bool> comes(milliseconds time, term what) {
  co_return co_await receive(on(std::move(what), [] { return true; }), after(time, [] { return false; }));
}

task<term> next() {
  co_return co_await receive([](term message) { return message; });
}

template <class F>
bool refused(F f) {
  try {
    f();
  } catch (const raised& r) {
    return r.reason() == term("badarg"_atom);
  }
  return false;
}

const pid far{1, 1, incarnation{atom{"far@away"}, 7}};
constexpr milliseconds big{std::int64_t{1} << 31U};

// -- starting -------------------------------------------------------------------------------------------------------------------------------

TEST(timer_bif, start_timer_1) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference first = start_timer(1000ms, self(), "plopp"_atom);
    EXPECT_TRUE(co_await comes(1100ms, tuple("timeout"_atom, first, "plopp"_atom)));
    EXPECT_FALSE(read_timer(first));
    EXPECT_FALSE(cancel_timer(first));
    EXPECT_FALSE(read_timer(first));

    const reference second = start_timer(1000ms, self(), "plapp"_atom);
    EXPECT_EQ(cancel_timer(second), 1000ms);
    EXPECT_FALSE(cancel_timer(second));
    EXPECT_FALSE(co_await comes(0ms, tuple("timeout"_atom, second, "plapp"_atom)));

    const reference third = start_timer(1000ms, self(), "plopp"_atom);
    EXPECT_FALSE(co_await comes(900ms, tuple("timeout"_atom, third, "plopp"_atom)));
  });
}

TEST(timer_bif, send_after_1) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference timer = send_after(1000ms, self(), "plipp"_atom);
    EXPECT_TRUE(co_await comes(1500ms, "plipp"_atom));
    EXPECT_FALSE(read_timer(timer));
  });
}

TEST(timer_bif, send_after_2) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (const int time : {5000, 0, 200, 100, 500, 300, 400, 101, 102, 103})
      send_after(milliseconds{time}, self(), time);
    std::vector<int> came;
    for (int i = 0; i < 10; ++i)
      came.push_back(co_await receive([](int time) { return time; }));
    EXPECT_EQ(came, (std::vector{0, 100, 101, 102, 103, 200, 300, 400, 500, 5000}));
  });
}

template <class Start>
void expect_errors_of_start(Start start) {
  deterministic_node here;
  here->run([start]() -> task<> {
    EXPECT_TRUE(refused([&] { start(-4ms, self()); }));
    EXPECT_TRUE(refused([&] { start(milliseconds::max(), self()); })); // 2^63 - 1; floats and atoms do not compile
    EXPECT_TRUE(refused([&] { start(1000ms, far); }));
    EXPECT_TRUE(refused([&] { start(1000ms, destination{"name"_atom, "far@away"_atom}); }));
    EXPECT_EQ(pending(), 0U);
    co_return;
  });
}

TEST(timer_bif, start_timer_e) {
  expect_errors_of_start([](milliseconds time, const destination& to) { start_timer(time, to, "hej"_atom); });
}

TEST(timer_bif, send_after_e) {
  expect_errors_of_start([](milliseconds time, const destination& to) { send_after(time, to, "hej"_atom); });
}

template <class Start>
void expect_big_times(Start start) {
  deterministic_node here;
  here->run([start]() -> task<> {
    const reference timer = start(big);
    co_await sleep(200ms);
    EXPECT_EQ(cancel_timer(timer), big - 200ms);
  });
}

TEST(timer_bif, start_timer_big) {
  expect_big_times([](milliseconds time) { return start_timer(time, self(), "hej"_atom); });
}

TEST(timer_bif, send_after_big) {
  expect_big_times([](milliseconds time) { return send_after(time, self(), "hej"_atom); });
}

// -- cancelling and reading -----------------------------------------------------------------------------------------------------------------

TEST(timer_bif, cancel_timer_1) {
  deterministic_node here;

  here->run([]() -> task<> {
    EXPECT_FALSE(cancel_timer(make_ref()));
    co_return;
  });
}

// A timer that was cancelled, by whomever, sends nothing any more; the result is there when the call returns.
TEST(timer_bif, cancel_timer_sync) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      for (int i = 0; i < 20; ++i) {
        const reference timer = start_timer(milliseconds{i % 3}, self(), i);
        spawn([timer, parent = self()]() -> task<> {
          co_await sleep(1ms);
          send(parent, tuple("cancelled"_atom, cancel_timer(timer, {.async = false, .info = true})));
        });
        const term result = co_await receive(on(match("cancelled"_atom, any<term>), [](term r) { return r; }));
        EXPECT_EQ(co_await comes(10ms, tuple("timeout"_atom, timer, i)), result == term("false"_atom));
      }
    });
  });
}

// What is no reference does not compile; a reference that is no timer's is `false`.
TEST(timer_bif, cancel_timer_e) {
  deterministic_node here;

  here->run([]() -> task<> {
    EXPECT_EQ(cancel_timer(alias(), {}), term("false"_atom));
    EXPECT_EQ(cancel_timer(reference{}, {}), term("false"_atom));
    co_return;
  });
}

TEST(timer_bif, read_timer_trivial) {
  deterministic_node here;

  here->run([]() -> task<> {
    EXPECT_FALSE(read_timer(make_ref()));
    EXPECT_FALSE(read_timer(alias()));
    co_return;
  });
}

TEST(timer_bif, read_timer) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference timer = send_after(big, self(), "hej_hopp"_atom);
    co_await sleep(200ms);
    EXPECT_EQ(read_timer(timer), big - 200ms);
    EXPECT_EQ(cancel_timer(timer), big - 200ms);
    EXPECT_FALSE(read_timer(timer));
  });
}

TEST(timer_bif, read_timer_async) {
  deterministic_node here;

  here->run([]() -> task<> {
    constexpr milliseconds bigger{std::int64_t{1} << 33U};
    const reference timer = send_after(bigger, self(), "hej_hopp"_atom);
    co_await sleep(200ms);
    EXPECT_EQ(read_timer(timer, {.async = true}), term("ok"_atom));
    EXPECT_EQ(cancel_timer(timer, {.async = true, .info = true}), term("ok"_atom));
    EXPECT_EQ(read_timer(timer, {.async = true}), term("ok"_atom));
    const std::int64_t left = (bigger - 200ms).count();
    EXPECT_EQ(co_await next(), tuple("read_timer"_atom, timer, left));
    EXPECT_EQ(co_await next(), tuple("cancel_timer"_atom, timer, left));
    EXPECT_EQ(co_await next(), tuple("read_timer"_atom, timer, "false"_atom));
  });
}

// -- who is told ----------------------------------------------------------------------------------------------------------------------------

TEST(timer_bif, cleanup) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto start_two = [](const pid& to) {
      return std::vector{start_timer(10s, to, "hej"_atom), send_after(10s, to, "hej"_atom)};
    };
    // To a process that has ended.
    const auto first = spawn_monitor([]() -> task<> { co_return; });
    co_await test::down_reason(first.monitor);
    for (const reference& each : start_two(first.process))
      EXPECT_FALSE(read_timer(each));
    EXPECT_EQ(pending(), 0U);
    // It ends before they are due.
    const auto second = spawn_monitor(test::until_told);
    const auto to_second = start_two(second.process);
    EXPECT_EQ(pending(), 2U);
    for (const reference& each : to_second)
      EXPECT_TRUE(read_timer(each));
    send(second.process, "end"_atom);
    co_await test::down_reason(second.monitor);
    for (const reference& each : to_second)
      EXPECT_FALSE(read_timer(each));
    EXPECT_EQ(pending(), 0U);
    // Cancelled.
    const pid third = spawn(test::until_told);
    for (const reference& each : start_two(third)) {
      EXPECT_TRUE(cancel_timer(each));
      EXPECT_FALSE(read_timer(each));
    }
    EXPECT_EQ(pending(), 0U);
    exit(third, "kill"_atom);
    // Due.
    const reference ref = make_ref();
    const reference wrapped = start_timer(5001ms, self(), ref);
    send_after(5001ms, self(), ref);
    EXPECT_EQ(pending(), 2U);
    co_await receive(on(match("timeout"_atom, wrapped, ref), [] {}));
    co_await receive(on(ref, [] {}));
    EXPECT_EQ(pending(), 0U);
  });
}

TEST(timer_bif, evil_timers) {
  test::with_seeds(5, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const term composite =
          tuple(list({binary("bla"), binary(std::string(100'000, 'a'))}),
                list({export_fun("a"_atom, "b"_atom, 1), make_ref(), far, self(), 333'333'333'333'333'333, 2.5}),
                map({{"key"_atom, tuple()}}));
      const auto start = [](const pid& to, const term& message) {
        std::vector<term> expected;
        for (int time = 0; time < 200; ++time)
          expected.push_back(tuple("timeout"_atom, start_timer(milliseconds{time}, to, message), message));
        return list_of(std::move(expected));
      };
      for (const term& message : {composite, term{"immediate"_atom}})
        for (const bool by_other : {false, true}) {
          term expected;
          if (by_other) {
            const pid to = self();
            spawn_link([&, to]() -> task<> { // the caller waits for it
              send(to, tuple("expected"_atom, start(to, message)));
              co_return;
            });
            expected = co_await receive(on(match("expected"_atom, any<term>), [](term e) { return e; }));
          } else {
            expected = start(self(), message);
          }
          for (const term& each : expected.as_list()) // those of different times come in order
            EXPECT_EQ(
                co_await receive(on(match("timeout"_atom, any<reference>, any<term>),
                                    [](const reference& r, const term& m) { return tuple("timeout"_atom, r, m); })),
                each);
        }
    });
  });
}

TEST(timer_bif, registered_process) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto name = "timer_bif"_atom;
    const auto start_two = [&](const term& message) {
      return std::vector{start_timer(5001ms, name, message), send_after(5001ms, name, message)};
    };
    const auto receive_two = [](const std::vector<reference>& timers, reference what) -> task<> {
      co_await receive(on(match("timeout"_atom, timers[0], what), [] {}));
      co_await receive(on(what, [] {}));
    };
    for (const reference& each : start_two("hej"_atom)) { // nobody has the name
      EXPECT_TRUE(cancel_timer(each));
      EXPECT_FALSE(read_timer(each));
    }
    EXPECT_EQ(pending(), 0U);
    const reference first = make_ref();
    const auto before = start_two(first);
    EXPECT_EQ(whereis(name), std::nullopt);
    EXPECT_TRUE(read_timer(before[0]) && read_timer(before[1]));
    register_(name, self());
    co_await receive_two(before, first);
    const reference second = make_ref();
    co_await receive_two(start_two(second), second);
    EXPECT_EQ(pending(), 0U);
    unregister(name);
  });
}

// -- many at once ---------------------------------------------------------------------------------------------------------------------------

constexpr int many = 1000;

std::vector<reference> start_many(milliseconds at) {
  std::vector<reference> all;
  for (int i = 0; i < many; ++i)
    all.push_back(start_timer(at, self(), "hej"_atom, timer_time::absolute));
  return all;
}

TEST(timer_bif, same_time_yielding) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto at = monotonic_time<milliseconds>() + 3s;
    const auto timers = start_many(at);
    EXPECT_EQ(pending(), static_cast<std::size_t>(many));
    for (const reference& each : timers)
      co_await receive(on(match("timeout"_atom, each, "hej"_atom), [] {}));
    EXPECT_EQ(monotonic_time<milliseconds>(), at);
    EXPECT_EQ(pending(), 0U);
  });
}

/// Cancels when they are due, in the same moment or a little before; each timer then either fired and was not found, or was cancelled.
void expect_one_of_two(bool by_other, milliseconds before) {
  test::with_seeds(5, [&](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([=]() -> task<> {
      const auto at = monotonic_time<milliseconds>() + 3s;
      const auto timers = start_many(at);
      const auto cancel_all = [=](pid tester) -> task<> {
        co_await sleep(3s - before);
        for (const reference& each : timers) {
          cancel_timer(each, {.async = true, .info = true});
          co_await yield();
        }
        while (self() != tester)
          co_await receive([tester](term message) { send(tester, std::move(message)); });
      };
      const pid canceller = by_other ? spawn(cancel_all, self()) : self();
      if (!by_other) co_await cancel_all(self());
      int cancelled = 0;
      for (const reference& each : timers) {
        const term told = co_await receive(on(match("cancel_timer"_atom, each, any<term>), [](term r) { return r; }));
        if (told == term("false"_atom))
          co_await receive(on(match("timeout"_atom, each, "hej"_atom), [] {}));
        else
          cancelled += told == term(before.count()) ? 1 : 0;
      }
      EXPECT_EQ(pending(), 0U);
      if (before > 0ms) EXPECT_EQ(cancelled, many);
      co_await sleep(1s);
      EXPECT_TRUE((co_await test::flush()).empty());
      if (by_other) exit(canceller, "bang"_atom);
    });
  });
}

TEST(timer_bif, same_time_yielding_with_cancel) {
  expect_one_of_two(false, 0ms);
  expect_one_of_two(false, 1ms);
}

TEST(timer_bif, same_time_yielding_with_cancel_other) {
  expect_one_of_two(true, 0ms);
  expect_one_of_two(true, 1ms);
}

TEST(timer_bif, auto_cancel_yielding) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto owner = spawn_monitor([]() -> task<> {
      for (int i = 0; i < many; ++i)
        start_timer(milliseconds{(1 << 28) + i * 10}, self(), "hej"_atom);
      co_await receive(on("never"_atom, [] {}));
    });
    co_await sleep(1ms);
    EXPECT_EQ(pending(), static_cast<std::size_t>(many));
    exit(owner.process, "bang"_atom);
    co_await test::down_reason(owner.monitor);
    EXPECT_EQ(pending(), 0U);
  });
}

// Where OTP takes the scheduler that has the timers offline, here a process holds the worker that has them, until they have fired.
TEST(timer_bif, suspended_scheduler_timeout) {
  node here{{.scheduler = scheduler::start({.workers = 2})}};
  std::atomic<bool> fired{false};
  const pid told = here.spawn([&fired]() -> task<> {
    co_await receive(on("due"_atom, [] {}));
    fired.store(true);
  });

  here.run([&fired, told]() -> task<> {
    send_after(5ms, told, "due"_atom);
    while (!fired.load()) { // no yield: the worker is held
    }
    co_return;
  });

  EXPECT_TRUE(fired.load());
}

// A timer of no time that is started when one of no time has fired, again and again: each comes, and time stands still.
TEST(timer_bif, multizero_timeout_in_timeout) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto began = monotonic_time();
    for (int i = 0; i < 1000; ++i) {
      const reference timer = start_timer(0ms, self(), i);
      send_after(0ms, self(), i);
      co_await receive(on(match("timeout"_atom, timer, i), [] {}));
      co_await receive(on(i, [] {}));
      co_await receive(after(0ms, [] {}));
    }
    EXPECT_EQ(monotonic_time(), began);
    EXPECT_EQ(pending(), 0U);
  });
}

} // namespace
} // namespace agner
