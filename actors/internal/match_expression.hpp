// SPDX-License-Identifier: Apache-2.0
// Guards and bodies of match specifications: expressions as terms, compiled and evaluated. Any thread. Mechanism: docs/ets.md.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "../../runtime/term.hpp"
#include "match_functions.hpp"
#include "match_pattern.hpp"

namespace agner::internal {

/// What an expression is evaluated in.
struct match_scope {
  const term& object; // `'$_'`
  const match_bindings& bindings;
  const match_caller& by;
};

class match_expression {
public:
  /// @errors throws match_fault  an unbound variable, an unknown function, a tuple that is neither call nor construction
  match_expression(const term& of, const match_variables& variables, std::size_t depth = 0);

  /// The value; nothing where a call fails: a guard has then failed.
  [[nodiscard]] std::optional<term> guard_value(const match_scope& in) const;
  /// The value, in which each call that fails is the atom 'EXIT', as in OTP.
  [[nodiscard]] term body_value(const match_scope& in) const;

private:
  enum class form : std::uint8_t {
    literal,
    variable,
    object,
    all_bindings,
    tuple,
    list,
    map,
    call,
    and_,
    or_,
    andalso,
    orelse
  };

  void compile_tuple(const term& of, const match_variables& variables, std::size_t depth);
  void compile_call(atom name, std::span<const term> arguments, const match_variables& variables, std::size_t depth);
  void collapse();
  template <class Value>
  std::optional<term> evaluate(const match_scope& in, Value value) const;
  template <class Value>
  std::optional<term> evaluate_logic(const match_scope& in, Value value) const;
  [[nodiscard]] std::optional<term> construct(std::vector<term> values) const;

  form form_ = form::literal;
  std::size_t place_ = 0;             // of a variable
  match_function function_ = nullptr; // of a call
  term literal_;                      // the value, where that is known
  std::vector<match_expression>
      parts_; // elements, of a list the tail last, of a map keys and values in turn; arguments
};

} // namespace agner::internal
