// SPDX-License-Identifier: Apache-2.0

#include "guest_scheduler.hpp"

#include <caf/scheduler/abstract_coordinator.hpp>

#include <algorithm>
#include <bit>
#include <limits>

#include "process_actor.hpp"
#include "thread_state.hpp"

namespace agner::internal {

namespace {

constexpr std::size_t pumps_max = 64; // a bit each
// So many processes run before CAF's actors have their turn, and before the driver thread looks at timers and I/O.
constexpr int processes_per_turn = 32;
// So many turns of others a process of low priority is passed over. @source OTP 25 erl_process.c, RESCHEDULE_LOW
constexpr std::uint32_t passes_of_low = 8;

constexpr clock::rep nobody_waits = std::numeric_limits<clock::rep>::min();
constexpr clock::rep waits_for_ever = std::numeric_limits<clock::rep>::max();

} // namespace

// -- running processes ------------------------------------------------------------------------------------------------------------------------

caf::resumable* guest_jobs::pop() noexcept {
  using enum priority_level;
  const auto from = [this](priority_level level) -> caf::resumable* {
    run_queue& queue = queues[static_cast<std::size_t>(level)];
    return queue.size() == 0 ? nullptr
                             : queue.pop(); // whoever queued looks for a pump, or wakes the driver, after that
  };
  if (caf::resumable* job = from(max)) return job;
  if (caf::resumable* job = from(high)) return job;
  if (passed_over.fetch_add(1, std::memory_order_relaxed) >= passes_of_low) {
    passed_over.store(0, std::memory_order_relaxed);
    if (caf::resumable* job = from(low)) return job;
  }
  if (caf::resumable* job = from(normal)) return job;
  return from(low);
}

bool guest_jobs::empty() const noexcept {
  return std::ranges::all_of(queues, [](const run_queue& each) { return each.size() == 0; });
}

bool guest_jobs::run_one(scheduler* home, std::size_t at) {
  place& here = places[at];
  here.busy.store(true, std::memory_order_seq_cst);
  caf::resumable* const job = pop();
  if (job != nullptr) {
    thread_state& mark = this_thread();
    const thread_state before = mark;
    mark.home = home;
    mark.worker = at;
    if (job->resume(nullptr, 0) == caf::resumable::resume_later) push(job, priority_level::normal);
    this_thread() = before;
  }
  here.passes.fetch_add(1, std::memory_order_release);
  here.busy.store(false, std::memory_order_release);
  return job != nullptr;
}

guest_pump::resume_result guest_pump::resume(caf::execution_unit*, std::size_t) {
  const std::uint64_t bit = std::uint64_t{1} << index_;
  for (int left = processes_per_turn; left > 0; --left) {
    if (jobs_->run_one(home_, index_)) continue;
    // First say that nobody comes, then look once more: whoever queues does the reverse. From here on this pump may already run elsewhere.
    jobs_->idle.fetch_or(bit, std::memory_order_seq_cst);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (jobs_->empty()) return awaiting_message;
    if ((jobs_->idle.fetch_and(~bit, std::memory_order_acq_rel) & bit) == 0) return awaiting_message;
  }
  return resume_later;
}

// -- the host ---------------------------------------------------------------------------------------------------------------------------------

// Sits on an actor that every actor_system ends before it stops its workers.
class guest_scheduler::host_watch final : public caf::attachable {
public:
  static constexpr std::size_t token_type = 0x61676e65; // no number of CAF's

  explicit host_watch(std::shared_ptr<host_access> host) : host_(std::move(host)) {}

  void actor_exited(const caf::error&, caf::execution_unit*) override {
    const std::unique_lock gone{host_->mutex};
    host_->system = nullptr;
    if (host_->guest == nullptr) return;
    host_->guest->hosted_.store(false, std::memory_order_seq_cst);
    host_->guest->io_.interrupt();
  }
  bool matches(const token& what) override { return what.subtype == token_type && what.ptr == this; }

private:
  std::shared_ptr<host_access> host_;
};

guest_scheduler::guest_scheduler(caf::actor_system& host)
    : jobs_(std::make_shared<guest_jobs>(std::clamp<std::size_t>(host.scheduler().num_workers(), 1, pumps_max))),
      timers_(jobs_->places.size() + 1, clock::steady(), [this](clock::time_point at) { timer_started(at); }),
      wait_limit_(nobody_waits),
      host_(std::make_shared<host_access>()) {
  for (std::size_t i = 0; i + 1 < jobs_->places.size(); ++i) {
    pumps_.emplace_back(new guest_pump(jobs_, this, i), false);
    jobs_->idle.fetch_or(std::uint64_t{1} << i);
  }
  host_->system = &host;
  host_->guest = this;
  driver_ = std::jthread{[this](const std::stop_token& stop) { drive(stop); }};
  auto watch = std::make_unique<host_watch>(host_);
  watch_ = watch.get();
  watched_ = caf::weak_actor_ptr{host.config_serv().get()};
  host.config_serv()->get()->attach(std::move(watch));
}

guest_scheduler::~guest_scheduler() {
  driver_.request_stop();
  io_.interrupt();
  driver_.join();
  {
    const std::unique_lock leaving{host_->mutex};
    host_->guest = nullptr;
  }
  if (const caf::strong_actor_ptr on = watched_.lock())
    on->get()->detach(caf::attachable::token{host_watch::token_type, watch_});
}

void guest_scheduler::enqueue(process_core& woken) noexcept {
  jobs_->push(static_cast<process_actor*>(&woken), woken.priority());
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (hosted())
    lend();
  else
    io_.interrupt();
}

// Gives a pump that is idle, if there is one, to CAF's scheduler.
void guest_scheduler::lend() noexcept {
  std::uint64_t idle = jobs_->idle.load(std::memory_order_relaxed);
  while (idle != 0) {
    const auto chosen = static_cast<std::size_t>(std::countr_zero(idle));
    const std::uint64_t bit = std::uint64_t{1} << chosen;
    if ((jobs_->idle.fetch_and(~bit, std::memory_order_acq_rel) & bit) == 0) {
      idle = jobs_->idle.load(std::memory_order_relaxed);
      continue;
    }
    const std::shared_lock using_host{host_->mutex};
    if (host_->system == nullptr) return io_.interrupt();
    intrusive_ptr_add_ref(pumps_[chosen].get()); // given up by the worker that ran it
    return host_->system->scheduler().enqueue(pumps_[chosen].get());
  }
}

// -- timers and I/O ---------------------------------------------------------------------------------------------------------------------------

void guest_scheduler::timer_started(clock::time_point at) noexcept {
  const clock::rep due = at.time_since_epoch().count();
  clock::rep limit = wait_limit_.load(std::memory_order_seq_cst);
  while (due < limit)
    if (wait_limit_.compare_exchange_weak(limit, due, std::memory_order_seq_cst)) return io_.interrupt();
}

void guest_scheduler::wait_for_events() {
  // Published before the timers are read: whoever starts one after that sees the limit and interrupts.
  wait_limit_.store(waits_for_ever, std::memory_order_seq_cst);
  const auto limit = timers_.next();
  if (limit) wait_limit_.store(limit->time_since_epoch().count(), std::memory_order_seq_cst);
  io_.wait(limit);
  wait_limit_.store(nobody_waits, std::memory_order_seq_cst);
}

// Runs timers and handlers, and processes too once the host is gone: whoever queues one then interrupts the wait.
void guest_scheduler::drive(const std::stop_token& stop) {
  const std::size_t me = jobs_->places.size() - 1;
  guest_jobs::place& here = jobs_->places[me];
  while (!stop.stop_requested()) {
    int left = processes_per_turn;
    while (!hosted() && left > 0 && jobs_->run_one(this, me))
      --left;
    here.busy.store(true, std::memory_order_seq_cst);
    if (left == 0)
      io_.poll();
    else
      wait_for_events();
    timers_.fire();
    here.passes.fetch_add(1, std::memory_order_release);
    here.busy.store(false, std::memory_order_release);
  }
}

void guest_scheduler::quiesce() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  for (guest_jobs::place& at : jobs_->places) {
    const std::uint64_t before = at.passes.load(std::memory_order_acquire);
    while (at.busy.load(std::memory_order_acquire) && at.passes.load(std::memory_order_acquire) == before) {
      if (&at == &jobs_->places.back()) io_.interrupt(); // it may be waiting
      std::this_thread::yield();
    }
  }
}

void guest_scheduler::wait_until(bool (*done)(void*), void* context) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return done(context); });
}

void guest_scheduler::wake_waiters() noexcept {
  const std::lock_guard lock{mutex_};
  changed_.notify_all();
}

} // namespace agner::internal

namespace agner {

std::shared_ptr<scheduler> scheduler::on(caf::actor_system& system) {
  return std::make_shared<internal::guest_scheduler>(system);
}

} // namespace agner
