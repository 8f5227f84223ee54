// SPDX-License-Identifier: Apache-2.0
// Starts the epmd that is installed.

#pragma once

#include "../../actors/task.hpp"

namespace agner::dist::internal {

/// Runs `epmd -daemon` as `erl` does, and waits until it has gone to the background. Runs in a process, without holding its worker.
/// @returns whether there is an epmd and it started
task<bool> start_epmd_daemon();

} // namespace agner::dist::internal
