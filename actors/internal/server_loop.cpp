// SPDX-License-Identifier: Apache-2.0
// Rules: OTP 25, gen_server.erl: init_it, decode_msg, handle_msg, terminate. System messages: system_messages.cpp.

#include "server_loop.hpp"

#include <new>

#include "../../runtime/log.hpp"
#include "../../runtime/node.hpp"
#include "../../runtime/reasons.hpp"
#include "../../runtime/term_builders.hpp"
#include "../exit.hpp"
#include "../names.hpp"
#include "../proc_lib.hpp"
#include "../send.hpp"
#include "next_message.hpp"

namespace agner::internal {

using gen_server::outcome;

namespace {

bool is_request(const term& message, atom label) {
  if (!message.is_tagged(label, 3)) return false;
  const term& from = message[1];
  return from.is_tuple() && from.size() == 2 && from[0].is_pid();
}

// Reasons that nobody needs to hear of.
bool is_expected(raised_class cls, const term& reason) {
  return cls == raised_class::exit &&
         (reason.is(reasons::normal) || reason.is(reasons::shutdown) || reason.is_tagged(reasons::shutdown, 2));
}

// What the process ends with.
term exit_reason(raised_class cls, const term& reason, const term& stack) {
  return cls == raised_class::exit ? reason : tuple(reason, stack);
}

outcome bad_return(const term& value) { return outcome::stop(tuple("bad_return_value"_atom, value)); }

// What a callback threw, as Erlang takes it: as the value that it returned.
outcome returned(const term& thrown) {
  if (thrown.is(reasons::ignore)) return outcome::ignore();
  if (thrown.is_tagged("stop"_atom, 2)) return outcome::stop(thrown[1]);
  return bad_return(thrown);
}

} // namespace

term already_started(atom name) {
  const auto by = whereis(name);
  return tuple(reasons::already_started, by ? term{*by} : term{reasons::undefined});
}

server_loop::server_loop(behaviour& callbacks, const server_origin& origin)
    : callbacks_(callbacks), origin_(origin), parent_(origin.linked ? origin.starter : self()), name_(self()) {}

bool server_loop::is_exit_of_parent(const term& message) const {
  return message.is_tagged("EXIT"_atom, 3) && message[1] == term{parent_};
}

// -- the start ----------------------------------------------------------------------------------------------------------------------------

task<outcome> server_loop::start() {
  if (origin_.name) {
    if (!this_node().register_name(*origin_.name, self())) {
      proc_lib::init_ack(origin_.starter, tuple("error"_atom, already_started(*origin_.name)));
      exit(reasons::normal);
    }
    name_ = *origin_.name;
  }
  std::exception_ptr failure;
  outcome next = outcome::ok();
  try {
    callback_step step = callbacks_.init();
    next = step.later.coroutine() ? co_await std::move(step.later) : std::move(step.now);
  } catch (const std::bad_alloc&) {
    throw; // the process is killed, as everywhere
  } catch (...) {
    failure = std::current_exception();
  }
  const auto refuse = [this](raised_class cls, const term& reason, const term& stack) {
    refuse_start({cls, reason, stack, {}, {}}, tuple("error"_atom, exit_reason(cls, reason, stack)));
  };
  if (failure) {
    const raised what = as_raised(failure);
    if (what.cls() != raised_class::throw_) refuse(what.cls(), what.reason(), what.stack());
    next = returned(what.reason());
  }
  if (next.what() == outcome::kind::ignore)
    refuse_start({raised_class::exit, reasons::normal, {}, {}, {}}, reasons::ignore);
  if (next.what() == outcome::kind::stop) refuse(raised_class::exit, next.argument(), {});
  proc_lib::init_ack(origin_.starter, tuple("ok"_atom, self()));
  co_return next;
}

// The name is free again before the starter hears of it, so that it may try once more at once.
void server_loop::refuse_start(const ending& how, const term& answer) {
  if (origin_.name) [[maybe_unused]]
    const auto done = this_node().unregister_name(*origin_.name);
  proc_lib::init_ack(origin_.starter, answer);
  leave(how);
}

// -- the loop -------------------------------------------------------------------------------------------------------------------------------

task<> server_loop::run() {
  outcome next = co_await start();
  for (;;) {
    const bool continuing = next.continues();
    const term message = continuing ? tuple("continue"_atom, next.argument()) : co_await next_message{next.time()};
    if (is_request(message, "system"_atom)) {
      co_await obey_system(message);
      continue;
    }
    if (is_exit_of_parent(message)) co_await end({raised_class::exit, message[2], {}, message, {}});
    std::exception_ptr failure;
    try {
      callback_step step = dispatch(message, continuing);
      next = step.later.coroutine() ? co_await std::move(step.later) : std::move(step.now);
    } catch (const std::bad_alloc&) {
      throw; // the process is killed, and neither terminate nor a report of the state would fare better
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure) co_await on_failure(message, failure);
    if (next.what() == outcome::kind::noreply) continue;
    if (next.what() == outcome::kind::reply && is_request(message, "$gen_call"_atom))
      send_reply(message[1], *next.answer());
    else
      co_await settle(message, next);
  }
}

callback_step server_loop::dispatch(const term& message, bool continuing) {
  if (continuing) return callbacks_.handle_continue(message[1]);
  if (is_request(message, "$gen_call"_atom)) return callbacks_.handle_call(message[2], message[1]);
  if (message.is_tagged("$gen_cast"_atom, 2)) return callbacks_.handle_cast(message[1]);
  callback_step step = callbacks_.handle_info(message);
  const bool unhandled = !step.later.coroutine() && step.now.what() == outcome::kind::unhandled;
  return unhandled ? on_unknown_info(message) : std::move(step);
}

// Anybody may send anything to a server; that is no reason to end it.
callback_step server_loop::on_unknown_info(const term& message) {
  log::warning("** Undefined handle_info in ~tp~n** Unhandled message: ~tp~n", callbacks_.module(), message);
  callback_step step;
  step.now = outcome::noreply();
  return step;
}

// A callback wants the server to end, or says what it may not, or none was there.
task<> server_loop::settle(const term& message, outcome next) {
  if (next.what() == outcome::kind::unhandled) co_await end(unhandled(message));
  if (next.what() == outcome::kind::ignore) next = bad_return(reasons::ignore);
  if (next.what() == outcome::kind::reply) next = bad_return(tuple("reply"_atom, *next.answer()));
  const bool call = is_request(message, "$gen_call"_atom);
  ending how{raised_class::exit, next.argument(), {}, message, {}};
  if (call) how.client = message[1];
  std::exception_ptr ended;
  try {
    co_await end(std::move(how));
  } catch (...) {
    ended = std::current_exception();
  }
  if (call && next.answer()) send_reply(message[1], *next.answer());
  std::rethrow_exception(ended);
}

task<> server_loop::on_failure(const term& message, const std::exception_ptr& failure) {
  const raised what = as_raised(failure);
  if (what.cls() == raised_class::throw_) co_await settle(message, returned(what.reason()));
  ending how{what.cls(), what.reason(), what.stack(), message, {}};
  if (is_request(message, "$gen_call"_atom)) how.client = message[1];
  co_await end(std::move(how));
}

// As if a function of Erlang had been called that is not there, or has no clause for its arguments.
server_loop::ending server_loop::unhandled(const term& message) const {
  const bool call = is_request(message, "$gen_call"_atom);
  const atom callback = call                                     ? atom{"handle_call"_atom}
                        : message.is_tagged("$gen_cast"_atom, 2) ? atom{"handle_cast"_atom}
                                                                 : atom{"handle_continue"_atom};
  const term state = state_or_undefined();
  const term arguments = call ? list({message[2], message[1], state}) : list({message[1], state});
  const term stack = list({tuple(callbacks_.module(), callback, arguments, term{})});
  const atom reason = callbacks_.has(callback) ? atom{reasons::function_clause} : atom{reasons::undef};
  ending how{raised_class::error, reason, stack, message, {}};
  if (call) how.client = message[1];
  return how;
}

// -- the end ----------------------------------------------------------------------------------------------------------------------------------

task<> server_loop::end(ending how) {
  std::exception_ptr failure;
  try {
    const term reason = exit_reason(how.cls, how.reason, how.stack);
    if (task<> cleaning = callbacks_.terminate(reason); cleaning.coroutine()) co_await std::move(cleaning);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    const raised what = as_raised(failure);
    if (what.cls() != raised_class::throw_)
      how = {what.cls(), what.reason(), what.stack(), how.last_message, how.client};
  }
  leave(how);
}

void server_loop::leave(const ending& how) const {
  if (!is_expected(how.cls, how.reason)) {
    if (how.last_message) report_server_end(name_, how, state_or_undefined());
    report_crash(callbacks_.module(), how, origin_.starter);
  }
  exit(exit_reason(how.cls, how.reason, how.stack));
}

term server_loop::state_or_undefined() const {
  try {
    return callbacks_.state();
  } catch (...) {
    return reasons::undefined;
  }
}

} // namespace agner::internal
