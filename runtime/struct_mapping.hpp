// SPDX-License-Identifier: Apache-2.0
// C++ values as terms and back: `to_term(x)` and `from_term<T>(t)`. Numbers, atoms, identifiers, strings, containers, tuples, and aggregates as tagged tuples (Boost.PFR).
// Table of the mapping: docs/struct-mapping.md.

#pragma once

#include <boost/pfr.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "reference.hpp"
#include "term.hpp"
#include "term_builders.hpp"

namespace agner {

/// What is known of every message that maps to a type.
enum class message_shape_kind : std::uint8_t { anything, tagged_tuple, bare_atom };

template <class T>
concept tagged_aggregate = std::is_aggregate_v<T> && requires { T::tag; };

template <class T>
struct message_shape {
  static constexpr auto is = message_shape_kind::anything;
};
template <tagged_aggregate T>
struct message_shape<T> {
  static constexpr auto is =
      boost::pfr::tuple_size_v<T> == 0 ? message_shape_kind::bare_atom : message_shape_kind::tagged_tuple;
  static constexpr std::uint32_t arity = 1 + static_cast<std::uint32_t>(boost::pfr::tuple_size_v<T>);
  static atom tag() { return T::tag; }
};

template <class T>
std::optional<T> from_term(const term& from);

/// @p value as a term.
template <class T>
term to_term(T&& value) {
  using plain = std::remove_cvref_t<T>;
  if constexpr (tagged_aggregate<plain>) {
    if constexpr (boost::pfr::tuple_size_v<plain> == 0)
      return term(plain::tag.value());
    else
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return tuple(plain::tag.value(), to_term(boost::pfr::get<I>(value))...);
      }(std::make_index_sequence<boost::pfr::tuple_size_v<plain>>{});
  } else {
    return term(std::forward<T>(value));
  }
}

/// @p from as a T, nothing where it is none.
template <class T>
std::optional<T> from_term(const term& from) {
  if constexpr (std::is_same_v<T, term>)
    return from;
  else if constexpr (std::is_same_v<T, pid>)
    return from.to_pid();
  else if constexpr (std::is_same_v<T, reference>)
    return from.to_reference();
  else if constexpr (std::is_same_v<T, atom>)
    return from.to_atom();
  else if constexpr (std::is_integral_v<T>) {
    const auto value = from.to_int64();
    if (!value || !std::in_range<T>(*value)) return std::nullopt;
    return static_cast<T>(*value);
  } else if constexpr (tagged_aggregate<T>) {
    constexpr auto size = boost::pfr::tuple_size_v<T>;
    if constexpr (size == 0) {
      if (from.is(T::tag.value())) return T{};
      return std::nullopt;
    } else {
      if (!from.is_tagged(T::tag.value(), size + 1)) return std::nullopt;
      return [&]<std::size_t... I>(std::index_sequence<I...>) -> std::optional<T> {
        auto parts = std::make_tuple(from_term<boost::pfr::tuple_element_t<I, T>>(from[I + 1])...);
        if (!(std::get<I>(parts) && ...)) return std::nullopt;
        return T{std::move(*std::get<I>(parts))...};
      }(std::make_index_sequence<size>{});
    }
  } else {
    static_assert(sizeof(T) == 0, "no mapping of this type to a term");
  }
}

} // namespace agner
