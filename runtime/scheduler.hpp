// SPDX-License-Identifier: Apache-2.0
// A scheduler: workers that run processes, the clock, timers and I/O. Nodes share one; tests bring a deterministic one of their own. Mechanism: docs/scheduling.md.

#pragma once

#include <cstddef>
#include <memory>

#include "clock.hpp"

namespace caf {
class actor_system;
}

namespace agner {

namespace internal {
class process_core;
class timer_service;
class io_driver;
} // namespace internal

struct scheduler_options {
  /// Worker threads; 0: as many as the machine has processors that this OS process may use.
  std::size_t workers = 0;
  /// A process that holds a worker for longer than this is reported by name (`long_schedule`); zero: never.
  std::chrono::milliseconds long_schedule{1000};
};

class scheduler {
public:
  virtual ~scheduler() = default;
  scheduler() = default;
  scheduler(const scheduler&) = delete;
  scheduler& operator=(const scheduler&) = delete;

  /// Starts workers. They stop when the last holder lets go.
  /// @errors raises `badarg`  more than 64 workers
  static std::shared_ptr<scheduler> start(const scheduler_options& options = {});

  /// The scheduler that nodes of this OS process share unless told otherwise; started when first asked for, stopped with its last node.
  static std::shared_ptr<scheduler> process_wide();

  /// Runs processes on the workers of @p system, a CAF program's own, whose scheduler may be any. Timers and I/O have a thread of their own. The node that uses it
  /// may end before or after @p system; once that has ended, its processes run on that thread. Mechanism: docs/caf.md.
  static std::shared_ptr<scheduler> on(caf::actor_system& system);

  // -- for the layers of agner --------------------------------------------------------------------------------------------------------

  /// Queues a process that was just woken. Any thread.
  virtual void enqueue(internal::process_core& woken) noexcept = 0;
  [[nodiscard]] virtual const clock& time() const noexcept = 0;
  virtual internal::timer_service& timers() noexcept = 0;
  virtual internal::io_driver& io() noexcept = 0;
  /// Returns once no worker can still touch memory that nobody could reach when this was called. Not from a worker.
  virtual void quiesce() = 0;
  /// Runs until @p done says so, on threads of its own or, for a scheduler without threads, on this one. Not from a worker.
  virtual void wait_until(bool (*done)(void*), void* context) = 0;
  /// The caf::actor_system that runs the workers; null for a scheduler without one.
  [[nodiscard]] virtual void* caf_system() noexcept { return nullptr; }
  /// What `wait_until` waits for may have changed. Any thread.
  virtual void wake_waiters() noexcept = 0;
};

} // namespace agner
