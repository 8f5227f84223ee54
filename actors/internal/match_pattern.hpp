// SPDX-License-Identifier: Apache-2.0
// Heads of match specifications: patterns as terms, in which `'_'` takes anything and `'$1'`, `'$2'`, ... take anything and bind it. Any thread. Mechanism: docs/ets.md.

#pragma once

#include <cstdint>
#include <forward_list>
#include <optional>
#include <string>
#include <vector>

#include "../../runtime/term.hpp"

namespace agner::internal {

/// A match specification is nested at most so deep: it is compiled and run by recursion.
inline constexpr std::size_t match_depth_max = 1000;

/// What is wrong with a match specification, in words. Thrown by what compiles one.
struct match_fault {
  std::string what;
};

/// The number N of a variable `'$N'`. @source OTP 25 erl_db_util, db_is_variable: no leading zeros
[[nodiscard]] std::optional<std::uint32_t> match_variable(const term& of);

/// Variables of one head: their numbers in ascending order, so that a place stands for each.
class match_variables {
public:
  /// The place of variable @p number, added if it is new.
  void add(std::uint32_t number);
  [[nodiscard]] std::optional<std::size_t> place(std::uint32_t number) const;
  [[nodiscard]] std::size_t count() const noexcept { return numbers_.size(); }

private:
  std::vector<std::uint32_t> numbers_;
};

/// What the variables of a head are bound to, by place. Values are parts of the object, or terms made on the way.
class match_bindings {
public:
  /// Forgets all; makes room for @p variables.
  void reset(std::size_t variables) {
    values_.assign(variables, nullptr);
    made_.clear();
  }
  [[nodiscard]] const term* operator[](std::size_t place) const noexcept { return values_[place]; }
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  void bind(std::size_t place, const term& to) noexcept { values_[place] = &to; }
  const term& keep(term made) { return made_.emplace_front(std::move(made)); }

private:
  std::vector<const term*> values_;
  std::forward_list<term> made_;
};

/// One pattern, compiled.
class match_pattern {
public:
  /// @errors throws match_fault
  match_pattern(const term& head, match_variables& variables);

  /// Whether the pattern takes @p of, which outlives @p bindings. Variables that are bound already must be `=:=`.
  [[nodiscard]] bool take(const term& of, match_bindings& bindings) const;
  /// The pattern is this term, without variables; null where it is not.
  [[nodiscard]] const term* ground() const noexcept { return form_ == form::literal ? &literal_ : nullptr; }
  /// Element @p index of a pattern for tuples; null where there is none.
  [[nodiscard]] const match_pattern* element(std::size_t index) const noexcept {
    return form_ == form::tuple && index < parts_.size() ? &parts_[index] : nullptr;
  }
  /// Takes every term.
  [[nodiscard]] bool takes_all() const noexcept { return form_ == form::any || form_ == form::variable; }

private:
  enum class form : std::uint8_t { any, variable, literal, tuple, list, map };

  match_pattern() = default;
  static match_pattern compile(const term& of, const match_variables& variables, std::size_t depth);
  static void collect(const term& of, match_variables& variables);
  [[nodiscard]] bool take_list(const term& of, match_bindings& bindings) const;
  [[nodiscard]] bool take_map(const term& of, match_bindings& bindings) const;

  form form_ = form::any;
  std::size_t place_ = 0;            // of a variable
  term literal_;                     // =:= this
  std::vector<match_pattern> parts_; // of a tuple: elements; of a list: elements, then the tail; of a map: values
  std::vector<term> keys_;           // of a map
};

} // namespace agner::internal
