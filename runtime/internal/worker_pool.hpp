// SPDX-License-Identifier: Apache-2.0
// Which job each worker runs next, and who sleeps: queues, stealing, parking, polling of I/O and timers, and the thread that steps in when every worker is held.
// CAF's threads call it through worker_policy. What several threads touch is atomic; the orders that matter are explained where they are used. Mechanism: docs/scheduling.md.

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

#include "../priority_level.hpp"
#include "io_driver.hpp"
#include "run_queue.hpp"
#include "timer_service.hpp"

namespace agner::internal {

class worker_pool {
public:
  /// How often the fallback thread looks who holds a worker, while anything runs.
  static constexpr std::chrono::milliseconds watch_period{10};
  /// Called by the fallback thread for a job that has held a worker for a number of watch periods, with each period more.
  using held_report = std::function<void(std::size_t worker, caf::resumable*, std::chrono::milliseconds held_for)>;

  /// @p workers at most 64.
  worker_pool(std::size_t workers, held_report held);
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
  /// A job of a level other than normal, woken or yielded by worker @p me; `size()` for another thread.
  void push_prioritised(std::size_t me, priority_level level, caf::resumable* job);
  /// Everything still queued, for a pool whose workers have stopped.
  caf::resumable* drain() noexcept;
  /// Returns when every worker has been between two jobs since the call, or sleeps, and the fallback thread has let go of what it looked at.
  void quiesce();
  /// A timer was started that is due at @p at.
  void timer_started(clock::time_point at) noexcept;
  /// Ends the fallback thread: before the workers stop, since it looks at their jobs.
  void stop_watching() noexcept;

  io_driver& io() noexcept { return io_; }
  timer_service& timers() noexcept { return timers_; }
  [[nodiscard]] std::size_t size() const noexcept { return workers_.size(); }

private:
  struct worker {
    run_queue queue;
    std::atomic<caf::resumable*> woken{nullptr}; // runs next; others may steal it
    unsigned woken_in_a_row = 0;                 // owner only
    std::uint32_t dispatches_unlooked = 0;       // owner only
    std::uint32_t passed_over = 0;               // owner only: dispatches since a job of low priority had its turn
    std::uint32_t low_in_a_row = 0;              // owner only: jobs of low priority since it tried to steal
    clock::time_point polled;                    // owner only
    std::atomic<std::uint64_t> passes{0};        // how often it has been between two jobs; its owner alone counts
    std::atomic<caf::resumable*> running{nullptr};
    std::binary_semaphore wake{0};
    std::atomic<bool> in_loop{false}; // waits in the I/O loop, not on the semaphore

    void count_pass() noexcept { passes.store(passes.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
  };

  /// Who is in the I/O loop. One thread at a time: what interrupts a wait could else be taken by another thread that just polls.
  enum class loop : std::uint8_t {
    free,
    polled, // somebody looks and will not wait
    waited, // a worker without work waits there
    called, // the same, and it has been told to come back
  };

  /// Jobs of all levels but normal, of all workers.
  struct alignas(64) prioritised_jobs {
    std::atomic<std::size_t> count{0}; // of all three: what a worker that has none of them looks at
    run_queue max;
    run_queue high;
    run_queue low;
  };

  caf::resumable* own(worker& w);
  caf::resumable* prioritised(worker& w);
  caf::resumable* low(std::size_t me);
  caf::resumable* taken(caf::resumable* prioritised) noexcept;
  void look_round(worker& w);
  caf::resumable* steal(std::size_t me);
  void poll();
  void park(std::size_t me);
  bool park_in_loop(worker& w);
  void wait_for_io();
  [[nodiscard]] bool anything_queued() const noexcept;
  void wake_one() noexcept;
  void rouse_watchdog() noexcept;
  void watch(const std::stop_token& stop);
  bool watch_once();
  bool is_held(std::size_t i);

  io_driver io_;
  timer_service timers_;
  std::vector<std::unique_ptr<worker>> workers_;
  prioritised_jobs prioritised_;
  alignas(64) run_queue external_;
  std::atomic<std::uint64_t> sleeping_{0}; // a bit for each worker that sleeps on its semaphore and was not yet woken
  std::atomic<loop> loop_{loop::free};
  std::atomic<clock::rep>
      wait_limit_;                // until when somebody waits in the loop at most; the least value while nobody does
  std::atomic<int> searching_{0}; // workers that look for jobs to steal

  /// What the fallback thread last saw of a worker.
  struct sight {
    std::uint64_t passes = 0;
    std::int64_t periods_held = 0;
  };
  const held_report held_;
  std::mutex watching_; // held while the fallback thread looks at jobs, and guards sights_
  std::vector<sight> sights_;
  std::condition_variable_any roused_;
  std::atomic<bool> watchdog_sleeps_{false}; // raised under watching_
  std::jthread watchdog_;
};

} // namespace agner::internal
