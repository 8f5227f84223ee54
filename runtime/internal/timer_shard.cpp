// SPDX-License-Identifier: Apache-2.0

#include "timer_shard.hpp"

#include <utility>

#include "../error.hpp"
#include "term_layout.hpp"

namespace agner::internal {

namespace {

// The third word of a timer's reference: a mark, 7 bits of shard, 24 of slot. An alias has 1 + its slot there, far below the mark.
constexpr std::uint32_t mark = 0x8000'0000U;
constexpr unsigned shard_shift = 24;
constexpr std::uint32_t slot_mask = (1U << shard_shift) - 1;

// The first two words: how often the slot was used. The first word of a reference of three has 18 bits on the wire. @source OTP 25 erl_ext_dist, NEW_REFERENCE_EXT
constexpr unsigned first_word_bits = 18;

constexpr std::uint64_t words_of(std::uint64_t generation) noexcept {
  return generation >> first_word_bits << 32U | (generation & ((1U << first_word_bits) - 1));
}

} // namespace

// -- starting -------------------------------------------------------------------------------------------------------------------------------

timer_shard::handle timer_shard::add(timer_wheel::tick due, std::uint32_t process) {
  page* const heads = process == 0 ? nullptr : &page_of(process);
  if (free_.empty()) {
    if (timers_.size() == timers_max) raise_error("system_limit"_atom);
    timers_.emplace_back();
    free_.reserve(timers_.capacity());
    free_.push_back(static_cast<handle>(timers_.size() - 1));
    timers_.back().slot = free_.back();
  }
  const handle which = free_.back();
  wheel_.insert(which, due); // what throws has thrown: the slot is free until here
  free_.pop_back();
  timer& t = timers_[which];
  t.process = process;
  if (heads != nullptr) enlist(t, (*heads)[process % page_size]);
  return which;
}

timer_shard::page& timer_shard::page_of(std::uint32_t process) {
  const std::size_t number = process / page_size;
  if (number >= heads_.size()) heads_.resize(number + 1);
  if (!heads_[number]) {
    heads_[number] = std::make_unique<page>();
    heads_[number]->fill(none);
  }
  return *heads_[number];
}

void timer_shard::enlist(timer& t, handle& head) noexcept {
  t.previous_to_same = none;
  t.next_to_same = head;
  if (head != none) timers_[head].previous_to_same = t.slot;
  head = t.slot;
}

void timer_shard::unlist(const timer& t) noexcept {
  if (t.previous_to_same != none)
    timers_[t.previous_to_same].next_to_same = t.next_to_same;
  else
    (*heads_[t.process / page_size])[t.process % page_size] = t.next_to_same;
  if (t.next_to_same != none) timers_[t.next_to_same].previous_to_same = t.previous_to_same;
}

timer_shard::handle timer_shard::of_process(std::uint32_t process) const noexcept {
  const std::size_t number = process / page_size;
  return number < heads_.size() && heads_[number] ? (*heads_[number])[process % page_size] : none;
}

// -- ending ---------------------------------------------------------------------------------------------------------------------------------

timer timer_shard::remove(handle which) noexcept {
  wheel_.remove(which);
  return release(which);
}

timer timer_shard::release(handle which) noexcept {
  timer& t = timers_[which];
  if (t.process != 0) unlist(t);
  timer gone = std::move(t);
  t.what = timer::kind::none;
  ++t.generation;
  free_.push_back(which);
  return gone;
}

void timer_shard::advance(timer_wheel::tick now, std::size_t most, std::vector<timer>& fired) {
  due_.clear();
  fired.reserve(most);
  wheel_.advance(now, most, due_);
  for (const handle which : due_)
    fired.push_back(release(which));
}

void timer_shard::publish_next() noexcept {
  const std::uint64_t next = wheel_.next().value_or(never);
  if (next != next_tick.load(std::memory_order_relaxed)) next_tick.store(next, std::memory_order_seq_cst);
}

// -- references -----------------------------------------------------------------------------------------------------------------------------

reference timer_shard::reference_of(const timer& t) const noexcept {
  return {words_of(t.generation), mark | static_cast<std::uint32_t>(index) << shard_shift | t.slot, t.on};
}

std::optional<std::size_t> timer_shard::shard_in(const reference& of) noexcept {
  if (of.as_term().kind() != term_kind::reference) return std::nullopt;
  const std::uint32_t third = term_access::aux(of.as_term());
  if ((third & mark) == 0) return std::nullopt;
  return (third & ~mark) >> shard_shift;
}

std::optional<timer_shard::handle> timer_shard::find(const reference& of) const noexcept {
  const handle which = term_access::aux(of.as_term()) & slot_mask;
  if (which >= timers_.size()) return std::nullopt;
  const timer& t = timers_[which];
  const bool is_it = (t.what == timer::kind::message || t.what == timer::kind::wrapped) && t.on == of.home() &&
                     words_of(t.generation) == term_access::payload(of.as_term());
  return is_it ? std::optional{which} : std::nullopt;
}

} // namespace agner::internal
