// SPDX-License-Identifier: Apache-2.0
// Ending oneself and others.

#pragma once

#include <source_location>

#include "../runtime/error.hpp"
#include "../runtime/term.hpp"
#include "send.hpp"

namespace agner {

/// Ends the current process with @p reason, unless the exception is caught. @erlang exit/1
[[noreturn]] void exit(term reason, std::source_location where = std::source_location::current());

/// C's exit(int) would end the OS process: an integer reason is spelt `exit(term{7})`.
void exit(int) = delete;
void exit(long) = delete;

/// Sends an exit signal: `kill` cannot be trapped and arrives as `killed`, `normal` is ignored unless trapped or sent to oneself, anything else ends what does not trap it.
/// To oneself it takes effect before this returns: what is to end raises exit, and ends even if that is caught.
/// @context a process; outside one use node::exit
/// @erlang exit/2
void exit(const pid& to, const term& reason);

/// The same to whom an alias leads; nothing happens where it is no longer active. With `priority`, and to an alias made with it, what a process that traps exits gets
/// overtakes ordinary messages.
/// @erlang exit/2, exit/3 of OTP 28
void exit(const reference& alias, const term& reason, send_options how = {});

} // namespace agner
