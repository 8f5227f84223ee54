// SPDX-License-Identifier: Apache-2.0
// A lock for many readers or one writer, for short critical sections without suspension. A cache line of its own, so that several of them let readers on different workers
// go without touching each other's. Used with std::shared_lock and std::unique_lock. Any thread. Mechanism: docs/ets.md.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace agner::internal {

class alignas(64) reader_writer_lock {
public:
  void lock_shared() noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed);
    for (;;) {
      if ((word & writer) != 0) {
        word_.wait(word, std::memory_order_relaxed);
        word = word_.load(std::memory_order_relaxed);
      } else if (word_.compare_exchange_weak(word, word + 1, std::memory_order_acquire, std::memory_order_relaxed)) {
        return;
      }
    }
  }
  void unlock_shared() noexcept {
    if (word_.fetch_sub(1, std::memory_order_release) == (writer | 1U)) word_.notify_all();
  }

  /// Readers that come later wait, so that a writer is not kept out by an unbroken row of them.
  void lock() noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed);
    for (;;) {
      if ((word & writer) != 0) {
        word_.wait(word, std::memory_order_relaxed);
        word = word_.load(std::memory_order_relaxed);
      } else if (word_.compare_exchange_weak(word, word | writer, std::memory_order_acquire,
                                             std::memory_order_relaxed)) {
        break;
      }
    }
    while ((word = word_.load(std::memory_order_acquire)) != writer)
      word_.wait(word, std::memory_order_relaxed);
  }
  void unlock() noexcept {
    word_.store(0, std::memory_order_release);
    word_.notify_all();
  }

private:
  static constexpr std::uint32_t writer =
      1U << 31U; // one has the lock or waits for readers to leave; below: how many readers

  std::atomic<std::uint32_t> word_{0};
};

/// A number for this thread, so that threads can be spread over places.
[[nodiscard]] std::size_t thread_ordinal() noexcept;

} // namespace agner::internal
