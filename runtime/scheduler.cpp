// SPDX-License-Identifier: Apache-2.0
// CAF's actor_system with our policy, as a scheduler.

#include "scheduler.hpp"

#include <sched.h>

#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/logger.hpp>

// CAF's worker tells CAF's logger, before and after every job, which actor runs: a dynamic_cast and two walks through a table under a lock, a third of the time of a
// message there and back. Nothing of ours writes to that logger, so the worker template, which is instantiated here alone, is told not to. docs/performance.md has the figures.
#undef CAF_PUSH_AID_FROM_PTR
#define CAF_PUSH_AID_FROM_PTR(job) static_cast<void>(0)

#include <caf/scheduler/coordinator.hpp>

#include <condition_variable>
#include <mutex>
#include <vector>

#include "error.hpp"
#include "internal/label_table.hpp"
#include "internal/name_registry.hpp"
#include "internal/process_actor.hpp"
#include "internal/worker_policy.hpp"
#include "internal/worker_pool.hpp"
#include "log.hpp"
#include "node.hpp"
#include "term_builders.hpp"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

// Debian's libcaf is not instrumented: the sanitizer does not see that the last reference to an actor is given up after all others, and takes its destruction for a race
// with whoever ran it. This takes the place of libcaf's own function, the same but seen. @source CAF 0.17.6 actor_control_block.cpp
namespace caf {

void intrusive_ptr_release(actor_control_block* x) {
  if (x->strong_refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  x->data_dtor(x->get());
  intrusive_ptr_release_weak(x);
}

} // namespace caf

#endif
#endif

namespace agner {

namespace internal {

namespace {

// What a coordinator that CAF makes needs to know; carried by the configuration, the one thing of ours that it can reach.
class scheduler_config : public caf::actor_system_config {
public:
  scheduler_config(worker_pool& pool_of, scheduler& home_of) : pool(pool_of), home(home_of) {
    set("scheduler.max-threads", static_cast<std::size_t>(pool.size()));
    module_factories.emplace_back([](caf::actor_system& system) -> caf::actor_system::module* {
      return new caf::scheduler::coordinator<worker_policy>(system);
    });
  }
  worker_pool& pool;
  scheduler& home;
};

} // namespace

worker_policy::coordinator_data::coordinator_data(caf::scheduler::abstract_coordinator* self) {
  const auto& config = static_cast<const scheduler_config&>(self->system().config());
  pool = &config.pool;
  home = &config.home;
}

} // namespace internal

namespace {

using namespace std::chrono_literals;

constexpr std::size_t workers_max = 64; // a bit each in worker_pool

std::size_t processors() noexcept {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::size_t>(CPU_COUNT(&set));
}

std::size_t worker_count(const scheduler_options& options) {
  if (options.workers > workers_max) raise_error("badarg"_atom);
  return std::min(options.workers == 0 ? processors() : options.workers, workers_max);
}

// What to call a process: its registered name, else its label, with its pid, or the pid alone.
term name_of(node& on, const pid& who) {
  if (const auto name = on.names().name_of(who)) return tuple(*name, who);
  const auto label = on.service<internal::label_table>().find(who);
  return label ? tuple(*label, who) : term{who};
}

/// Reports who holds a worker, to the log and to whoever asked the node.
class long_schedule_report {
public:
  explicit long_schedule_report(std::chrono::milliseconds limit) : limit_(limit) {}

  void operator()(std::size_t worker, caf::resumable* job, std::chrono::milliseconds held_for) const {
    // The job may end while we look; its memory stays (process_actor.hpp), so at worst the name is that of its successor.
    if (job->subtype() != caf::resumable::function_object) return;
    const auto* const p = dynamic_cast<internal::process_actor*>(job);
    if (p == nullptr) return;
    if (reached(limit_, held_for))
      log::warning("long_schedule: process ~p holds worker ~p", name_of(p->home(), p->self()), worker);
    const auto monitor = p->home().system_monitor();
    if (monitor && monitor->to != p->self() && reached(monitor->long_schedule.value_or(0ms), held_for))
      p->home().send(monitor->to, message(p->home(), p->self(), held_for));
  }

private:
  // With this period and not with one before.
  static bool reached(std::chrono::milliseconds limit, std::chrono::milliseconds held_for) {
    return limit > 0ms && limit <= held_for && held_for - internal::worker_pool::watch_period < limit;
  }
  static term message(node& on, const pid& who, std::chrono::milliseconds held_for) {
    std::vector<term> info{tuple("timeout"_atom, std::int64_t{held_for.count()}), tuple("in"_atom, "undefined"_atom),
                           tuple("out"_atom, "undefined"_atom)};
    if (const auto name = on.names().name_of(who)) info.push_back(tuple("registered_name"_atom, *name));
    if (auto label = on.service<internal::label_table>().find(who))
      info.push_back(tuple("label"_atom, *std::move(label)));
    return tuple("monitor"_atom, who, "long_schedule"_atom, list_of(std::move(info)));
  }

  std::chrono::milliseconds limit_;
};

class caf_scheduler final : public scheduler {
public:
  explicit caf_scheduler(const scheduler_options& options)
      : pool_(worker_count(options), long_schedule_report{options.long_schedule}),
        config_(pool_, *this),
        system_(config_) {}

  ~caf_scheduler() override { pool_.stop_watching(); } // it looks at jobs of the workers, which stop next
  caf_scheduler(const caf_scheduler&) = delete;
  caf_scheduler& operator=(const caf_scheduler&) = delete;

  void enqueue(internal::process_core& woken) noexcept override {
    auto* job = static_cast<internal::process_actor*>(&woken);
    const internal::thread_state& here = internal::this_thread();
    if (woken.priority() != priority_level::normal) [[unlikely]]
      pool_.push_prioritised(here.home == this ? here.worker : pool_.size(), woken.priority(), job);
    else if (here.home == this)
      pool_.push_woken(here.worker, job);
    else
      pool_.push_external(job);
  }
  [[nodiscard]] const clock& time() const noexcept override { return clock::steady(); }
  internal::timer_service& timers() noexcept override { return pool_.timers(); }
  internal::io_driver& io() noexcept override { return pool_.io(); }
  void quiesce() override { pool_.quiesce(); }
  void* caf_system() noexcept override { return &system_; }

  void wait_until(bool (*done)(void*), void* context) override {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return done(context); });
  }
  void wake_waiters() noexcept override {
    const std::lock_guard lock{mutex_};
    changed_.notify_all();
  }

private:
  internal::worker_pool pool_;
  internal::scheduler_config config_;
  caf::actor_system system_;
  std::mutex mutex_; // orders changes with waits
  std::condition_variable changed_;
};

} // namespace

std::shared_ptr<scheduler> scheduler::start(const scheduler_options& options) {
  return std::make_shared<caf_scheduler>(options);
}

std::shared_ptr<scheduler> scheduler::process_wide() {
  static std::mutex mutex;
  static std::weak_ptr<scheduler> shared;
  const std::lock_guard lock{mutex};
  auto running = shared.lock();
  if (!running) shared = running = start();
  return running;
}

} // namespace agner
