// SPDX-License-Identifier: Apache-2.0
// How things fail: `result<T>` for what a caller can handle ({ok, V} | {error, Reason}), `raised` for what ends a process (error, exit, throw).

#pragma once

#include <exception>
#include <expected>
#include <source_location>
#include <string>
#include <utility>

#include "term.hpp"

namespace agner {

/// A reason, as Erlang's `{error, Reason}` carries it.
class error {
public:
  explicit error(term reason) noexcept : reason_(std::move(reason)) {}
  [[nodiscard]] const term& reason() const noexcept { return reason_; }
  friend bool operator==(const error&, const error&) noexcept = default;

private:
  term reason_;
};

/// `{ok, T} | {error, Reason}`; `result<>` is `ok | {error, Reason}`.
template <class T = void>
using result = std::expected<T, error>;

/// Shorthand for the failing return: `return fail("closed"_atom);`
inline std::unexpected<error> fail(term reason) { return std::unexpected<error>{error{std::move(reason)}}; }

/// The three classes of an Erlang exception.
enum class raised_class : std::uint8_t { error, exit, throw_ };

/// An Erlang exception. Uncaught in a process it becomes the exit reason: `exit` as it is, `error` as {Reason, Stack}, `throw_` as {{nocatch, Term}, Stack}.
class raised : public std::exception {
public:
  raised(raised_class cls, term reason, std::source_location where = std::source_location::current()) noexcept
      : class_(cls), reason_(std::move(reason)), where_(where) {}
  /// With a stack that is known already. @erlang erlang:raise/3
  raised(raised_class cls, term reason, term stack) noexcept
      : class_(cls), reason_(std::move(reason)), stack_(std::move(stack)) {}
  [[nodiscard]] raised_class cls() const noexcept { return class_; }
  [[nodiscard]] const term& reason() const noexcept { return reason_; }
  [[nodiscard]] const std::source_location& where() const noexcept { return where_; }
  /// [{Module, Function, Arity, [{file, File}, {line, Line}]}], the innermost first: where it was raised, and each co_await it came through. As `as_raised` gives it; before
  /// that only what it was made with. @erlang Class:Reason:Stacktrace
  [[nodiscard]] const term& stack() const noexcept { return stack_; }
  /// The reason as `~p` text. The pointer lives as long as this object.
  [[nodiscard]] const char* what() const noexcept override;

private:
  raised_class class_;
  term reason_;
  term stack_;
  std::source_location where_;
  mutable std::string text_;
};

/// @erlang erlang:error/1, erlang:throw/1
[[noreturn]] void raise_error(term reason, std::source_location where = std::source_location::current());
[[noreturn]] void raise_throw(term reason, std::source_location where = std::source_location::current());

/// What a caught exception is to Erlang: a `raised` itself; out of memory is error `system_limit`; any other exception of C++ is error {cxx_exception, Type, What}, or
/// the atom cxx_exception where it is not derived from std::exception. With the stack, which is known in the turn that it was caught in.
raised as_raised(const std::exception_ptr& failure);

namespace internal {
[[noreturn]] void raise_badmatch(const error& of, const std::source_location& where);
/// Raises what a task has raised again, in the task that waited for it at @p awaited.
[[noreturn]] void raise_in_waiting_task(const std::exception_ptr& failure, const std::source_location& awaited);
} // namespace internal

/// `{ok, V} = R`: the value, or raises `{badmatch, {error, Reason}}`.
template <class T>
T must(result<T> r, std::source_location where = std::source_location::current()) {
  if (!r) internal::raise_badmatch(r.error(), where);
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}

} // namespace agner
