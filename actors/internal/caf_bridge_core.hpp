// SPDX-License-Identifier: Apache-2.0
// What the two sides of a caf_bridge share: who stands for whom, and which requests are open. Any thread. Mechanism: docs/caf.md.
//
// Two locks, taken in this order: `gate_`, shared while the node is used and unique while the bridge closes; `mutex_`, which guards the tables. Neither is held while CAF is
// called, but for handing the gate's holder's signals to the node; an actor's own lock may be held by whoever takes them.

#pragma once

#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/error.hpp>
#include <caf/message_id.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <typeindex>
#include <unordered_map>
#include <vector>

#include "../../runtime/node.hpp"
#include "../caf_interop.hpp"

namespace agner::internal {

/// An actor with a pid. The weak reference keeps the address of its control block, which names it, from being used again.
struct caf_stand_in {
  caf::weak_actor_ptr actor;
  pid process;
  std::shared_ptr<const caf_readers> readers; // guarded by mutex_ of the core
  caf::attachable* watch = nullptr;           // attached to the actor
};

class caf_bridge_core : public std::enable_shared_from_this<caf_bridge_core> {
public:
  caf_bridge_core(node& on, caf::actor_system& with) : on_(&on), scheduler_(&on.scheduler()), system_(with) {}

  /// Starts the keeper. @errors raises exit `killed`
  void open();
  /// Tells both sides that the other is gone. Once; later calls do nothing.
  void close() noexcept;
  /// Waits until the processes of the bridge have ended. Only after `close`, and not from one of them.
  void wait() noexcept;

  void know(std::type_index type, caf_writer writer);
  [[nodiscard]] caf_writer writer_of(std::type_index type) const;

  // -- who stands for whom ----------------------------------------------------------------------------------------------------------------

  /// @p answers replace those there are, unless null.
  [[nodiscard]] caf::strong_actor_ptr actor_of(const pid& process,
                                               std::shared_ptr<const caf_answers> answers = nullptr);
  /// @p readers replace those there are, unless null.
  [[nodiscard]] pid pid_of(const caf::strong_actor_ptr& actor, std::shared_ptr<const caf_readers> readers = nullptr);
  /// The pid of whom an exit signal names; he may have ended.
  [[nodiscard]] pid pid_of(const caf::actor_addr& source);
  [[nodiscard]] std::shared_ptr<const caf_readers> readers_of(const caf_stand_in& of) const;
  [[nodiscard]] std::vector<pid> stand_ins() const;
  /// The actor has ended, and all that watched it were told.
  void forget(const caf::actor_control_block* actor) noexcept;
  /// The keeper has done one of the things that were to be done before an actor reaches @p process itself.
  void relayed(const pid& process);
  /// The process has ended, and what it sent before has been handed on.
  void process_ended(const pid& process, const term& reason);

  // -- requests -----------------------------------------------------------------------------------------------------------------------------

  /// An actor asks a process, with @p content. @returns the tag of the reply; nothing if there is no such process
  std::optional<reference> begin_request(const pid& of, const pid& stand_in, caf::strong_actor_ptr sender,
                                         caf::message_id id, const caf::type_erased_tuple& content);
  /// The process has replied; false if nobody asked under this tag.
  bool finish_request(const reference& tag, const term& reply);
  /// A process, @p from, asks an actor.
  void send_call(const caf::strong_actor_ptr& actor, const term& from, caf::message request);
  /// The actor has answered.
  void finish_call(std::uint64_t number, const caf::type_erased_tuple& answer);

  // -- on the node: each does nothing, and says so, once the bridge is closed -----------------------------------------------------------------

  bool send(const term& to, term message) const;
  bool tell_keeper(term message) const;
  /// `{Tag, Reply}` to whoever @p from, {Pid, Tag}, names.
  void reply(const term& from, term message) const;
  bool exit(const pid& to, const term& reason, const pid& from) const;
  /// True while the end of a process of the bridge is its own, not that of the node or the bridge.
  [[nodiscard]] bool is_open() const;

  /// Counts a process of the bridge while it lives.
  class living {
  public:
    explicit living(std::shared_ptr<caf_bridge_core> of) : of_(std::move(of)) { of_->living_.fetch_add(1); }
    living(living&& other) noexcept = default;
    living& operator=(living&&) = delete;
    ~living();

  private:
    std::shared_ptr<caf_bridge_core> of_;
  };

private:
  struct handle {
    caf::strong_actor_ptr actor;
    std::shared_ptr<const caf_answers> answers;
  };
  struct request {
    caf::strong_actor_ptr sender;
    caf::message_id id;
    pid of;
    pid by; // the sender's
    caf_readers answers;
  };
  struct call {
    term from;
    const caf::actor_control_block* of = nullptr;
  };

  static void fail(const request& of);
  caf::message read_answer(const caf_readers& readers, const term& reply);

  mutable std::shared_mutex gate_;
  node* on_; // null once closed
  scheduler* scheduler_;
  caf::actor_system& system_;
  pid keeper_;
  caf::strong_actor_ptr desk_; // takes the answers to calls; guarded by mutex_
  caf::weak_actor_ptr host_actor_;
  caf::attachable* host_watch_ = nullptr;

  mutable std::mutex mutex_;
  std::unordered_map<std::type_index, caf_writer> writers_;
  std::unordered_map<pid, handle> handles_;
  std::unordered_map<const caf::actor_control_block*, std::shared_ptr<caf_stand_in>> stand_ins_;
  std::unordered_map<pid, caf::weak_actor_ptr> actors_;
  std::unordered_map<reference, request> requests_;
  std::unordered_map<std::uint64_t, call> calls_;
  std::uint64_t last_call_ = 0;

  std::atomic<std::size_t> living_{0};
};

} // namespace agner::internal
