// SPDX-License-Identifier: Apache-2.0

#include "term_slots.hpp"

#include <algorithm>
#include <memory>

#include "error.hpp"
#include "internal/term_layout.hpp"
#include "reasons.hpp"
#include "term_order.hpp"

namespace agner::internal {

term new_list(std::size_t length, term*& elements, term*& tail) {
  if (length == 0 || length > heap_node::size_max) raise_error(reasons::system_limit);
  auto* const node = static_cast<segment_node*>(allocate_node(sizeof(segment_node) + length * sizeof(term)));
  std::construct_at(&node->head, node_kind::segment, static_cast<std::uint32_t>(length));
  std::construct_at(&node->tail);
  elements = node->elements();
  tail = &node->tail;
  std::uninitialized_default_construct_n(elements, length);
  return term_access::adopt(term_kind::list, node, 0);
}

term new_map(std::size_t size, term*& places) {
  places = nullptr;
  if (size == 0) return term_access::make(term_kind::map, 0);
  if (size > heap_node::size_max) raise_error(reasons::system_limit);
  auto* const node = static_cast<map_node*>(allocate_node(sizeof(map_node) + size * sizeof(map_pair)));
  std::construct_at(&node->head, node_kind::map, static_cast<std::uint32_t>(size));
  static_assert(sizeof(map_pair) == 2 * sizeof(term));
  places = reinterpret_cast<term*>(node->pairs());
  std::uninitialized_default_construct_n(places, 2 * size);
  return term_access::adopt(term_kind::map, node, static_cast<std::uint32_t>(size));
}

bool order_map(const term& map) {
  if (map.size() < 2) return true;
  const std::span pairs{term_access::as<map_node>(map).pairs(), map.size()};
  const auto not_ascending = [](const map_pair& a, const map_pair& b) { return compare_exact(a.key, b.key) >= 0; };
  if (std::ranges::adjacent_find(pairs, not_ascending) == pairs.end()) return true; // peers mostly send them in order
  std::ranges::sort(pairs, [](const map_pair& a, const map_pair& b) { return compare_exact(a.key, b.key) < 0; });
  return std::ranges::adjacent_find(pairs, not_ascending) == pairs.end();
}

list_run first_run(const term& list) noexcept {
  const auto& segment = term_access::as<const segment_node>(list);
  const std::uint32_t offset = term_access::aux(list);
  return {{segment.elements() + offset, segment.head.size() - offset}, &segment.tail};
}

} // namespace agner::internal
