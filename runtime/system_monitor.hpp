// SPDX-License-Identifier: Apache-2.0
// Whom a node tells of what goes wrong slowly. Mechanism: docs/scheduling.md.

#pragma once

#include <chrono>
#include <optional>

#include "identifiers.hpp"

namespace agner {

/// @erlang erlang:system_monitor/2
struct system_monitor_settings {
  /// Who gets the messages.
  pid to;
  /// A process that holds a worker for so long: {monitor, Pid, long_schedule, [{timeout, Milliseconds}, {in, undefined}, {out, undefined}]}, with {registered_name, Name}
  /// and {label, Label} behind these where the process has one. It comes while the process holds the worker, once, within 20 ms after this time.
  std::optional<std::chrono::milliseconds> long_schedule;

  friend bool operator==(const system_monitor_settings&, const system_monitor_settings&) = default;
};

} // namespace agner
