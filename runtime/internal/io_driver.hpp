// SPDX-License-Identifier: Apache-2.0
// The Asio loop of a scheduler. Its workers poll it, one of them blocks in it. Any thread.

#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstddef>
#include <optional>

#include "../clock.hpp"

namespace agner::internal {

class io_driver {
public:
  /// Runs what is ready, without waiting. Returns how many handlers ran.
  std::size_t poll() { return context_.poll(); }
  /// Waits for something to become ready, for `interrupt`, or until @p limit, and runs what is ready.
  void wait(std::optional<clock::time_point> limit) {
    if (limit)
      context_.run_one_until(*limit);
    else
      context_.run_one();
    context_.poll();
  }
  /// Ends a wait, or the next one.
  void interrupt();

  /// True while something may become ready: else polling is a waste.
  [[nodiscard]] bool busy() const noexcept { return waiting_.load(std::memory_order_relaxed) != 0; }
  void begin_wait() noexcept { waiting_.fetch_add(1, std::memory_order_relaxed); }
  void end_wait() noexcept { waiting_.fetch_sub(1, std::memory_order_relaxed); }

  boost::asio::io_context& context() noexcept { return context_; }

private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_{context_.get_executor()};
  std::atomic<std::size_t> waiting_{0};
};

} // namespace agner::internal
