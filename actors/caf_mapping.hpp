// SPDX-License-Identifier: Apache-2.0
// How messages of CAF's are read and written as terms, by their types, as far as the compiler knows them. Programs include caf_interop.hpp. Table of the mapping: docs/caf.md.

#pragma once

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/error.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../runtime/struct_mapping.hpp"
#include "../runtime/term_text.hpp"

// A term may be an element of a CAF message as it is.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(agner::term)

namespace agner {

/// One kind of message that an actor takes, by the types of its elements: `takes<add_atom, std::int32_t>`.
template <class... Elements>
struct takes {};

/// Why an actor ended, as an exit reason. @see docs/caf.md for the table
[[nodiscard]] term to_reason(const caf::error& why);
/// An exit reason as actors are told it; `to_reason` gives the same term back.
[[nodiscard]] caf::error to_caf_error(const term& reason);

/// What CAF prints for a term in a message.
inline std::string to_string(const term& of) { return print_short(of); }

namespace internal {

class caf_bridge_core;

[[nodiscard]] caf::strong_actor_ptr caf_actor_of(caf_bridge_core& at, const pid& of);
[[nodiscard]] pid caf_pid_of(caf_bridge_core& at, const caf::strong_actor_ptr& of);
[[nodiscard]] term caf_atom_to_term(caf::atom_value from);
[[nodiscard]] std::optional<caf::atom_value> caf_atom_from_term(const term& from);

// -- elements of messages ---------------------------------------------------------------------------------------------------------------

template <class T>
inline constexpr bool is_caf_handle = std::is_same_v<T, caf::actor> || std::is_same_v<T, caf::strong_actor_ptr>;
template <class... Signatures>
inline constexpr bool is_caf_handle<caf::typed_actor<Signatures...>> = true;

/// How an element of a CAF message is a term: as term_traits says, but for CAF's own types and floats.
template <class T>
struct caf_element {
  static std::optional<term> to(caf_bridge_core& at, const T& value) {
    if constexpr (is_caf_handle<T>) {
      return caf_pid_of(at, caf::actor_cast<caf::strong_actor_ptr>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(value)) return std::nullopt;
      return static_cast<double>(value);
    } else {
      return to_term(value);
    }
  }
  static std::optional<T> from(caf_bridge_core& at, const term& from) {
    if constexpr (is_caf_handle<T>) {
      const auto who = from.to_pid();
      if (!who) return std::nullopt;
      return caf::actor_cast<T>(caf_actor_of(at, *who));
    } else if constexpr (std::is_floating_point_v<T>) {
      const auto value = from.to_double();
      return value ? std::optional{static_cast<T>(*value)} : std::nullopt;
    } else {
      return from_term<T>(from);
    }
  }
};

template <>
struct caf_element<caf::atom_value> {
  static std::optional<term> to(caf_bridge_core&, caf::atom_value value) { return caf_atom_to_term(value); }
  static std::optional<caf::atom_value> from(caf_bridge_core&, const term& from) { return caf_atom_from_term(from); }
};
template <caf::atom_value Value>
struct caf_element<caf::atom_constant<Value>> {
  static std::optional<caf::atom_value> from(caf_bridge_core&, const term& from) {
    const auto value = caf_atom_from_term(from);
    return value == Value ? value : std::nullopt;
  }
};
template <>
struct caf_element<caf::error> {
  static std::optional<term> to(caf_bridge_core&, const caf::error& value) { return to_reason(value); }
  static std::optional<caf::error> from(caf_bridge_core&, const term& from) { return to_caf_error(from); }
};

/// A term as a message of one kind; nothing where it is none.
using caf_reader = std::function<std::optional<caf::message>(caf_bridge_core&, const term&)>;
using caf_readers = std::vector<caf_reader>;

template <class... Elements>
std::optional<caf::message> read_caf_message(caf_bridge_core& at, const term& from) {
  constexpr std::size_t count = sizeof...(Elements);
  if (count != 1 && (!from.is_tuple() || from.size() != count)) return std::nullopt;
  return [&]<std::size_t... I>(std::index_sequence<I...>) -> std::optional<caf::message> {
    auto read = std::tuple{caf_element<Elements>::from(at, count == 1 ? from : from[I])...};
    if (!(std::get<I>(read).has_value() && ...)) return std::nullopt;
    return caf::make_message(*std::move(std::get<I>(read))...);
  }(std::index_sequence_for<Elements...>{});
}

/// An answer that has no elements may be `ok` too, which is what processes say.
inline std::optional<caf::message> read_no_answer(caf_bridge_core&, const term& from) {
  if (!from.is("ok"_atom) && from != tuple()) return std::nullopt;
  return caf::make_message();
}

template <class Message>
struct caf_reader_of;
template <class... Elements>
struct caf_reader_of<takes<Elements...>> {
  static caf_reader make() { return &read_caf_message<std::decay_t<Elements>...>; }
};

/// How the answer to a request is read, and whether it is one to this request.
struct caf_answer {
  bool (*is_asked)(const caf::type_erased_tuple&);
  caf_reader read;
};
using caf_answers = std::vector<caf_answer>;

/// What a signature of a typed actor says.
template <class Signature>
struct caf_signature;
template <class... In, class... Out>
struct caf_signature<caf::typed_mpi<caf::detail::type_list<In...>, caf::output_tuple<Out...>>> {
  static constexpr bool without_answer = (std::is_void_v<Out> || ...);
  static caf_reader reader() { return &read_caf_message<std::decay_t<In>...>; }
  static caf_answer answer() {
    const auto asked = [](const caf::type_erased_tuple& request) { return request.match_elements<In...>(); };
    if constexpr (without_answer)
      return {asked, &read_no_answer};
    else
      return {asked, &read_caf_message<std::decay_t<Out>...>};
  }
  template <class Learn>
  static void each_in(Learn learn) {
    (learn.template operator()<std::decay_t<In>>(), ...);
  }
  template <class Learn>
  static void each_out(Learn learn) {
    if constexpr (!without_answer) (learn.template operator()<std::decay_t<Out>>(), ...);
  }
};

/// What a handle says of its actor; nothing where it is not typed.
template <class Handle>
struct caf_interface {
  static caf_readers readers() { return {}; }
  static caf_answers answers() { return {}; }
  template <class Learn>
  static void each_in(Learn) {}
  template <class Learn>
  static void each_out(Learn) {}
};
template <class... Signatures>
struct caf_interface<caf::typed_actor<Signatures...>> {
  static caf_readers readers() { return {caf_signature<Signatures>::reader()...}; }
  static caf_answers answers() { return {caf_signature<Signatures>::answer()...}; }
  template <class Learn>
  static void each_in(Learn learn) {
    (caf_signature<Signatures>::each_in(learn), ...);
  }
  template <class Learn>
  static void each_out(Learn learn) {
    (caf_signature<Signatures>::each_out(learn), ...);
  }
};

using caf_writer = std::optional<term> (*)(caf_bridge_core&, const void*);

template <class T>
std::optional<term> write_caf_element(caf_bridge_core& at, const void* element) {
  return caf_element<T>::to(at, *static_cast<const T*>(element));
}

} // namespace internal

} // namespace agner
