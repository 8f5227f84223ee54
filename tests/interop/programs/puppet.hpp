// SPDX-License-Identifier: Apache-2.0
// A process that does as it is told by messages, so that a peer of another language can have links, monitors, names and exits made here, and see what comes of them.

#pragma once

#include <agner/actors/process.hpp>

namespace agner::interop {

/// The life of a puppet: for {do, From, Command} it sends {done, self(), Result} to From. Commands, and what Erlang's functions of that name return:
/// `self`, `nodes`, {link, P}, {unlink, P}, {monitor, P}, {monitor, P, [{tag, Tag}]}, {demonitor, R}, {register, Name}, {whereis, Name}, {exit, P, Reason}, {forward_to, P}, {send, To, Term},
/// {trap_exit, Bool}, `spawn`, `spawn_link`, `spawn_monitor`; {exit, Reason} ends it without an answer. What comes besides goes to P of {forward_to, P} as {got, self(), Message}.
/// A command that it does not know, or that fails, ends it with the reason.
task<> puppet();

} // namespace agner::interop
