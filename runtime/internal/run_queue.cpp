// SPDX-License-Identifier: Apache-2.0

#include "run_queue.hpp"

#include <algorithm>
#include <mutex>

namespace agner::internal {

void run_queue::push(caf::resumable* job) {
  const std::lock_guard lock{lock_};
  const std::size_t size = size_.load(std::memory_order_relaxed);
  if (size == ring_.size()) {
    std::vector<caf::resumable*> larger(ring_.size() * 2);
    for (std::size_t i = 0; i < size; ++i)
      larger[i] = ring_[(head_ + i) & (ring_.size() - 1)];
    ring_ = std::move(larger);
    head_ = 0;
  }
  ring_[(head_ + size) & (ring_.size() - 1)] = job;
  size_.store(size + 1, std::memory_order_relaxed);
}

caf::resumable* run_queue::pop() noexcept {
  if (size() == 0) return nullptr;
  const std::lock_guard lock{lock_};
  const std::size_t size = size_.load(std::memory_order_relaxed);
  if (size == 0) return nullptr;
  caf::resumable* job = ring_[head_];
  head_ = (head_ + 1) & (ring_.size() - 1);
  size_.store(size - 1, std::memory_order_relaxed);
  return job;
}

caf::resumable* run_queue::steal_half(run_queue& to) {
  constexpr std::size_t most = 64;
  caf::resumable* taken[most];
  std::size_t count = 0;
  if (size() == 0) return nullptr;
  {
    const std::lock_guard lock{lock_};
    const std::size_t size = size_.load(std::memory_order_relaxed);
    count = std::min((size + 1) / 2, most);
    for (std::size_t i = 0; i < count; ++i)
      taken[i] = ring_[(head_ + i) & (ring_.size() - 1)];
    head_ = (head_ + count) & (ring_.size() - 1);
    size_.store(size - count, std::memory_order_relaxed);
  }
  if (count == 0) return nullptr;
  for (std::size_t i = 1; i < count; ++i)
    to.push(taken[i]);
  return taken[0];
}

} // namespace agner::internal
