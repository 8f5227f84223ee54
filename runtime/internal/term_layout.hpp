// SPDX-License-Identifier: Apache-2.0
// How the heap nodes of terms are laid out, and the door through which this layer's code reaches the bits of a term. Mechanism: docs/terms.md.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../reference.hpp"
#include "../term.hpp"
#include "../term_views.hpp"

namespace agner {
class resource;
}

namespace agner::internal {

/// Most bytes of an integer's magnitude. @source ERTS BIG_ARITY_MAX, 2^19 - 1 words
inline constexpr std::size_t integer_bytes_max = ((1UL << 19U) - 1) * 8;

// Each struct is followed by its array: `size()` of the header says how many elements it has, unless said otherwise.

/// Big integer: the magnitude follows, least significant byte first, `size()` bytes. The sign is in the term's aux: 1 for negative.
struct big_node {
  heap_node head;
  [[nodiscard]] std::byte* bytes() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
  [[nodiscard]] const std::byte* bytes() const noexcept { return reinterpret_cast<const std::byte*>(this + 1); }
};

/// Reference of any number of words but three. `size()` is how many, and whether a resource_node it is.
struct long_reference_node {
  static constexpr std::uint32_t owns = 0x100; // of size()
  heap_node head;
  std::array<std::uint32_t, reference::words_max> words;
  [[nodiscard]] std::size_t count() const noexcept { return head.size() & 0xffU; }
  [[nodiscard]] bool is_owner() const noexcept { return (head.size() & owns) != 0; }
};

/// Reference that owns something.
struct resource_node : long_reference_node {
  resource* held;
};

struct tuple_node {
  heap_node head;
  [[nodiscard]] term* elements() noexcept { return reinterpret_cast<term*>(this + 1); }
  [[nodiscard]] const term* elements() const noexcept { return reinterpret_cast<const term*>(this + 1); }
};

/// Part of a list: elements in a row and what follows the last. A list term is a segment and an offset into it.
struct segment_node {
  heap_node head;
  term tail;
  [[nodiscard]] term* elements() noexcept { return reinterpret_cast<term*>(this + 1); }
  [[nodiscard]] const term* elements() const noexcept { return reinterpret_cast<const term*>(this + 1); }
};

/// Pairs in exact term order of their keys.
struct map_node {
  heap_node head;
  [[nodiscard]] map_pair* pairs() noexcept { return reinterpret_cast<map_pair*>(this + 1); }
  [[nodiscard]] const map_pair* pairs() const noexcept { return reinterpret_cast<const map_pair*>(this + 1); }
};

/// Bytes of a bitstring: its own, which follow (`size()` is 0), or a part of those of another node (`size()` is 1). The trailing bits are in the term's aux.
struct bits_node {
  heap_node head;
  const std::byte* data;
  std::uint64_t length_bytes;
  union {
    std::uint64_t capacity_bytes; // own bytes
    heap_node* owner;             // another node's
  };
  [[nodiscard]] bool owns() const noexcept { return head.size() == 0; }
  [[nodiscard]] std::byte* own_bytes() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
};

/// Fun: the free variables of a closure follow.
struct fun_node {
  heap_node head;
  fun_view::form what;
  std::array<std::byte, 16> uniq;
  std::uint32_t arity;
  std::uint32_t index;
  atom module;
  atom function;
  term old_index;
  term old_uniq;
  term creator;
  [[nodiscard]] term* free_variables() noexcept { return reinterpret_cast<term*>(this + 1); }
  [[nodiscard]] const term* free_variables() const noexcept { return reinterpret_cast<const term*>(this + 1); }
};

static_assert(sizeof(big_node) == 16 && sizeof(tuple_node) == 16 && sizeof(segment_node) == 32 &&
              sizeof(map_node) == 16 && sizeof(bits_node) == 40);

/// Reaches into terms. Only files of runtime/ use it.
struct term_access {
  [[nodiscard]] static bool on_heap(const term& t) noexcept { return t.on_heap(); }
  [[nodiscard]] static heap_node* node(const term& t) noexcept { return t.node(); }
  template <class Node>
  [[nodiscard]] static Node& as(const term& t) noexcept {
    return *reinterpret_cast<Node*>(t.node());
  }
  [[nodiscard]] static std::uint64_t payload(const term& t) noexcept { return t.payload_; }
  [[nodiscard]] static std::uint32_t aux(const term& t) noexcept { return t.aux_; }
  [[nodiscard]] static incarnation home(const term& t) noexcept { return t.home(); }
  /// True where both terms are the same bits: then they are equal in every sense.
  [[nodiscard]] static bool same(const term& left, const term& right) noexcept {
    return left.payload_ == right.payload_ && left.aux_ == right.aux_ && left.meta_ == right.meta_;
  }

  /// A term of these bits. What is on the heap is taken over with its count.
  [[nodiscard]] static term make(term_kind kind, std::uint64_t payload, std::uint32_t aux = 0,
                                 incarnation home = {}) noexcept {
    term t;
    t.payload_ = payload;
    t.aux_ = aux;
    t.meta_ = term::with_home(kind, home);
    return t;
  }
  template <class Node>
  [[nodiscard]] static term adopt(term_kind kind, Node* node, std::uint32_t aux = 0, incarnation home = {}) noexcept {
    return make(kind, std::bit_cast<std::uint64_t>(node), aux, home);
  }
  /// Gives up the count that @p of holds on its node, without lowering it.
  [[nodiscard]] static heap_node* leak(term&& of) noexcept {
    heap_node* const node = of.node();
    of.payload_ = 0;
    of.aux_ = 0;
    of.meta_ = 0;
    return node;
  }
  /// Another term of the same node, at another offset.
  [[nodiscard]] static term share(const term& of, std::uint32_t aux) noexcept {
    term copy{of};
    copy.aux_ = aux;
    return copy;
  }
};

} // namespace agner::internal
