// SPDX-License-Identifier: Apache-2.0
// An exception with its stack as people read it in crash reports. Any thread.

#pragma once

#include <string>
#include <string_view>

#include "../runtime/error.hpp"

namespace agner {

/// The text of an exception, without a line break at the end:
///
///     exception error: no match of right hand side value {error,closed}
///       in function  bank:find/1 (bank.cpp, line 41)
///       in call from bank:open/2 (bank.cpp, line 57)
///
/// @param what    as `as_raised` gives it
/// @param indent  what each line begins with
/// @erlang erl_error:format_exception/3
/// @source OTP 25 stdlib, erl_error.erl; the reasons that agner's own functions raise are put into the same words
std::string format_exception(const raised& what, std::string_view indent = "");

} // namespace agner
