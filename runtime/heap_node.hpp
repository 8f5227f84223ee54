// SPDX-License-Identifier: Apache-2.0
// What every counted piece of a term or signal begins with. Counts are atomic; the rest is written once, before it is shared. Mechanism: docs/terms.md.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace agner::internal {

/// What a heap node is, and so how its parts are found when it dies.
enum class node_kind : std::uint8_t { big_integer, long_reference, tuple, segment, map, bits, fun, envelope, signal };

struct heap_node {
  /// Most elements of one tuple or list segment. @source ERTS MAX_ARITYVAL, 2^24 - 1
  static constexpr std::uint32_t size_max = (1U << 24U) - 1;

  heap_node(node_kind kind, std::uint32_t size) noexcept : shape(static_cast<std::uint32_t>(kind) | size << 8U) {}

  [[nodiscard]] node_kind kind() const noexcept { return static_cast<node_kind>(shape & 0xffU); }
  [[nodiscard]] std::uint32_t size() const noexcept { return shape >> 8U; }

  std::atomic<std::uint32_t> refs{1};
  std::uint32_t shape;       // node_kind in the low byte, size above
  heap_node* next = nullptr; // link of the inbox while the node is a message on its way; of the list of the dying
};

static_assert(sizeof(heap_node) == 16);

/// Memory of heap nodes and coroutine frames, aligned for anything; @p bytes is not 0. Mechanism: docs/memory.md. @errors throws std::bad_alloc
[[nodiscard]] void* allocate_node(std::size_t bytes);
/// @p bytes is what was asked for.
void free_node(void* memory, std::size_t bytes) noexcept;

/// Frees @p node, whose count is 0, and all that only it held, without recursion.
void destroy(heap_node* node) noexcept;

inline void retain(heap_node* node) noexcept { node->refs.fetch_add(1, std::memory_order_relaxed); }

inline void release(heap_node* node) noexcept {
  // A count of 1 is ours alone: nobody else can raise it, so the read-modify-write can be saved.
  if (node->refs.load(std::memory_order_acquire) == 1 || node->refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
    destroy(node);
}

struct term_access;
class tuple_maker;

} // namespace agner::internal
