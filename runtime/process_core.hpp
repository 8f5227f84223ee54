// SPDX-License-Identifier: Apache-2.0
// What a process is to the run time: something that takes signals and can be resumed. Public because spawn and receive are templates; programs use actors/process.hpp.
// Members are touched by the worker that holds the process only, except where marked `any thread`. Mechanism: docs/processes.md.

#pragma once

#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "clock.hpp"
#include "inbox.hpp"
#include "mailbox.hpp"
#include "priority_level.hpp"
#include "reference.hpp"
#include "signal.hpp"
#include "signal_options.hpp"

namespace agner {
class node;
}

namespace agner::internal {

class process_core;
class process_table;
class relations;
struct monitor_state;
struct process_extras;

/// An operation that a process is suspended in. It lives in a coroutine frame.
class waiter {
public:
  /// Looks at what has arrived. True: the operation is done, the process goes on at its resume point.
  virtual bool poll(process_core& self) = 0;

protected:
  ~waiter() = default;
};

/// What a process runs: closure and arguments, kept until the process ends.
class process_body {
public:
  virtual ~process_body() = default;
  /// Calls the closure and returns the coroutine to resume. Runs in the process.
  virtual std::coroutine_handle<> start(process_core& self) = 0;
  /// True when the coroutine has ended; @p failure is then what it threw, if anything.
  virtual bool finished(std::exception_ptr& failure) noexcept = 0;
};

class process_core {
public:
  process_core() noexcept;
  ~process_core();
  process_core(const process_core&) = delete;
  process_core& operator=(const process_core&) = delete;

  // -- identity: any thread, while the process is known to live -----------------------------------------------------------------------

  [[nodiscard]] pid self() const noexcept;
  [[nodiscard]] node& home() const noexcept { return *node_; }
  [[nodiscard]] priority_level priority() const noexcept { return priority_.load(std::memory_order_relaxed); }

  /// A timer was started that sends to this process: when it ends, its timers go. Any thread, also late, for a process that has ended.
  void expect_timers() noexcept {
    if (!has_timers_.load(std::memory_order_relaxed)) has_timers_.store(true, std::memory_order_seq_cst);
  }

  // -- suspending -----------------------------------------------------------------------------------------------------------------------

  /// Counts work done. False when the process has used up its turn and should suspend.
  bool spend(int reductions) noexcept { return (reductions_ -= reductions) > 0; }

  /// For await_suspend: the process goes on at @p at once @p what says it is done.
  void park(waiter* what, std::coroutine_handle<> at) noexcept {
    waiter_ = what;
    resume_ = at;
  }
  /// For await_suspend: the process goes to the end of the queue and goes on at @p at.
  void yield(std::coroutine_handle<> at) noexcept {
    waiter_ = nullptr;
    resume_ = at;
  }
  /// The process goes on only after the signal `resume`: what it sends to is full. Takes effect at its next wait.
  void suspend() noexcept {
    suspended_ = true;
    reductions_ = 0;
  }
  /// Takes effect when the process is next queued. By the process itself, or before it is open.
  void set_priority(priority_level level) noexcept { priority_.store(level, std::memory_order_relaxed); }
  /// For waiter::poll: the process goes on at @p at instead of where it was parked.
  void resume_at(std::coroutine_handle<> at) noexcept { resume_ = at; }

  /// Takes in what has arrived: messages go to the mailbox, other signals are obeyed. False: the process must end, and the caller suspend at once.
  bool take_signals();

  /// The same, for a process that sent itself an exit signal. @errors raises exit with its reason  the process must end, and does so at its next wait at the latest
  void obey_now();

  [[nodiscard]] mailbox& messages() noexcept { return mailbox_; }

  /// Arms the one timer of `after`. Only one wait at a time has it. It is left running when the wait ends, for the next: docs/timers.md.
  void arm_timeout(std::chrono::milliseconds after);
  void disarm_timeout() noexcept;
  [[nodiscard]] bool timed_out() const noexcept { return timed_out_; }

  // -- links and monitors, by the process itself ------------------------------------------------------------------------------------------

  void link(const pid& other, link_options how = {});
  void unlink(const pid& other);
  /// @p target: a pid, or a registered name, or {Name, Node}.
  reference monitor(const term& target);
  /// A monitor whose reference is an alias too, so that a reply finds its way only while the monitor stands.
  reference monitor(const term& target, alias_mode mode);
  reference monitor(const term& target, const monitor_options& how);
  bool demonitor(const reference& ref, bool flush);
  reference make_alias(alias_options how);
  bool remove_alias(const reference& ref);
  void trap_exit(bool on) noexcept { trap_exit_ = on; }
  [[nodiscard]] bool traps_exit() const noexcept { return trap_exit_; }
  /// Whether something of it (a link, a monitor, an alias) lets messages overtake others. @erlang process_info(Pid, priority_messages), OTP 28
  [[nodiscard]] bool takes_priority_messages() const;
  /// Why the process ends, once it does: for the destructors of what it ran.
  [[nodiscard]] const term& exit_reason() const noexcept { return exit_reason_; }
  /// Links with, or monitors, a process that is not yet open: no signal is needed.
  void link_at_spawn(process_core& fresh, link_options how = {});
  reference monitor_at_spawn(process_core& fresh, const monitor_options& how = {});
  [[nodiscard]] relations& bonds();
  process_extras& extras();

  // -- running: the scheduler only -----------------------------------------------------------------------------------------------------------

  enum class turn : std::uint8_t { waiting, yielded, ended };
  turn run(int reductions);

  // -- life: the process table and spawn only -----------------------------------------------------------------------------------------------

  /// Places the body in the slot, where it fits, or on the heap.
  template <class Body, class... Arguments>
  void emplace_body(Arguments&&... arguments) {
    static_assert(alignof(Body) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__,
                  "agner: what a process is given to run may not be aligned beyond what operator new gives");
    void* memory =
        sizeof(Body) <= sizeof inline_body_ ? static_cast<void*>(inline_body_) : ::operator new(sizeof(Body));
    struct undo {
      void* memory;
      process_core* self;
      ~undo() {
        if (memory != nullptr && memory != self->inline_body_) ::operator delete(memory);
      }
    } guard{memory, this};
    body_ = ::new (memory) Body(std::forward<Arguments>(arguments)...);
    guard.memory = nullptr;
  }

  /// The node's keeper holds something for this process, or did for a former life of its slot. Any thread.
  void keep() noexcept { kept_.store(true, std::memory_order_seq_cst); }

  inbox& arrivals() noexcept { return inbox_; }                                                           // any thread
  [[nodiscard]] std::uint32_t serial() const noexcept { return serial_.load(std::memory_order_relaxed); } // any thread
  [[nodiscard]] std::uint32_t index() const noexcept { return index_; }                                   // any thread

private:
  friend class process_table;

  void obey(signal& what);
  enum class cause : std::uint8_t { exit, link };
  void on_exit(const signal& what);
  void take_exit(const pid& from, const term& reason, cause why, signal_priority urgency);
  void on_link_exit(const pid& from, const term& reason);
  void on_unlink(const pid& from, std::uint64_t id);
  void on_down(const reference& ref, const term& reason);
  void on_alias_message(const reference& alias, term message, signal_priority urgency);
  void receive_message(term message, signal_priority urgency);
  void on_timeout(std::uint64_t number);
  void start_timer(clock::time_point at);
  struct watched;
  [[nodiscard]] watched resolve(const term& target) const;
  void begin_monitor(const watched& target, const reference& ref, const monitor_options& how);
  void add_monitor(const reference& ref, monitor_state state, const monitor_options& how);
  void forget_monitor(const reference& ref, const monitor_state& state);
  reference add_alias(alias_mode mode, bool priority);
  bool drop_monitor(const reference& ref);
  void die(term reason, bool crashed) noexcept;
  void die_of(const std::exception_ptr& failure) noexcept;
  [[nodiscard]] turn resume();
  void end() noexcept;
  void destroy_body() noexcept;
  void sever_bonds(const term& reason) noexcept;
  void answer_posthumously(heap_node* arrived) noexcept;

  static constexpr clock::time_point no_deadline = clock::time_point::max();

  inbox inbox_; // any thread
  std::atomic<std::uint32_t> serial_{0};
  std::uint32_t index_ = 0;
  node* node_ = nullptr;

  waiter* waiter_ = nullptr;
  std::coroutine_handle<> resume_;
  process_body* body_ = nullptr;
  mailbox mailbox_;
  std::unique_ptr<relations> relations_;
  std::unique_ptr<process_extras> extras_;
  term exit_reason_;
  clock::time_point deadline_ = no_deadline; // of the wait that is on
  clock::time_point timer_due_;              // never after the deadline
  std::uint64_t timer_ = 0;                  // timer_id; 0: none runs
  std::uint64_t timer_number_ = 0;           // tells its signal from those of the timers before it
  int reductions_ = 0;
  bool trap_exit_ = false;
  bool dying_ = false;
  bool crashed_ = false;
  bool timed_out_ = false;
  bool suspended_ = false;
  std::atomic<priority_level> priority_{priority_level::normal}; // any thread reads it
  std::atomic<bool> has_timers_{false};                          // any thread raises it
  std::atomic<bool> kept_{false};                                // any thread

  alignas(16) std::byte inline_body_[48];
};

/// A fresh process without body on @p on. @errors raises `system_limit`
process_core& allocate_process(node& on);
/// Gives back a process that was never opened.
void abandon_process(process_core& fresh) noexcept;
/// Makes a fresh process with body reachable and lets it run.
pid open_process(process_core& fresh) noexcept;
/// The same after linking it with @p parent.
pid open_linked(process_core& parent, process_core& fresh);

/// The process that runs on this thread. @errors raises `not_a_process`  none does
process_core& current_process();
/// The same, null where none runs.
process_core* current_process_or_null() noexcept;

} // namespace agner::internal
