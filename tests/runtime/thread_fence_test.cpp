// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/internal/thread_fence.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace agner::internal {
namespace {

// Two threads each say something and then look what the other said. With a full fence between the two steps on both sides at least one of them sees the other; here
// only one side fences, for both.
TEST(ThreadFence, StandsInForTheFenceOfTheOtherThread) {
  constexpr int rounds = 20'000;
  std::atomic<int> often{0};
  std::atomic<int> rarely{0};
  std::atomic<int> often_saw{0};
  std::atomic<int> ready{0};

  std::thread other{[&] {
    for (int round = 1; round <= rounds; ++round) {
      while (ready.load(std::memory_order_acquire) != round) {
      }
      often.store(round, std::memory_order_relaxed);
      std::atomic_signal_fence(std::memory_order_seq_cst);
      const int saw = rarely.load(std::memory_order_relaxed);
      often_saw.store(saw, std::memory_order_relaxed);
      ready.store(-round, std::memory_order_release);
    }
  }};
  int missed = 0;
  bool fenced = true;
  for (int round = 1; round <= rounds; ++round) {
    ready.store(round, std::memory_order_release);
    rarely.store(round, std::memory_order_relaxed);
    fenced = fence_all_threads() && fenced;
    const int saw = often.load(std::memory_order_relaxed);
    while (ready.load(std::memory_order_acquire) != -round) {
    }
    if (saw != round && often_saw.load(std::memory_order_relaxed) != round) ++missed;
  }
  other.join();

  EXPECT_TRUE(fenced) << "the kernel has no membarrier: the fallback thread then sleeps a second at most";
  EXPECT_EQ(missed, 0);
}

} // namespace
} // namespace agner::internal
