// SPDX-License-Identifier: Apache-2.0
// What tests rely on: the scheduler of tests/support.

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;

std::vector<int> interleaving(std::uint64_t seed) {
  std::vector<int> steps;
  deterministic_node here{seed};
  for (int i = 0; i < 4; ++i)
    here->spawn([&steps, i]() -> task<> {
      for (int n = 0; n < 4; ++n) {
        steps.push_back(i);
        co_await yield();
      }
    });
  here.run_until_idle();
  return steps;
}

TEST(DeterministicScheduler, GivesTheSameRunForTheSameSeed) {
  EXPECT_EQ(interleaving(1), interleaving(1));
  EXPECT_EQ(interleaving(77), interleaving(77));
}

TEST(DeterministicScheduler, GivesManyRunsForManySeeds) {
  std::set<std::vector<int>> runs;
  for (std::uint64_t seed = 1; seed <= 50; ++seed)
    runs.insert(interleaving(seed));

  EXPECT_GT(runs.size(), 40U);
}

TEST(DeterministicScheduler, MovesTimeOnlyWhenAskedOrWhenEverybodyWaits) {
  deterministic_node here;
  const auto start = here.scheduler().time().now();
  here->spawn([]() -> task<> { co_await receive(after(1h, [] {})); });

  here.run_until_idle();
  EXPECT_EQ(here.scheduler().time().now(), start);
  here.advance(10ms);
  EXPECT_EQ(here.scheduler().time().now(), start + 10ms);
  here->run([]() -> task<> { co_await receive(after(2h, [] {})); });
  EXPECT_EQ(here.scheduler().time().now(), start + 10ms + 2h);
}

TEST(DeterministicScheduler, AdvancesFromTimerToTimer) {
  deterministic_node here;
  std::vector<int> ticks;
  here->spawn([&]() -> task<> {
    for (int i = 0; i < 3; ++i) {
      co_await receive(after(10ms, [] {}));
      ticks.push_back(i);
    }
  });

  here.advance(25ms);
  EXPECT_EQ(ticks, (std::vector{0, 1}));
}

TEST(DeterministicScheduler, SaysWhenWhatIsWaitedForNeverComes) {
  deterministic_node here;

  EXPECT_THROW(here->run([]() -> task<> { co_await receive([](term) {}); }), std::logic_error);
}

} // namespace
} // namespace agner
