// SPDX-License-Identifier: Apache-2.0
// Rules: OTP 25, proc_lib.erl: sync_start, sync_start_link, sync_start_monitor, kill_flush.

#include "proc_lib.hpp"

#include "../runtime/reasons.hpp"
#include "../runtime/term_builders.hpp"
#include "exit.hpp"
#include "links.hpp"
#include "send.hpp"

namespace agner {

namespace {

using internal::start_kind;

// Ends a process that took too long to start, and waits until it has, so that its name is free.
task<> kill_and_flush(pid child) {
  const reference watch = monitor(child);
  unlink(child);
  exit(child, reasons::kill);
  co_await receive(on(match("DOWN"_atom, watch, _, _, _), [] {}));
  co_await receive(on(match("EXIT"_atom, child, _), [] {}), after(std::chrono::milliseconds{0}, [] {}));
}

} // namespace

task<term> internal::await_start(start_kind how, started_process child, std::chrono::milliseconds timeout) {
  const term linked = how == start_kind::link ? term{child.process} : term{};
  const term watched = how == start_kind::link ? term{} : child.monitor.as_term();
  using answer = std::optional<term>;
  answer result = co_await receive_from(
      child.since, on(match("ack"_atom, child.process, any<term>), [](term given) { return answer{given}; }),
      on(match("EXIT"_atom, linked, any<term>), [](term reason) { return answer{tuple("error"_atom, reason)}; }),
      on(match("DOWN"_atom, watched, any<term>, any<term>, any<term>),
         [&](term type, term object, term reason) {
           if (how == start_kind::monitor) current_process().deliver(tuple("DOWN"_atom, watched, type, object, reason));
           return answer{tuple("error"_atom, reason)};
         }),
      after(timeout, [] { return answer{}; }));
  if (how == start_kind::none) demonitor(child.monitor, {.flush = true});
  if (result) co_return *std::move(result);
  co_await kill_and_flush(child.process);
  co_return tuple("error"_atom, reasons::timeout);
}

void proc_lib::set_label(term label) { internal::current_process().set_label(std::move(label)); }
term proc_lib::get_label() { return internal::current_process().label().value_or(term{reasons::undefined}); }

void proc_lib::init_ack(const pid& starter, term result) {
  send(starter, tuple("ack"_atom, self(), std::move(result)));
}

} // namespace agner
