// SPDX-License-Identifier: Apache-2.0
// Structs as tagged tuples: `struct ping { static constexpr auto tag = "ping"_atom; pid from; };` is `{ping, From}`. Without members it is the bare atom, without tag a plain tuple.
// What the other types become: term_traits.hpp, container_traits.hpp, tuple_traits.hpp, alternative_traits.hpp. Table of the mapping: docs/struct-mapping.md.

#pragma once

#include <boost/pfr/core.hpp>

#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>

#include "alternative_traits.hpp"
#include "container_traits.hpp"
#include "term_traits.hpp"

namespace agner {

namespace internal {

template <class T>
inline constexpr bool is_atom_literal = false;
template <literal_text Text>
inline constexpr bool is_atom_literal<atom_literal<Text>> = true;

template <class T>
concept has_tag = requires { T::tag; };

template <class T>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;

// -- what PFR cannot see ----------------------------------------------------------------------------------------------------------------

/// Converts to a base of T, and to nothing else.
template <class T>
struct any_base_of {
  template <class Base>
    requires(std::is_base_of_v<Base, T> && !std::same_as<Base, T>)
  constexpr operator Base() const noexcept;
};
template <class T>
concept has_base = requires { T{any_base_of<T>{}}; };

/// Converts to everything; is never asked to.
struct anything {
  template <class T>
  operator T() const noexcept {
    std::unreachable();
  }
};
template <std::size_t>
using anything_at = anything;

/// Whether T{anything times Before, {anything, anything}, anything times After} is an initialisation.
template <class T, std::size_t... Before, std::size_t... After>
constexpr bool takes_two_at(std::index_sequence<Before...>, std::index_sequence<After...>) {
  return requires { T{anything_at<Before>{}..., {anything{}, anything{}}, anything_at<After>{}...}; };
}

/// Initialisers count each element of an array member. So where braces round two of them leave room for fewer than one member less, the member is an array.
template <class T, std::size_t Fields>
constexpr bool has_array() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return ((takes_two_at<T>(std::make_index_sequence<I>{}, std::index_sequence<>{}) &&
             !takes_two_at<T>(std::make_index_sequence<I>{}, std::make_index_sequence<Fields - I - 1>{})) ||
            ...);
  }(std::make_index_sequence<Fields>{});
}

/// Says in one sentence why T is no term; true where it is one.
template <class T>
consteval bool check_struct() {
  static_assert(!std::is_enum_v<T>,
                "agner: an enum is no term, because neither its numbers nor its names are what a peer knows: "
                "use atoms, or specialise agner::term_traits for it");
  static_assert(!is_duration<T>, "agner: a duration is no term, because a peer would have to guess its unit: use an "
                                 "integer with the unit in its name");
  static_assert(!std::is_pointer_v<T> && !std::is_reference_v<T>,
                "agner: a pointer or reference is no term: send what it points to, or a pid");
  static_assert(std::is_enum_v<T> || is_duration<T> || std::is_pointer_v<T> || std::is_reference_v<T> ||
                    std::is_aggregate_v<T>,
                "agner: not a plain struct (it has constructors, private members or virtual functions), so its members "
                "cannot be seen: "
                "specialise agner::term_traits for it");
  if constexpr (std::is_aggregate_v<T>) {
    static_assert(!std::is_union_v<T>, "agner: a union is no term: use std::variant");
    static_assert(!has_base<T>,
                  "agner: members of a base class cannot be seen: make it a member, or specialise agner::term_traits");
    if constexpr (!has_base<T> && !std::is_union_v<T>) {
      static_assert(!has_array<T, boost::pfr::tuple_size_v<T>>(),
                    "agner: members that are arrays cannot be seen: use std::array");
      if constexpr (has_tag<T>) {
        static_assert(is_atom_literal<std::remove_const_t<decltype(T::tag)>>,
                      "agner: the tag of a struct must be a literal: static constexpr auto tag = \"name\"_atom;");
      }
      return !has_array<T, boost::pfr::tuple_size_v<T>>();
    }
  }
  return false;
}

template <class T, class = std::make_index_sequence<boost::pfr::tuple_size_v<T>>>
struct struct_traits;

template <class T, std::size_t... I>
struct struct_traits<T, std::index_sequence<I...>> {
  static constexpr std::size_t arity = sizeof...(I) + (has_tag<T> ? 1 : 0);

  template <class Struct>
  static term to(Struct&& value) {
    if constexpr (!has_tag<T>) {
      return tuple_from(field<I>(std::forward<Struct>(value))...);
    } else if constexpr (sizeof...(I) == 0) {
      return T::tag;
    } else {
      return tuple_from(T::tag, field<I>(std::forward<Struct>(value))...);
    }
  }

  static std::optional<T> from(const term& from) {
    if (!shape.may_be(from)) return std::nullopt;
    if constexpr (sizeof...(I) == 0) {
      return T{};
    } else {
      return read_elements<T, boost::pfr::tuple_element_t<I, T>...>(
          from.elements().data() + (has_tag<T> ? 1 : 0), [](auto&&... fields) { return T{std::move(fields)...}; });
    }
  }

  static constexpr message_form form() {
    if constexpr (!has_tag<T>) {
      return tuple_form<boost::pfr::tuple_element_t<I, T>...>();
    } else {
      using kind = message_form::kind;
      return {sizeof...(I) == 0 ? kind::atom : kind::tagged_tuple, sizeof...(I) == 0 ? 0 : arity,
              &std::remove_const_t<decltype(T::tag)>::value};
    }
  }
  static constexpr message_form shape = form();

private:
  template <std::size_t At, class Struct>
  static decltype(auto) field(Struct&& value) {
    if constexpr (std::is_lvalue_reference_v<Struct>) {
      return boost::pfr::get<At>(value);
    } else {
      return std::move(boost::pfr::get<At>(value));
    }
  }
};

template <class T, bool Mappable>
struct struct_traits_if {};
template <class T>
struct struct_traits_if<T, true> : struct_traits<T> {};

} // namespace internal

/// Plain structs. For other types it says why they are no terms.
template <class T>
struct term_traits : internal::struct_traits_if<T, internal::check_struct<T>()> {};

} // namespace agner
