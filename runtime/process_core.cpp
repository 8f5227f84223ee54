// SPDX-License-Identifier: Apache-2.0
// The life of a process: taking its turn, waiting, ending. What its signals do: process_signals.cpp.

#include "process_core.hpp"

#include "error.hpp"
#include "internal/label_table.hpp"
#include "internal/name_registry.hpp"
#include "internal/process_extras.hpp"
#include "internal/process_table.hpp"
#include "internal/relations.hpp"
#include "internal/stack_trace.hpp"
#include "internal/thread_state.hpp"
#include "internal/timer_service.hpp"
#include "log.hpp"
#include "node.hpp"
#include "reasons.hpp"
#include "term_builders.hpp"
#include "term_text.hpp"

namespace agner::internal {

namespace {

// @source OTP 25: the emulator's text, which names the node only where it is alive
void report_crash(const pid& who, const node& on, const term& reason) noexcept {
  if (on.name() == "nonode@nohost"_atom)
    log::error("Error in process ~p with exit value:~n~p~n", who, reason);
  else
    log::error("Error in process ~p on node ~p with exit value:~n~p~n", who, on.name(), reason);
}

term reason_of(const std::exception_ptr& failure, bool& crashed) {
  const raised caught = as_raised(failure);
  crashed = caught.cls() != raised_class::exit;
  if (caught.cls() == raised_class::throw_) return tuple(tuple("nocatch"_atom, caught.reason()), caught.stack());
  return crashed ? tuple(caught.reason(), caught.stack()) : caught.reason();
}

bool out_of_memory(const std::exception_ptr& failure) noexcept {
  try {
    std::rethrow_exception(failure);
  } catch (const std::bad_alloc&) {
    return true;
  } catch (...) {
    return false;
  }
}

} // namespace

process_core::process_core() noexcept = default;
process_core::~process_core() = default;

pid process_core::self() const noexcept { return {index_ + 1, serial(), node_->identity()}; }

relations& process_core::bonds() {
  if (!relations_) relations_ = std::make_unique<relations>();
  return *relations_;
}

process_extras& process_core::extras() {
  if (!extras_) extras_ = std::make_unique<process_extras>();
  return *extras_;
}

// -- taking a turn ------------------------------------------------------------------------------------------------------------------

process_core::turn process_core::run(int reductions) {
  thread_state& here = this_thread(); // this is no coroutine: it returns on the thread it was called on
  here.process = this;
  reductions_given_ += static_cast<std::uint64_t>(std::int64_t{reductions} - reductions_);
  reductions_ = reductions;
  const turn outcome = resume();
  if (outcome == turn::ended) end();
  here.process = nullptr;
  if (here.traces) [[unlikely]]
    forget_stack();
  return outcome;
}

// When this returns `waiting`, the process may already run elsewhere.
process_core::turn process_core::resume() {
  try {
    for (;;) {
      if (!take_signals()) return turn::ended;
      if (unusual_ != 0 && !attend()) {
        if (inbox_.sleep()) return turn::waiting;
        continue;
      }
      if (waiter_ != nullptr) {
        if (!waiter_->poll(*this)) {
          if ((unusual_ & is_limited) != 0) let_senders_go(); // it may wait for one of them
          if (inbox_.sleep()) return turn::waiting;
          continue;
        }
        waiter_ = nullptr;
      }
      const auto at = resume_ ? std::exchange(resume_, nullptr) : body_->start(*this);
      at.resume();
      if (!resume_) break;
      if (reductions_ <= 0 || waiter_ == nullptr) return turn::yielded;
    }
    std::exception_ptr failure;
    if (!body_->finished(failure))
      die("suspended_outside_agner"_atom, ending::crashed);
    else if (failure)
      die_of(failure);
    else
      die("normal"_atom, ending::quiet);
  } catch (...) { // start() or poll() raised
    die_of(std::current_exception());
  }
  return turn::ended;
}

bool process_core::take_in() {
  const inbox::arrived came = inbox_.take();
  heap_node* later = came.newest;
  heap_node* node = came.first != nullptr ? came.first : mailbox_.push_newest_first(std::exchange(later, nullptr));
  heap_node* next = nullptr;
  try {
    for (; node != nullptr; node = next) {
      next = node->next;
      if (node->kind() == node_kind::signal) {
        obey(static_cast<signal&>(*node));
        free_signal(node);
      } else {
        mailbox_.push(take_message(std::exchange(node, nullptr)));
      }
      if (next == nullptr && later != nullptr) next = mailbox_.push_newest_first(std::exchange(later, nullptr));
    }
  } catch (...) { // no memory: what could not be taken in is answered when the process has ended
    die_of(std::current_exception());
    if (node != nullptr) free_signal(node);
    give_back(next);
    give_back(inbox::reversed(later));
  }
  return !dying_;
}

void process_core::give_back(heap_node* first) noexcept {
  while (first != nullptr) {
    heap_node* const next = first->next;
    inbox_.push_any(first);
    first = next;
  }
}

void process_core::obey_now() {
  if (!dying_ && !take_signals()) throw raised{raised_class::exit, exit_reason_};
}

// -- timeouts -----------------------------------------------------------------------------------------------------------------------

// A wait mostly ends before its time is up, and the next one begins with the same time: so the timer is left running, and what it finds when it fires decides.

void process_core::arm_timeout(std::chrono::milliseconds after) {
  scheduler& on = home().scheduler();
  timed_out_ = false;
  deadline_ = on.time().now() + after;
  if (timer_ != 0 && timer_due_ <= deadline_) return;
  on.timers().cancel(std::exchange(timer_, 0));
  start_timer(deadline_);
}

void process_core::start_timer(clock::time_point at) {
  timer_ = home().scheduler().timers().start_timeout(at, self(), ++timer_number_);
  timer_due_ = at;
}

void process_core::disarm_timeout() noexcept {
  deadline_ = no_deadline;
  timed_out_ = false;
}

// Leaves none running.
void process_core::stop_timer() noexcept {
  disarm_timeout();
  home().scheduler().timers().cancel(std::exchange(timer_, 0));
  ++timer_number_;
}

void process_core::on_timeout(std::uint64_t number) {
  if (number != timer_number_) return;
  timer_ = 0;
  if (deadline_ == no_deadline) return;
  if (home().scheduler().time().now() >= deadline_)
    timed_out_ = true;
  else
    start_timer(deadline_);
}

// -- ending ---------------------------------------------------------------------------------------------------------------------------

void process_core::die(term reason, ending how) noexcept {
  if (dying_) return; // the first reason counts
  dying_ = true;
  ending_ = how;
  reductions_ = 0; // so that it suspends at its next wait, even if what it waits for is there
  exit_reason_ = std::move(reason);
}

void process_core::die_of(const std::exception_ptr& failure) noexcept {
  if (out_of_memory(failure)) return die(reasons::killed, ending::out_of_memory);
  bool crashed = false;
  try {
    term reason = reason_of(failure, crashed);
    die(std::move(reason), crashed ? ending::crashed : ending::quiet);
  } catch (...) {
    die(reasons::killed, ending::out_of_memory);
  }
}

void process_core::destroy_body() noexcept {
  waiter_ = nullptr;
  resume_ = nullptr;
  if (body_ == nullptr) return;
  process_body* const gone = std::exchange(body_, nullptr);
  try {
    gone->~process_body();
  } catch (...) {
    report_thrown_by_destructor();
  }
  if (static_cast<void*>(gone) != inline_body_) ::operator delete(static_cast<void*>(gone));
}

void process_core::end() noexcept {
  node& on = home();
  const pid me = self();
  report_end();
  destroy_body();
  stop_timer();
  mailbox_.clear(); // what follows may need the memory
  heap_node* late = inbox_.close();
  if (has_timers_.load(std::memory_order_seq_cst)) {
    on.scheduler().timers().forget(me);
    has_timers_.store(false, std::memory_order_relaxed);
  }
  if (kept_.load(std::memory_order_seq_cst)) {
    kept_.store(false, std::memory_order_relaxed);
    on.keeper()->ended(me);
  }
  on.names().forget(me);
  if (extras_ && extras_->labelled) on.service<label_table>().forget(me);
  sever_bonds(exit_reason_);
  answer_posthumously(late);
  if ((unusual_ & is_limited) != 0) let_senders_go();
  forget();
  on.table().free(*this);
}

// Makes the slot what it was before the process.
void process_core::forget() noexcept {
  exit_reason_ = {};
  relations_.reset();
  extras_.reset();
  mailbox_.clear();
  dying_ = trap_exit_ = timed_out_ = false;
  ending_ = ending::quiet;
  unusual_ = 0;
  reductions_ = 0;
  reductions_given_ = 0;
  set_priority(priority_level::normal);
}

// In the words of OTP's report of max_heap_size. @source OTP 25 erts, erl_gc.c: send_garbage_collection_error
void process_core::report_limit(atom context) const noexcept {
  try {
    const auto known_as = home().names().name_of(self());
    log::error("     Process:            ~p ~n     Context:            ~ts~n     Registered Name:    ~p~n     Label:   "
               "           "
               "~p~n     Kill:               true~n     Message Queue Len:  ~b~n",
               self(), context, known_as ? term{*known_as} : term{}, label().value_or(term{reasons::undefined}),
               mailbox_.size());
  } catch (...) { // not even for the report
  }
}

void process_core::report_end() noexcept {
  switch (ending_) {
  case ending::quiet: return;
  case ending::crashed:
    if (const auto known_as = label()) log::error("Process ~p, which crashed, has the label ~p~n", self(), *known_as);
    return report_crash(self(), home(), exit_reason_);
  case ending::out_of_memory: return report_limit("out of memory"_atom);
  case ending::queue_full: return report_limit("message queue is past its limit"_atom);
  }
}

// @context the process whose frames are being destroyed, in a handler of what was thrown
void report_thrown_by_destructor() noexcept {
  try {
    const raised what = as_raised(std::current_exception());
    const process_core* const here = this_thread().process;
    log::error("Error in process ~p: a destructor threw while its frames were destroyed:~n~p~n",
               here == nullptr ? term{} : term{here->self()}, what.reason());
  } catch (...) { // no memory for the report
  }
}

// -- starting -------------------------------------------------------------------------------------------------------------------------

process_core& allocate_process(node& on) {
  process_core& fresh = on.table().allocate();
  const process_core* const here = this_thread().process;
  try {
    fresh.inherit(here != nullptr && &here->home() == &on ? here : nullptr);
  } catch (...) {
    abandon_process(fresh);
    throw;
  }
  return fresh;
}

void abandon_process(process_core& fresh) noexcept {
  fresh.destroy_body();
  fresh.forget();
  fresh.home().table().free(fresh);
}

pid open_process(process_core& fresh) noexcept {
  const pid id = fresh.self();
  open_unnamed(fresh);
  start_process(fresh);
  return id;
}

void open_unnamed(process_core& fresh) noexcept { fresh.home().table().open(fresh); }

void start_process(process_core& open) noexcept { open.home().scheduler().enqueue(open); }

bool open_named(process_core& fresh, atom name) {
  open_unnamed(fresh); // first, so that no message by name is lost
  if (fresh.home().register_name(name, fresh.self())) return true;
  close_unstarted(fresh);
  return false;
}

void close_unstarted(process_core& open) noexcept {
  open.exit_reason_ = reasons::noproc;
  open.end();
}

pid open_linked(process_core& parent, process_core& fresh) {
  parent.link_at_spawn(fresh);
  return open_process(fresh);
}

} // namespace agner::internal
