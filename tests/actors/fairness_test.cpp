// SPDX-License-Identifier: Apache-2.0
// Nobody starves: those that never stop beside ten thousand others, I/O and timers; and what the priorities of processes promise. Bounded by counts, never by time.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <vector>

#include "../support/process_probes.hpp"
#include "tcp_pair.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;

void set_priority(priority_level level) { internal::current_process().set_priority(level); }

/// Two that send to each other for ever, and one that loops over yield.
struct busy_bodies {
  std::atomic<std::uint64_t> rounds{0};
  std::atomic<std::uint64_t> yields{0};

  void start(node& on, priority_level level = priority_level::normal) {
    const pid ponger = on.spawn([level]() -> task<> {
      set_priority(level);
      for (;;)
        co_await receive([](pid from) { send(from, "pong"_atom); });
    });
    on.spawn([this, level, ponger]() -> task<> {
      set_priority(level);
      for (;; rounds.fetch_add(1)) {
        send(ponger, self());
        co_await receive([](atom) {});
      }
    });
    on.spawn([this, level]() -> task<> {
      set_priority(level);
      for (;; yields.fetch_add(1))
        co_await yield();
    });
  }
};

constexpr std::uint64_t others = 10'000;

/// Ten thousand that take two turns each.
task<> run_others() {
  for (std::uint64_t i = 0; i < others; ++i)
    spawn([parent = self()]() -> task<> {
      co_await yield();
      send(parent, "ended"_atom);
    });
  for (std::uint64_t i = 0; i < others; ++i)
    co_await receive([](atom) {});
}

TEST(Fairness, ThoseThatNeverStopDoNotStarveTenThousandOthers) {
  for (const std::size_t workers : {1U, 2U}) {
    busy_bodies busy;
    node here{{.scheduler = scheduler::start({.workers = workers})}};
    busy.start(here);

    here.run(run_others);

    // One of the pair runs 32 times in a row before the queue has its turn, one of many that come round once for each turn of the others.
    // Of two workers one may be off its processor while the other goes on.
    if (workers == 1) EXPECT_LT(busy.rounds.load(), 100 * others);
    if (workers == 1) EXPECT_LT(busy.yields.load(), 100 * others);
  }
}

TEST(Fairness, ThoseThatNeverStopDoNotStarveThoseFromOutside) {
  busy_bodies busy;
  node here{{.scheduler = scheduler::start({.workers = 1})}};
  busy.start(here);
  std::atomic<std::uint64_t> ended{0};

  for (std::uint64_t i = 0; i < others; ++i)
    here.spawn([&ended]() -> task<> {
      co_await yield();
      ended.fetch_add(1);
    });
  while (ended.load() != others)
    std::this_thread::yield();

  EXPECT_EQ(ended.load(), others);
}

TEST(Fairness, ThoseThatNeverStopDoNotStarveTimers) {
  for (const auto level : {priority_level::low, priority_level::normal, priority_level::high, priority_level::max}) {
    busy_bodies busy;
    node here{{.scheduler = scheduler::start({.workers = 1})}};
    here.run([&here, &busy, level]() -> task<> {
      set_priority(priority_level::max); // the timer fires in any case; its process must have its turn
      busy.start(here, level);
      send_after(5ms, self(), "late"_atom);
      co_await receive([](atom) {});
      co_await receive(after(5ms, [] {}));
    });

    EXPECT_GT(busy.yields.load(), 0U);
  }
}

TEST(Fairness, ThoseThatNeverStopDoNotStarveIo) {
  busy_bodies busy;
  node here{{.scheduler = scheduler::start({.workers = 1})}};
  busy.start(here);

  here.run([]() -> task<> {
    auto pair = co_await test::connected_pair();
    for (int i = 0; i < 20; ++i) {
      must(co_await gen_tcp::send(pair.client, "there"));
      EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 5, test::soon)), binary("there"));
      must(co_await gen_tcp::send(pair.server, "back"));
      EXPECT_EQ(must(co_await gen_tcp::recv(pair.client, 4, test::soon)), binary("back"));
    }
  });
}

// -- priorities -----------------------------------------------------------------------------------------------------------------------------

/// Starts one process a level, which note their level for some turns once they are told to, and runs them.
std::vector<priority_level> turns_of_all_levels(node& on) {
  constexpr int turns = 8;
  std::vector<priority_level> order;
  on.run([&order]() -> task<> {
    set_priority(priority_level::max);
    std::vector<pid> all;
    for (const auto level : {priority_level::low, priority_level::normal, priority_level::high, priority_level::max})
      all.push_back(spawn([&order, level, parent = self()]() -> task<> {
        set_priority(level);
        send(parent, "ready"_atom);
        co_await receive([](atom) {});
        for (int i = 0; i < turns; ++i) {
          order.push_back(level);
          co_await yield();
        }
        send(parent, "ended"_atom);
      }));
    for (std::size_t i = 0; i < all.size(); ++i)
      co_await receive([](atom) {});
    for (const pid& each : all)
      send(each, "go"_atom);
    for (std::size_t i = 0; i < all.size(); ++i)
      co_await receive([](atom) {});
  });
  return order;
}

void expect_max_then_high_then_others(const std::vector<priority_level>& order) {
  ASSERT_EQ(order.size(), 32U);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(order[i], priority_level::max) << i;
    EXPECT_EQ(order[8 + i], priority_level::high) << i;
  }
}

TEST(Priority, MaxGoesBeforeAllAndHighBeforeNormalAndLow) {
  node here{{.scheduler = scheduler::start({.workers = 1})}};
  const auto order = turns_of_all_levels(here);

  expect_max_then_high_then_others(order);
  EXPECT_EQ(order.back(), priority_level::low); // it has had a turn or two when the other ends
}

TEST(Priority, HoldsInWhateverOrderProcessesOfALevelRun) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    expect_max_then_high_then_others(turns_of_all_levels(*here));
  });
}

TEST(Priority, LowHasItsTurnsWhileNormalNeverStops) {
  busy_bodies busy;
  node here{{.scheduler = scheduler::start({.workers = 1})}};
  busy.start(here);

  here.run([]() -> task<> {
    set_priority(priority_level::low);
    for (int i = 0; i < 1000; ++i)
      co_await yield();
  });

  EXPECT_GT(busy.yields.load(), 0U);
}

TEST(Priority, OfAProcessThatEndedIsNotThatOfTheNextInItsPlace) {
  deterministic_node here;
  here->run([]() -> task<> {
    for (int i = 0; i < 100; ++i)
      co_await test::exit_reason_of([]() -> task<> {
        EXPECT_EQ(internal::current_process().priority(), priority_level::normal);
        set_priority(priority_level::high);
        co_return;
      });
  });
}

} // namespace
} // namespace agner
