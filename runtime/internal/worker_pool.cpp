// SPDX-License-Identifier: Apache-2.0

#include "worker_pool.hpp"

#include <bit>
#include <limits>

#include "thread_state.hpp"

namespace agner::internal {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// A woken process runs at once this often in a row, so that two that wake each other for ever do not starve the queue.
constexpr unsigned woken_in_a_row_max = 32;
// How many jobs a busy worker runs before it looks at the clock, and how much time passes before it polls timers and I/O again.
constexpr std::uint32_t dispatches_between_looks = 32;
constexpr microseconds between_polls{50};
// The fallback thread looks this often while anything runs.
constexpr milliseconds watch_period{10};

constexpr clock::rep nobody_polls = std::numeric_limits<clock::rep>::min();
constexpr clock::rep polls_for_ever = std::numeric_limits<clock::rep>::max();

} // namespace

worker_pool::worker_pool(std::size_t workers, milliseconds long_schedule,
                         std::function<void(std::size_t, caf::resumable*)> held)
    : timers_(workers + 1, clock::steady(), [this](clock::time_point at) { timer_started(at); }),
      poller_limit_(nobody_polls),
      long_schedule_(long_schedule),
      held_(std::move(held)) {
  for (std::size_t i = 0; i < workers; ++i)
    workers_.push_back(std::make_unique<worker>());
  watchdog_ = std::jthread{[this](std::stop_token stop) { watch(std::move(stop)); }};
}

worker_pool::~worker_pool() {
  watchdog_.request_stop();
  watchdog_sleeps_.store(false);
  watchdog_sleeps_.notify_one();
}

// -- what runs next -----------------------------------------------------------------------------------------------------------------------

caf::resumable* worker_pool::next(std::size_t me) {
  worker& w = *workers_[me];
  w.running.store(nullptr, std::memory_order_relaxed);
  w.passes.fetch_add(1, std::memory_order_release);
  for (;;) {
    poll_if_due(me);
    caf::resumable* job = own(w);
    if (job == nullptr) job = external_.pop();
    if (job == nullptr) {
      poll();
      job = own(w);
    }
    if (job == nullptr) job = steal(me);
    if (job != nullptr) {
      w.running.store(job, std::memory_order_relaxed);
      return job;
    }
    park(me);
  }
}

caf::resumable* worker_pool::own(worker& w) {
  if (w.woken_in_a_row < woken_in_a_row_max && w.woken.load(std::memory_order_relaxed) != nullptr) {
    if (caf::resumable* job = w.woken.exchange(nullptr, std::memory_order_acquire)) {
      ++w.woken_in_a_row;
      return job;
    }
  }
  w.woken_in_a_row = 0;
  if (caf::resumable* job = w.queue.pop()) return job;
  if (w.woken.load(std::memory_order_relaxed) == nullptr) return nullptr;
  return w.woken.exchange(nullptr, std::memory_order_acquire);
}

caf::resumable* worker_pool::steal(std::size_t me) {
  searching_.fetch_add(1, std::memory_order_relaxed);
  caf::resumable* job = nullptr;
  for (std::size_t i = 1; i < workers_.size() && job == nullptr; ++i) {
    worker& victim = *workers_[(me + i) % workers_.size()];
    job = victim.queue.steal_half(workers_[me]->queue);
    if (job == nullptr && victim.woken.load(std::memory_order_relaxed) != nullptr)
      job = victim.woken.exchange(nullptr, std::memory_order_acquire);
  }
  searching_.fetch_sub(1, std::memory_order_relaxed);
  return job;
}

void worker_pool::push_woken(std::size_t me, caf::resumable* job) {
  worker& w = *workers_[me];
  caf::resumable* const before = w.woken.exchange(job, std::memory_order_acq_rel);
  if (before == nullptr) return;
  w.queue.push(before);
  wake_one();
}

void worker_pool::push_yielded(std::size_t me, caf::resumable* job) {
  worker& w = *workers_[me];
  w.queue.push(job);
  if (w.queue.size() > 1 || w.woken.load(std::memory_order_relaxed) != nullptr) wake_one();
}

void worker_pool::push_external(caf::resumable* job) {
  external_.push(job);
  wake_one();
}

caf::resumable* worker_pool::drain() noexcept {
  if (caf::resumable* job = external_.pop()) return job;
  for (auto& w : workers_) {
    if (caf::resumable* job = w->queue.pop()) return job;
    if (caf::resumable* job = w->woken.exchange(nullptr)) return job;
  }
  return nullptr;
}

// -- timers and I/O -------------------------------------------------------------------------------------------------------------------------

void worker_pool::poll_if_due(std::size_t me) {
  worker& w = *workers_[me];
  if (++w.dispatches_unpolled < dispatches_between_looks) return;
  w.dispatches_unpolled = 0;
  const auto now = std::chrono::steady_clock::now();
  if (now - w.polled < between_polls) return;
  w.polled = now;
  poll();
}

void worker_pool::poll() {
  timers_.fire();
  if (io_.busy() && !poller_.load(std::memory_order_relaxed)) io_.poll();
}

void worker_pool::timer_started(clock::time_point at) {
  // The limit is the least value while nobody polls: then the worker that next falls asleep will see this timer.
  if (at.time_since_epoch().count() < poller_limit_.load(std::memory_order_seq_cst)) io_.interrupt();
}

// -- sleeping -------------------------------------------------------------------------------------------------------------------------------

bool worker_pool::anything_queued() const noexcept {
  if (external_.size() != 0) return true;
  for (const auto& w : workers_)
    if (w->queue.size() != 0) return true;
  return false;
}

void worker_pool::park(std::size_t me) {
  worker& w = *workers_[me];
  const std::uint64_t bit = std::uint64_t{1} << me;
  const bool poller = !poller_.exchange(true, std::memory_order_acq_rel);
  w.polling.store(poller, std::memory_order_relaxed);
  sleeping_.fetch_or(bit, std::memory_order_seq_cst);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  const bool stay = !anything_queued();
  if (stay && poller) wait_for_io();
  if (poller) {
    sleeping_.fetch_and(~bit, std::memory_order_acq_rel);
    poller_.store(false, std::memory_order_release);
    // Another may sleep on its semaphore while nobody polls; this worker polls again before it sleeps.
    timers_.fire();
  } else if (stay || (sleeping_.fetch_and(~bit, std::memory_order_acq_rel) & bit) == 0) {
    w.wake.acquire(); // whoever cleared our bit has raised the semaphore
  }
  w.passes.fetch_add(1, std::memory_order_release);
  rouse_watchdog();
}

void worker_pool::wait_for_io() {
  // Published before the timers are read: whoever starts one after that sees the limit and interrupts.
  poller_limit_.store(polls_for_ever, std::memory_order_seq_cst);
  const auto limit = timers_.next();
  if (limit) poller_limit_.store(limit->time_since_epoch().count(), std::memory_order_seq_cst);
  io_.wait(limit);
  poller_limit_.store(nobody_polls, std::memory_order_seq_cst);
}

void worker_pool::wake_one() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  std::uint64_t sleeping = sleeping_.load(std::memory_order_relaxed);
  if (sleeping == 0 || searching_.load(std::memory_order_relaxed) != 0) return;
  while (sleeping != 0) {
    // A worker on its semaphore is preferred to the one in the I/O loop, which comes back by itself for events.
    std::size_t chosen = static_cast<std::size_t>(std::countr_zero(sleeping));
    for (std::uint64_t rest = sleeping; rest != 0; rest &= rest - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(rest));
      if (workers_[i]->polling.load(std::memory_order_relaxed)) continue;
      chosen = i;
      break;
    }
    const std::uint64_t bit = std::uint64_t{1} << chosen;
    if ((sleeping_.fetch_and(~bit, std::memory_order_acq_rel) & bit) != 0) {
      worker& w = *workers_[chosen];
      if (w.polling.load(std::memory_order_relaxed))
        io_.interrupt();
      else
        w.wake.release();
      return;
    }
    sleeping = sleeping_.load(std::memory_order_relaxed);
  }
}

void worker_pool::quiesce() {
  for (const auto& w : workers_) {
    const std::uint64_t before = w->passes.load(std::memory_order_acquire);
    const std::uint64_t bit = std::uint64_t{1} << static_cast<std::size_t>(&w - workers_.data());
    while (w->passes.load(std::memory_order_acquire) == before &&
           (sleeping_.load(std::memory_order_acquire) & bit) == 0)
      std::this_thread::yield();
  }
}

// -- the fallback thread ----------------------------------------------------------------------------------------------------------------------

void worker_pool::rouse_watchdog() noexcept {
  if (!watchdog_sleeps_.load(std::memory_order_relaxed)) return;
  watchdog_sleeps_.store(false, std::memory_order_release);
  watchdog_sleeps_.notify_one();
}

// Sleeps while no worker moves; else looks every period whether some job holds its worker.
void worker_pool::watch(std::stop_token stop) {
  std::vector<std::uint64_t> seen(workers_.size());
  std::vector<unsigned> held_for(workers_.size());
  std::mutex mutex;
  std::condition_variable_any period;
  while (!stop.stop_requested()) {
    if (!watch_once(seen, held_for)) {
      watchdog_sleeps_.store(true, std::memory_order_seq_cst);
      // A worker may have moved before it could see that we sleep.
      if (!watch_once(seen, held_for) && !stop.stop_requested()) watchdog_sleeps_.wait(true, std::memory_order_acquire);
      watchdog_sleeps_.store(false, std::memory_order_relaxed);
    }
    std::unique_lock lock{mutex};
    period.wait_for(lock, stop, watch_period, [] { return false; });
  }
}

// True while there is something to watch.
bool worker_pool::watch_once(std::vector<std::uint64_t>& seen, std::vector<unsigned>& held_for) {
  bool any_moved = false;
  bool any_held = false;
  std::size_t held = 0;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    worker& w = *workers_[i];
    const std::uint64_t passes = w.passes.load(std::memory_order_acquire);
    caf::resumable* const job = w.running.load(std::memory_order_relaxed);
    if (passes != seen[i] || job == nullptr) {
      any_moved |= passes != seen[i];
      seen[i] = passes;
      held_for[i] = 0;
      continue;
    }
    any_held = true;
    ++held;
    ++held_for[i];
    // What it has queued, or woken to run next, is for others to take.
    if (w.queue.size() != 0 || w.woken.load(std::memory_order_relaxed) != nullptr) wake_one();
    if (long_schedule_.count() > 0 && held_for[i] == long_schedule_ / watch_period) held_(i, job);
  }
  // A worker that left the I/O loop for a job that holds it: one that sleeps takes its place there.
  if (any_held && !poller_.load(std::memory_order_acquire)) wake_one();
  if (held == workers_.size()) {
    timers_.fire();
    io_.poll();
  }
  return any_moved || any_held;
}

} // namespace agner::internal
