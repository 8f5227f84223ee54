// SPDX-License-Identifier: Apache-2.0
// How values of C++ types become terms and back: `to_term(x)`, `from_term<T>(t)`, and the table for numbers, names and texts. Programs include struct_mapping.hpp, which has all of it.
// Table of the mapping: docs/struct-mapping.md.

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reference.hpp"
#include "term.hpp"
#include "term_builders.hpp"

namespace agner {

/// How values of type T become terms and back. Specialise it for types of your own that are no plain structs:
///   static term to(const T&);
///   static std::optional<T> from(const term&);            nothing where the term is none; never throws because of what the term is
///   static constexpr message_form shape = ...;            optional: lets receive skip messages without calling from()
template <class T>
struct term_traits;

namespace internal {

template <class T>
struct mapped {
  using type = T;
};
template <std::size_t N>
struct mapped<char[N]> {
  using type = std::string_view;
};
template <>
struct mapped<const char*> {
  using type = std::string_view;
};
template <>
struct mapped<char*> {
  using type = std::string_view;
};

} // namespace internal

/// @p value as a term. A text (std::string, a literal) becomes a binary.
/// @errors raises `badarith`  a float that is not finite; raises `system_limit`  more elements than a term can hold
template <class T>
[[nodiscard]] term to_term(T&& value) {
  return term_traits<typename internal::mapped<std::remove_cvref_t<T>>::type>::to(std::forward<T>(value));
}

/// @p from as a T, nothing where it is none.
template <class T>
[[nodiscard]] std::optional<T> from_term(const term& from) {
  return term_traits<T>::from(from);
}

/// What is known of a term of a type before it is read.
struct message_form {
  enum class kind : std::uint8_t {
    any,          ///< nothing
    atom,         ///< the atom `tag()`
    tagged_tuple, ///< a tuple of `arity` elements whose first is the atom `tag()`
    tuple         ///< a tuple of `arity` elements
  };
  kind what = kind::any;
  std::size_t arity = 0;
  atom (*tag)() = nullptr;

  /// False where a message cannot be of this form; cheap.
  [[nodiscard]] bool may_be(const term& message) const {
    switch (what) {
    case kind::atom: return message.is(tag());
    case kind::tagged_tuple: return message.is_tagged(tag(), arity);
    case kind::tuple: return message.is_tuple() && message.size() == arity;
    case kind::any: break;
    }
    return true;
  }
};

namespace internal {

template <class T>
constexpr message_form form_of() {
  if constexpr (requires { term_traits<T>::shape; }) {
    return term_traits<T>::shape;
  } else {
    return {};
  }
}

} // namespace internal

/// The form of every term that `from_term<T>` accepts: what receive looks at before it reads a message.
template <class T>
inline constexpr message_form message_shape = internal::form_of<T>();

// -- terms and names ------------------------------------------------------------------------------------------------------------------

template <>
struct term_traits<term> {
  static term to(term value) noexcept { return value; }
  static std::optional<term> from(const term& from) noexcept { return from; }
};

template <>
struct term_traits<atom> {
  static term to(atom value) noexcept { return value; }
  static std::optional<atom> from(const term& from) noexcept { return from.to_atom(); }
};

template <internal::literal_text Text>
struct term_traits<atom_literal<Text>> {
  static term to(atom_literal<Text> value) { return value; }
  static std::optional<atom_literal<Text>> from(const term& from) {
    return from.is(atom_literal<Text>::value()) ? std::optional<atom_literal<Text>>{std::in_place} : std::nullopt;
  }
  static constexpr message_form shape{message_form::kind::atom, 0, &atom_literal<Text>::value};
};

template <>
struct term_traits<bool> {
  static term to(bool value) noexcept { return value; }
  static std::optional<bool> from(const term& from) noexcept {
    return from.is_boolean() ? std::optional{from.is(internal::true_atom)} : std::nullopt;
  }
};

template <>
struct term_traits<pid> {
  static term to(const pid& value) noexcept { return value; }
  static std::optional<pid> from(const term& from) noexcept { return from.to_pid(); }
};

template <>
struct term_traits<port> {
  static term to(const port& value) noexcept { return value; }
  static std::optional<port> from(const term& from) noexcept { return from.to_port(); }
};

template <>
struct term_traits<reference> {
  static term to(const reference& value) noexcept { return value; }
  static std::optional<reference> from(const term& from) noexcept { return from.to_reference(); }
};

// -- numbers --------------------------------------------------------------------------------------------------------------------------

namespace internal {

template <class T>
concept character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

} // namespace internal

/// Integers: what the type cannot hold is none of it.
template <std::integral T>
  requires(!internal::character<T>)
struct term_traits<T> {
  static term to(T value) noexcept(noexcept(term(value))) { return value; }
  static std::optional<T> from(const term& from) noexcept {
    if (const auto value = from.to_int64())
      return std::in_range<T>(*value) ? std::optional{static_cast<T>(*value)} : std::nullopt;
    if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8) return from.to_uint64();
    return std::nullopt;
  }
};

template <internal::character T>
struct term_traits<T> {
  static_assert(false, "agner: a character is no term: use an integer type for a number, std::string for text");
};

/// Floats: an integer is none, as for the guard is_float/1.
template <>
struct term_traits<double> {
  static term to(double value) { return value; }
  static std::optional<double> from(const term& from) noexcept { return from.to_double(); }
};

template <std::same_as<float> T>
struct term_traits<T> {
  static_assert(false, "agner: Erlang's floats have 64 bits: use double");
};

// -- texts and bytes ------------------------------------------------------------------------------------------------------------------

namespace internal {

/// The text of a binary, as it is, or of a list of code points, in UTF-8.
std::optional<std::string> text_of(const term& from);
/// The bytes of a binary or of a list of bytes.
std::optional<std::vector<std::byte>> bytes_of(const term& from);

} // namespace internal

template <>
struct term_traits<std::string> {
  static term to(std::string_view value) { return binary(value); }
  static std::optional<std::string> from(const term& from) { return internal::text_of(from); }
};

template <>
struct term_traits<std::string_view> {
  static term to(std::string_view value) { return binary(value); }
  static std::optional<std::string_view>
  from(const term&) = delete; // nobody would keep the bytes: read a std::string, or a term and its text()
};

template <>
struct term_traits<std::vector<std::byte>> {
  static term to(std::span<const std::byte> value) { return binary(value); }
  static std::optional<std::vector<std::byte>> from(const term& from) { return internal::bytes_of(from); }
};

template <>
struct term_traits<std::span<const std::byte>> {
  static term to(std::span<const std::byte> value) { return binary(value); }
  static std::optional<std::span<const std::byte>> from(const term&) = delete; // as for std::string_view
};

} // namespace agner
