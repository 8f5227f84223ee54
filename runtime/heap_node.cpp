// SPDX-License-Identifier: Apache-2.0

#include "heap_node.hpp"

#include "internal/dying.hpp"
#include "internal/term_layout.hpp"
#include "resource.hpp"

namespace agner::internal {

void dying::drop(const term& held) noexcept {
  if (term_access::on_heap(held)) drop(term_access::node(held));
}

namespace {

std::size_t dismantle_reference(const long_reference_node& reference) noexcept {
  if (!reference.is_owner()) return sizeof(long_reference_node);
  delete static_cast<const resource_node&>(reference).held;
  return sizeof(resource_node);
}

std::size_t dismantle_tuple(const tuple_node& tuple, dying& others) noexcept {
  const std::size_t arity = tuple.head.size();
  others.drop(std::span{tuple.elements(), arity});
  return sizeof(tuple_node) + arity * sizeof(term);
}

std::size_t dismantle_segment(const segment_node& segment, dying& others) noexcept {
  const std::size_t length = segment.head.size();
  others.drop(segment.tail);
  others.drop(std::span{segment.elements(), length});
  return sizeof(segment_node) + length * sizeof(term);
}

std::size_t dismantle_map(const map_node& map, dying& others) noexcept {
  const std::size_t size = map.head.size();
  for (const map_pair& pair : std::span{map.pairs(), size}) {
    others.drop(pair.key);
    others.drop(pair.value);
  }
  return sizeof(map_node) + size * sizeof(map_pair);
}

std::size_t dismantle_bits(const bits_node& bits, dying& others) noexcept {
  if (bits.owns()) return sizeof(bits_node) + bits.capacity_bytes;
  others.drop(bits.owner);
  return sizeof(bits_node);
}

std::size_t dismantle_fun(const fun_node& fun, dying& others) noexcept {
  const std::size_t free_variables = fun.head.size();
  others.drop(fun.old_index);
  others.drop(fun.old_uniq);
  others.drop(fun.creator);
  others.drop(std::span{fun.free_variables(), free_variables});
  return sizeof(fun_node) + free_variables * sizeof(term);
}

template <class Node>
const Node& as(const heap_node* node) noexcept {
  return *reinterpret_cast<const Node*>(node);
}

/// Drops what @p node holds and returns how many bytes it takes.
std::size_t dismantle(heap_node* node, dying& others) noexcept {
  switch (node->kind()) {
  case node_kind::big_integer: return sizeof(big_node) + node->size();
  case node_kind::long_reference: return dismantle_reference(as<long_reference_node>(node));
  case node_kind::tuple: return dismantle_tuple(as<tuple_node>(node), others);
  case node_kind::segment: return dismantle_segment(as<segment_node>(node), others);
  case node_kind::map: return dismantle_map(as<map_node>(node), others);
  case node_kind::bits: return dismantle_bits(as<bits_node>(node), others);
  case node_kind::fun: return dismantle_fun(as<fun_node>(node), others);
  case node_kind::envelope:
  case node_kind::signal: break;
  }
  return dismantle_signal(node, others);
}

} // namespace

void destroy(heap_node* node) noexcept {
  dying all{node};
  while (heap_node* const next = all.take()) {
    const std::size_t bytes = dismantle(next, all);
    free_node(next, bytes);
  }
}

} // namespace agner::internal
