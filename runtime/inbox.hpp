// SPDX-License-Identifier: Apache-2.0
// Where signals arrive: a stack that any thread pushes and only the process empties. The word also says whether the process sleeps and which life of the slot
// it belongs to, so that a push needs no lock, no reference count and cannot reach a later process in the same slot. Mechanism: docs/signals.md.

#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <utility>

#include "heap_node.hpp"

namespace agner::internal {

class inbox {
public:
  /// What a push found.
  enum class pushed : std::uint8_t { queued, woke, nobody, limited };

  /// Opens the slot for the life with this serial; the process counts as awake. @p limited: a plain push only says so, since the process limits its messages.
  void open(std::uint32_t serial, bool limited = false) noexcept {
    word_.store(tagged((serial & serial_mask) | (limited ? limited_flag : 0), awake), std::memory_order_release);
  }

  /// Pushes a node for the life @p serial. `woke`: the process slept, and the caller must now schedule it. `nobody`: that life is over, the node is still the caller's.
  /// `limited`: nothing was done, see push_limited.
  pushed push(heap_node* node, std::uint32_t serial) noexcept { return push_tagged(node, serial & serial_mask); }

  /// The same for a process with a limit.
  pushed push_limited(heap_node* node, std::uint32_t serial) noexcept {
    return push_tagged(node, (serial & serial_mask) | limited_flag);
  }

  /// Pushes a node for whoever lives here now: alias messages, which the receiver checks.
  pushed push_any(heap_node* node) noexcept {
    return push_tagged(node, static_cast<std::uint32_t>(word_.load(std::memory_order_relaxed) >> pointer_bits));
  }

  /// Whether the life @p serial is on. Only a hint: it may end at any time. In one order with `close`: who publishes something, sees the slot open, and leaves it to the
  /// process to find that when it closes, can rely on it.
  [[nodiscard]] bool is_open(std::uint32_t serial) const noexcept {
    const std::uint64_t word = word_.load(std::memory_order_seq_cst);
    return ((word >> pointer_bits) & serial_mask) == (serial & serial_mask) && (word & pointer_mask) != closed;
  }

  // -- the owning process only ------------------------------------------------------------------------------------------------------

  [[nodiscard]] bool empty() const noexcept {
    return first_ == nullptr && (word_.load(std::memory_order_relaxed) & pointer_mask) <= asleep;
  }

  /// What arrived: what woke the process, if anything did, and what came after it, the newest first, linked by `next`.
  struct arrived {
    heap_node* first;
    heap_node* newest;
  };
  /// All that arrived.
  arrived take() noexcept {
    arrived all{std::exchange(first_, nullptr), nullptr};
    const std::uint64_t word = word_.load(std::memory_order_relaxed);
    if ((word & pointer_mask) > asleep)
      all.newest = pointer(word_.exchange(word & ~pointer_mask, std::memory_order_acquire) & pointer_mask);
    return all;
  }

  /// The same nodes in the other order; @p behind comes after them.
  static heap_node* reversed(heap_node* newest, heap_node* behind = nullptr) noexcept {
    while (newest != nullptr) {
      heap_node* const older = newest->next;
      newest->next = behind;
      behind = newest;
      newest = older;
    }
    return behind;
  }

  /// Falls asleep unless something has arrived. After `true` the process may be running elsewhere: the caller touches it no more.
  bool sleep() noexcept {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    return first_ == nullptr && (word & pointer_mask) == awake &&
           word_.compare_exchange_strong(word, word | asleep, std::memory_order_acq_rel, std::memory_order_relaxed);
  }

  /// Closes the slot for good (until the next `open`); what had arrived comes back, oldest first.
  heap_node* close() noexcept {
    const std::uint64_t word = word_.load(std::memory_order_relaxed);
    const std::uint64_t top = word_.exchange((word & ~pointer_mask) | closed, std::memory_order_seq_cst) & pointer_mask;
    heap_node* const later = top <= asleep || top == closed ? nullptr : reversed(pointer(top));
    if (first_ == nullptr) return later;
    first_->next = later;
    return std::exchange(first_, nullptr);
  }

private:
  // Nodes are 16 byte aligned and lie in the lower 2^47 bytes: 43 bits of pointer, 20 bits of serial, and above these whether messages are limited: a push that expects no
  // limit then finds another life, and looks twice.
  static constexpr unsigned pointer_bits = 43;
  static constexpr std::uint64_t pointer_mask = (1ULL << pointer_bits) - 1;
  static constexpr std::uint32_t serial_mask = (1U << 20U) - 1;
  static constexpr std::uint32_t limited_flag = 1U << 20U;
  static constexpr std::uint64_t awake = 0;
  static constexpr std::uint64_t asleep = 1;
  static constexpr std::uint64_t closed = 2;

  pushed push_tagged(heap_node* node, std::uint32_t tag) noexcept {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    for (;;) {
      if ((word >> pointer_bits) != tag)
        return (word >> pointer_bits) == (tag | limited_flag) ? pushed::limited : pushed::nobody;
      const std::uint64_t top = word & pointer_mask;
      if (top == closed) return pushed::nobody;
      node->next = top <= asleep ? nullptr : pointer(top);
      const std::uint64_t after = top == asleep ? awake : std::bit_cast<std::uint64_t>(node) >> 4U;
      if (!word_.compare_exchange_weak(word, tagged(tag, after), std::memory_order_acq_rel, std::memory_order_relaxed))
        continue;
      if (top != asleep) return pushed::queued;
      first_ = node; // until the caller schedules the process, nobody else touches this
      return pushed::woke;
    }
  }

  static std::uint64_t tagged(std::uint32_t tag, std::uint64_t low) noexcept {
    return std::uint64_t{tag} << pointer_bits | low;
  }
  static heap_node* pointer(std::uint64_t top) noexcept { return std::bit_cast<heap_node*>(top << 4U); }

  std::atomic<std::uint64_t> word_{closed};
  // What woke the process, ahead of what the word leads to; whoever runs it, or just woke it.
  heap_node* first_ = nullptr;
};

} // namespace agner::internal
