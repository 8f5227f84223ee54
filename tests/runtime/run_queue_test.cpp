// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/internal/run_queue.hpp>

#include <caf/resumable.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace agner::internal {
namespace {

class job final : public caf::resumable {
public:
  [[nodiscard]] subtype_t subtype() const override { return function_object; }
  resume_result resume(caf::execution_unit*, std::size_t) override { return done; }
  void intrusive_ptr_add_ref_impl() override {}
  void intrusive_ptr_release_impl() override {}
};

class RunQueue : public ::testing::Test {
protected:
  std::array<job, 300> jobs;
  run_queue queue;
  run_queue other;
};

TEST_F(RunQueue, IsEmptyAtFirst) {
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.pop(), nullptr);
  EXPECT_EQ(queue.steal_half(other), nullptr);
}

TEST_F(RunQueue, GivesJobsInOrderHoweverManyThereAre) {
  std::size_t pushed = 0;
  std::size_t popped = 0;
  for (const std::size_t burst : {3U, 60U, 10U, 200U})
    for (std::size_t i = 0; i < burst; ++i) {
      queue.push(&jobs.at(pushed++));
      if (i % 3 == 0) EXPECT_EQ(queue.pop(), &jobs.at(popped++));
    }

  EXPECT_EQ(queue.size(), pushed - popped);
  while (popped < pushed)
    ASSERT_EQ(queue.pop(), &jobs.at(popped++));
  EXPECT_EQ(queue.pop(), nullptr);
}

TEST_F(RunQueue, LosesTheOlderHalfToAThief) {
  for (std::size_t i = 0; i < 7; ++i)
    queue.push(&jobs.at(i));

  EXPECT_EQ(queue.steal_half(other), &jobs[0]);
  EXPECT_EQ(other.size(), 3U);
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(other.pop(), &jobs[1]);
  EXPECT_EQ(queue.pop(), &jobs[4]);
}

TEST_F(RunQueue, LosesItsOnlyJobToAThief) {
  queue.push(jobs.data());

  EXPECT_EQ(queue.steal_half(other), jobs.data());
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(other.size(), 0U);
}

TEST_F(RunQueue, LosesABoundedNumberAtOnce) {
  for (job& each : jobs)
    queue.push(&each);

  EXPECT_EQ(queue.steal_half(other), jobs.data());
  EXPECT_EQ(other.size(), 63U);
}

TEST_F(RunQueue, GivesEachJobToOneThread) {
  constexpr std::size_t rounds = 200;
  std::atomic<std::size_t> taken{0};
  std::vector<std::jthread> thieves;
  for (int t = 0; t < 2; ++t)
    thieves.emplace_back([&] {
      run_queue own;
      while (taken.load() < rounds * jobs.size()) {
        if (queue.steal_half(own) == nullptr) {
          std::this_thread::yield();
          continue;
        }
        std::size_t count = 1;
        while (own.pop() != nullptr)
          ++count;
        taken.fetch_add(count);
      }
    });
  for (std::size_t r = 0; r < rounds; ++r)
    for (job& each : jobs)
      queue.push(&each);
  while (taken.load() < rounds * jobs.size())
    if (queue.pop() != nullptr)
      taken.fetch_add(1);
    else
      std::this_thread::yield();

  EXPECT_EQ(taken.load(), rounds * jobs.size());
  EXPECT_EQ(queue.size(), 0U);
}

} // namespace
} // namespace agner::internal
