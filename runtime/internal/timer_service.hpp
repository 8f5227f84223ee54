// SPDX-License-Identifier: Apache-2.0
// Timers of a scheduler: one wheel a worker and one for other threads, each under its lock, in ticks of a millisecond. Any thread. Mechanism: docs/timers.md.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "../clock.hpp"
#include "../identifiers.hpp"
#include "../reference.hpp"
#include "../term.hpp"

namespace agner::internal {

/// Names a started timer: shard, generation and slot. Zero names none.
using timer_id = std::uint64_t;

class timer_service {
public:
  /// Times further ahead are refused or taken for endless: nanoseconds since start in 64 bits reach 292 years.
  static constexpr std::chrono::milliseconds time_max = std::chrono::hours{24 * 365 * 100};

  /// @p earlier is called, on any thread, when a timer is started that is due before what `next` last answered.
  timer_service(std::size_t shards, const clock& time, std::function<void(clock::time_point)> earlier = {});
  ~timer_service();
  timer_service(const timer_service&) = delete;
  timer_service& operator=(const timer_service&) = delete;

  /// Sends the signal `timeout` with @p number to @p to at @p at or up to a millisecond later.
  timer_id start_timeout(clock::time_point at, const pid& to, std::uint64_t number);
  /// Sends @p message to @p to, a pid or a name of the node @p on, at @p at. @p ref finds the timer again.
  void start_message(clock::time_point at, incarnation on, const term& to, term message, const reference& ref);
  /// A reference for start_message that tells the shard. @p unique makes it new.
  [[nodiscard]] reference make_reference(const reference& unique) const;

  /// Forgets a timeout; harmless if it has fired.
  void cancel(timer_id which) noexcept;
  /// Milliseconds that were left; nothing if it has fired, was cancelled or never was, or is for a process that has ended.
  std::optional<std::chrono::milliseconds> cancel(const reference& ref) noexcept;
  [[nodiscard]] std::optional<std::chrono::milliseconds> left(const reference& ref) const noexcept;

  /// Fires what is due. Returns whether anything fired.
  bool fire();
  /// When the earliest timer of all shards is due; nothing if there is none.
  [[nodiscard]] std::optional<clock::time_point> next() const noexcept;
  [[nodiscard]] std::size_t pending() const noexcept;

private:
  struct shard;
  [[nodiscard]] shard& own() const noexcept;
  [[nodiscard]] shard* shard_of(const reference& timer) const noexcept;
  bool fire(shard& of, std::uint64_t now);
  [[nodiscard]] std::uint64_t tick_of(clock::time_point at) const noexcept;

  const clock& time_;
  clock::time_point origin_;
  std::function<void(clock::time_point)> earlier_;
  std::vector<std::unique_ptr<shard>> shards_;
};

} // namespace agner::internal
