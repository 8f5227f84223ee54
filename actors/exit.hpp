// SPDX-License-Identifier: Apache-2.0
// Ending oneself and others.

#pragma once

#include "../runtime/error.hpp"
#include "../runtime/term.hpp"
#include "send.hpp"

namespace agner {

/// Ends the current process with @p reason, unless the exception is caught. @erlang exit/1
[[noreturn]] void exit(term reason);

/// C's exit(int) would end the OS process: an integer reason is spelt `exit(term{7})`.
void exit(int) = delete;
void exit(long) = delete;

/// Sends an exit signal: `kill` cannot be trapped and arrives as `killed`, `normal` is ignored unless trapped or sent to oneself, anything else ends what does not trap it.
/// To oneself it takes effect before this returns: what is to end raises exit, and ends even if that is caught.
/// @context a process; outside one use node::exit
/// @erlang exit/2
void exit(const pid& to, const term& reason);

} // namespace agner
