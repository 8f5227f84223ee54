// SPDX-License-Identifier: Apache-2.0
// A node: its processes, names and identity, as an object. Several live in one OS process. Any thread, unless said otherwise. Mechanism: docs/nodes.md.

#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "error.hpp"
#include "reference.hpp"
#include "router.hpp"
#include "scheduler.hpp"
#include "signal_options.hpp"
#include "system_monitor.hpp"
#include "term.hpp"
#include "timer_options.hpp"
#include "toolchain.hpp"

namespace agner {

class node;

/// What starts with a node and stops before its processes do: distribution. Declared here, implemented by dist/.
class node_service {
public:
  virtual ~node_service() = default;
  /// Starts on @p on; throws what keeps the node from starting. Runs on the thread that makes the node.
  virtual void start(node& on) = 0;
  /// Stops. Runs on the thread that destroys the node.
  virtual void stop(node& on) noexcept = 0;
};

/// Holds things for processes, outside of them, that it must let go of when they end: the tables of ets. Declared here, implemented by actors/.
class process_keeper {
public:
  /// Runs at the end of a process that `node::keep_for` named: it takes no messages any more, and nobody has yet been told that it ended.
  virtual void ended(const pid& who) noexcept = 0;

protected:
  ~process_keeper() = default;
};

struct node_options {
  /// `name@host`, or `nonode@nohost`.
  std::string name = "nonode@nohost";
  /// Most processes alive at once.
  std::size_t processes_max = 1U << 20U;
  /// Workers, clock and I/O; those that nodes of this OS process share if null.
  std::shared_ptr<class scheduler> scheduler;
  /// What starts with the node, in this order.
  std::vector<std::shared_ptr<node_service>> services;

  /// A node as `erl`'s flags say (-sname, -name, -setcookie, -proto_dist, ...) and as `ERL_FLAGS` does; distributed if it has a name.
  /// Implemented in dist/. @errors raises `{bad_flag, Flag, Why}`  a flag that is wrong; further ones are logged
  static node_options from_args(int argc, const char* const* argv);
};

namespace internal {
class process_core;
class process_table;
class name_registry;
struct heap_node;
struct signal;
} // namespace internal

class node {
public:
  /// Starts a node. @errors raises what a service of @p options raises
  explicit node(node_options options = {});
  /// Stops the services, kills what still runs, and waits for it. Not from one of its processes.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  [[nodiscard]] atom name() const noexcept { return identity_.node(); }
  [[nodiscard]] std::uint32_t creation() const noexcept { return identity_.creation(); }
  [[nodiscard]] incarnation identity() const noexcept { return identity_; }
  [[nodiscard]] bool is_local(const pid& p) const noexcept { return p.home == identity_; }
  [[nodiscard]] class scheduler& scheduler() const noexcept { return *scheduler_; }

  /// Starts a process that runs `f(arguments...)`, a coroutine. From any thread; implemented in actors/spawn.hpp.
  /// @returns its pid
  template <class F, class... Arguments>
  pid spawn(F&& f, Arguments&&... arguments);
  /// Spawns and waits for the result. What the process raises is raised here; if it is killed, `raised` exit with the reason. Not from a process. Implemented in actors/run.hpp.
  template <class F, class... Arguments>
  auto run(F&& f, Arguments&&... arguments);

  /// Sends a message to a pid, a registered name, {Name, Node} or an alias. Never fails: messages to nobody vanish.
  void send(const term& to, term message, send_options how = {});
  /// An exit signal, as from a process that @p from names. @erlang exit/2
  void exit(const pid& to, const term& reason, const pid& from = {});
  /// The same to whom an alias leads; it vanishes where the alias is no longer active. @erlang exit/3, OTP 28
  void exit(const reference& alias, const term& reason, const pid& from = {}, send_options how = {});

  [[nodiscard]] bool is_alive(const pid& local) const noexcept;
  [[nodiscard]] std::size_t process_count() const noexcept;
  /// Whether the node has begun to stop: what is killed now is killed with it.
  [[nodiscard]] bool is_halting() const noexcept { return halting_.load(std::memory_order_acquire); }
  [[nodiscard]] std::vector<pid> processes() const;

  /// @errors `badarg`  the name is taken or `undefined`, the process has a name or is not alive or not local
  result<> register_name(atom name, const pid& of);
  result<> unregister_name(atom name);
  /// @returns the pid, or nothing
  [[nodiscard]] std::optional<pid> whereis(atom name) const;
  [[nodiscard]] std::vector<atom> registered() const;

  /// Sends @p message to @p to, a local pid or a name looked up then, when @p time has passed or, if it is absolute, has come.
  /// @errors raises `badarg`  @p time is negative, or before the scheduler started, or more than 100 years from now, or @p to is neither;
  ///         `system_limit`  the timers of this worker are 2^24
  reference start_timer(std::chrono::milliseconds time, const term& to, term message, timer_message form,
                        timer_time meant = timer_time::relative);
  /// The time that was left; nothing if the timer has fired, was cancelled or never was, or its process has ended.
  std::optional<std::chrono::milliseconds> cancel_timer(const reference& timer);
  [[nodiscard]] std::optional<std::chrono::milliseconds> read_timer(const reference& timer) const;

  /// Who is told of what goes wrong slowly, and of what; nobody where it has ended. @erlang erlang:system_monitor/0
  [[nodiscard]] std::optional<system_monitor_settings> system_monitor() const;
  /// Has @p next told from now on; nobody if there is none. @returns who was told before
  /// @errors raises `badarg`  the process is not local or not alive, or a limit is negative
  /// @erlang erlang:system_monitor/1,2
  std::optional<system_monitor_settings> system_monitor(const std::optional<system_monitor_settings>& next);

  /// A reference that no other is equal to. @erlang make_ref/0
  [[nodiscard]] reference make_reference() const { return make_reference(0); }

  // -- for the layers of agner --------------------------------------------------------------------------------------------------------

  /// @p alias_slot: 1 + the slot that an alias leads to, or 0.
  [[nodiscard]] reference make_reference(std::uint32_t alias_slot) const;
  [[nodiscard]] internal::process_table& table() noexcept { return *table_; }
  [[nodiscard]] internal::name_registry& names() noexcept { return *names_; }
  /// Null while the node is not distributed. The router outlives all that may call it.
  [[nodiscard]] class router* router() const noexcept { return router_.load(std::memory_order_acquire); }
  void set_router(class router* to) noexcept { router_.store(to, std::memory_order_release); }
  /// What keeps things for processes of this node; it outlives them. Null while nothing does.
  [[nodiscard]] process_keeper* keeper() const noexcept { return keeper_.load(std::memory_order_acquire); }
  void set_keeper(process_keeper* is) noexcept { keeper_.store(is, std::memory_order_release); }
  /// The keeper holds something for @p local from now on, and hears of its end.
  /// @returns false if the process may have ended without the keeper hearing of it
  bool keep_for(const pid& local) noexcept;
  /// Pushes a signal; false if nobody takes it, and the node is then freed.
  bool push(const pid& local, internal::heap_node* signal) noexcept;
  /// Pushes a signal to the process of this node that @p alias leads to, which knows whether it is active; frees it where there is none.
  void push_by_alias(const reference& alias, internal::signal* s) noexcept;
  /// Answers a signal to a process that is not there: a link with exit noproc, a monitor with DOWN noproc, an unlink with its acknowledgement.
  void answer_for_nobody(const pid& nobody, const internal::signal& what) noexcept;
  /// One object of each type T, made when first asked for and kept as long as the node: caches, tables of a layer.
  template <class T>
  T& service();

  /// The node of this OS process that is @p identity, null if it is none.
  static node* local(incarnation identity) noexcept;

private:
  struct parts;

  void halt() noexcept;
  std::shared_ptr<class scheduler> scheduler_;
  incarnation identity_;
  std::unique_ptr<internal::process_table> table_;
  std::unique_ptr<internal::name_registry> names_;
  std::atomic<class router*> router_{nullptr};
  std::atomic<process_keeper*> keeper_{nullptr};
  std::atomic<bool> halting_{false};
  std::vector<std::shared_ptr<node_service>> services_;
  std::shared_ptr<void> service_of(const void* key, std::shared_ptr<void> (*make)(node&));
  std::unique_ptr<parts> parts_;
  std::array<std::atomic<void*>, 32> known_services_{}; // made ones, to be found without a lock
};

namespace internal {
/// A number for each type that is asked for as a service.
std::size_t next_service_place() noexcept;
} // namespace internal

template <class T>
T& node::service() {
  static const char key = 0;
  static const std::size_t place = internal::next_service_place();
  if (place < known_services_.size())
    if (void* const known = known_services_[place].load(std::memory_order_acquire)) return *static_cast<T*>(known);
  T* const made = static_cast<T*>(
      service_of(&key, [](node& on) -> std::shared_ptr<void> { return std::make_shared<T>(on); }).get());
  if (place < known_services_.size()) known_services_[place].store(made, std::memory_order_release);
  return *made;
}

} // namespace agner
