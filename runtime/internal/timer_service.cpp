// SPDX-License-Identifier: Apache-2.0

#include "timer_service.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>
#include <utility>

#include "../node.hpp"
#include "../signal.hpp"
#include "../term_builders.hpp"
#include "thread_state.hpp"
#include "timer_shard.hpp"

namespace agner::internal {

namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t generation_mask = 0xff'ffffU;

timer_id id_of(const timer_shard& shard, const timer& t) noexcept {
  return std::uint64_t{shard.index + 1} << 56U | (t.generation & generation_mask) << 32U | t.slot;
}

milliseconds left_of(const timer& t, clock::time_point now) noexcept {
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(t.at - now));
}

} // namespace

timer_service::timer_service(std::size_t shards, const clock& time, std::function<void(clock::time_point)> earlier)
    : time_(time), origin_(time.now()), earlier_(std::move(earlier)) {
  for (std::size_t i = 0; i < shards; ++i)
    shards_.push_back(std::make_unique<timer_shard>(i));
}

timer_service::~timer_service() = default;

timer_shard& timer_service::own() const noexcept {
  const thread_state& here = this_thread();
  return *shards_[here.home != nullptr && here.worker + 1 < shards_.size() ? here.worker : shards_.size() - 1];
}

// The first tick at which @p at has passed: a timer never fires early.
std::uint64_t timer_service::tick_of(clock::time_point at) const noexcept {
  if (at <= origin_) return 0;
  return static_cast<std::uint64_t>(std::chrono::ceil<milliseconds>(at - origin_).count());
}

// -- starting -------------------------------------------------------------------------------------------------------------------------------

timer_id timer_service::start_timeout(clock::time_point at, const pid& to, std::uint64_t number) {
  timer_shard& s = own();
  timer_id id = 0;
  {
    const std::lock_guard lock{s.mutex};
    timer& t = s[s.add(tick_of(at), 0)];
    t.to = to;
    t.number = number;
    t.at = at;
    t.what = timer::kind::timeout;
    s.publish_next();
    id = id_of(s, t);
  }
  if (earlier_) earlier_(at);
  return id;
}

reference timer_service::start_message(clock::time_point at, incarnation on, const term& to, term message,
                                       timer_message form) {
  timer_shard& s = own();
  const auto process = to.to_pid();
  reference ref;
  {
    const std::lock_guard lock{s.mutex};
    timer& t = s[s.add(tick_of(at), process ? process->id : 0)];
    t.on = on;
    t.to = to;
    t.message = std::move(message);
    t.at = at;
    t.what = form == timer_message::wrapped ? timer::kind::wrapped : timer::kind::message;
    s.publish_next();
    ref = s.reference_of(t);
  }
  if (earlier_) earlier_(at);
  return ref;
}

// -- cancelling -----------------------------------------------------------------------------------------------------------------------------

void timer_service::cancel(timer_id which) noexcept {
  if (which == 0) return;
  timer_shard& s = *shards_[(which >> 56U) - 1];
  const auto slot = static_cast<timer_shard::handle>(which);
  const std::lock_guard lock{s.mutex};
  const timer& t = s[slot];
  if (t.what != timer::kind::timeout || (t.generation & generation_mask) != (which >> 32U & generation_mask)) return;
  s.remove(slot);
  s.publish_next();
}

timer_shard* timer_service::shard_of(const reference& timer) const noexcept {
  const auto index = timer_shard::shard_in(timer);
  return index && *index < shards_.size() ? shards_[*index].get() : nullptr;
}

std::optional<milliseconds> timer_service::cancel(const reference& ref) noexcept {
  timer_shard* const s = shard_of(ref);
  if (s == nullptr) return std::nullopt;
  timer gone; // its message is destroyed without the lock
  {
    const std::lock_guard lock{s->mutex};
    const auto which = s->find(ref);
    if (!which) return std::nullopt;
    gone = s->remove(*which);
    s->publish_next();
  }
  return left_of(gone, time_.now());
}

std::optional<milliseconds> timer_service::left(const reference& ref) const noexcept {
  const timer_shard* const s = shard_of(ref);
  if (s == nullptr) return std::nullopt;
  const std::lock_guard lock{s->mutex};
  const auto which = s->find(ref);
  return which ? std::optional{left_of((*s)[*which], time_.now())} : std::nullopt;
}

void timer_service::forget(const pid& ended) noexcept {
  const term to{ended};
  for (const auto& s : shards_)
    for (bool more = true; more;) {
      std::array<timer, 32> gone; // their messages are destroyed without the lock
      std::size_t count = 0;
      const std::lock_guard lock{s->mutex};
      for (auto which = s->of_process(ended.id); which != timer_shard::none && count < gone.size();) {
        const auto following = (*s)[which].next_to_same;
        if ((*s)[which].to == to) gone[count++] = s->remove(which);
        which = following;
      }
      s->publish_next();
      more = count == gone.size();
    }
}

// -- firing ---------------------------------------------------------------------------------------------------------------------------------

// The shard that has the earliest tick, none after @p until.
timer_shard* timer_service::earliest(std::uint64_t until) const noexcept {
  timer_shard* first = nullptr;
  for (const auto& s : shards_) {
    const std::uint64_t tick = s->next_tick.load(std::memory_order_relaxed);
    if (tick > until || tick == timer_shard::never) continue;
    first = s.get();
    until = tick == 0 ? 0 : tick - 1;
    if (tick == 0) break;
  }
  return first;
}

bool timer_service::fire() {
  if (earliest(timer_shard::never) == nullptr) return false; // most often: the clock need not be asked
  const auto now = static_cast<std::uint64_t>(std::chrono::floor<milliseconds>(time_.now() - origin_).count());
  if (earliest(now) == nullptr || firing_.exchange(true, std::memory_order_acquire)) return false;
  std::size_t count = 0;
  while (count < fired_at_once_max) {
    timer_shard* const s = earliest(now);
    if (s == nullptr) break;
    {
      const std::lock_guard lock{s->mutex};
      const std::uint64_t tick = s->next_tick.load(std::memory_order_relaxed);
      if (tick > now) continue; // cancelled meanwhile
      s->advance(tick, fired_at_once_max - count, fired_);
      s->publish_next();
    }
    count += fired_.size();
    for (timer& t : fired_)
      deliver(*s, t);
    fired_.clear();
  }
  firing_.store(false, std::memory_order_release);
  return count != 0;
}

void timer_service::deliver(const timer_shard& from, timer& fired) const {
  if (fired.what == timer::kind::timeout) {
    const auto to = *fired.to.to_pid();
    if (node* on = node::local(to.home)) {
      signal* s = new_signal(signal_kind::timeout);
      s->number = fired.number;
      on->push(to, s);
    }
    return;
  }
  node* const on = node::local(fired.on);
  if (on == nullptr) return;
  if (fired.what == timer::kind::wrapped)
    fired.message = tuple("timeout"_atom, from.reference_of(fired), std::move(fired.message));
  on->send(fired.to, std::move(fired.message));
}

// -- looking --------------------------------------------------------------------------------------------------------------------------------

std::optional<clock::time_point> timer_service::next() const noexcept {
  std::uint64_t earliest = timer_shard::never;
  for (const auto& s : shards_)
    earliest = std::min(earliest, s->next_tick.load(std::memory_order_seq_cst));
  if (earliest == timer_shard::never) return std::nullopt;
  return origin_ + milliseconds{earliest};
}

std::size_t timer_service::pending() const noexcept {
  std::size_t total = 0;
  for (const auto& s : shards_) {
    const std::lock_guard lock{s->mutex};
    total += s->pending();
  }
  return total;
}

} // namespace agner::internal
