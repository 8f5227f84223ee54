// SPDX-License-Identifier: Apache-2.0
// What dies when the last reference to a heap node goes: a work list instead of recursion, so that depth costs neither stack nor memory.

#pragma once

#include <cstddef>
#include <span>

#include "../heap_node.hpp"
#include "../term.hpp"

namespace agner::internal {

/// Nodes that nobody holds any more and that are not freed yet, linked through their `next`.
class dying {
public:
  explicit dying(heap_node* first) noexcept : first_(first) { first->next = nullptr; }

  /// The next one to free; null when all are.
  [[nodiscard]] heap_node* take() noexcept {
    heap_node* const node = first_;
    if (node != nullptr) first_ = node->next;
    return node;
  }
  /// Gives up one count of @p node.
  void drop(heap_node* node) noexcept {
    if (node->refs.load(std::memory_order_acquire) != 1 && node->refs.fetch_sub(1, std::memory_order_acq_rel) != 1)
      return;
    node->next = first_;
    first_ = node;
  }
  /// Gives up the count that @p held holds, if any. The memory of @p held is then to be freed without destroying it.
  void drop(const term& held) noexcept;
  void drop(std::span<const term> held) noexcept {
    for (const term& t : held)
      drop(t);
  }

private:
  heap_node* first_;
};

/// Drops what a node of kind `envelope` or `signal` holds, ends the rest of it, and returns how many bytes it takes. Defined beside signals.
std::size_t dismantle_signal(heap_node* node, dying& others) noexcept;

} // namespace agner::internal
