// SPDX-License-Identifier: Apache-2.0
// Which job each worker runs next, and who sleeps: queues, stealing, parking, polling of I/O and timers, and the thread that steps in when every worker is held.
// CAF's threads call it through worker_policy. Mechanism: docs/scheduling.md.

#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

#include "io_driver.hpp"
#include "run_queue.hpp"
#include "timer_service.hpp"

namespace agner::internal {

class worker_pool {
public:
  /// @p workers at most 64. @p held is called by the fallback thread when a job has held a worker for @p long_schedule.
  worker_pool(std::size_t workers, std::chrono::milliseconds long_schedule,
              std::function<void(std::size_t worker, caf::resumable*)> held);
  ~worker_pool();
  worker_pool(const worker_pool&) = delete;
  worker_pool& operator=(const worker_pool&) = delete;

  // -- called by workers ------------------------------------------------------------------------------------------------------------------

  /// The next job of worker @p me; waits until there is one.
  caf::resumable* next(std::size_t me);
  /// A job that worker @p me just woke: it runs next, within limits.
  void push_woken(std::size_t me, caf::resumable* job);
  /// A job that gave up its turn.
  void push_yielded(std::size_t me, caf::resumable* job);

  // -- any thread -------------------------------------------------------------------------------------------------------------------------

  void push_external(caf::resumable* job);
  /// Everything still queued, for a pool whose workers have stopped.
  caf::resumable* drain() noexcept;
  /// Returns when every worker has been between two jobs since the call, or sleeps.
  void quiesce();
  /// A timer was started that is due at @p at.
  void timer_started(clock::time_point at);

  io_driver& io() noexcept { return io_; }
  timer_service& timers() noexcept { return timers_; }
  [[nodiscard]] std::size_t size() const noexcept { return workers_.size(); }

private:
  struct worker {
    run_queue queue;
    std::atomic<caf::resumable*> woken{nullptr}; // runs next; others may steal it
    unsigned woken_in_a_row = 0;                 // owner only
    std::uint32_t dispatches_unpolled = 0;       // owner only
    clock::time_point polled;                    // owner only
    std::atomic<std::uint64_t> passes{0};        // how often it has been between two jobs
    std::atomic<caf::resumable*> running{nullptr};
    std::binary_semaphore wake{0};
    std::atomic<bool> polling{false}; // sleeps in the I/O loop, not on the semaphore
  };

  caf::resumable* own(worker& w);
  caf::resumable* steal(std::size_t me);
  void poll_if_due(std::size_t me);
  void poll();
  void park(std::size_t me);
  void wait_for_io();
  [[nodiscard]] bool anything_queued() const noexcept;
  void wake_one();
  void rouse_watchdog() noexcept;
  void watch(std::stop_token stop);
  bool watch_once(std::vector<std::uint64_t>& seen, std::vector<unsigned>& held_for);

  io_driver io_;
  timer_service timers_;
  std::vector<std::unique_ptr<worker>> workers_;
  run_queue external_;
  std::atomic<std::uint64_t> sleeping_{0}; // a bit for each worker that sleeps and was not yet woken
  std::atomic<bool> poller_{false};        // somebody blocks in the I/O loop
  std::atomic<clock::rep> poller_limit_;   // until when at most; the least value while nobody does
  std::atomic<int> searching_{0};

  const std::chrono::milliseconds long_schedule_;
  const std::function<void(std::size_t, caf::resumable*)> held_;
  std::atomic<bool> watchdog_sleeps_{true};
  std::jthread watchdog_;
};

} // namespace agner::internal
