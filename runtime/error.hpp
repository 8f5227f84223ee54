// SPDX-License-Identifier: Apache-2.0
// How things fail: `result<T>` for what a caller can handle ({ok, V} | {error, Reason}), `raised` for what ends a process (error, exit, throw).

#pragma once

#include <exception>
#include <expected>
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
  raised(raised_class cls, term reason) noexcept : class_(cls), reason_(std::move(reason)) {}
  [[nodiscard]] raised_class cls() const noexcept { return class_; }
  [[nodiscard]] const term& reason() const noexcept { return reason_; }
  /// The reason as `~p` text. The pointer lives as long as this object.
  [[nodiscard]] const char* what() const noexcept override;

private:
  raised_class class_;
  term reason_;
  mutable std::string text_;
};

/// @erlang erlang:error/1, erlang:throw/1
[[noreturn]] void raise_error(term reason);
[[noreturn]] void raise_throw(term reason);

/// What a caught exception is to Erlang: a `raised` itself; out of memory is error `system_limit`; any other exception of C++ is error {cxx_exception, Type, What}.
raised as_raised(const std::exception_ptr& failure);

namespace internal {
[[noreturn]] void raise_badmatch(const error& of);
}

/// `{ok, V} = R`: the value, or raises `{badmatch, {error, Reason}}`.
template <class T>
T must(result<T> r) {
  if (!r) internal::raise_badmatch(r.error());
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}

} // namespace agner
