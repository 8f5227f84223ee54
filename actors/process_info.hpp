// SPDX-License-Identifier: Apache-2.0
// What processes are and do: which there are, whether one lives, what it is made of. Mechanism: docs/process-info.md.

#pragma once

#include <vector>

#include "../runtime/term.hpp"
#include "task.hpp"

namespace agner {

/// Pids of all processes of this node that live now. One that is just being spawned may be missing, one that is ending is not among them.
/// @errors raises `not_a_process`
/// @erlang processes/0
[[nodiscard]] std::vector<pid> processes();

/// Whether @p p lives. Signals that the caller has sent to it before are obeyed first: after `exit(p, kill)` the answer is false. When it is false the process has
/// ended: its name is free, its destructors have run.
///
/// @param p  a local process
/// @errors raises `badarg`  @p p is not local; `not_a_process`
/// @context  a process. One that computes without waiting answers when it next waits
/// @erlang   is_process_alive/1
[[nodiscard]] task<bool> is_process_alive(const pid& p);

/// Asks @p p about itself. Signals that the caller has sent to it before are obeyed first.
///
/// | item | value |
/// |---|---|
/// | `aliases` | its active aliases |
/// | `dictionary`, `{dictionary, Key}` | `[{Key, Value}]`; the value, or `undefined` |
/// | `group_leader` | a pid |
/// | `initial_call` | a binary: what it runs, as the compiler names the type of its closure |
/// | `label` | what proc_lib::set_label gave it, or `undefined` |
/// | `last_calls` | `false`, or `[]` while save_calls is on |
/// | `links` | pids |
/// | `memory` | bytes: its slot, mailbox, links, monitors, dictionary; not its frames and the insides of messages |
/// | `message_queue_data` | `on_heap` or `off_heap` |
/// | `message_queue_len`, `messages` | how many wait, and which |
/// | `message_queue_limit` | `{MessagesMax, kill | drop_newest | drop_oldest | suspend_sender}` or `infinity` |
/// | `monitors` | `[{process, Pid | {Name, Node}}]` |
/// | `monitored_by` | pids |
/// | `parent` | who spawned it, or `undefined` |
/// | `priority` | `low`, `normal`, `high`, `max` |
/// | `reductions` | an integer |
/// | `registered_name` | an atom, or `[]` |
/// | `status` | `running`, `runnable`, `waiting`, `suspended` |
/// | `suspending` | `[]` |
/// | `trap_exit` | a boolean |
///
/// @param p      a local process
/// @param items  an item, or a list of items
/// @returns      `{Item, Value}`, for a list `[{Item, Value}]` in its order, duplicates too; `[]` for `registered_name` alone of a process without name; `undefined` for
///               one that has ended, as in is_process_alive
/// @errors raises `badarg`  @p p is not local, there is no such item; `not_a_process`
/// @context  a process. One that computes without waiting answers when it next waits
/// @erlang   process_info/2
/// @source   OTP 25 erts erl_bif_info.c
[[nodiscard]] task<term> process_info(const pid& p, term items);

/// All that is asked for in general; not messages and monitors, nor what is ours alone.
/// @erlang process_info/1
[[nodiscard]] task<term> process_info(const pid& p);

} // namespace agner
