// SPDX-License-Identifier: Apache-2.0
// Where an exception was raised and which tasks waited on its way, as Erlang's stack. Kept beside the exception, so that one of any type has a stack; for one at a time on each
// thread, until the turn of the process ends. Mechanism: docs/processes.md, "Stacks".

#pragma once

#include <cstddef>
#include <exception>
#include <source_location>
#include <string>
#include <string_view>

#include "../term.hpp"

namespace agner::internal {

/// Most entries of a stack. @source OTP 25: erlang:system_flag(backtrace_depth), 8 unless set
inline constexpr std::size_t stack_depth_max = 8;

/// The stack of @p failure as far as this thread knows it. @p raised: where it was raised, if that is known
term stack_of(const std::exception_ptr& failure, const std::source_location* raised);

/// The turn is over. Called only where thread_state::traces says so.
void forget_stack() noexcept;

/// What Erlang would call a function of C++.
struct function_name {
  std::string module;   // namespaces and classes; the stem of the file where there are none
  std::string function; // a lambda: -outer/arity-fun-
  unsigned arity = 0;
};

/// @param pretty  as std::source_location names it  @param file  where it is
function_name parse_function(std::string_view pretty, std::string_view file);

} // namespace agner::internal
