// SPDX-License-Identifier: Apache-2.0
// Containers as lists and maps. Table of the mapping: docs/struct-mapping.md.

#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "error.hpp"
#include "term_builders.hpp"
#include "term_traits.hpp"
#include "term_views.hpp"

namespace agner {

// -- lists and maps -------------------------------------------------------------------------------------------------------------------

namespace internal {

[[noreturn]] void raise_too_long();

/// The list of the elements of @p range, made with one allocation. @p Element is their type: ranges of proxies exist.
template <class Element, class Range>
term list_from(Range&& range) {
  if (range.size() > heap_node::size_max) raise_too_long();
  term* into = nullptr;
  term made = new_list(range.size(), into);
  for (auto&& element : range) {
    if constexpr (std::is_lvalue_reference_v<Range> || !std::same_as<std::remove_cvref_t<decltype(element)>, Element>) {
      ::new (static_cast<void*>(into++)) term(to_term(static_cast<const Element&>(element)));
    } else {
      ::new (static_cast<void*>(into++)) term(to_term(std::move(element)));
    }
  }
  return made;
}

/// Calls @p keep(element) for each element of @p from read as an Element; false where it is no proper list of such.
template <class Element, class Keep>
bool each_of_list(const term& from, Keep keep) {
  if (!from.is_list()) return false;
  const list_view elements{from};
  for (const term& element : elements) {
    auto read = from_term<Element>(element);
    if (!read) return false;
    keep(*std::move(read));
  }
  return elements.is_proper();
}

template <class Map>
struct map_traits {
  using key = typename Map::key_type;
  using value = typename Map::mapped_type;

  static term to(const Map& from) {
    std::vector<std::pair<term, term>> pairs;
    pairs.reserve(from.size());
    for (const auto& [k, v] : from)
      pairs.emplace_back(to_term(k), to_term(v));
    return map_of(std::move(pairs));
  }
  static std::optional<Map> from(const term& from) {
    if (!from.is_map()) return std::nullopt;
    Map made;
    for (const map_pair& pair : from.as_map()) {
      auto k = from_term<key>(pair.key);
      if (!k) return std::nullopt;
      auto v = from_term<value>(pair.value);
      if (!v) return std::nullopt;
      made.emplace(*std::move(k), *std::move(v));
    }
    return made;
  }
};

} // namespace internal

template <class T, class Allocator>
struct term_traits<std::vector<T, Allocator>> {
  static term to(const std::vector<T, Allocator>& value) { return internal::list_from<T>(value); }
  static term to(std::vector<T, Allocator>&& value) { return internal::list_from<T>(std::move(value)); }
  static std::optional<std::vector<T, Allocator>> from(const term& from) {
    std::vector<T, Allocator> made;
    if (!internal::each_of_list<T>(from, [&made](T element) { made.push_back(std::move(element)); }))
      return std::nullopt;
    return made;
  }
};

/// A list of exactly N elements.
template <class T, std::size_t N>
struct term_traits<std::array<T, N>> {
  static term to(const std::array<T, N>& value) { return internal::list_from<T>(value); }
  static std::optional<std::array<T, N>> from(const term& from) {
    std::array<T, N> made{};
    if (!from.is_list() || list_view{from}.size() != N) return std::nullopt;
    if (!internal::each_of_list<T>(from, [at = made.begin()](T element) mutable { *at++ = std::move(element); }))
      return std::nullopt;
    return made;
  }
};

template <class Key, class T, class Compare, class Allocator>
struct term_traits<std::map<Key, T, Compare, Allocator>> : internal::map_traits<std::map<Key, T, Compare, Allocator>> {
};

template <class Key, class T, class Hash, class Equal, class Allocator>
struct term_traits<std::unordered_map<Key, T, Hash, Equal, Allocator>>
    : internal::map_traits<std::unordered_map<Key, T, Hash, Equal, Allocator>> {};

} // namespace agner
