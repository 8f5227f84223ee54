// SPDX-License-Identifier: Apache-2.0

#include "timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace agner::internal {

// A timer sits in the level of the highest six-bit digit in which its tick differs from now, in the slot of its digit there. So all timers of a level agree with now in the
// digits above, the lowest used level holds the earliest timers, and a level's slots are in order of time.

void timer_wheel::insert(handle which, tick due) {
  if (which >= entries_.size()) entries_.resize(std::size_t{which} + 1);
  entries_[which].due = std::clamp(due, now_, tick_max);
  place(which);
}

void timer_wheel::place(handle which) noexcept {
  const tick due = entries_[which].due;
  const tick different = due ^ now_;
  const unsigned level = different == 0 ? 0 : (63U - static_cast<unsigned>(std::countl_zero(different))) / bits;
  const auto digit = static_cast<unsigned>(due >> (level * bits) & (slots - 1));
  append(static_cast<std::uint16_t>(level * slots + digit), which);
}

void timer_wheel::append(std::uint16_t slot, handle which) noexcept {
  entry& e = entries_[which];
  e.slot = slot;
  handle& head = heads_[slot];
  if (head == none) {
    head = which;
    e.next = e.previous = which;
    used_[slot / slots] |= 1ULL << (slot % slots);
    return;
  }
  const handle tail = entries_[head].previous;
  e.previous = tail;
  e.next = head;
  entries_[tail].next = which;
  entries_[head].previous = which;
}

void timer_wheel::remove(handle which) noexcept {
  const entry& e = entries_[which];
  handle& head = heads_[e.slot];
  if (e.next == which) {
    head = none;
    used_[e.slot / slots] &= ~(1ULL << (e.slot % slots));
    return;
  }
  entries_[e.previous].next = e.next;
  entries_[e.next].previous = e.previous;
  if (head == which) head = e.next;
}

std::optional<timer_wheel::tick> timer_wheel::next() const noexcept {
  for (unsigned level = 0; level < levels; ++level) {
    if (used_[level] == 0) continue;
    const unsigned shift = level * bits;
    const auto digit = static_cast<tick>(std::countr_zero(used_[level]));
    const tick above = shift + bits >= 64 ? 0 : now_ >> (shift + bits) << (shift + bits);
    return above | digit << shift;
  }
  return std::nullopt;
}

// Puts the timers of a slot that has come down to the levels below; those that are due into the slot of now.
void timer_wheel::cascade(std::uint16_t slot) noexcept {
  handle which = heads_[slot];
  const handle head = which;
  heads_[slot] = none;
  used_[slot / slots] &= ~(1ULL << (slot % slots));
  do {
    const handle following = entries_[which].next;
    place(which);
    which = following;
  } while (which != head);
}

void timer_wheel::advance(tick now, std::size_t most, std::vector<handle>& due) {
  for (auto at = next(); at && *at <= now; at = next()) {
    unsigned level = 0;
    while (used_[level] == 0)
      ++level;
    const auto slot = static_cast<std::uint16_t>(level * slots + static_cast<unsigned>(std::countr_zero(used_[level])));
    now_ = std::max(now_, *at);
    if (level != 0) {
      cascade(slot);
      continue;
    }
    for (; heads_[slot] != none; --most) {
      if (most == 0) return;
      due.push_back(heads_[slot]);
      remove(heads_[slot]);
    }
  }
  now_ = std::max(now_, now);
}

} // namespace agner::internal
