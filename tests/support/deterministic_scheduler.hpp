// SPDX-License-Identifier: Apache-2.0
// A scheduler without threads: it runs processes on the thread that asks it to, in an order and with turns drawn from a seed, under a clock moved by hand.
// The same seed gives the same run. Mechanism: docs/scheduling.md.

#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include <agner/runtime/internal/io_driver.hpp>
#include <agner/runtime/internal/timer_service.hpp>
#include <agner/runtime/scheduler.hpp>

#include "manual_clock.hpp"

namespace agner::test {

class deterministic_scheduler final : public scheduler {
public:
  explicit deterministic_scheduler(std::uint64_t seed) : random_(seed) {}

  // -- by the test ----------------------------------------------------------------------------------------------------------------------

  /// Runs one turn of one process. @returns false if none can run
  bool step();
  /// Fires what is due and takes what descriptors have to tell. @returns whether there was something
  bool poll() { return fire_and_poll(); }
  /// Runs until every process waits. Time stands still; what is due fires.
  void run_until_idle();
  /// Moves the clock from timer to timer until @p by has passed, and runs what each wakes.
  void advance(clock::duration by);

  // -- scheduler ------------------------------------------------------------------------------------------------------------------------

  void enqueue(internal::process_core& woken) noexcept override;
  [[nodiscard]] const clock& time() const noexcept override { return clock_; }
  internal::timer_service& timers() noexcept override { return timers_; }
  internal::io_driver& io() noexcept override { return io_; }
  void quiesce() override {}
  /// Runs on this thread until @p done. When every process waits, the clock moves to the next timer.
  /// Throws std::logic_error when nothing can happen any more: what is waited for never comes.
  void wait_until(bool (*done)(void*), void* context) override;
  void wake_waiters() noexcept override {}

private:
  internal::process_core* choose();
  bool fire_and_poll();
  bool wait_for_event();

  std::mt19937_64 random_;
  manual_clock clock_;
  internal::io_driver io_;
  internal::timer_service timers_{1, clock_};
  std::vector<internal::process_core*> runnable_; // of normal priority
  std::vector<internal::process_core*> max_;
  std::vector<internal::process_core*> high_;
  std::vector<internal::process_core*> low_;
};

} // namespace agner::test
