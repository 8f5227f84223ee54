// SPDX-License-Identifier: Apache-2.0
// The pool with threads of the test's own in the place of CAF's workers. A wake-up that is lost shows as a test that does not end.

#include <agner/runtime/internal/worker_pool.hpp>

#include <boost/asio/post.hpp>
#include <caf/resumable.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

namespace agner::internal {
namespace {

using namespace std::chrono_literals;

/// A job that calls a function with the number of the worker that runs it.
class job final : public caf::resumable {
public:
  job() = default;
  explicit job(std::function<void(std::size_t)> runs) : run(std::move(runs)) {}
  [[nodiscard]] subtype_t subtype() const override { return function_object; }
  resume_result resume(caf::execution_unit*, std::size_t) override { return done; }
  void intrusive_ptr_add_ref_impl() override {}
  void intrusive_ptr_release_impl() override {}

  std::function<void(std::size_t)> run;
};

/// A pool and its workers, which stop when it is destroyed.
class crew {
public:
  explicit crew(std::size_t workers, worker_pool::held_report held = {}) : pool(workers, std::move(held)) {
    for (std::size_t i = 0; i < workers; ++i)
      threads_.emplace_back([this, i] { work(i); });
  }
  ~crew() {
    pool.stop_watching();
    for (std::size_t i = 0; i < threads_.size(); ++i)
      pool.push_external(&stop_);
  }
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  /// Runs @p f on a worker and waits for it.
  void run(std::function<void(std::size_t)> f) {
    std::atomic<bool> done{false};
    job once{[&](std::size_t me) {
      f(me);
      done.store(true);
      done.notify_one();
    }};
    pool.push_external(&once);
    done.wait(false);
    pool.quiesce(); // the worker has let go of the job
  }

  worker_pool pool;

private:
  void work(std::size_t me) {
    for (;;) {
      auto* const next = static_cast<job*>(pool.next(me));
      if (next == &stop_) return;
      next->run(me);
    }
  }

  job stop_;
  std::vector<std::jthread> threads_;
};

void wait_for(const std::atomic<bool>& flag) {
  while (!flag.load())
    std::this_thread::yield();
}

class WorkerPool : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Workers, WorkerPool, ::testing::Values(1, 2, 3),
                         [](const auto& of) { return std::to_string(of.param); });

// -- running ------------------------------------------------------------------------------------------------------------------------------

TEST_P(WorkerPool, RunsEveryJobOnce) {
  crew on{GetParam()};
  std::atomic<int> ran{0};
  std::deque<job> jobs;
  for (int i = 0; i < 2000; ++i)
    jobs.emplace_back([&](std::size_t) { ran.fetch_add(1); });

  for (job& each : jobs)
    on.pool.push_external(&each);
  while (ran.load() != 2000)
    std::this_thread::yield();
  on.pool.quiesce();

  EXPECT_EQ(ran.load(), 2000);
}

TEST_P(WorkerPool, WakesForJobsThatComeOneByOne) {
  crew on{GetParam()};
  for (int i = 0; i < 5000; ++i) {
    std::atomic<bool> ran{false};
    job one{[&](std::size_t) { ran.store(true); }};
    on.pool.push_external(&one);
    wait_for(ran);
    if (i % 100 == 0) on.pool.quiesce();
  }
  on.pool.quiesce();
}

TEST_P(WorkerPool, WakesForJobsOfManyThreads) {
  crew on{GetParam()};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        std::atomic<bool> ran{false};
        job one{[&](std::size_t) { ran.store(true); }};
        on.pool.push_external(&one);
        wait_for(ran);
      }
    });
  threads.clear();
  on.pool.quiesce();
}

TEST(WorkerPoolOrder, RunsAWokenJobNextAndAYieldedOneLast) {
  crew on{1};
  std::vector<char> order;
  std::atomic<bool> done{false};
  job woken{[&](std::size_t) { order.push_back('w'); }};
  job yielded{[&](std::size_t) {
    order.push_back('y');
    done.store(true);
  }};
  job queued{[&](std::size_t) { order.push_back('q'); }};
  on.run([&](std::size_t me) {
    on.pool.push_yielded(me, &queued);
    on.pool.push_yielded(me, &yielded);
    on.pool.push_woken(me, &woken);
  });
  wait_for(done);
  on.pool.quiesce();

  EXPECT_EQ(order, (std::vector{'w', 'q', 'y'}));
}

TEST(WorkerPoolOrder, LetsTwoThatWakeEachOtherNotStarveTheQueue) {
  crew on{1};
  std::atomic<bool> queued_ran{false};
  std::atomic<int> wakes{0};
  job ping;
  job pong;
  job queued{[&](std::size_t) { queued_ran.store(true); }};
  ping.run = [&](std::size_t me) {
    wakes.fetch_add(1);
    if (!queued_ran.load()) on.pool.push_woken(me, &pong);
  };
  pong.run = [&](std::size_t me) {
    if (!queued_ran.load()) on.pool.push_woken(me, &ping);
  };
  on.run([&](std::size_t me) {
    on.pool.push_yielded(me, &queued);
    on.pool.push_woken(me, &ping);
  });
  wait_for(queued_ran);
  on.pool.quiesce();

  EXPECT_LE(wakes.load(), 20);
}

TEST(WorkerPoolOrder, LetsJobsOfItsOwnNotStarveThoseFromOutside) {
  crew on{1};
  std::atomic<bool> outside_ran{false};
  std::atomic<bool> settled{false};
  job again;
  again.run = [&](std::size_t me) {
    if (outside_ran.load())
      settled.store(true);
    else
      on.pool.push_yielded(me, &again);
  };
  on.pool.push_external(&again);
  job outside{[&](std::size_t) { outside_ran.store(true); }};
  on.pool.push_external(&outside);
  wait_for(settled);
  on.pool.quiesce();
}

TEST(WorkerPoolSteal, TakesJobsOfAWorkerThatIsHeld) {
  crew on{2};
  std::atomic<int> ran{0};
  std::deque<job> jobs;
  for (int i = 0; i < 100; ++i)
    jobs.emplace_back([&](std::size_t) { ran.fetch_add(1); });

  on.run([&](std::size_t me) {
    for (job& each : jobs)
      on.pool.push_woken(me, &each);
    while (ran.load() != 100) // also the one that would run here next
      std::this_thread::yield();
  });

  EXPECT_EQ(ran.load(), 100);
}

TEST(WorkerPoolSteal, FindsWhatWasQueuedWhileItLookedElsewhere) {
  crew on{3};
  for (int i = 0; i < 500; ++i) {
    std::atomic<int> ran{0};
    // Three that wait for each other: each must get a worker.
    const auto meets = [&](std::size_t) {
      ran.fetch_add(1);
      while (ran.load() < 3)
        std::this_thread::yield();
    };
    job a{meets};
    job b{meets};
    job c{meets};
    for (job* each : {&a, &b, &c})
      on.pool.push_external(each);
    while (ran.load() < 3)
      std::this_thread::yield();
    on.pool.quiesce();
  }
}

// -- priorities -----------------------------------------------------------------------------------------------------------------------------

TEST(WorkerPoolPriority, RunsMaxThenHighThenNormalAndLow) {
  crew on{1};
  std::vector<char> order;
  std::atomic<bool> done{false};
  job max{[&](std::size_t) { order.push_back('m'); }};
  job high{[&](std::size_t) { order.push_back('h'); }};
  job woken{[&](std::size_t) { order.push_back('w'); }};
  job normal{[&](std::size_t) { order.push_back('n'); }};
  job low{[&](std::size_t) {
    order.push_back('l');
    done.store(true);
  }};
  on.run([&](std::size_t me) {
    on.pool.push_prioritised(me, priority_level::low, &low);
    on.pool.push_yielded(me, &normal);
    on.pool.push_woken(me, &woken);
    on.pool.push_prioritised(me, priority_level::high, &high);
    on.pool.push_prioritised(me, priority_level::max, &max);
  });
  wait_for(done);
  on.pool.quiesce();

  EXPECT_EQ(order, (std::vector{'m', 'h', 'w', 'n', 'l'}));
}

TEST(WorkerPoolPriority, LetsAHigherLevelRunAsLongAsItHasJobs) {
  for (const auto level : {priority_level::high, priority_level::max}) {
    crew on{1};
    constexpr int turns = 1000;
    int ran = 0;
    int ran_before_normal = 0;
    std::atomic<bool> done{false};
    job again;
    again.run = [&](std::size_t me) {
      if (++ran < turns) on.pool.push_prioritised(me, level, &again);
    };
    job normal{[&](std::size_t) {
      ran_before_normal = ran;
      done.store(true);
    }};
    on.run([&](std::size_t me) {
      on.pool.push_woken(me, &normal);
      on.pool.push_prioritised(me, level, &again);
    });
    wait_for(done);
    on.pool.quiesce();

    EXPECT_EQ(ran_before_normal, turns);
  }
}

TEST(WorkerPoolPriority, LetsLowHaveATurnNowAndThen) {
  crew on{1};
  constexpr int low_turns = 50;
  int normal_ran = 0;
  int low_ran = 0;
  std::atomic<bool> settled{false};
  job normal;
  normal.run = [&](std::size_t me) {
    ++normal_ran;
    if (low_ran < low_turns)
      on.pool.push_yielded(me, &normal);
    else
      settled.store(true);
  };
  job low;
  low.run = [&](std::size_t me) {
    if (++low_ran < low_turns) on.pool.push_prioritised(me, priority_level::low, &low);
  };
  on.run([&](std::size_t me) {
    on.pool.push_yielded(me, &normal);
    on.pool.push_prioritised(me, priority_level::low, &low);
  });
  wait_for(settled);
  on.pool.quiesce();

  EXPECT_GE(normal_ran, 6 * low_turns);
  EXPECT_LE(normal_ran, 9 * low_turns);
}

TEST_P(WorkerPool, RunsJobsOfAllLevelsFromOutside) {
  crew on{GetParam()};
  std::atomic<int> ran{0};
  std::deque<job> jobs;
  for (int i = 0; i < 999; ++i)
    jobs.emplace_back([&](std::size_t) { ran.fetch_add(1); });

  int i = 0;
  for (job& each : jobs)
    on.pool.push_prioritised(on.pool.size(),
                             std::array{priority_level::low, priority_level::high, priority_level::max}.at(
                                 static_cast<std::size_t>(i++ % 3)),
                             &each);
  while (ran.load() != 999)
    std::this_thread::yield();
  on.pool.quiesce();

  EXPECT_EQ(ran.load(), 999);
}

TEST(WorkerPoolPriority, JobsOfAWorkerThatIsHeldRunElsewhere) {
  for (const auto level : {priority_level::low, priority_level::high, priority_level::max}) {
    crew on{2};
    std::atomic<bool> ran{false};
    job other{[&](std::size_t) { ran.store(true); }};

    on.run([&](std::size_t me) {
      on.pool.push_prioritised(me, level, &other);
      wait_for(ran);
    });

    EXPECT_TRUE(ran.load());
  }
}

TEST(WorkerPoolPriority, AWorkerThatHasOnlyLowJobsTakesItsShareOfTheOthers) {
  crew on{2};
  std::atomic<int> normal_ran{0};
  std::atomic<bool> stop{false};
  std::atomic<int> looping{0};
  job low;
  low.run = [&](std::size_t me) {
    if (!stop.load()) return on.pool.push_prioritised(me, priority_level::low, &low);
    looping.fetch_sub(1);
  };
  std::deque<job> jobs;
  for (int i = 0; i < 100; ++i)
    jobs.emplace_back([&](std::size_t) { normal_ran.fetch_add(1); });
  looping.store(1);
  on.pool.push_prioritised(on.pool.size(), priority_level::low, &low);

  on.run([&](std::size_t me) {
    for (job& each : jobs)
      on.pool.push_yielded(me, &each);
    while (normal_ran.load() != 100) // this worker is held: the other runs them all
      std::this_thread::yield();
  });
  stop.store(true);
  while (looping.load() != 0)
    std::this_thread::yield();
  on.pool.quiesce();

  EXPECT_EQ(normal_ran.load(), 100);
}

// -- the I/O loop ---------------------------------------------------------------------------------------------------------------------------

/// What a descriptor that becomes ready is to the loop.
void event(worker_pool& in, std::function<void()> handler) {
  in.io().begin_wait();
  boost::asio::post(in.io().context(), [&in, handler = std::move(handler)] {
    in.io().end_wait();
    handler();
  });
}

TEST_P(WorkerPool, RunsHandlersOfTheLoopWhileIdle) {
  crew on{GetParam()};
  for (int i = 0; i < 2000; ++i) {
    std::atomic<bool> handled{false};
    event(on.pool, [&] { handled.store(true); });
    wait_for(handled);
  }
}

TEST_P(WorkerPool, RunsHandlersOfTheLoopWhileBusy) {
  crew on{GetParam()};
  std::atomic<bool> handled{false};
  std::atomic<std::size_t> settled{0};
  std::deque<job> jobs(GetParam());
  for (job& each : jobs)
    each.run = [&](std::size_t me) {
      if (handled.load())
        settled.fetch_add(1);
      else
        on.pool.push_yielded(me, &each);
    };
  for (job& each : jobs)
    on.pool.push_external(&each);
  event(on.pool, [&] { handled.store(true); });
  while (settled.load() != GetParam())
    std::this_thread::yield();
  on.pool.quiesce();
}

TEST_P(WorkerPool, RunsHandlersOfTheLoopWhileJobsOfAnyLevelKeepItBusy) {
  for (const auto level : {priority_level::low, priority_level::high, priority_level::max}) {
    crew on{GetParam()};
    std::atomic<bool> handled{false};
    std::atomic<std::size_t> settled{0};
    std::deque<job> jobs(GetParam());
    for (job& each : jobs)
      each.run = [&](std::size_t me) {
        if (handled.load())
          settled.fetch_add(1);
        else
          on.pool.push_prioritised(me, level, &each);
      };
    for (job& each : jobs)
      on.pool.push_prioritised(on.pool.size(), level, &each);
    event(on.pool, [&] { handled.store(true); });
    while (settled.load() != GetParam())
      std::this_thread::yield();
    on.pool.quiesce();

    EXPECT_TRUE(handled.load());
  }
}

TEST_P(WorkerPool, RunsHandlersOfTheLoopWhileEveryWorkerIsHeld) {
  crew on{GetParam()};
  std::atomic<bool> handled{false};
  std::atomic<std::size_t> holding{0};
  std::deque<job> jobs(GetParam());
  for (job& each : jobs) {
    each.run = [&](std::size_t) {
      holding.fetch_add(1);
      wait_for(handled);
      holding.fetch_sub(1);
    };
    on.pool.push_external(&each);
  }
  while (holding.load() != GetParam())
    std::this_thread::yield();
  event(on.pool, [&] { handled.store(true); });
  while (holding.load() != 0)
    std::this_thread::yield();
  on.pool.quiesce();
}

TEST(WorkerPoolLoop, IsTakenOverFromAWorkerThatIsHeld) {
  crew on{2};
  for (int i = 0; i < 20; ++i) {
    std::atomic<bool> handled{false};
    std::atomic<bool> holding{false};
    job holds{[&](std::size_t) {
      holding.store(true);
      wait_for(handled);
    }};
    // The worker in the loop is the one that gets the job: it stands in a handler of the loop.
    event(on.pool, [&] { on.pool.push_external(&holds); });
    wait_for(holding);
    event(on.pool, [&] { handled.store(true); });
    wait_for(handled);
    on.pool.quiesce();
  }
}

// -- held workers -----------------------------------------------------------------------------------------------------------------------------

TEST(WorkerPoolHeld, IsReportedWithEachPeriodMore) {
  std::atomic<int> reports{0};
  std::atomic<bool> as_expected{true};
  job holds;
  crew on{2, [&](std::size_t, caf::resumable* what, std::chrono::milliseconds held_for) {
            const int before = reports.fetch_add(1);
            if (what != &holds || held_for != (before + 1) * worker_pool::watch_period) as_expected.store(false);
          }};
  std::atomic<bool> enough{false};
  holds.run = [&](std::size_t) {
    while (reports.load() < 3)
      std::this_thread::yield();
    enough.store(true);
  };
  on.pool.push_external(&holds);
  wait_for(enough);
  on.pool.quiesce();

  EXPECT_TRUE(as_expected.load());
}

TEST(WorkerPoolHeld, CountsAnewForEachJob) {
  std::atomic<int> first_reports{0};
  std::atomic<std::chrono::milliseconds::rep> least_of_second{0};
  job first;
  job second;
  crew on{1, [&](std::size_t, caf::resumable* what, std::chrono::milliseconds held_for) {
            if (what == &first) first_reports.fetch_add(1);
            if (what == &second && least_of_second.load() == 0) least_of_second.store(held_for.count());
          }};
  std::atomic<bool> done{false};
  first.run = [&](std::size_t) {
    while (first_reports.load() < 2)
      std::this_thread::yield();
  };
  second.run = [&](std::size_t) {
    while (least_of_second.load() == 0)
      std::this_thread::yield();
    done.store(true);
  };
  on.pool.push_external(&first);
  on.pool.push_external(&second);
  wait_for(done);
  on.pool.quiesce();

  EXPECT_EQ(least_of_second.load(), worker_pool::watch_period.count());
}

// -- quiesce --------------------------------------------------------------------------------------------------------------------------------------

TEST_P(WorkerPool, QuiesceWaitsForJobsThatRun) {
  crew on{GetParam()};
  std::atomic<bool> started{false};
  std::atomic<bool> let_go{false};
  std::atomic<bool> ended{false};
  job slow{[&](std::size_t) {
    started.store(true);
    wait_for(let_go);
    ended.store(true);
  }};
  on.pool.push_external(&slow);
  wait_for(started);
  const std::jthread releases{[&] {
    std::this_thread::yield();
    let_go.store(true);
  }};

  on.pool.quiesce();

  EXPECT_TRUE(ended.load());
}

TEST_P(WorkerPool, QuiesceWaitsForHandlersThatRun) {
  crew on{GetParam()};
  std::atomic<bool> started{false};
  std::atomic<bool> let_go{false};
  std::atomic<bool> ended{false};
  event(on.pool, [&] {
    started.store(true);
    wait_for(let_go);
    ended.store(true);
  });
  wait_for(started);
  const std::jthread releases{[&] {
    std::this_thread::yield();
    let_go.store(true);
  }};

  on.pool.quiesce();

  EXPECT_TRUE(ended.load());
}

TEST_P(WorkerPool, QuiesceReturnsWhileNothingHappens) {
  crew on{GetParam()};
  for (int i = 0; i < 200; ++i)
    on.pool.quiesce();
}

TEST(WorkerPoolDrain, GivesWhatIsLeft) {
  worker_pool pool{2, {}};
  job a;
  job b;
  job c;
  pool.push_external(&a);
  pool.push_yielded(0, &b);
  pool.push_woken(1, &c);
  std::deque<job> others(3);
  pool.push_prioritised(0, priority_level::low, &others[0]);
  pool.push_prioritised(1, priority_level::high, &others[1]);
  pool.push_prioritised(2, priority_level::max, &others[2]);

  std::vector<caf::resumable*> left;
  while (caf::resumable* each = pool.drain())
    left.push_back(each);

  EXPECT_EQ(left.size(), 6U);
}

} // namespace
} // namespace agner::internal
