// SPDX-License-Identifier: Apache-2.0
// A node on which nothing happens uses no CPU: its threads are not woken. Counted are context switches of the OS process, in windows, until there is one without; a
// node that looks whether there is something to do, however seldom a person would call it, has some in each.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <thread>

#include "tcp_pair.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;

long context_switches() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_nvcsw + used.ru_nivcsw;
}

/// The fewest in a window of @p windows; that the observer sleeps and wakes is one.
long fewest_switches(int windows) {
  long fewest = 1'000'000;
  for (int i = 0; i < windows && fewest > 1; ++i) {
    const long before = context_switches();
    std::this_thread::sleep_for(200ms);
    fewest = std::min(fewest, context_switches() - before);
  }
  return fewest;
}

TEST(IdleNode, WakesNoThread) {
  node here{{.scheduler = scheduler::start({.workers = 4})}};
  for (int i = 0; i < 100; ++i)
    here.spawn([]() -> task<> { co_await receive([](term) {}); });

  EXPECT_LE(fewest_switches(20), 1);
}

TEST(IdleNode, WithTimersAndSocketsWakesNoneEither) {
  node here{{.scheduler = scheduler::start({.workers = 4})}};
  here.spawn([]() -> task<> {
    [[maybe_unused]] auto pair = co_await test::connected_pair();
    send_after(1h, self(), "late"_atom);
    co_await receive(on("late"_atom, [] {}), after(2h, [] {}));
  });

  EXPECT_LE(fewest_switches(20), 1); // with a timer the clock is looked at once a second: not in each window
}

} // namespace
} // namespace agner
