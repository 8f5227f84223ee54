// SPDX-License-Identifier: Apache-2.0
// Timers of a scheduler: one shard a worker and one for other threads, each under its lock, in ticks of a millisecond. Any thread. Mechanism: docs/timers.md.

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
#include "../timer_options.hpp"

namespace agner::internal {

/// Names a started timeout: shard, generation and slot. Zero names none.
using timer_id = std::uint64_t;

class timer_shard;
struct timer;

class timer_service {
public:
  /// Times further ahead are refused or taken for endless: nanoseconds since start in 64 bits reach 292 years.
  static constexpr std::chrono::milliseconds time_max = std::chrono::hours{24 * 365 * 100};
  /// So many fire at most before the worker looks after its processes again.
  static constexpr std::size_t fired_at_once_max = 256;

  /// @p earlier is called, on any thread, when a timer is started that is due before what `next` last answered.
  timer_service(std::size_t shards, const clock& time, std::function<void(clock::time_point)> earlier = {});
  ~timer_service();
  timer_service(const timer_service&) = delete;
  timer_service& operator=(const timer_service&) = delete;

  /// Sends the signal `timeout` with @p number to @p to at @p at or up to a millisecond later.
  timer_id start_timeout(clock::time_point at, const pid& to, std::uint64_t number);
  /// Sends @p message to @p to, a pid or a name of the node @p on, at @p at. Whoever starts one to a pid sees to it that `forget` is called when that ends.
  /// @returns a reference that finds the timer again
  /// @errors raises `system_limit`  too many are pending
  reference start_message(clock::time_point at, incarnation on, const term& to, term message, timer_message form);

  /// Forgets a timeout; harmless if it has fired.
  void cancel(timer_id which) noexcept;
  /// Milliseconds that were left; nothing if it has fired, was cancelled or never was.
  std::optional<std::chrono::milliseconds> cancel(const reference& ref) noexcept;
  [[nodiscard]] std::optional<std::chrono::milliseconds> left(const reference& ref) const noexcept;
  /// Cancels all messages to a process that has ended.
  void forget(const pid& ended) noexcept;

  /// Fires what is due, in the order of ticks, fired_at_once_max at most; nothing if another thread is at it. Returns whether anything fired.
  bool fire();
  /// When the earliest timer of all shards is due; nothing if there is none.
  [[nodiscard]] std::optional<clock::time_point> next() const noexcept;
  [[nodiscard]] std::size_t pending() const noexcept;
  /// When it was made: no absolute time lies before.
  [[nodiscard]] clock::time_point origin() const noexcept { return origin_; }

private:
  [[nodiscard]] timer_shard& own() const noexcept;
  [[nodiscard]] timer_shard* shard_of(const reference& timer) const noexcept;
  [[nodiscard]] timer_shard* earliest(std::uint64_t until) const noexcept;
  void deliver(const timer_shard& from, timer& fired) const;
  [[nodiscard]] std::uint64_t tick_of(clock::time_point at) const noexcept;

  const clock& time_;
  clock::time_point origin_;
  std::function<void(clock::time_point)> earlier_;
  std::vector<std::unique_ptr<timer_shard>> shards_;
  std::atomic<bool> firing_{false};
  std::vector<timer> fired_; // who fires only
};

} // namespace agner::internal
