// SPDX-License-Identifier: Apache-2.0
// Links, monitors and aliases of the current process. All raise `not_a_process` outside one.

#pragma once

#include "../runtime/process_core.hpp"
#include "../runtime/reference.hpp"
#include "send.hpp"

namespace agner {

using internal::alias_mode;

/// Links the current process with @p other: when one ends, the other gets an exit signal with its reason.
/// @errors raises `noproc`  @p other is local, has ended, and the caller does not trap exits; if it does, or @p other is remote, an exit signal comes instead (`noproc`, `noconnection`)
/// @erlang link/1
void link(const pid& other);

/// Takes the link away. No exit signal of the link comes afterwards. @erlang unlink/1
void unlink(const pid& other);

/// Watches @p target: {'DOWN', Ref, process, Object, Reason} comes once when it ends, or at once with `noproc` or `noconnection`. Object is the pid, or {Name, Node}.
/// @returns the reference in that message
/// @erlang monitor/2
reference monitor(const destination& target);

/// The same with a reference that is an alias too. @erlang monitor/3 with {alias, Mode}
reference monitor(const destination& target, alias_mode mode);

/// What `demonitor` does besides.
enum class demonitor_option : std::uint8_t { none, flush };

/// Takes a monitor away: no DOWN of it comes afterwards; with `flush` one that has come is removed too.
/// @returns whether the monitor was there
/// @erlang demonitor/1, demonitor/2
bool demonitor(const reference& ref, demonitor_option option = demonitor_option::none);

/// A reference that leads messages to this process until it is taken back. @erlang alias/0
reference alias();

/// @returns whether @p ref was an active alias of this process. @erlang unalias/1
bool unalias(const reference& ref);

/// How exit signals are taken: as messages {'EXIT', From, Reason}, or as what they are.
/// @returns how it was. @erlang process_flag(trap_exit, Bool)
bool trap_exit(bool on);

} // namespace agner
