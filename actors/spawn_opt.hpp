// SPDX-License-Identifier: Apache-2.0
// Spawning with options, and by request: the same, with the outcome as a message. Mechanism: docs/processes.md.

#pragma once

#include <exception>
#include <optional>
#include <utility>

#include "../runtime/message_queue_limit.hpp"
#include "../runtime/priority_level.hpp"
#include "../runtime/process_core.hpp"
#include "../runtime/signal_options.hpp"
#include "links.hpp"
#include "spawn.hpp"

namespace agner {

/// Whether a process is linked with the one that spawns it: a bool, or how. @erlang link, {link, LinkOpts} (OTP 28)
struct link_at_spawn {
  std::optional<link_options> how;

  link_at_spawn(bool on = false) noexcept : how(on ? std::optional<link_options>{link_options{}} : std::nullopt) {}
  link_at_spawn(const link_options& as) noexcept : how(as) {}
};

/// How a process is spawned; `spawn_options{}` is plain spawn.
struct spawn_options {
  link_at_spawn link;
  /// How the monitor is made: `monitor_options{}` is a plain one. @erlang {monitor, MonitorOpts}
  std::optional<monitor_options> monitor;
  priority_level priority = priority_level::normal;
  /// Registered before the process runs.
  std::optional<atom> name;
  /// How many messages may wait for it, and what happens past that; endless if not said.
  std::optional<message_queue_limit> message_queue;
};

/// What spawn_opt returns: a pid, with a reference where a monitor was asked for.
struct spawned_process {
  pid process;
  std::optional<reference> monitor;
  operator const pid&() const noexcept { return process; }
};

/// spawn_options, and how the outcome is told.
struct spawn_request_options {
  spawn_options spawn;
  spawn_reply reply = spawn_reply::yes;
  /// The first element of the reply.
  term reply_tag = "spawn_reply"_atom;
};

namespace internal {

/// Opens @p fresh, a child of the current process, as @p options say, and lets it run.
spawned_process open_with(process_core& fresh, const spawn_options& options);
/// The same, and replies before it runs. @returns the id of the request
reference open_requested(process_core& fresh, const spawn_request_options& options);
/// Replies to a request that came to nothing. @returns its id
reference refuse_request(const spawn_request_options& options, const std::exception_ptr& why);

} // namespace internal

/// Starts a process as spawn does, with link, monitor, name and limits that are there before it runs: all of them, or, if one cannot be, no process.
///
/// @param options  what it is given
/// @param f        as for spawn
/// @returns        its pid, and the reference of the monitor, if one was asked for
/// @errors raises `badarg`  the name is taken or is `undefined`, a limit is 0; `system_limit`, `not_a_process`, exit `killed`  as spawn
/// @context  a process
/// @erlang   spawn_opt/2, spawn_opt/4; the name and the limit are ours
template <class F, class... Arguments>
spawned_process spawn_opt(const spawn_options& options, F&& f, Arguments&&... arguments) {
  return internal::open_with(internal::new_process(internal::current_process().home(), std::forward<F>(f),
                                                   std::forward<Arguments>(arguments)...),
                             options);
}

/// Asks for a process. The outcome comes as a message: {spawn_reply, Ref, ok, Pid}, before any message, DOWN or EXIT of the new process, or {spawn_reply, Ref, error, Reason}
/// with the reasons that spawn_opt raises.
///
/// @returns  Ref; where a monitor was asked for it is that too
/// @errors raises `not_a_process`
/// @context  a process
/// @erlang   spawn_request/2
template <class F, class... Arguments>
reference spawn_request(const spawn_request_options& options, F&& f, Arguments&&... arguments) {
  internal::process_core& me = internal::current_process();
  try {
    return internal::open_requested(
        internal::new_process(me.home(), std::forward<F>(f), std::forward<Arguments>(arguments)...), options);
  } catch (...) {
    return internal::refuse_request(options, std::current_exception());
  }
}

/// Asks another node for a process that runs Module:Function(Arguments...). The outcome comes as a message, as above, before anything of the new process; Reason is what the
/// node says, `notsup` where it cannot (nodes of agner cannot: their functions have no names), `noconnection` where it cannot be reached or is lost, `badopt` where
/// options say a name or a limit, which are ours alone.
///
/// @param arguments  a proper list of at most 255
/// @returns  Ref; where a monitor was asked for it is that too
/// @errors raises `badarg`  no such list; `not_a_process`
/// @context  a process
/// @erlang spawn_request/5
/// @source OTP 25 erl_dist_protocol, SPAWN_REQUEST
reference spawn_request(atom node, atom module, atom function, const term& arguments,
                        const spawn_request_options& options = {});

/// Gives up a request to another node that was not answered yet: no reply comes, and no link and monitor is there. The process that it started, if any, goes on.
/// @returns  false where there is none such: requests on this node are answered when spawn_request returns
/// @errors raises `not_a_process`
/// @erlang spawn_request_abandon/1
bool spawn_request_abandon(const reference& request);

} // namespace agner
