// SPDX-License-Identifier: Apache-2.0
// A queue of jobs of one worker: first in, first out, under a spin lock held for a few instructions; any thread may push and steal. It grows and never shrinks,
// so queueing a job allocates nothing in the long run.

#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace caf {
class resumable;
}

namespace agner::internal {

class spin_lock {
public:
  void lock() noexcept {
    while (taken_.exchange(true, std::memory_order_acquire))
      while (taken_.load(std::memory_order_relaxed)) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
      }
  }
  void unlock() noexcept { taken_.store(false, std::memory_order_release); }

private:
  std::atomic<bool> taken_{false};
};

class run_queue {
public:
  run_queue() : ring_(64) {}

  void push(caf::resumable* job);
  /// The oldest job; null if there is none.
  caf::resumable* pop() noexcept;
  /// Moves half of the jobs, oldest first and at most 64, to @p to, and returns one of them instead of moving it.
  caf::resumable* steal_half(run_queue& to);
  /// A hint: no lock.
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

private:
  spin_lock lock_;                    // guards ring_ and head_, and writes of size_
  std::vector<caf::resumable*> ring_; // size is a power of two
  std::size_t head_ = 0;
  std::atomic<std::size_t> size_{0};
};

} // namespace agner::internal
