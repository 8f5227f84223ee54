// SPDX-License-Identifier: Apache-2.0
// A match specification, compiled: what to take, what of it to give. Immutable; any thread. Mechanism: docs/ets.md.

#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "../../runtime/resource.hpp"
#include "match_expression.hpp"
#include "match_pattern.hpp"

namespace agner::internal {

class match_program final : public resource {
public:
  /// @errors throws match_fault
  explicit match_program(const term& specification);

  /// The program of a specification, or of a reference to a compiled one. @errors raises `badarg`
  static std::shared_ptr<const match_program> of(const term& specification);

  /// The value of the last expression of the first clause that takes @p object; nothing where none does.
  /// @p scratch may be used again for the next object.
  [[nodiscard]] std::optional<term> run(const term& object, const match_caller& by, match_bindings& scratch) const;

  /// The keys at @p keypos that objects must have to be taken; nothing where a clause takes objects of any key.
  [[nodiscard]] std::optional<std::vector<term>> keys(std::size_t keypos) const;

  /// Whether what each clause gives is certain to be a tuple with the key at @p keypos of what it took.
  [[nodiscard]] bool keeps_key(std::size_t keypos) const;

private:
  struct clause {
    term source;
    match_variables variables;
    match_pattern head;
    std::vector<match_expression> guards;
    std::vector<match_expression> body;
    explicit clause(const term& of);
  };

  [[nodiscard]] static bool keeps_key(const clause& of, std::size_t keypos);

  std::vector<clause> clauses_;
};

} // namespace agner::internal
