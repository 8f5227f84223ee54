// SPDX-License-Identifier: Apache-2.0
// The process that runs one connection that is up: reads frames and delivers their signals, writes what waits, ticks. Mechanism: docs/distribution.md.

#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "../../actors/task.hpp"
#include "../../actors/transport.hpp"
#include "connection.hpp"

namespace agner::dist::internal {

struct channel_options {
  /// A peer that is silent for this long is gone. @erlang kernel net_ticktime
  std::chrono::milliseconds tick_time{60'000};
  /// Ticks in that time. @erlang kernel net_tickintensity
  int tick_intensity = 4;
};

/// Runs until the connection is lost or closed. @p unread: what came after the handshake.
/// @returns why it ended: `connection_closed`, `net_tick_timeout`, {bad_frame, ...}, or the reason it was closed with
task<term> run_channel(std::shared_ptr<connection> at, std::unique_ptr<transport> over, std::vector<std::byte> unread,
                       channel_options options);

} // namespace agner::dist::internal
