// SPDX-License-Identifier: Apache-2.0
// std::tuple and std::pair as tuples. Table of the mapping: docs/struct-mapping.md.

#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>

#include "term_builders.hpp"
#include "term_traits.hpp"
#include "term_views.hpp"

namespace agner {

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

} // namespace agner
