// SPDX-License-Identifier: Apache-2.0
// Flags of the current process, by name, and its reductions.

#pragma once

#include "../runtime/term.hpp"

namespace agner {

/// Sets a flag of the current process.
///
/// | flag | values | effect |
/// |---|---|---|
/// | `trap_exit` | booleans | as `trap_exit` |
/// | `priority` | `low`, `normal`, `high`, `max` | docs/scheduling.md, when the process is next queued |
/// | `sensitive` | booleans | process_info shows neither its messages nor its dictionary |
/// | `message_queue_data` | `on_heap`, `off_heap` | none: messages lie outside of processes anyway |
/// | `save_calls` | 0 to 10000 | none: no calls are saved |
///
/// @returns what it was
/// @errors raises `badarg`  no such flag, among these those for BEAM's heaps and error_handler, or no such value; `not_a_process`
/// @erlang process_flag/2
term process_flag(const term& flag, const term& value);

/// Counts @p reductions as done, so that the turn of the process is over sooner. @errors raises `badarg`  less than 1. @erlang erlang:bump_reductions/1
void bump_reductions(int reductions);

} // namespace agner
