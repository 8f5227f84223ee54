// SPDX-License-Identifier: Apache-2.0
// What a process asks another node to run, and what it wants to hear of it. Mechanism: docs/processes.md.

#pragma once

#include <cstdint>
#include <optional>

#include "identifiers.hpp"
#include "signal_options.hpp"
#include "term.hpp"

namespace agner {

/// A function of another node, by name.
struct remote_spawn {
  atom module;
  atom function;
  term arguments; // a proper list
  term options;   // Erlang's: link, monitor, {priority, Level}
  pid leader;
};

/// Which outcome of a spawn request is told. @erlang {reply, yes | no | error_only | success_only}
enum class spawn_reply : std::uint8_t { yes, no, error_only, success_only };

/// What the process that asked does with the outcome.
struct spawn_expectation {
  std::optional<link_options> link;
  std::optional<monitor_options> monitor;
  spawn_reply reply = spawn_reply::yes;
  /// The first element of the reply.
  term reply_tag = "spawn_reply"_atom;
};

namespace internal {

/// What the other node says it has done. Frozen. @source OTP 25 erts dist.h: ERTS_DIST_SPAWN_FLAG_*
inline constexpr std::uint64_t spawned_linked = 1;
inline constexpr std::uint64_t spawned_monitored = 2;

} // namespace internal

} // namespace agner
