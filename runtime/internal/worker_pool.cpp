// SPDX-License-Identifier: Apache-2.0

#include "worker_pool.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "thread_fence.hpp"
#include "thread_state.hpp"

namespace agner::internal {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// A woken process runs at once this often in a row, so that two that wake each other for ever do not starve the queue.
constexpr unsigned woken_in_a_row_max = 32;
// How many jobs a busy worker runs before it looks at those from outside and at the clock, and how much time passes before it polls timers and I/O again.
constexpr std::uint32_t dispatches_between_looks = 32;
constexpr microseconds between_polls{50};
// One job of low priority has its turn after this many others. @source OTP 25 erl_process.c: RESCHEDULE_LOW
constexpr std::uint32_t low_turn = 8;
// Where no thread can fence for the others, it may miss that a worker began to run, and so does not sleep longer than this.
constexpr milliseconds unfenced_sleep{1000};

constexpr clock::rep nobody_waits = std::numeric_limits<clock::rep>::min();
constexpr clock::rep waits_for_ever = std::numeric_limits<clock::rep>::max();

} // namespace

worker_pool::worker_pool(std::size_t workers, held_report held)
    : timers_(workers + 1, clock::steady(), [this](clock::time_point at) { timer_started(at); }),
      wait_limit_(nobody_waits),
      held_(std::move(held)),
      sights_(workers) {
  for (std::size_t i = 0; i < workers; ++i)
    workers_.push_back(std::make_unique<worker>());
  watchdog_ = std::jthread{[this](const std::stop_token& stop) { watch(stop); }};
}

worker_pool::~worker_pool() { stop_watching(); }

// -- what runs next -----------------------------------------------------------------------------------------------------------------------

caf::resumable* worker_pool::next(std::size_t me) {
  worker& w = *workers_[me];
  w.running.store(nullptr, std::memory_order_relaxed);
  for (;;) {
    if (++w.dispatches_unlooked >= dispatches_between_looks) look_round(w);
    caf::resumable* job = own(w);
    if (job == nullptr) job = external_.pop();
    if (job == nullptr) job = low(me);
    if (job == nullptr) {
      poll();
      job = own(w);
    }
    if (job == nullptr) job = steal(me);
    if (job != nullptr) {
      w.running.store(job, std::memory_order_relaxed);
      w.count_pass();
      rouse_watchdog();
      return job;
    }
    park(me);
  }
}

caf::resumable* worker_pool::own(worker& w) {
  if (prioritised_.count.load(std::memory_order_relaxed) != 0) [[unlikely]]
    if (caf::resumable* job = prioritised(w)) return job;
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

// What runs before the jobs of normal priority, or, of low priority, in between.
caf::resumable* worker_pool::prioritised(worker& w) {
  if (caf::resumable* job = prioritised_.max.pop()) return taken(job);
  if (caf::resumable* job = prioritised_.high.pop()) return taken(job);
  if (++w.passed_over < low_turn) return nullptr;
  w.passed_over = 0;
  return taken(prioritised_.low.pop());
}

// For a worker that has nothing else. It looks now and then whether others have: it could take a share of those.
caf::resumable* worker_pool::low(std::size_t me) {
  if (prioritised_.low.size() == 0) return nullptr;
  worker& w = *workers_[me];
  if (++w.low_in_a_row >= low_turn) {
    w.low_in_a_row = 0;
    if (caf::resumable* job = steal(me)) return job;
  }
  return taken(prioritised_.low.pop());
}

caf::resumable* worker_pool::taken(caf::resumable* prioritised) noexcept {
  if (prioritised != nullptr) prioritised_.count.fetch_sub(1, std::memory_order_relaxed);
  return prioritised;
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
  if (job == nullptr) return nullptr; // whoever relied on us to find its job: park looks once more
  // Whoever queued a job meanwhile woke nobody, since we were looking; and half of the loot is in our queue.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (anything_queued()) wake_one();
  return job;
}

void worker_pool::push_woken(std::size_t me, caf::resumable* job) {
  worker& w = *workers_[me];
  // Only this worker fills the slot, others empty it: who sees it empty may fill it without an exchange.
  if (w.woken.load(std::memory_order_relaxed) == nullptr) return w.woken.store(job, std::memory_order_release);
  if (caf::resumable* const before = w.woken.exchange(job, std::memory_order_acq_rel)) w.queue.push(before);
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

void worker_pool::push_prioritised(std::size_t me, priority_level level, caf::resumable* job) {
  run_queue& queue = level == priority_level::max    ? prioritised_.max
                     : level == priority_level::high ? prioritised_.high
                                                     : prioritised_.low;
  const std::size_t before = prioritised_.count.fetch_add(1, std::memory_order_relaxed);
  queue.push(job);
  if (me < workers_.size() && before == 0) {
    // As with the job woken last: this worker is about to look, and nobody need be woken if it has nothing else.
    const worker& w = *workers_[me];
    if (w.queue.size() == 0 && w.woken.load(std::memory_order_relaxed) == nullptr) return;
  }
  wake_one();
}

caf::resumable* worker_pool::drain() noexcept {
  for (run_queue* queue : {&external_, &prioritised_.max, &prioritised_.high, &prioritised_.low})
    if (caf::resumable* job = queue->pop()) return job;
  for (auto& w : workers_) {
    if (caf::resumable* job = w->queue.pop()) return job;
    if (caf::resumable* job = w->woken.exchange(nullptr)) return job;
  }
  return nullptr;
}

// -- timers and I/O -------------------------------------------------------------------------------------------------------------------------

// What a worker that always has jobs of its own does now and then, so that it starves neither those from outside nor timers nor the I/O loop.
void worker_pool::look_round(worker& w) {
  w.dispatches_unlooked = 0;
  if (caf::resumable* const job = external_.steal_half(w.queue)) w.queue.push(job);
  const auto now = std::chrono::steady_clock::now();
  if (now - w.polled < between_polls) return;
  w.polled = now;
  poll();
}

void worker_pool::poll() {
  timers_.fire();
  if (!io_.busy()) return;
  loop expected = loop::free;
  if (!loop_.compare_exchange_strong(expected, loop::polled, std::memory_order_acquire, std::memory_order_relaxed))
    return;
  io_.poll();
  loop_.store(loop::free, std::memory_order_seq_cst);
}

void worker_pool::timer_started(clock::time_point at) noexcept {
  // While nobody waits the limit is the least value: then the worker that next goes to wait will see this timer.
  const clock::rep due = at.time_since_epoch().count();
  clock::rep limit = wait_limit_.load(std::memory_order_seq_cst);
  while (due < limit)
    if (wait_limit_.compare_exchange_weak(limit, due, std::memory_order_seq_cst)) return io_.interrupt();
}

// -- sleeping -------------------------------------------------------------------------------------------------------------------------------
//
// A worker first says that it sleeps, then looks once more for work; whoever brings work first queues it, then looks who sleeps. A full fence between the two steps on
// both sides: at least one of them sees the other.

bool worker_pool::anything_queued() const noexcept {
  if (external_.size() != 0 || prioritised_.count.load(std::memory_order_relaxed) != 0) return true;
  for (const auto& w : workers_)
    if (w->queue.size() != 0) return true;
  return false;
}

void worker_pool::park(std::size_t me) {
  worker& w = *workers_[me];
  if (!park_in_loop(w)) {
    const std::uint64_t bit = std::uint64_t{1} << me;
    sleeping_.fetch_or(bit, std::memory_order_seq_cst);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    // The one in the loop may have left it since we looked: then it is our turn there.
    const bool stay = !anything_queued() && loop_.load(std::memory_order_relaxed) != loop::free;
    // Whoever clears the bit raises the semaphore; if that was not us, take what it raised.
    if (stay || (sleeping_.fetch_and(~bit, std::memory_order_acq_rel) & bit) == 0) w.wake.acquire();
  }
  w.count_pass();
}

// True if this worker was the one that waits in the I/O loop.
bool worker_pool::park_in_loop(worker& w) {
  w.in_loop.store(true, std::memory_order_relaxed);
  loop expected = loop::free;
  const bool entered =
      loop_.compare_exchange_strong(expected, loop::waited, std::memory_order_seq_cst, std::memory_order_relaxed);
  if (entered) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (!anything_queued()) wait_for_io();
    loop_.store(loop::free, std::memory_order_seq_cst);
    timers_.fire();
  }
  w.in_loop.store(false, std::memory_order_release);
  return entered;
}

void worker_pool::wait_for_io() {
  // Published before the timers are read: whoever starts one after that sees the limit and interrupts.
  wait_limit_.store(waits_for_ever, std::memory_order_seq_cst);
  const auto limit = timers_.next();
  if (limit) wait_limit_.store(limit->time_since_epoch().count(), std::memory_order_seq_cst);
  io_.wait(limit);
  wait_limit_.store(nobody_waits, std::memory_order_seq_cst);
}

void worker_pool::wake_one() noexcept {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (searching_.load(std::memory_order_relaxed) != 0)
    return; // it looks again before it sleeps, and wakes another if it finds more than one job
  // A worker on its semaphore is preferred to the one in the loop, which comes back by itself for events.
  std::uint64_t sleeping = sleeping_.load(std::memory_order_relaxed);
  while (sleeping != 0) {
    const auto chosen = static_cast<std::size_t>(std::countr_zero(sleeping));
    const std::uint64_t bit = std::uint64_t{1} << chosen;
    if ((sleeping_.fetch_and(~bit, std::memory_order_acq_rel) & bit) != 0) return workers_[chosen]->wake.release();
    sleeping = sleeping_.load(std::memory_order_relaxed);
  }
  loop expected = loop::waited;
  if (loop_.load(std::memory_order_relaxed) == expected &&
      loop_.compare_exchange_strong(expected, loop::called, std::memory_order_acq_rel, std::memory_order_relaxed))
    io_.interrupt();
}

void worker_pool::quiesce() {
  // A pass that was counted but is not visible yet would be taken for one that came since: have all be visible, or wait for one more.
  const std::uint64_t passes_needed = fence_all_threads() ? 1 : 2;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    worker& w = *workers_[i];
    const std::uint64_t before = w.passes.load(std::memory_order_acquire);
    const std::uint64_t bit = std::uint64_t{1} << i;
    while (w.passes.load(std::memory_order_acquire) - before < passes_needed &&
           (sleeping_.load(std::memory_order_acquire) & bit) == 0) {
      // The one in the loop may be in a handler: have it come out.
      loop expected = loop::waited;
      if (w.in_loop.load(std::memory_order_acquire) &&
          loop_.compare_exchange_strong(expected, loop::called, std::memory_order_acq_rel, std::memory_order_relaxed))
        io_.interrupt();
      std::this_thread::yield();
    }
  }
  const std::lock_guard lock{watching_};
}

// -- the fallback thread ----------------------------------------------------------------------------------------------------------------------

// A worker first counts a pass, then looks whether the fallback thread sleeps; that one first says that it sleeps, then looks at the passes once more. The full fence that
// the worker would need between the two is on the other side: `fence_all_threads` has every thread of the program make one.
void worker_pool::rouse_watchdog() noexcept {
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (!watchdog_sleeps_.load(std::memory_order_relaxed) || !watchdog_sleeps_.exchange(false)) return;
  const std::lock_guard lock{watching_};
  roused_.notify_one();
}

void worker_pool::stop_watching() noexcept {
  watchdog_.request_stop();
  if (watchdog_.joinable()) watchdog_.join();
}

// Sleeps while no worker moves; else looks every period whether some job holds its worker.
void worker_pool::watch(const std::stop_token& stop) {
  std::unique_lock lock{watching_};
  while (!stop.stop_requested()) {
    if (!watch_once()) {
      watchdog_sleeps_.store(true, std::memory_order_seq_cst);
      const bool fenced = fence_all_threads();
      const auto roused = [this] { return !watchdog_sleeps_.load(); };
      if (watch_once()) {
        // a worker moved meanwhile
      } else if (fenced) {
        roused_.wait(lock, stop, roused);
      } else {
        roused_.wait_for(lock, stop, unfenced_sleep, roused);
      }
      watchdog_sleeps_.store(false, std::memory_order_relaxed);
    }
    roused_.wait_for(lock, stop, watch_period, [] { return false; });
  }
}

// True while there is something to watch.
bool worker_pool::watch_once() {
  bool any_moved = false;
  std::size_t held = 0;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const std::uint64_t before = sights_[i].passes;
    held += is_held(i) ? 1 : 0;
    any_moved |= before != sights_[i].passes;
  }
  if (held == workers_.size()) poll();
  // What waits while somebody is held is for those that sleep; one of them goes into the I/O loop if nobody is there.
  if (held != 0 && (anything_queued() || loop_.load(std::memory_order_seq_cst) == loop::free)) wake_one();
  return any_moved || held != 0;
}

// Whether worker @p i runs the same job as when we last looked.
bool worker_pool::is_held(std::size_t i) {
  worker& w = *workers_[i];
  sight& seen = sights_[i];
  const std::uint64_t passes = w.passes.load(std::memory_order_seq_cst);
  caf::resumable* const job = w.running.load(std::memory_order_relaxed);
  if (passes != seen.passes || job == nullptr) {
    seen = {passes, 0};
    return false;
  }
  ++seen.periods_held;
  // What it woke to run next is for others to take.
  if (w.woken.load(std::memory_order_relaxed) != nullptr) wake_one();
  if (held_) held_(i, job, seen.periods_held * watch_period);
  return true;
}

} // namespace agner::internal
