// SPDX-License-Identifier: Apache-2.0
// The processes of one node: slots that are never given back while the table lives, each with the life that is in it. Mechanism: docs/processes.md.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "../process_core.hpp"

namespace agner::internal {

class process_slots;

class process_table {
public:
  /// @p processes_max is rounded up to whole chunks.
  process_table(node& owner, incarnation identity, std::size_t processes_max);
  ~process_table();
  process_table(const process_table&) = delete;
  process_table& operator=(const process_table&) = delete;

  /// A fresh process without body, not yet reachable: `open` makes it so. @errors raises `system_limit`  the table is full
  process_core& allocate();
  /// The node is going down: from now on `allocate` raises exit `killed`, as whoever spawns now is about to be killed itself.
  void refuse() noexcept;
  /// Makes the process reachable under its pid.
  void open(process_core& fresh) noexcept;
  /// The limit of the slot's process: one that `make_limit` has made. Any thread.
  [[nodiscard]] queue_limit& limit(std::uint32_t index) const noexcept;
  queue_limit& make_limit(std::uint32_t index);
  /// Gives an ended (or never opened) process' slot back.
  void free(process_core& ended) noexcept;

  /// Any thread. The slot of @p id, alive or not; null if there never was one.
  [[nodiscard]] process_core* slot(std::uint32_t id) const noexcept;
  /// Any thread. Only a hint: the answer may be old when it arrives.
  [[nodiscard]] bool is_alive(const pid& p) const noexcept;
  [[nodiscard]] std::size_t count() const noexcept { return alive_.load(std::memory_order_acquire); }
  [[nodiscard]] std::size_t capacity() const noexcept { return processes_max_; }
  [[nodiscard]] incarnation identity() const noexcept { return identity_; }
  [[nodiscard]] node& owner() const noexcept { return owner_; }
  /// Pids of all that live now.
  [[nodiscard]] std::vector<pid> pids() const;

private:
  static constexpr std::uint32_t chunk_slots = 64;

  void add_chunk();

  node& owner_;
  incarnation identity_;
  std::size_t processes_max_;
  std::unique_ptr<std::atomic<process_slots*>[]> chunks_;
  std::atomic<std::uint32_t> chunk_count_{0};
  std::atomic<std::size_t> alive_{0};
  mutable std::mutex mutex_;
  bool refusing_ = false;           // guarded by mutex_
  std::vector<std::uint32_t> free_; // guarded by mutex_
};

} // namespace agner::internal
