// SPDX-License-Identifier: Apache-2.0

#include "timer_service.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

#include "../node.hpp"
#include "../signal.hpp"
#include "term_layout.hpp"
#include "thread_state.hpp"
#include "timer_wheel.hpp"

namespace agner::internal {

namespace {

using std::chrono::milliseconds;

struct timer {
  incarnation on; // whose names `to` is looked up in
  term to;
  term message;
  std::uint64_t number = 0; // of a timeout; for a message timer the unique part of its reference
  clock::time_point at;
  std::uint32_t generation = 1;
  bool is_timeout = false;
  bool active = false;
};

constexpr std::uint64_t never = UINT64_MAX;
constexpr std::uint32_t shard_mark =
    0x8000'0000U; // third word of a timer's reference: mark and shard; an alias has 1 + its slot, far below

std::uint64_t unique_of(const reference& ref) noexcept { return term_access::payload(ref.as_term()); }

timer_id id_of(std::size_t shard, std::uint32_t generation, std::uint32_t slot) noexcept {
  return std::uint64_t{shard + 1} << 56U | std::uint64_t{generation & 0xff'ffffU} << 32U | slot;
}

// Erlang forgets the timers of a process with it; ours stay until they are due, but nobody sees that.
std::optional<milliseconds> left_of(const timer& t, clock::time_point now) noexcept {
  if (const auto to = t.to.to_pid()) {
    const node* const on = node::local(to->home);
    if (on == nullptr || !on->is_alive(*to)) return std::nullopt;
  }
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(t.at - now));
}

void deliver(timer& fired) {
  if (fired.is_timeout) {
    const auto to = *fired.to.to_pid();
    if (node* on = node::local(to.home)) {
      signal* s = new_signal(signal_kind::timeout);
      s->number = fired.number;
      on->push(to, s);
    }
    return;
  }
  if (node* on = node::local(fired.on)) on->send(fired.to, std::move(fired.message));
}

} // namespace

struct timer_service::shard {
  explicit shard(std::size_t number) : index(number), wheel(0) {}

  std::uint32_t allocate() {
    if (!free.empty()) {
      const std::uint32_t slot = free.back();
      free.pop_back();
      return slot;
    }
    timers.emplace_back();
    return static_cast<std::uint32_t>(timers.size() - 1);
  }
  timer release(std::uint32_t slot) {
    timer gone = std::move(timers[slot]);
    timers[slot] = timer{};
    timers[slot].generation = gone.generation + 1;
    if (!gone.is_timeout) by_reference.erase(gone.number);
    free.push_back(slot);
    return gone;
  }
  [[nodiscard]] std::optional<std::uint32_t> find(const reference& timer) const noexcept {
    const auto found = by_reference.find(unique_of(timer));
    if (found == by_reference.end() || timers[found->second].on != timer.home()) return std::nullopt;
    return found->second;
  }
  void publish_next() noexcept { next_tick.store(wheel.next().value_or(never), std::memory_order_seq_cst); }

  const std::size_t index;
  mutable std::mutex mutex; // guards all below but next_tick
  timer_wheel wheel;
  std::vector<timer> timers;
  std::vector<std::uint32_t> free;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> by_reference;
  std::atomic<std::uint64_t> next_tick{never};
};

timer_service::timer_service(std::size_t shards, const clock& time, std::function<void(clock::time_point)> earlier)
    : time_(time), origin_(time.now()), earlier_(std::move(earlier)) {
  for (std::size_t i = 0; i < shards; ++i)
    shards_.push_back(std::make_unique<shard>(i));
}

timer_service::~timer_service() = default;

timer_service::shard& timer_service::own() const noexcept {
  const thread_state& here = this_thread();
  return *shards_[here.home != nullptr && here.worker + 1 < shards_.size() ? here.worker : shards_.size() - 1];
}

// The first tick at which @p at has passed: a timer never fires early.
std::uint64_t timer_service::tick_of(clock::time_point at) const noexcept {
  if (at <= origin_) return 0;
  return static_cast<std::uint64_t>(std::chrono::ceil<milliseconds>(at - origin_).count());
}

timer_id timer_service::start_timeout(clock::time_point at, const pid& to, std::uint64_t number) {
  shard& s = own();
  timer_id id = 0;
  {
    const std::lock_guard lock{s.mutex};
    const std::uint32_t slot = s.allocate();
    timer& t = s.timers[slot];
    t.to = to;
    t.number = number;
    t.at = at;
    t.is_timeout = true;
    t.active = true;
    s.wheel.insert(slot, tick_of(at));
    s.publish_next();
    id = id_of(s.index, t.generation, slot);
  }
  if (earlier_) earlier_(at);
  return id;
}

reference timer_service::make_reference(const reference& unique) const {
  return reference{unique_of(unique), shard_mark | static_cast<std::uint32_t>(own().index), unique.home()};
}

void timer_service::start_message(clock::time_point at, incarnation on, const term& to, term message,
                                  const reference& ref) {
  shard& s = *shards_.at(term_access::aux(ref.as_term()) & ~shard_mark);
  {
    const std::lock_guard lock{s.mutex};
    const std::uint32_t slot = s.allocate();
    timer& t = s.timers[slot];
    t.on = on;
    t.to = to;
    t.message = std::move(message);
    t.number = unique_of(ref);
    t.at = at;
    t.active = true;
    s.by_reference.emplace(t.number, slot);
    s.wheel.insert(slot, tick_of(at));
    s.publish_next();
  }
  if (earlier_) earlier_(at);
}

void timer_service::cancel(timer_id which) noexcept {
  if (which == 0) return;
  shard& s = *shards_[(which >> 56U) - 1];
  const auto slot = static_cast<std::uint32_t>(which);
  const std::lock_guard lock{s.mutex};
  const timer& t = s.timers[slot];
  if (!t.active || (t.generation & 0xff'ffffU) != (which >> 32U & 0xff'ffffU)) return;
  s.wheel.remove(slot);
  s.release(slot);
  s.publish_next();
}

timer_service::shard* timer_service::shard_of(const reference& timer) const noexcept {
  const std::uint32_t third = term_access::aux(timer.as_term());
  const std::size_t index = third & ~shard_mark;
  return (third & shard_mark) != 0 && index < shards_.size() ? shards_[index].get() : nullptr;
}

std::optional<milliseconds> timer_service::cancel(const reference& ref) noexcept {
  shard* const s = shard_of(ref);
  if (s == nullptr) return std::nullopt;
  timer gone;
  {
    const std::lock_guard lock{s->mutex};
    const auto slot = s->find(ref);
    if (!slot) return std::nullopt;
    s->wheel.remove(*slot);
    gone = s->release(*slot);
    s->publish_next();
  }
  return left_of(gone, time_.now());
}

std::optional<milliseconds> timer_service::left(const reference& ref) const noexcept {
  const shard* const s = shard_of(ref);
  if (s == nullptr) return std::nullopt;
  const std::lock_guard lock{s->mutex};
  const auto slot = s->find(ref);
  return slot ? left_of(s->timers[*slot], time_.now()) : std::nullopt;
}

bool timer_service::fire() {
  const auto now = static_cast<std::uint64_t>(std::chrono::floor<milliseconds>(time_.now() - origin_).count());
  bool any = false;
  for (const auto& s : shards_)
    any |= s->next_tick.load(std::memory_order_relaxed) <= now && fire(*s, now);
  return any;
}

bool timer_service::fire(shard& s, std::uint64_t now) {
  std::vector<timer> fired;
  {
    const std::lock_guard lock{s.mutex};
    std::vector<timer_wheel::handle> due;
    s.wheel.advance(now, due);
    fired.reserve(due.size());
    for (const auto slot : due)
      fired.push_back(s.release(slot));
    s.publish_next();
  }
  for (timer& t : fired)
    deliver(t);
  return !fired.empty();
}

std::optional<clock::time_point> timer_service::next() const noexcept {
  std::uint64_t earliest = never;
  for (const auto& s : shards_)
    earliest = std::min(earliest, s->next_tick.load(std::memory_order_seq_cst));
  if (earliest == never) return std::nullopt;
  return origin_ + milliseconds{earliest};
}

std::size_t timer_service::pending() const noexcept {
  std::size_t total = 0;
  for (const auto& s : shards_) {
    const std::lock_guard lock{s->mutex};
    total += s->timers.size() - s->free.size();
  }
  return total;
}

} // namespace agner::internal
