// SPDX-License-Identifier: Apache-2.0
// The clauses of a receive: a callable that takes what it wants by type, `on(pattern, callable)`, and `after(time, callable)`. A callable may be a coroutine.

#pragma once

#include <chrono>
#include <functional>
#include <limits>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../runtime/error.hpp"
#include "../runtime/mailbox.hpp"
#include "../runtime/struct_mapping.hpp"
#include "../runtime/term.hpp"
#include "pattern.hpp"

namespace agner {

/// For ever, as a time to wait.
inline constexpr std::chrono::milliseconds infinity = std::chrono::milliseconds::max();

namespace internal {

// -- what a callable takes --------------------------------------------------------------------------------------------------------------

template <class T>
struct callable_traits : callable_traits<decltype(&T::operator())> {};
template <class R, class C, class... Parameters>
struct callable_traits<R (C::*)(Parameters...)> {
  using parameters = std::tuple<Parameters...>;
};
template <class R, class C, class... Parameters>
struct callable_traits<R (C::*)(Parameters...) const> : callable_traits<R (C::*)(Parameters...)> {};
template <class R, class C, class... Parameters>
struct callable_traits<R (C::*)(Parameters...) noexcept> : callable_traits<R (C::*)(Parameters...)> {};
template <class R, class C, class... Parameters>
struct callable_traits<R (C::*)(Parameters...) const noexcept> : callable_traits<R (C::*)(Parameters...)> {};
template <class R, class... Parameters>
struct callable_traits<R (*)(Parameters...)> {
  using parameters = std::tuple<Parameters...>;
};

template <class F>
using parameter_of = std::remove_cvref_t<std::tuple_element_t<0, typename callable_traits<F>::parameters>>;

/// What can be known of a message of type T before looking into it.
template <class T>
message_filter filter_of() {
  constexpr message_form form = message_shape<T>;
  if constexpr (form.what == message_form::kind::tagged_tuple)
    return message_filter::tagged(static_cast<std::uint32_t>(form.arity), form.tag());
  else if constexpr (form.what == message_form::kind::atom)
    return message_filter::bare(form.tag());
  else if constexpr (form.what == message_form::kind::tuple)
    return message_filter::tuple(static_cast<std::uint32_t>(form.arity));
  else
    return message_filter::anything();
}

// -- clauses: filter(), take(message) keeps what it took, invoke() calls with it -----------------------------------------------------------

template <class F>
class typed_clause {
public:
  using parameter = parameter_of<F>;
  static_assert(std::tuple_size_v<typename callable_traits<F>::parameters> == 1,
                "a clause of receive takes one parameter: the message, as a term or as the type it maps to");
  using result = std::invoke_result_t<F&, parameter&>;

  explicit typed_clause(F f) : f_(std::move(f)) {}
  [[nodiscard]] message_filter filter() const { return filter_of<parameter>(); }
  bool take(const term& message) { return (taken_ = from_term<parameter>(message)).has_value(); }
  result invoke() {
    // The argument stays with the clause, so that a coroutine may take it by reference.
    if constexpr (std::is_invocable_v<F&, parameter&&> &&
                  !std::is_lvalue_reference_v<std::tuple_element_t<0, typename callable_traits<F>::parameters>>)
      return std::invoke(f_, std::move(*taken_));
    else
      return std::invoke(f_, *taken_);
  }

private:
  [[no_unique_address]] F f_;
  std::optional<parameter> taken_;
};

template <class T>
message_filter filter_of_part(any_part<T>) {
  return filter_of<T>();
}

/// The guard of a clause that has none.
struct no_guard {};

template <class Pattern, class Guard, class F>
class pattern_clause {
public:
  using values = values_of<Pattern>;
  using result = decltype(std::apply(std::declval<F&>(), std::declval<values&&>()));

  pattern_clause(Pattern pattern, Guard guard, F f)
      : pattern_(std::move(pattern)), guard_(std::move(guard)), f_(std::move(f)) {}
  [[nodiscard]] message_filter filter() const { return filter_of_part(pattern_); }
  bool take(const term& message) {
    taken_ = take_part(pattern_, message);
    if constexpr (!std::is_same_v<Guard, no_guard>) {
      if (taken_ && !passes()) taken_.reset();
    }
    return taken_.has_value();
  }
  result invoke() { return std::apply(f_, std::move(*taken_)); }

private:
  bool passes() const {
    try {
      return std::apply(guard_, *taken_);
    } catch (const raised&) { // as in Erlang, a guard that fails is false
      return false;
    }
  }

  [[no_unique_address]] Pattern pattern_;
  [[no_unique_address]] Guard guard_;
  [[no_unique_address]] F f_;
  std::optional<values> taken_;
};

template <class F>
class after_clause {
public:
  using result = std::invoke_result_t<F&>;

  after_clause(std::chrono::milliseconds time, F f) : time_(time), f_(std::move(f)) {}
  [[nodiscard]] std::chrono::milliseconds time() const noexcept { return time_; }
  result invoke() { return std::invoke(f_); }

private:
  std::chrono::milliseconds time_;
  [[no_unique_address]] F f_;
};

template <class T>
inline constexpr bool is_after = false;
template <class F>
inline constexpr bool is_after<after_clause<F>> = true;

template <class T>
inline constexpr bool is_clause = is_after<T>;
template <class Pattern, class Guard, class F>
inline constexpr bool is_clause<pattern_clause<Pattern, Guard, F>> = true;

/// The clause that an argument of receive stands for.
template <class T>
auto to_clause(T&& of) {
  using plain = std::decay_t<T>;
  if constexpr (is_clause<plain>)
    return plain(std::forward<T>(of));
  else
    return typed_clause<plain>{std::forward<T>(of)};
}
template <class T>
using clause_of = decltype(to_clause(std::declval<T>()));

} // namespace internal

/// The guard of a clause. @see when
template <class Predicate>
struct guard {
  Predicate predicate;
};

/// A condition on what a pattern took: `on(match("n"_atom, any<int>), when([](int n) { return n > 3; }), ...)`. It sees what the clause would get, as lvalues that
/// are const, and only looks: a message for which it is false, or raises, stays where it is. @erlang when
template <class Predicate>
guard<Predicate> when(Predicate predicate) {
  return {std::move(predicate)};
}

/// A clause for the messages that @p pattern takes; @p f gets what its `any<T>` parts took, in order.
/// @param pattern  from `match` and its kin; or `any<T>`, `_`, or a literal: `on("stop"_atom, [] {})`
template <class Pattern, class F>
auto on(Pattern&& pattern, F f) {
  return internal::pattern_clause<internal::kept_part<Pattern>, internal::no_guard, F>{
      internal::keep(std::forward<Pattern>(pattern)), {}, std::move(f)};
}

/// The same, if the guard is true as well.
template <class Pattern, class Predicate, class F>
auto on(Pattern&& pattern, guard<Predicate> condition, F f) {
  return internal::pattern_clause<internal::kept_part<Pattern>, Predicate, F>{
      internal::keep(std::forward<Pattern>(pattern)), std::move(condition.predicate), std::move(f)};
}

/// What happens when nothing came for @p time; the last clause of a receive. Zero, or less, looks once at what is there; `infinity` waits for ever.
/// Times are rounded up to milliseconds, as nothing may fire early. @erlang receive ... after
template <class Rep, class Period, class F>
auto after(std::chrono::duration<Rep, Period> time, F f) {
  using std::chrono::milliseconds;
  const bool endless =
      std::chrono::duration<double>(time) >= std::chrono::duration<double>(std::chrono::hours{24 * 365 * 100});
  return internal::after_clause<F>{endless ? infinity : std::chrono::ceil<milliseconds>(time), std::move(f)};
}

} // namespace agner
