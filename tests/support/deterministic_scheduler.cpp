// SPDX-License-Identifier: Apache-2.0

#include "deterministic_scheduler.hpp"

#include <stdexcept>

#include <agner/runtime/process_core.hpp>

namespace agner::test {

using internal::process_core;

namespace {
// Turns are short, so that processes interleave in many ways.
constexpr std::uint64_t reductions_max = 30;
// Of so many turns one is for a process of low priority, while others want theirs.
constexpr std::uint64_t low_turn = 8;
// How long, in real time, a descriptor may take before the clock moves on to the next timer.
constexpr std::chrono::milliseconds descriptor_patience{50};
} // namespace

void deterministic_scheduler::enqueue(process_core& woken) noexcept {
  switch (woken.priority()) {
  case priority_level::low: return low_.push_back(&woken);
  case priority_level::normal: return runnable_.push_back(&woken);
  case priority_level::high: return high_.push_back(&woken);
  case priority_level::max: return max_.push_back(&woken);
  }
}

process_core* deterministic_scheduler::choose() {
  const bool low_has_its_turn = !low_.empty() && (runnable_.empty() || random_() % low_turn == 0);
  auto& from = !max_.empty() ? max_ : !high_.empty() ? high_ : low_has_its_turn ? low_ : runnable_;
  if (from.empty()) return nullptr;
  std::swap(from[random_() % from.size()], from.back());
  process_core* const chosen = from.back();
  from.pop_back();
  return chosen;
}

bool deterministic_scheduler::step() {
  process_core* const chosen = choose();
  if (chosen == nullptr) return false;
  if (chosen->run(static_cast<int>(1 + random_() % reductions_max)) == process_core::turn::yielded) enqueue(*chosen);
  return true;
}

bool deterministic_scheduler::fire_and_poll() {
  const bool fired = timers_.fire();
  return (io_.busy() && io_.poll() != 0) || fired;
}

void deterministic_scheduler::run_until_idle() {
  while (step() || fire_and_poll()) {
  }
}

void deterministic_scheduler::advance(clock::duration by) {
  const clock::time_point target = clock_.now() + by;
  run_until_idle();
  for (auto at = timers_.next(); at && *at <= target; at = timers_.next()) {
    clock_.advance_to(*at);
    run_until_idle();
  }
  clock_.advance_to(target);
  run_until_idle();
}

void deterministic_scheduler::wait_until(bool (*done)(void*), void* context) {
  while (!done(context))
    if (!step() && !fire_and_poll() && !wait_for_event())
      throw std::logic_error{"every process waits, and no timer or descriptor will wake one"};
}

bool deterministic_scheduler::wait_for_event() {
  const auto timer = timers_.next();
  if (io_.busy()) {
    if (timer)
      io_.wait(std::chrono::steady_clock::now() + descriptor_patience);
    else
      io_.wait(std::nullopt);
    if (!runnable_.empty() || !max_.empty() || !high_.empty() || !low_.empty() || !timer) return true;
  }
  if (!timer) return false;
  clock_.advance_to(*timer);
  return true;
}

} // namespace agner::test
