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
#include <vector>

#include "clock.hpp"
#include "inbox.hpp"
#include "mailbox.hpp"
#include "message_queue_limit.hpp"
#include "priority_level.hpp"
#include "reference.hpp"
#include "remote_spawn.hpp"
#include "signal.hpp"
#include "signal_options.hpp"

namespace agner {
class node;
}

namespace agner::internal {

class process_core;
class process_table;
class queue_limit;
class relations;
struct alias_state;
struct monitor_state;
struct process_extras;

/// An operation that a process is suspended in. It lives in a coroutine frame.
class waiter {
public:
  /// Looks at what has arrived. True: the operation is done, the process goes on at its resume point.
  virtual bool poll(process_core& self) = 0;
  /// The answer to what the process has asked another one. For a `question` only.
  virtual void answered(term) {}
  /// A reply to a request of the process came for @p alias. True: it was waited for, and is taken out of @p reply.
  virtual bool take_reply(const term& /*alias*/, term& /*reply*/) { return false; }

protected:
  ~waiter() = default;
};

/// What a process runs: closure and arguments, kept until the process ends.
class process_body {
public:
  /// What a closure's or argument's destructor throws, if that is declared so, is reported.
  virtual ~process_body() noexcept(false) = default;
  /// Calls the closure and returns the coroutine to resume. Runs in the process.
  virtual std::coroutine_handle<> start(process_core& self) = 0;
  /// True when the coroutine has ended; @p failure is then what it threw, if anything.
  virtual bool finished(std::exception_ptr& failure) noexcept = 0;
};

/// What one process asks another by a signal, and so in the order of its signals.
enum class question_kind : std::uint8_t {
  alive,        // true
  info,         // {Items, LeaderOfLastResort} -> what process_info gives
  group_leader, // the new one -> true
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
    set_unusual(is_suspended, true);
    reductions_ = 0;
  }
  /// Takes effect when the process is next queued. By the process itself, or before it is open.
  void set_priority(priority_level level) noexcept { priority_.store(level, std::memory_order_relaxed); }
  /// For await_suspend: when the process is next resumed its frames are destroyed, and once there is a message it begins again with @p next. Nothing else may wait.
  void begin_again_with(std::unique_ptr<process_body> next, std::coroutine_handle<> at);
  /// Gives back what buffers and tables hold beyond what is in them.
  void give_back_memory();
  /// For waiter::poll: the process goes on at @p at instead of where it was parked.
  void resume_at(std::coroutine_handle<> at) noexcept { resume_ = at; }

  /// Takes in what has arrived: messages go to the mailbox, other signals are obeyed. False: the process must end, and the caller suspend at once.
  bool take_signals() { return inbox_.empty() ? !dying_ : take_in(); }

  /// The same, but looks only now and then: for a receive that finds messages there already. What another core has just written is near, and later no more.
  bool take_signals_now_and_then() { return (reductions_ & 31) != 0 || take_signals(); }

  /// The same, for a process that sent itself an exit signal. @errors raises exit with its reason  the process must end, and does so at its next wait at the latest
  void obey_now();

  [[nodiscard]] mailbox& messages() noexcept { return mailbox_; }
  /// Puts a message of the process' own making, such as EXIT and DOWN, behind the others, or before those that are not urgent. It counts against a limit, always comes in,
  /// and is never dropped.
  void deliver(term message, signal_priority urgency = signal_priority::normal) {
    admit(std::move(message), urgency);
    if ((unusual_ & is_limited) != 0) mailbox_.keep_last(urgency == signal_priority::high);
  }

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
  /// A reference for a request: its monitor's, and an alias.
  [[nodiscard]] reference request_reference() const { return make_reference(true); }
  /// Monitors @p server, a process of this node, and sends it @p message: one signal. False: there is no such process; nothing was done.
  bool request(const pid& server, const reference& ref, term message);
  /// Sends {[alias | Ref], reply} to the alias @p ref of this node. Where the process was asked by `request`, the monitor of that ends, and nobody need be told.
  void reply(const reference& ref, term reply);
  reference make_alias(alias_options how);
  bool remove_alias(const reference& ref);
  void trap_exit(bool on) noexcept { trap_exit_ = on; }
  [[nodiscard]] bool traps_exit() const noexcept { return trap_exit_; }
  /// Whether something of it (a link, a monitor, an alias) lets messages overtake others. @erlang process_info(Pid, priority_messages), OTP 28
  [[nodiscard]] bool takes_priority_messages() const;
  /// Whether it ends: for the destructors of what it ran. And why.
  [[nodiscard]] bool is_ending() const noexcept { return dying_; }
  [[nodiscard]] const term& exit_reason() const noexcept { return exit_reason_; }
  /// Links with, or monitors, a process that is not yet open: no signal is needed.
  void link_at_spawn(process_core& fresh, link_options how = {});
  reference monitor_at_spawn(process_core& fresh, const monitor_options& how = {});
  /// Asks another node for a process. @returns the id of the request, that of the monitor too
  reference request_spawn(atom on, const remote_spawn& what, spawn_expectation expected);
  /// False: it was answered already.
  bool abandon_spawn(const reference& id);
  [[nodiscard]] relations& bonds();
  process_extras& extras();

  // -- what few processes have, by the process itself -------------------------------------------------------------------------------------

  /// @errors raises `badarg`  no such flag or value. @returns what it was. @erlang process_flag/2
  term set_flag(const term& flag, const term& value);
  /// Given by group_leader/2 to the process or to one it descends from.
  [[nodiscard]] std::optional<pid> group_leader() const noexcept;
  void set_group_leader(const pid& leader);
  /// @erlang proc_lib:set_label/1
  void set_label(term label);
  [[nodiscard]] std::optional<term> label() const;
  // The process dictionary; what is not there is `undefined`.
  term put(const term& key, term value);
  [[nodiscard]] term get(const term& key) const;
  [[nodiscard]] std::vector<std::pair<term, term>> dictionary() const;
  term erase(const term& key);
  void erase_all();

  // -- what others may ask ----------------------------------------------------------------------------------------------------------------

  /// Whether process_info knows @p item.
  static bool is_info_item(const term& item) noexcept;
  /// The answer to a question that is handled now.
  term answer(question_kind what, const term& detail);
  /// The same, where nobody is there.
  static term answer_of_nobody(question_kind what);
  /// Work done since it started. @erlang process_info(reductions)
  [[nodiscard]] std::uint64_t reductions() const noexcept {
    return reductions_given_ - static_cast<std::uint64_t>(std::int64_t{reductions_});
  }
  /// The process that spawned it, on the same node; id 0 where none did.
  [[nodiscard]] pid parent() const noexcept;
  /// Becomes a child of @p parent, which may be null: before it is open.
  void inherit(const process_core* parent);

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

  /// Before it is open. @errors raises `badarg`  no room for a single message
  void limit_messages(const message_queue_limit& to);
  /// Pushes what is no message as it is, and a message as its limit says. The node is the caller's only if that is `nobody`. Any thread, for what `push` says is `limited`.
  inbox::pushed push_limited(heap_node* what, std::uint32_t serial);
  inbox::pushed push_request(signal& what, std::uint32_t serial);

  inbox& arrivals() noexcept { return inbox_; }                                                           // any thread
  [[nodiscard]] std::uint32_t serial() const noexcept { return serial_.load(std::memory_order_relaxed); } // any thread
  [[nodiscard]] std::uint32_t index() const noexcept { return index_; }                                   // any thread

private:
  friend class process_table;
  friend bool open_named(process_core& fresh, atom name);
  friend void open_unnamed(process_core& fresh) noexcept;
  friend void close_unstarted(process_core& open) noexcept;
  friend void abandon_process(process_core& fresh) noexcept;

  bool take_in();
  void obey(signal& what);
  enum class cause : std::uint8_t { exit, link };
  void on_exit(const signal& what);
  void take_exit(const pid& from, const term& reason, cause why, signal_priority urgency);
  void on_link_exit(const pid& from, const term& reason);
  void on_unlink(const pid& from, std::uint64_t id);
  void on_down(const reference& ref, const term& reason);
  void on_spawned(const signal& what);
  void on_not_spawned(const reference& id, const spawn_expectation& expected, const term& reason);
  bool lost_spawn(const reference& id, const term& reason);
  void on_alias_message(const reference& alias, term message, signal_priority urgency);
  void on_timeout(std::uint64_t number);
  void start_timer(clock::time_point at);
  void stop_timer() noexcept;
  struct informer;
  struct watched;
  [[nodiscard]] watched resolve(const term& target) const;
  void begin_monitor(const watched& target, const reference& ref, const monitor_options& how);
  void add_monitor(const reference& ref, monitor_state state, const monitor_options& how);
  void forget_monitor(const reference& ref, const monitor_state& state);
  void on_request(signal& what);
  void on_reply(signal& what);
  void watch_again(const reference& ref, const monitor_state& was);
  [[nodiscard]] reference make_reference(bool alias) const;
  [[nodiscard]] std::optional<alias_state> active_alias(const reference& ref) const;
  bool drop_monitor(const reference& ref);
  void set_unusual(unsigned which, bool on) noexcept {
    unusual_ = static_cast<std::uint8_t>(on ? unusual_ | which : unusual_ & ~which);
  }
  void on_question(const signal& what);
  void give_back(heap_node* first) noexcept;
  [[nodiscard]] bool attend();
  void begin_again();
  inbox::pushed overflow(heap_node* message, std::uint32_t serial);
  void keep_limit();
  void let_senders_go() noexcept;
  void count_message();
  // Puts a message where it belongs; it counts against a limit.
  void admit(term message, signal_priority urgency) {
    if ((unusual_ & is_limited) != 0) count_message();
    if (urgency == signal_priority::high)
      mailbox_.push_urgent(std::move(message));
    else
      mailbox_.push(std::move(message));
  }
  [[nodiscard]] queue_limit& limit() const noexcept;
  [[nodiscard]] bool alias_message_fits(alias_mode mode);
  /// How a process ends, as far as that is reported.
  enum class ending : std::uint8_t { quiet, crashed, out_of_memory, queue_full };
  void die(term reason, ending how) noexcept;
  void die_of(const std::exception_ptr& failure) noexcept;
  [[nodiscard]] turn resume();
  void report_end() noexcept;
  void report_limit(atom context) const noexcept;
  void forget() noexcept;
  void end() noexcept;
  void destroy_body() noexcept;
  void sever_bonds(const term& reason) noexcept;
  void answer_posthumously(heap_node* arrived) noexcept;

  static constexpr clock::time_point no_deadline = clock::time_point::max();

  // Senders write the first line for each message; what the process itself needs for each lies in the next, so that the two do not take lines from each other.
  inbox inbox_; // any thread
  std::atomic<std::uint32_t> serial_{0};
  std::uint32_t index_ = 0;
  node* node_ = nullptr;
  process_body* body_ = nullptr;
  std::unique_ptr<relations> relations_;
  std::unique_ptr<process_extras> extras_;
  std::uint64_t timer_ = 0; // timer_id; 0: none runs

  waiter* waiter_ = nullptr;
  std::coroutine_handle<> resume_;
  mailbox mailbox_;
  int reductions_ = 0;       // what is left of this turn
  std::uint8_t unusual_ = 0; // what most processes are not, so that they look once
  static constexpr std::uint8_t is_suspended = 1;
  static constexpr std::uint8_t is_limited = 2;
  static constexpr std::uint8_t begins_again = 4;
  bool trap_exit_ = false;
  bool dying_ = false;
  bool timed_out_ = false;

  clock::time_point deadline_ = no_deadline; // of the wait that is on
  clock::time_point timer_due_;              // never after the deadline
  std::uint64_t timer_number_ = 0;           // tells its signal from those of the timers before it
  std::uint64_t reductions_given_ = 0;       // for all turns
  term exit_reason_;
  std::uint32_t parent_id_ = 0;
  std::uint32_t parent_serial_ = 0;
  ending ending_ = ending::quiet;
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
/// Makes it reachable, by @p name too, where nobody has that; then `start_process` lets it run. False: the name is taken or no name, and the process is gone.
[[nodiscard]] bool open_named(process_core& fresh, atom name);
/// Makes it reachable; then `start_process` lets it run.
void open_unnamed(process_core& fresh) noexcept;
void start_process(process_core& open) noexcept;
/// Takes down one that is open and was never started.
void close_unstarted(process_core& open) noexcept;
/// The same after linking it with @p parent.
pid open_linked(process_core& parent, process_core& fresh);

/// Reports what a destructor threw while the frames of a process were destroyed.
void report_thrown_by_destructor() noexcept;

/// The process that runs on this thread. Never inlined: internal/thread_state.hpp says why. @errors raises `not_a_process`  none does
[[gnu::noinline]] process_core& current_process();
/// The same, null where none runs.
[[gnu::noinline]] process_core* current_process_or_null() noexcept;

} // namespace agner::internal
