// SPDX-License-Identifier: Apache-2.0
// The processes of a caf_bridge: one stands for each actor that has a pid, and one keeps watch over the processes that actors know. Mechanism: docs/caf.md.

#pragma once

#include <memory>
#include <utility>

#include "../../runtime/term.hpp"
#include "../task.hpp"
#include "caf_bridge_core.hpp"

namespace agner::internal {

/// Spawns the process that has the pid of an actor: it hands on what it gets and ends when the actor does. Killed, also before its first turn, it takes the actor along.
/// @errors raises `system_limit`, exit `killed`  as node::spawn
pid spawn_stand_in(node& on, const std::shared_ptr<caf_bridge_core>& core, const std::shared_ptr<caf_stand_in>& of);

/// Closes the bridge when it goes. An argument of the keeper, since a process that is killed before its first turn has arguments but no frame.
class caf_closing {
public:
  explicit caf_closing(std::shared_ptr<caf_bridge_core> of) noexcept : of_(std::move(of)) {}
  caf_closing(caf_closing&&) noexcept = default;
  caf_closing& operator=(caf_closing&&) = delete;
  ~caf_closing() {
    if (of_ != nullptr) of_->close();
  }

private:
  std::shared_ptr<caf_bridge_core> of_;
};

/// Monitors the processes that have handles. When it ends, the bridge closes: it ends with the node.
task<> caf_keeper_process(caf_bridge_core::living alive, std::shared_ptr<caf_bridge_core> core, caf_closing at_end);

/// To a stand-in: its actor has ended.
term caf_ended(term reason);
/// To the keeper: @p process has got a handle.
term caf_watch(const pid& process);
/// To the keeper: a message, or an exit signal, for a process that it may not monitor yet.
term caf_relay(const pid& process, term message);
term caf_relay_exit(const pid& process, term reason, const pid& from);
/// To the keeper: the bridge is closed.
term caf_stop();

} // namespace agner::internal
