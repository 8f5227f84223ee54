// SPDX-License-Identifier: Apache-2.0
// Making maps: pairs in exact term order of their keys.

#include <algorithm>
#include <numeric>

#include "error.hpp"
#include "internal/term_layout.hpp"
#include "reasons.hpp"
#include "term_builders.hpp"
#include "term_order.hpp"

namespace agner {

using internal::heap_node;
using internal::map_node;
using internal::term_access;

namespace {

using pair = std::pair<term, term>;

term empty_map() noexcept { return term_access::make(term_kind::map, 0); }

/// A map whose @p size pairs are yet to be constructed in @p into: nothing may throw before all are.
term new_map(std::size_t size, map_pair*& into) {
  if (size > heap_node::size_max) raise_error(reasons::system_limit);
  auto* const node = static_cast<map_node*>(internal::allocate_node(sizeof(map_node) + size * sizeof(map_pair)));
  std::construct_at(&node->head, internal::node_kind::map, static_cast<std::uint32_t>(size));
  into = node->pairs();
  return term_access::adopt(term_kind::map, node, static_cast<std::uint32_t>(size));
}

/// The positions of @p pairs in the order of their keys; of equal keys only the last.
std::vector<std::uint32_t> sorted_unique(const std::vector<pair>& pairs) {
  std::vector<std::uint32_t> order(pairs.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&pairs](std::uint32_t a, std::uint32_t b) {
    const auto keys = compare_exact(pairs[a].first, pairs[b].first);
    return keys != 0 ? keys < 0 : a > b;
  });
  const auto repeated = std::ranges::unique(
      order, [&pairs](std::uint32_t a, std::uint32_t b) { return pairs[a].first == pairs[b].first; });
  order.erase(repeated.begin(), repeated.end());
  return order;
}

bool is_sorted_unique(const std::vector<pair>& pairs) noexcept {
  return std::ranges::adjacent_find(
             pairs, [](const pair& a, const pair& b) { return compare_exact(a.first, b.first) >= 0; }) == pairs.end();
}

/// Where @p key is in @p pairs, or would be.
std::span<const map_pair>::iterator place_of(std::span<const map_pair> pairs, const term& key) noexcept {
  return std::ranges::partition_point(pairs, [&key](const map_pair& p) { return compare_exact(p.key, key) < 0; });
}

} // namespace

term map_of(std::vector<pair>&& pairs) {
  if (pairs.empty()) return empty_map();
  if (pairs.size() > heap_node::size_max) raise_error(reasons::system_limit);
  map_pair* into = nullptr;
  if (is_sorted_unique(pairs)) {
    term made = new_map(pairs.size(), into);
    for (auto& [key, value] : pairs)
      std::construct_at(into++, std::move(key), std::move(value));
    return made;
  }
  const auto order = sorted_unique(pairs);
  term made = new_map(order.size(), into);
  for (const auto at : order)
    std::construct_at(into++, std::move(pairs[at].first), std::move(pairs[at].second));
  return made;
}

term map(std::initializer_list<pair> pairs) { return map_of(std::vector<pair>{pairs}); }

term map_put(const term& map, term key, term value) {
  const auto old = map.as_map().pairs();
  const auto place = place_of(old, key);
  const bool replaces = place != old.end() && place->key == key;
  map_pair* into = nullptr;
  term made = new_map(old.size() + (replaces ? 0 : 1), into);
  into = std::uninitialized_copy(old.begin(), place, into);
  std::construct_at(into++, std::move(key), std::move(value));
  std::uninitialized_copy(replaces ? place + 1 : place, old.end(), into);
  return made;
}

term map_remove(const term& map, const term& key) {
  const auto old = map.as_map().pairs();
  const auto place = place_of(old, key);
  if (place == old.end() || !(place->key == key)) return map;
  if (old.size() == 1) return empty_map();
  map_pair* into = nullptr;
  term made = new_map(old.size() - 1, into);
  into = std::uninitialized_copy(old.begin(), place, into);
  std::uninitialized_copy(place + 1, old.end(), into);
  return made;
}

const term* map_view::find(const term& key) const noexcept {
  const auto place = place_of(pairs_, key);
  return place != pairs_.end() && place->key == key ? &place->value : nullptr;
}

} // namespace agner
