// SPDX-License-Identifier: Apache-2.0
// The functions that guards and bodies of match specifications may call: those of the manual for tables, no others. Any thread.

#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "../../runtime/identifiers.hpp"
#include "../../runtime/term.hpp"

namespace agner::internal {

/// Who runs a match specification, and where: for self() and node().
struct match_caller {
  pid self;
  atom node;
};

/// The value of the call; nothing where the function fails.
using match_function = std::optional<term> (*)(std::span<const term> arguments, const match_caller& by);

/// The function @p name of @p arity; null where there is none. @source OTP 25.2.3, asked with ets:test_ms/2; erl_db_util, guard_tab
[[nodiscard]] match_function find_match_function(atom name, std::size_t arity);

} // namespace agner::internal
