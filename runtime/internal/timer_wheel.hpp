// SPDX-License-Identifier: Apache-2.0
// A hierarchical timing wheel: numbers of timers by the tick they are due at. Pure: what a tick is, and who owns the timers, is decided elsewhere.
// One thread at a time. Mechanism: docs/timers.md.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace agner::internal {

class timer_wheel {
public:
  using tick = std::uint64_t;
  using handle = std::uint32_t;
  /// Ticks beyond this are clamped to it. @source erlang:start_timer/4 allows 2^49 milliseconds or so; nine levels of six bits reach further
  static constexpr tick tick_max = (tick{1} << 54U) - 1;

  explicit timer_wheel(tick now) noexcept : now_(now) { heads_.fill(none); }

  /// Adds the timer @p which, not yet in the wheel, due at @p due; one that is due already comes with the next advance.
  void insert(handle which, tick due);
  /// Takes out a timer that is in the wheel.
  void remove(handle which) noexcept;
  /// When `advance` next has something to do: no later than the earliest timer.
  [[nodiscard]] std::optional<tick> next() const noexcept;
  /// Moves to @p now and appends what is due, earliest first, those of one tick in the order they were inserted. With @p most of them it stops at the tick
  /// it has reached, and the next call goes on there.
  void advance(tick now, std::size_t most, std::vector<handle>& due);
  [[nodiscard]] tick now() const noexcept { return now_; }

private:
  static constexpr handle none = UINT32_MAX;
  static constexpr unsigned bits = 6;
  static constexpr unsigned levels = 9;
  static constexpr unsigned slots = 1U << bits;

  struct entry {
    tick due = 0;
    handle next = none;
    handle previous = none;
    std::uint16_t slot = 0; // level * slots + digit
  };

  void place(handle which) noexcept;
  void append(std::uint16_t slot, handle which) noexcept;
  void cascade(std::uint16_t slot) noexcept;

  tick now_;
  std::array<std::uint64_t, levels> used_{}; // one bit a slot that is not empty
  std::array<handle, levels * slots> heads_; // circular lists: head.previous is the tail
  std::vector<entry> entries_;
};

} // namespace agner::internal
