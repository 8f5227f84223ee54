// SPDX-License-Identifier: Apache-2.0
// What CAF's actors see of a node: a handle for each process they know, and a desk that takes their answers to the calls of processes. Any thread. Mechanism: docs/caf.md.

#pragma once

#include <caf/attachable.hpp>
#include <caf/monitorable_actor.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>

#include "../../runtime/identifiers.hpp"
#include "caf_bridge_core.hpp"

namespace agner::internal {

/// An actor without mailbox: what it gets it passes on at once, in the sender's thread, so that order is kept. Only while the keeper does not yet monitor the process it goes
/// through the keeper: so nothing that an actor sends can end the process before it is watched.
class caf_process_handle final : public caf::monitorable_actor {
public:
  caf_process_handle(caf::actor_config& config, std::shared_ptr<caf_bridge_core> core, pid process)
      : caf::monitorable_actor(config), core_(std::move(core)), process_(process) {}

  [[nodiscard]] const pid& process() const noexcept { return process_; }
  [[nodiscard]] const caf_bridge_core* core() const noexcept { return core_.get(); }
  [[nodiscard]] const char* name() const override { return "process"; }
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) override;
  /// The keeper has monitored the process, or handed on what came before.
  void relayed();

private:
  [[nodiscard]] bool through_keeper();
  void pass(term message);
  void take(caf::mailbox_element& what);
  void take_exit(const caf::exit_msg& signal);

  std::shared_ptr<caf_bridge_core> core_;
  pid process_;
  std::atomic<bool> watched_{false};
  std::mutex mutex_;
  std::size_t at_keeper_ = 1; // guarded by mutex_: what the keeper still has to do, first of all to monitor the process
};

class caf_desk final : public caf::monitorable_actor {
public:
  caf_desk(caf::actor_config& config, std::weak_ptr<caf_bridge_core> core)
      : caf::monitorable_actor(config), core_(std::move(core)) {}
  [[nodiscard]] const char* name() const override { return "desk"; }
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) override;

private:
  std::weak_ptr<caf_bridge_core> core_;
};

/// Attached to an actor that has a pid: tells the process that stands for it when the actor ends.
class caf_end_watch final : public caf::attachable {
public:
  static constexpr std::size_t token_type = 0x61676e66; // no number of CAF's

  caf_end_watch(std::shared_ptr<caf_bridge_core> core, const caf::actor_control_block* actor, pid stand_in)
      : core_(std::move(core)), actor_(actor), stand_in_(stand_in) {}
  /// After all that watched the actor were told: an exit of it that travels through a handle still finds its pid.
  ~caf_end_watch() override { core_->forget(actor_); }
  void actor_exited(const caf::error& why, caf::execution_unit* host) override;
  bool matches(const token& what) override { return what.subtype == token_type && what.ptr == this; }

private:
  std::shared_ptr<caf_bridge_core> core_;
  const caf::actor_control_block* actor_;
  pid stand_in_;
};

/// Attached to an actor that ends when its actor_system does: closes the bridge.
class caf_system_watch final : public caf::attachable {
public:
  static constexpr std::size_t token_type = caf_end_watch::token_type;

  explicit caf_system_watch(std::weak_ptr<caf_bridge_core> core) : core_(std::move(core)) {}
  void actor_exited(const caf::error& why, caf::execution_unit* host) override;
  bool matches(const token& what) override { return what.subtype == token_type && what.ptr == this; }

private:
  std::weak_ptr<caf_bridge_core> core_;
};

} // namespace agner::internal
