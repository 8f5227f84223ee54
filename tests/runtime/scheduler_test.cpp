// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/scheduler.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include <agner/runtime/error.hpp>
#include <agner/runtime/node.hpp>

namespace agner {
namespace {

TEST(Scheduler, RefusesMoreWorkersThanItCanCount) {
  try {
    (void)scheduler::start({.workers = 65});
    FAIL();
  } catch (const raised& r) {
    EXPECT_EQ(r.reason(), term("badarg"_atom));
  }
}

TEST(Scheduler, StartsAndStopsWithAnyNumberOfWorkers) {
  for (const std::size_t workers : {0U, 1U, 2U, 7U, 64U})
    EXPECT_NE(scheduler::start({.workers = workers}), nullptr);
}

TEST(Scheduler, OfTheOsProcessIsOneWhileSomebodyHoldsIt) {
  auto first = scheduler::process_wide();
  EXPECT_EQ(first, scheduler::process_wide());
  const std::weak_ptr<scheduler> watched = first;
  {
    const node one;
    const node two;
    EXPECT_EQ(&one.scheduler(), first.get());
    EXPECT_EQ(&two.scheduler(), first.get());
  }
  first.reset();
  EXPECT_TRUE(watched.expired());
}

TEST(Scheduler, WaitsUntilToldOtherwise) {
  const auto runs = scheduler::start({.workers = 1});
  std::atomic<bool> done{false};
  const std::jthread other{[&] {
    done.store(true);
    runs->wake_waiters();
  }};

  runs->wait_until([](void* flag) { return static_cast<std::atomic<bool>*>(flag)->load(); }, &done);

  EXPECT_TRUE(done.load());
}

} // namespace
} // namespace agner
