// SPDX-License-Identifier: Apache-2.0
// What may be one thing or another as terms: optional, variant, result. Table of the mapping: docs/struct-mapping.md.

#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "error.hpp"
#include "term_traits.hpp"
#include "tuple_traits.hpp"

namespace agner {

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
