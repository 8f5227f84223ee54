// SPDX-License-Identifier: Apache-2.0
// Lists, maps, tuples and alternatives as terms: the part of the table of term_traits.hpp that is made of other types. Table of the mapping: docs/struct-mapping.md.

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

// -- tuples ---------------------------------------------------------------------------------------------------------------------------

namespace internal {

/// `{A, B, ...}` of the values, each through to_term, with one allocation for the tuple.
template <class... Values>
term tuple_from(Values&&... values) {
  if constexpr (sizeof...(Values) == 0) {
    return agner::tuple();
  } else {
    tuple_maker made{sizeof...(Values)};
    (made.add(to_term(std::forward<Values>(values))), ...);
    return made.finish();
  }
}

/// Reads @p at[0], @p at[1], ... as the Elements, up to the first that is none, and gives them to @p make.
template <class T, class... Elements, class Make>
std::optional<T> read_elements([[maybe_unused]] const term* at, Make make) {
  std::tuple<std::optional<Elements>...> read;
  const bool all = std::apply(
      [&at](auto&... each) {
        return (
            (each = from_term<typename std::remove_reference_t<decltype(each)>::value_type>(*at++), each.has_value()) &&
            ...);
      },
      read);
  if (!all) return std::nullopt;
  return std::apply([&make](auto&... each) { return std::optional<T>{make(*std::move(each)...)}; }, read);
}

/// The form of a tuple whose elements are of these types.
template <class... Elements>
constexpr message_form tuple_form() {
  if constexpr (sizeof...(Elements) > 0) {
    constexpr message_form first = message_shape<std::tuple_element_t<0, std::tuple<Elements...>>>;
    if (first.what == message_form::kind::atom)
      return {message_form::kind::tagged_tuple, sizeof...(Elements), first.tag};
  }
  return {message_form::kind::tuple, sizeof...(Elements), nullptr};
}

} // namespace internal

template <class... Elements>
struct term_traits<std::tuple<Elements...>> {
  template <class Tuple>
  static term to(Tuple&& value) {
    return std::apply([](auto&&... each) { return internal::tuple_from(std::forward<decltype(each)>(each)...); },
                      std::forward<Tuple>(value));
  }
  static std::optional<std::tuple<Elements...>> from(const term& from) {
    if (!from.is_tuple() || from.size() != sizeof...(Elements)) return std::nullopt;
    return internal::read_elements<std::tuple<Elements...>, Elements...>(
        from.elements().data(), [](Elements&&... each) { return std::tuple<Elements...>{std::move(each)...}; });
  }
  static constexpr message_form shape = internal::tuple_form<Elements...>();
};

template <class First, class Second>
struct term_traits<std::pair<First, Second>> {
  template <class Pair>
  static term to(Pair&& value) {
    return internal::tuple_from(std::forward<Pair>(value).first, std::forward<Pair>(value).second);
  }
  static std::optional<std::pair<First, Second>> from(const term& from) {
    if (!from.is_tuple() || from.size() != 2) return std::nullopt;
    return internal::read_elements<std::pair<First, Second>, First, Second>(
        from.elements().data(),
        [](First&& first, Second&& second) { return std::pair<First, Second>{std::move(first), std::move(second)}; });
  }
  static constexpr message_form shape = internal::tuple_form<First, Second>();
};

// -- alternatives ---------------------------------------------------------------------------------------------------------------------

/// The value, or the atom `undefined`, as Erlang's records have it.
template <class T>
struct term_traits<std::optional<T>> {
  static term to(const std::optional<T>& value) { return value ? to_term(*value) : term{"undefined"_atom}; }
  static term to(std::optional<T>&& value) { return value ? to_term(*std::move(value)) : term{"undefined"_atom}; }
  static std::optional<std::optional<T>> from(const term& from) {
    if (from.is("undefined"_atom)) return std::optional<std::optional<T>>{std::in_place};
    auto value = from_term<T>(from);
    if (!value) return std::nullopt;
    return std::optional<std::optional<T>>{std::in_place, *std::move(value)};
  }
};

/// The atom `undefined`: an alternative of a variant that holds nothing.
template <>
struct term_traits<std::monostate> {
  static term to(std::monostate) { return "undefined"_atom; }
  static std::optional<std::monostate> from(const term& from) {
    return from.is("undefined"_atom) ? std::optional<std::monostate>{std::in_place} : std::nullopt;
  }
};

/// Read as the first alternative that the term is.
template <class... Alternatives>
struct term_traits<std::variant<Alternatives...>> {
  using variant = std::variant<Alternatives...>;

  template <class Variant>
  static term to(Variant&& value) {
    return std::visit([](auto&& held) { return to_term(std::forward<decltype(held)>(held)); },
                      std::forward<Variant>(value));
  }
  static std::optional<variant> from(const term& from) {
    return from_any(from, std::index_sequence_for<Alternatives...>{});
  }

private:
  template <std::size_t... I>
  static std::optional<variant> from_any(const term& from, std::index_sequence<I...>) {
    std::optional<variant> read;
    (void)(read_as<I>(from, read) || ...);
    return read;
  }
  template <std::size_t I>
  static bool read_as(const term& from, std::optional<variant>& into) {
    auto value = from_term<std::variant_alternative_t<I, variant>>(from);
    if (value) into.emplace(std::in_place_index<I>, *std::move(value));
    return value.has_value();
  }
};

/// `{ok, Value}` or `{error, Reason}`; `ok` where there is no value.
template <class T>
struct term_traits<std::expected<T, error>> {
  static term to(const result<T>& value) {
    if (!value) return tuple("error"_atom, value.error().reason());
    if constexpr (std::is_void_v<T>) {
      return "ok"_atom;
    } else {
      return internal::tuple_from("ok"_atom, *value);
    }
  }
  static std::optional<result<T>> from(const term& from) {
    if (from.is_tagged("error"_atom, 2))
      return std::optional<result<T>>{std::in_place, std::unexpect, from.elements()[1]};
    if constexpr (std::is_void_v<T>) {
      return from.is("ok"_atom) ? std::optional<result<T>>{std::in_place} : std::nullopt;
    } else {
      if (!from.is_tagged("ok"_atom, 2)) return std::nullopt;
      auto value = from_term<T>(from.elements()[1]);
      return value ? std::optional<result<T>>{std::in_place, *std::move(value)} : std::nullopt;
    }
  }
};

} // namespace agner
