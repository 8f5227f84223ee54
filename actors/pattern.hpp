// SPDX-License-Identifier: Apache-2.0
// Patterns of messages: `match("reply"_atom, ref, any<term>)` for {reply, Ref, X} with a known Ref. Literals are compared with `=:=`, `any<T>` takes a T and hands it to the
// clause, `_` takes anything and hands on nothing; patterns nest. Any thread.

#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../runtime/mailbox.hpp"
#include "../runtime/struct_mapping.hpp"
#include "../runtime/term.hpp"

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

namespace internal {

template <class Part>
inline constexpr bool is_tuple_pattern = false;
template <class... Parts>
inline constexpr bool is_tuple_pattern<tuple_pattern<Parts...>> = true;

/// What a part hands to the clause, as a std::tuple.
template <class Part>
struct taken {
  using type = std::tuple<>;
};
template <class T>
struct taken<any_part<T>> {
  using type = std::tuple<T>;
};
template <class... Parts>
struct taken<tuple_pattern<Parts...>> {
  using type = decltype(std::tuple_cat(std::declval<typename taken<Parts>::type>()...));
};

/// Literals are kept as terms, parts as they are.
template <class Part>
struct kept_part {
  using type = term;
};
template <>
struct kept_part<ignored_part> {
  using type = ignored_part;
};
template <class T>
struct kept_part<any_part<T>> {
  using type = any_part<T>;
};
template <class... Parts>
struct kept_part<tuple_pattern<Parts...>> {
  using type = tuple_pattern<Parts...>;
};

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
template <class... Parts>
auto take_part(const tuple_pattern<Parts...>& pattern, const term& from) {
  return pattern.take(from);
}

} // namespace internal

template <class... Parts>
class tuple_pattern {
public:
  using values = typename internal::taken<tuple_pattern>::type;

  explicit tuple_pattern(Parts... parts) : parts_(std::move(parts)...) {}

  /// What the pattern takes out of @p from; nothing if it does not match.
  [[nodiscard]] std::optional<values> take(const term& from) const {
    const auto elements = from.elements();
    if (!from.is_tuple() || elements.size() != sizeof...(Parts)) return std::nullopt;
    return take_from<0>(elements.data());
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
  template <std::size_t I>
  [[nodiscard]] auto take_from(const term* elements) const {
    if constexpr (I == sizeof...(Parts)) {
      return std::optional<std::tuple<>>{std::tuple<>{}};
    } else {
      using result = std::optional<decltype(std::tuple_cat(*internal::take_part(std::get<I>(parts_), *elements),
                                                           *take_from<I + 1>(elements)))>;
      auto first = internal::take_part(std::get<I>(parts_), elements[I]);
      if (!first) return result{};
      auto rest = take_from<I + 1>(elements);
      if (!rest) return result{};
      return result{std::tuple_cat(std::move(*first), std::move(*rest))};
    }
  }

  [[no_unique_address]] std::tuple<Parts...> parts_;
};

/// The pattern of a tuple with these parts.
template <class... Parts>
auto match(Parts&&... parts) {
  return tuple_pattern<typename internal::kept_part<std::decay_t<Parts>>::type...>{
      typename internal::kept_part<std::decay_t<Parts>>::type(std::forward<Parts>(parts))...};
}

} // namespace agner
