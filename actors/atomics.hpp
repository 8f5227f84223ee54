// SPDX-License-Identifier: Apache-2.0
// Arrays of 64 bit integers that any number of processes change at once, each change indivisible and seen by all in one order: Erlang's atomics. Any thread.
// Limits: docs/shared-state.md.

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "../runtime/reference.hpp"
#include "../runtime/term_traits.hpp"

namespace agner::atomics {

namespace internal {
class array;
/// The array that @p of holds; null where it holds none, or one of another signedness.
array* array_of(const term& of, bool is_signed) noexcept;
term new_array(std::size_t size, bool is_signed);
std::uint64_t get(array& in, std::size_t index);
void put(array& in, std::size_t index, std::uint64_t value);
std::uint64_t add(array& in, std::size_t index, std::uint64_t increment);
std::uint64_t exchange(array& in, std::size_t index, std::uint64_t desired);
std::optional<std::uint64_t> compare_exchange(array& in, std::size_t index, std::uint64_t expected,
                                              std::uint64_t desired);
term info(const array& of);
[[noreturn]] void refuse();
} // namespace internal

template <class Integer>
concept cell = std::same_as<Integer, std::int64_t> || std::same_as<Integer, std::uint64_t>;

/// An array of signed or unsigned integers, alive as long as somebody holds it, in C++ or in a term: it maps to a reference and may be sent, kept in a table, or captured.
/// On another node it is a mere name.
template <cell Integer>
class atomics_ref {
public:
  /// What a term holds. @errors raises `badarg`  no atomics of this kind and node
  explicit atomics_ref(term of)
      : term_(std::move(of)), array_(internal::array_of(term_, std::same_as<Integer, std::int64_t>)) {
    if (array_ == nullptr) internal::refuse();
  }
  [[nodiscard]] const term& as_term() const noexcept { return term_; }
  [[nodiscard]] internal::array& of() const noexcept { return *array_; }

private:
  term term_;
  internal::array* array_;
};

// Errors of every function: raises `badarg`  there is no such index; indices count from 1. Sums wrap round at the ends of the type.

/// @p arity integers, all 0. Erlang's option `{signed, Bool}` is the type. @errors raises `badarg`  @p arity is 0; `system_limit`  more than 2^32 @erlang atomics:new/2
template <cell Integer = std::int64_t>
[[nodiscard]] atomics_ref<Integer> new_(std::size_t arity) {
  return atomics_ref<Integer>{internal::new_array(arity, std::same_as<Integer, std::int64_t>)};
}
/// @erlang atomics:put/3
template <cell Integer>
void put(const atomics_ref<Integer>& in, std::size_t index, std::type_identity_t<Integer> value) {
  internal::put(in.of(), index, static_cast<std::uint64_t>(value));
}
/// @erlang atomics:get/2
template <cell Integer>
[[nodiscard]] Integer get(const atomics_ref<Integer>& in, std::size_t index) {
  return static_cast<Integer>(internal::get(in.of(), index));
}
/// A negative increment of unsigned integers subtracts, as in Erlang. @erlang atomics:add/3, atomics:sub/3
template <cell Integer>
void add(const atomics_ref<Integer>& in, std::size_t index, std::integral auto increment) {
  internal::add(in.of(), index, static_cast<std::uint64_t>(increment));
}
template <cell Integer>
void sub(const atomics_ref<Integer>& in, std::size_t index, std::integral auto decrement) {
  internal::add(in.of(), index, std::uint64_t{0} - static_cast<std::uint64_t>(decrement));
}
/// The same, and the value after it. @erlang atomics:add_get/3, atomics:sub_get/3
template <cell Integer>
Integer add_get(const atomics_ref<Integer>& in, std::size_t index, std::integral auto increment) {
  return static_cast<Integer>(internal::add(in.of(), index, static_cast<std::uint64_t>(increment)));
}
template <cell Integer>
Integer sub_get(const atomics_ref<Integer>& in, std::size_t index, std::integral auto decrement) {
  return static_cast<Integer>(internal::add(in.of(), index, std::uint64_t{0} - static_cast<std::uint64_t>(decrement)));
}
/// @returns the value before. @erlang atomics:exchange/3
template <cell Integer>
Integer exchange(const atomics_ref<Integer>& in, std::size_t index, std::type_identity_t<Integer> desired) {
  return static_cast<Integer>(internal::exchange(in.of(), index, static_cast<std::uint64_t>(desired)));
}
/// Puts @p desired in the place of @p expected. @returns nothing (Erlang: `ok`) if it did, else the value that is there @erlang atomics:compare_exchange/4
template <cell Integer>
std::optional<Integer> compare_exchange(const atomics_ref<Integer>& in, std::size_t index,
                                        std::type_identity_t<Integer> expected, std::type_identity_t<Integer> desired) {
  const auto actual = internal::compare_exchange(in.of(), index, static_cast<std::uint64_t>(expected),
                                                 static_cast<std::uint64_t>(desired));
  if (!actual) return std::nullopt;
  return static_cast<Integer>(*actual);
}
/// `#{size => N, max => Most, min => Least, memory => Bytes}` @erlang atomics:info/1
template <cell Integer>
[[nodiscard]] term info(const atomics_ref<Integer>& of) {
  return internal::info(of.of());
}

} // namespace agner::atomics

namespace agner {

template <atomics::cell Integer>
struct term_traits<atomics::atomics_ref<Integer>> {
  static term to(const atomics::atomics_ref<Integer>& of) noexcept { return of.as_term(); }
  static std::optional<atomics::atomics_ref<Integer>> from(const term& from) {
    if (atomics::internal::array_of(from, std::same_as<Integer, std::int64_t>) == nullptr) return std::nullopt;
    return atomics::atomics_ref<Integer>{from};
  }
};

} // namespace agner
