// SPDX-License-Identifier: Apache-2.0
// Group leaders: the process that does the input and output of another. Mechanism: docs/process-info.md.

#pragma once

#include "../runtime/term.hpp"
#include "task.hpp"

namespace agner {

/// The group leader of the current process: that of the process which spawned it, unless it was given another. Where none was given one, a process of the node that writes
/// what it is told with `put_chars` to standard output; it is started when first asked for.
/// @errors raises `not_a_process`
/// @erlang group_leader/0
[[nodiscard]] pid group_leader();

/// Makes @p leader the group leader of @p of, behind what the caller has sent to it before. For a process of another node this does not wait.
/// @errors raises `badarg`  @p of is local and has ended; `not_a_process`
/// @erlang group_leader/2
task<> group_leader(const pid& leader, const pid& of);

} // namespace agner
