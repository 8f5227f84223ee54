// SPDX-License-Identifier: Apache-2.0
// A process that is told of what goes wrong slowly on its node: who holds a worker. Mechanism: docs/scheduling.md.

#pragma once

#include <optional>

#include "../runtime/system_monitor.hpp"
#include "send.hpp"

namespace agner {

/// Who is told on this node, and of what; nothing where nobody is. @errors raises `not_a_process` @erlang erlang:system_monitor/0
[[nodiscard]] inline std::optional<system_monitor_settings> system_monitor() { return this_node().system_monitor(); }

/// Has a process told from now on, in the place of the one before: `system_monitor({.to = self(), .long_schedule = 100ms})`. It is never told of itself.
/// @param next  who and of what; `std::nullopt` for nobody
/// @returns     who was told before
/// @errors      raises `badarg`  the process is not local or not alive, or a limit is negative; zero is taken for 1 ms; `not_a_process`
/// @erlang      erlang:system_monitor/1,2
inline std::optional<system_monitor_settings> system_monitor(const std::optional<system_monitor_settings>& next) {
  return this_node().system_monitor(next);
}

} // namespace agner
