// SPDX-License-Identifier: Apache-2.0
// A function of the program's as the value of an option: verify_fun, partial_chain, sni_fun and the like. A value whose copies share; any thread may hold it.

#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "../actors/task.hpp"
#include "../runtime/resource.hpp"
#include "../runtime/struct_mapping.hpp"

namespace agner::ssl {

namespace internal {

/// What a fun does when it is called.
class fun_body : public resource {
public:
  /// @context a process of its own, which ends with the handshake
  virtual task<term> call(std::vector<term> arguments) = 0;
  /// The same at once; nothing where the function may wait.
  virtual std::optional<term> call_at_once(std::vector<term> arguments) = 0;
  [[nodiscard]] virtual bool may_wait() const noexcept = 0;
  [[nodiscard]] virtual std::size_t arity() const noexcept = 0;
};

/// A name for @p body that no other fun has.
reference name_of_fun(std::unique_ptr<fun_body> body);

template <class F>
consteval std::size_t arity_of() {
  if constexpr (std::invocable<F&, term>) return 1;
  if constexpr (std::invocable<F&, term, term>) return 2;
  if constexpr (std::invocable<F&, term, term, term>) return 3;
  if constexpr (std::invocable<F&, term, term, term, term>) return 4;
  return 0;
}

template <class F, std::size_t... I>
decltype(auto) apply_terms(F& to, std::vector<term>& arguments, std::index_sequence<I...> /*unused*/) {
  return to(std::move(arguments.at(I))...);
}

template <class F>
class fun_of final : public fun_body {
  static constexpr std::size_t count = arity_of<F>();
  static_assert(count != 0, "a fun takes one to four terms");
  using answer =
      decltype(apply_terms(std::declval<F&>(), std::declval<std::vector<term>&>(), std::make_index_sequence<count>{}));
  static constexpr bool waits = std::same_as<answer, task<term>>;

public:
  explicit fun_of(F f) : function_(std::move(f)) {}
  task<term> call(std::vector<term> arguments) override {
    if constexpr (waits)
      co_return co_await apply_terms(function_, arguments, std::make_index_sequence<count>{});
    else
      co_return to_term(apply_terms(function_, arguments, std::make_index_sequence<count>{}));
  }
  std::optional<term> call_at_once([[maybe_unused]] std::vector<term> arguments) override {
    if constexpr (waits)
      return std::nullopt;
    else
      return to_term(apply_terms(function_, arguments, std::make_index_sequence<count>{}));
  }
  [[nodiscard]] bool may_wait() const noexcept override { return waits; }
  [[nodiscard]] std::size_t arity() const noexcept override { return count; }

private:
  F function_;
};

} // namespace internal

/// Takes one to four terms, and gives a term or `task<term>`. As a term it is a reference that means something in this OS process only: `{verify_fun, {Fun, State}}`. It may be called from
/// several processes at once.
class fun {
public:
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, fun> && internal::arity_of<std::remove_cvref_t<F>>() != 0)
  fun(F&& function)
      : name_(internal::name_of_fun(
            std::make_unique<internal::fun_of<std::remove_cvref_t<F>>>(std::forward<F>(function)))) {}

  /// The fun that @p name names; nothing where it is something else.
  static std::optional<fun> of(const term& name);

  [[nodiscard]] std::size_t arity() const noexcept { return body().arity(); }
  /// False for one that gives its answer at once.
  [[nodiscard]] bool may_wait() const noexcept { return body().may_wait(); }
  [[nodiscard]] task<term> call(std::vector<term> arguments) const { return body().call(std::move(arguments)); }
  [[nodiscard]] std::optional<term> call_at_once(std::vector<term> arguments) const {
    return body().call_at_once(std::move(arguments));
  }
  [[nodiscard]] const term& as_term() const noexcept { return name_; }

private:
  explicit fun(term name, internal::fun_body& /*proof*/) noexcept : name_(std::move(name)) {}
  [[nodiscard]] internal::fun_body& body() const noexcept { return *resource_as<internal::fun_body>(name_); }
  term name_;
};

/// A fun that is given a state, and gives the next: `{Fun, InitialUserState}`.
struct fun_with_state {
  fun function;
  term state = {};
};

} // namespace agner::ssl
