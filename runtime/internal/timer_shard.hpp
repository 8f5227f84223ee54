// SPDX-License-Identifier: Apache-2.0
// The timers of one shard: their slots, the wheel that says when they are due, and lists of those that send to the same process, so that they go with it.
// Whoever calls holds `mutex`, but for `next_tick`. Mechanism: docs/timers.md.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "../clock.hpp"
#include "../identifiers.hpp"
#include "../reference.hpp"
#include "../term.hpp"
#include "timer_wheel.hpp"

namespace agner::internal {

struct timer {
  enum class kind : std::uint8_t { none, timeout, message, wrapped };

  term to;
  term message;
  clock::time_point at;
  std::uint64_t number = 0;     // of a timeout
  std::uint64_t generation = 1; // how often the slot was used
  incarnation on;               // whose names `to` is looked up in
  timer_wheel::handle next_to_same = 0;
  timer_wheel::handle previous_to_same = 0;
  std::uint32_t process = 0;    // the number of the process whose list it is in, if any
  timer_wheel::handle slot = 0; // its own
  kind what = kind::none;
};

class timer_shard {
public:
  using handle = timer_wheel::handle;
  static constexpr handle none = UINT32_MAX;
  static constexpr std::uint64_t never = UINT64_MAX;
  /// As many as the third word of a reference tells apart.
  static constexpr std::size_t timers_max = std::size_t{1} << 24U;

  explicit timer_shard(std::size_t number) : index(number) {}

  /// A slot for a timer due at @p due, which the caller fills. @p process: the number of the process that it sends to, so that `of_process` finds it; 0 for none.
  /// @errors raises `system_limit`  timers_max are pending
  handle add(timer_wheel::tick due, std::uint32_t process);
  [[nodiscard]] timer& operator[](handle which) noexcept { return timers_[which]; }
  [[nodiscard]] const timer& operator[](handle which) const noexcept { return timers_[which]; }
  /// Takes a timer out that has not fired.
  timer remove(handle which) noexcept;
  /// Appends timers that are due at @p now to @p fired, in the order of their ticks and of their start, @p most of them at most.
  void advance(timer_wheel::tick now, std::size_t most, std::vector<timer>& fired);
  /// The timer that a reference of `reference_of` names; nothing if it has fired or was taken out.
  [[nodiscard]] std::optional<handle> find(const reference& of) const noexcept;
  [[nodiscard]] reference reference_of(const timer& t) const noexcept;
  /// The first timer to a process with this number, of whatever node and life; `none` if there is none. The others follow by next_to_same.
  [[nodiscard]] handle of_process(std::uint32_t process) const noexcept;
  /// Says when `advance` next has something to do.
  void publish_next() noexcept;
  [[nodiscard]] std::size_t pending() const noexcept { return timers_.size() - free_.size(); }

  /// The shard that a reference names, if it is one of a timer.
  [[nodiscard]] static std::optional<std::size_t> shard_in(const reference& of) noexcept;

  const std::size_t index;
  mutable std::mutex mutex;
  std::atomic<std::uint64_t> next_tick{never}; // any thread

private:
  static constexpr std::uint32_t page_size = 1024;
  using page = std::array<handle, page_size>;

  page& page_of(std::uint32_t process);
  void enlist(timer& t, handle& head) noexcept;
  void unlist(const timer& t) noexcept;
  timer release(handle which) noexcept;

  timer_wheel wheel_{0};
  std::vector<timer> timers_;
  std::vector<handle> free_;
  std::vector<handle> due_;                  // of one advance
  std::vector<std::unique_ptr<page>> heads_; // by number of the process: the first of its timers
};

} // namespace agner::internal
