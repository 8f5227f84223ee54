// SPDX-License-Identifier: Apache-2.0
// Starts the epmd that is installed.

#pragma once

#include <cstdint>

#include "../../actors/task.hpp"

namespace agner::dist::internal {

/// Runs `epmd -daemon` for @p port as `erl` does, and waits until it has gone to the background. Runs in a process, without holding its worker.
/// @returns whether there is an epmd and it started
task<bool> start_epmd_daemon(std::uint16_t port);

} // namespace agner::dist::internal
