// SPDX-License-Identifier: Apache-2.0
// Links, monitors and aliases of the current process. All raise `not_a_process` outside one.

#pragma once

#include "../runtime/process_core.hpp"
#include "../runtime/reference.hpp"
#include "../runtime/signal_options.hpp"
#include "send.hpp"

namespace agner {

/// Links the current process with @p other: when one ends, the other gets an exit signal with its reason.
/// @errors raises `noproc`  @p other is local, has ended, and the caller does not trap exits; if it does, or @p other is remote, an exit signal comes instead (`noproc`, `noconnection`)
/// Of a link that is there already, @p how replaces what was said before.
/// @erlang link/1, link/2
void link(const pid& other, link_options how = {});

/// Takes the link away. No exit signal of the link comes afterwards. @erlang unlink/1
void unlink(const pid& other);

/// Watches @p target: {'DOWN', Ref, process, Object, Reason} comes once when it ends, or at once with `noproc` or `noconnection`. Object is the pid, or {Name, Node}.
/// One that watches itself gets a reference that is neither monitor nor alias.
/// @param how  the reference an alias too, another word than 'DOWN', the message before ordinary ones: `monitor(p, {.alias = alias_mode::demonitor})`
/// @returns the reference in that message
/// @errors raises `badarg`  @p target is an alias
/// @erlang monitor/2, monitor/3
reference monitor(const destination& target, const monitor_options& how = {});

/// Takes a monitor away: no DOWN of it comes afterwards; with `flush` one that has come is removed too.
/// @returns true; with `info` whether the monitor was there, that is, whether no DOWN had come
/// @erlang demonitor/1, demonitor/2
bool demonitor(const reference& ref, demonitor_options how = {});

/// A reference that leads messages to this process until it is taken back, or with `reply` until one has come. @erlang alias/0, alias/1
reference alias(alias_options how = {});

/// Takes an alias back, also that of a monitor, which stays. Messages to it that have not been handled vanish.
/// @returns whether @p ref was an active alias of this process. @erlang unalias/1
bool unalias(const reference& ref);

/// How exit signals are taken: as messages {'EXIT', From, Reason}, or as what they are.
/// @returns how it was. @erlang process_flag(trap_exit, Bool)
bool trap_exit(bool on);

} // namespace agner
