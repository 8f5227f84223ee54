// SPDX-License-Identifier: Apache-2.0
// Patterns of messages: `match("reply"_atom, ref, any<term>)` for {reply, Ref, X} with a known Ref. Literals are compared with `=:=`, `any<T>` takes a T and hands it to the
// clause, `_` takes anything and hands on nothing; tuples, lists and maps nest. Any thread. Mechanism: docs/receive.md.

#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../runtime/mailbox.hpp"
#include "../runtime/struct_mapping.hpp"
#include "../runtime/term.hpp"
#include "../runtime/term_views.hpp"

namespace agner {

/// Takes anything.
struct ignored_part {};
inline constexpr ignored_part _{};

/// Takes a T and hands it to the clause.
template <class T>
struct any_part {};
template <class T>
inline constexpr any_part<T> any{};

template <class... Parts>
class tuple_pattern;
template <class Head, class Tail>
struct cons_pattern;
template <class Part>
struct field_pattern;
template <class... Fields>
struct map_pattern;

namespace internal {

/// How a part of a pattern is kept, and what it hands to the clause. Literals are kept as terms.
template <class Part>
struct pattern_part {
  using kept = term;
  using values = std::tuple<>;
};
template <>
struct pattern_part<ignored_part> {
  using kept = ignored_part;
  using values = std::tuple<>;
};
template <class T>
struct pattern_part<any_part<T>> {
  using kept = any_part<T>;
  using values = std::tuple<T>;
};
template <class Pattern>
  requires requires { typename Pattern::values; }
struct pattern_part<Pattern> {
  using kept = Pattern;
  using values = typename Pattern::values;
};
template <class Part>
using kept_part = typename pattern_part<std::decay_t<Part>>::kept;
template <class Part>
using values_of = typename pattern_part<Part>::values;
template <class... Parts>
using joined_values = decltype(std::tuple_cat(std::declval<values_of<Parts>>()...));

template <class Part>
kept_part<Part> keep(Part&& part) {
  if constexpr (std::is_constructible_v<kept_part<Part>, Part&&>)
    return kept_part<Part>(std::forward<Part>(part));
  else
    return to_term(std::forward<Part>(part)); // a literal that maps to a term
}

// -- taking: what a part takes out of a term; nothing if it does not match ------------------------------------------------------------------

inline std::optional<std::tuple<>> take_part(const term& literal, const term& from) {
  if (literal == from) return std::tuple<>{};
  return std::nullopt;
}
inline std::optional<std::tuple<>> take_part(ignored_part, const term&) { return std::tuple<>{}; }
template <class T>
std::optional<std::tuple<T>> take_part(any_part<T>, const term& from) {
  if (auto value = from_term<T>(from)) return std::tuple<T>{std::move(*value)};
  return std::nullopt;
}
template <class Pattern>
  requires requires { typename Pattern::values; }
std::optional<typename Pattern::values> take_part(const Pattern& pattern, const term& from) {
  return pattern.take(from);
}

/// What both took, the second only asked if the first matches.
template <class First, class Rest>
auto take_both(First&& first, Rest&& rest) {
  using result = std::optional<decltype(std::tuple_cat(std::move(*first), std::move(*rest())))>;
  if (!first) return result{};
  auto others = rest();
  if (!others) return result{};
  return result{std::tuple_cat(std::move(*first), std::move(*others))};
}

/// `take(index)` for every index below Count, in order, joined.
template <std::size_t I, std::size_t Count, class Take>
auto take_each(const Take& take) {
  if constexpr (I == Count)
    return std::optional<std::tuple<>>{std::tuple<>{}};
  else
    return take_both(take(std::integral_constant<std::size_t, I>{}), [&] { return take_each<I + 1, Count>(take); });
}

// -- filters: what can be known of a message that a part takes, before looking into it ------------------------------------------------------

inline message_filter filter_of_part(const term& literal) { return {whole_key, key_of(literal)}; }
inline message_filter filter_of_part(ignored_part) { return message_filter::anything(); }
template <class T>
message_filter filter_of_part(any_part<T>);
template <class Pattern>
  requires requires { typename Pattern::values; }
message_filter filter_of_part(const Pattern& pattern) {
  return pattern.filter();
}

} // namespace internal

/// {A, B, ...}
template <class... Parts>
class tuple_pattern {
public:
  using values = internal::joined_values<Parts...>;

  explicit tuple_pattern(Parts... parts) : parts_(std::move(parts)...) {}

  /// What the pattern takes out of @p from; nothing if it does not match.
  [[nodiscard]] std::optional<values> take(const term& from) const {
    const auto elements = from.elements();
    if (!from.is_tuple() || elements.size() != sizeof...(Parts)) return std::nullopt;
    return internal::take_each<0, sizeof...(Parts)>(
        [&](auto index) { return internal::take_part(std::get<index>(parts_), elements[index]); });
  }

  [[nodiscard]] internal::message_filter filter() const {
    constexpr auto arity = static_cast<std::uint32_t>(sizeof...(Parts));
    if constexpr (sizeof...(Parts) > 0) {
      if constexpr (std::is_same_v<std::tuple_element_t<0, std::tuple<Parts...>>, term>) {
        if (const auto tag = std::get<0>(parts_).to_atom()) return internal::message_filter::tagged(arity, *tag);
      }
    }
    return internal::message_filter::tuple(arity);
  }

private:
  [[no_unique_address]] std::tuple<Parts...> parts_;
};

/// [Head | Tail]
template <class Head, class Tail>
struct cons_pattern {
  using values = internal::joined_values<Head, Tail>;

  [[nodiscard]] std::optional<values> take(const term& from) const {
    if (!from.is_cons()) return std::nullopt;
    return internal::take_both(internal::take_part(head, from.head()),
                               [&] { return internal::take_part(tail, from.tail()); });
  }
  [[nodiscard]] internal::message_filter filter() const { return internal::filter_of_part(term{}); }

  [[no_unique_address]] Head head;
  [[no_unique_address]] Tail tail;
};

/// Key := Part, in a map_pattern.
template <class Part>
struct field_pattern {
  term key;
  [[no_unique_address]] Part part;
};

/// #{Key := Part, ...}: a map that has these keys, whatever else it has.
template <class... Parts>
struct map_pattern<field_pattern<Parts>...> {
  using values = internal::joined_values<Parts...>;

  [[nodiscard]] std::optional<values> take(const term& from) const {
    if (!from.is_map()) return std::nullopt;
    return internal::take_each<0, sizeof...(Parts)>([&, map = from.as_map()](auto index) {
      const auto& field = std::get<index>(fields);
      const term* const value = map.find(field.key);
      using result = decltype(internal::take_part(field.part, *value));
      return value == nullptr ? result{} : internal::take_part(field.part, *value);
    });
  }
  [[nodiscard]] internal::message_filter filter() const { return internal::filter_of_part(term{}); }

  std::tuple<field_pattern<Parts>...> fields;
};

/// The pattern of a tuple with these parts: {A, B, ...}.
template <class... Parts>
auto match(Parts&&... parts) {
  return tuple_pattern<internal::kept_part<Parts>...>{internal::keep(std::forward<Parts>(parts))...};
}

/// The pattern of a list: [Head | Tail].
template <class Head, class Tail>
auto match_cons(Head&& head, Tail&& tail) {
  return cons_pattern<internal::kept_part<Head>, internal::kept_part<Tail>>{internal::keep(std::forward<Head>(head)),
                                                                            internal::keep(std::forward<Tail>(tail))};
}

/// The pattern of a list with these elements and no more: [A, B, ...].
inline term match_list() { return {}; }
template <class First, class... Rest>
auto match_list(First&& first, Rest&&... rest) {
  return match_cons(std::forward<First>(first), match_list(std::forward<Rest>(rest)...));
}

/// Key := Part, for match_map.
template <class Key, class Part>
auto field(Key&& key, Part&& part) {
  return field_pattern<internal::kept_part<Part>>{to_term(std::forward<Key>(key)),
                                                  internal::keep(std::forward<Part>(part))};
}

/// The pattern of a map that has these keys, whatever else it has: `match_map(field("a"_atom, any<int>))` is #{a := A}.
template <class... Parts>
auto match_map(field_pattern<Parts>... fields) {
  return map_pattern<field_pattern<Parts>...>{{std::move(fields)...}};
}

} // namespace agner
