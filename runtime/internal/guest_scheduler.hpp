// SPDX-License-Identifier: Apache-2.0
// A scheduler without workers of its own: it lends processes to the scheduler of a CAF program, and has one thread for timers and I/O. Mechanism: docs/caf.md.

#pragma once

#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/attachable.hpp>
#include <caf/intrusive_ptr.hpp>
#include <caf/ref_counted.hpp>
#include <caf/resumable.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "../priority_level.hpp"
#include "../scheduler.hpp"
#include "io_driver.hpp"
#include "run_queue.hpp"
#include "timer_service.hpp"

namespace agner::internal {

/// What pumps, scheduler and the driver thread share; it lives as long as the last of them.
struct guest_jobs {
  /// Where one of those that run processes is: `quiesce` waits for it to come out.
  struct place {
    std::atomic<bool> busy{false};
    std::atomic<std::uint64_t> passes{0};
  };

  explicit guest_jobs(std::size_t pumps) : places(pumps + 1) {}

  void push(caf::resumable* job, priority_level level) { queues[static_cast<std::size_t>(level)].push(job); }
  /// Takes a process and gives it a turn, as number @p at of @p home. False if none waits.
  bool run_one(scheduler* home, std::size_t at);
  [[nodiscard]] bool empty() const noexcept;
  /// The next process: those of higher priority first, and one of low priority now and then.
  caf::resumable* pop() noexcept;

  std::array<run_queue, 4> queues;           // by priority_level
  std::atomic<std::uint32_t> passed_over{0}; // how many of normal priority ran since one of low priority did
  std::atomic<std::uint64_t> idle{0};        // a bit for each pump that CAF's scheduler does not have
  std::vector<place> places;                 // one for each pump, the last for the driver thread
};

/// The job that CAF's scheduler sees: it runs some processes and gives way. No process is ever in a queue of CAF's, so that nothing there can outlive one.
class guest_pump final : public caf::resumable, public caf::ref_counted {
public:
  guest_pump(std::shared_ptr<guest_jobs> jobs, scheduler* home, std::size_t index)
      : jobs_(std::move(jobs)), home_(home), index_(index) {}

  [[nodiscard]] subtype_t subtype() const override { return function_object; }
  resume_result resume(caf::execution_unit* on, std::size_t max_throughput) override;
  void intrusive_ptr_add_ref_impl() override { intrusive_ptr_add_ref(this); }
  void intrusive_ptr_release_impl() override { intrusive_ptr_release(this); }

private:
  std::shared_ptr<guest_jobs> jobs_;
  scheduler* home_; // named, not used, once the queue is empty for good
  std::size_t index_;
};

class guest_scheduler final : public scheduler {
public:
  explicit guest_scheduler(caf::actor_system& host);
  ~guest_scheduler() override;
  guest_scheduler(const guest_scheduler&) = delete;
  guest_scheduler& operator=(const guest_scheduler&) = delete;

  void enqueue(process_core& woken) noexcept override;
  [[nodiscard]] const clock& time() const noexcept override { return clock::steady(); }
  timer_service& timers() noexcept override { return timers_; }
  io_driver& io() noexcept override { return io_; }
  void quiesce() override;
  void wait_until(bool (*done)(void*), void* context) override;
  void wake_waiters() noexcept override;

private:
  class host_watch;
  struct host_access {
    std::shared_mutex mutex; // shared: the host is used; unique: it goes
    caf::actor_system* system = nullptr;
    guest_scheduler* guest = nullptr;
  };

  void lend() noexcept;
  void timer_started(clock::time_point at) noexcept;
  void drive(const std::stop_token& stop);
  void wait_for_events();
  [[nodiscard]] bool hosted() const noexcept { return hosted_.load(std::memory_order_seq_cst); }

  std::shared_ptr<guest_jobs> jobs_;
  io_driver io_;
  timer_service timers_;
  std::atomic<clock::rep> wait_limit_;
  std::atomic<bool> hosted_{true};
  std::vector<caf::intrusive_ptr<guest_pump>> pumps_;
  std::shared_ptr<host_access> host_;
  caf::weak_actor_ptr watched_; // an actor of the host
  host_watch* watch_ = nullptr; // attached to it
  std::mutex mutex_;            // orders changes with waits
  std::condition_variable changed_;
  std::jthread driver_;
};

} // namespace agner::internal
