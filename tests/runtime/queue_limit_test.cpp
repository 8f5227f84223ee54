// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/internal/queue_limit.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace agner::internal {
namespace {

using room = queue_limit::room;

TEST(QueueLimit, TellsTheFirstMessagePastIt) {
  queue_limit limit;
  limit.set(1, 5, {2, queue_overflow::suspend_sender});

  EXPECT_EQ(limit.arrive(1, 5), room::free);
  EXPECT_EQ(limit.arrive(1, 5), room::free);
  EXPECT_EQ(limit.arrive(1, 5), room::full);
  EXPECT_EQ(limit.arrive(1, 5), room::past);
  EXPECT_EQ(limit.arrive(1, 8), room::free);
}

TEST(QueueLimit, DoesNotCountWhatIsDropped) {
  queue_limit limit;
  limit.set(1, 0, {1, queue_overflow::drop_newest});

  EXPECT_EQ(limit.arrive(1, 0), room::free);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(limit.arrive(1, 0), room::past);
  EXPECT_EQ(limit.arrive(1, 1), room::free);
}

TEST(QueueLimit, KillsOnce) {
  queue_limit limit;
  limit.set(1, 0, {1, queue_overflow::kill});

  EXPECT_EQ(limit.arrive(1, 0), room::free);
  EXPECT_EQ(limit.arrive(1, 0), room::full);
  EXPECT_EQ(limit.arrive(1, 0), room::past);
}

TEST(QueueLimit, KillsWhateverTheProcessItselfHasPutIn) {
  queue_limit limit;
  limit.set(1, 0, {1, queue_overflow::kill});

  for (int i = 0; i < 5; ++i)
    limit.count(1);

  EXPECT_EQ(limit.arrive(1, 0), room::full);
  EXPECT_EQ(limit.arrive(1, 0), room::past);
  EXPECT_EQ(limit.arrive(1, 4), room::past); // it takes some out before it learns of its end
}

TEST(QueueLimit, IsToldByTheNextWhereOneCouldNot) {
  queue_limit limit;
  limit.set(1, 0, {1, queue_overflow::kill});
  limit.arrive(1, 0);
  ASSERT_EQ(limit.arrive(1, 0), room::full);

  limit.untell(1, 0);

  EXPECT_EQ(limit.arrive(1, 0), room::full);
}

TEST(QueueLimit, IsOfOneLife) {
  queue_limit limit;
  limit.set(1, 0, {1, queue_overflow::kill});
  limit.set(2, 0, {1, queue_overflow::kill});

  EXPECT_EQ(limit.arrive(1, 0), room::nobody);
  EXPECT_EQ(limit.arrive(2, 0), room::free);
}

TEST(QueueLimit, CountsRoundTheEndOfItsNumbers) {
  queue_limit limit;
  limit.set(1, UINT32_MAX, {2, queue_overflow::drop_newest});

  EXPECT_EQ(limit.arrive(1, UINT32_MAX), room::free);
  EXPECT_EQ(limit.arrive(1, UINT32_MAX), room::free);
  EXPECT_EQ(limit.arrive(1, UINT32_MAX), room::past);
  EXPECT_EQ(limit.arrive(1, 0), room::free);
}

TEST(QueueLimit, LetsNoMoreInThanItSaysFromManyThreads) {
  queue_limit limit;
  limit.set(1, 0, {1000, queue_overflow::drop_newest});
  std::atomic<int> in{0};

  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i)
          if (limit.arrive(1, 0) == room::free) ++in;
      });
  }

  EXPECT_EQ(in.load(), 1000);
}

} // namespace
} // namespace agner::internal
