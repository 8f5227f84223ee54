// SPDX-License-Identifier: Apache-2.0
// Rules: OTP 25, the manual of erlang:spawn_opt/2 and spawn_request/5, and erts erl_process.c (erl_create_process).

#include "spawn_opt.hpp"

#include "../runtime/error.hpp"
#include "../runtime/reasons.hpp"
#include "../runtime/signal.hpp"
#include "../runtime/term_builders.hpp"
#include "send.hpp"

namespace agner {

namespace internal {

namespace {

// Opens @p fresh and ties it to its parent. When this throws, the process is gone, and so are its ties.
spawned_process open_child(process_core& me, process_core& fresh, const spawn_options& options) {
  try {
    fresh.set_priority(options.priority);
    if (options.message_queue) fresh.limit_messages(*options.message_queue);
  } catch (...) {
    abandon_process(fresh);
    throw;
  }
  if (!options.name)
    open_unnamed(fresh);
  else if (!open_named(fresh, *options.name))
    raise_error(reasons::badarg);
  spawned_process made{fresh.self(), {}};
  try {
    if (options.monitor) made.monitor = me.monitor_at_spawn(fresh, *options.monitor);
    if (options.link.how) me.link_at_spawn(fresh, *options.link.how);
  } catch (...) {
    close_unstarted(fresh);
    throw;
  }
  return made;
}

void reply(const spawn_request_options& options, spawn_reply unless, term message) {
  if (options.reply == spawn_reply::no || options.reply == unless) return;
  process_core& me = current_process();
  signal* s = new_signal(signal_kind::own_message);
  s->value = std::move(message);
  me.home().push(me.self(), s);
}

} // namespace

spawned_process open_with(process_core& fresh, const spawn_options& options) {
  spawned_process made = open_child(current_process(), fresh, options);
  start_process(fresh);
  return made;
}

reference open_requested(process_core& fresh, const spawn_request_options& options) {
  const spawned_process made = open_child(current_process(), fresh, options.spawn);
  reference id = made.monitor ? *made.monitor : this_node().make_reference();
  reply(options, spawn_reply::error_only, tuple(options.reply_tag, id, "ok"_atom, made.process));
  start_process(fresh);
  return id;
}

reference refuse_request(const spawn_request_options& options, const std::exception_ptr& why) {
  reference id = this_node().make_reference();
  reply(options, spawn_reply::success_only, tuple(options.reply_tag, id, "error"_atom, as_raised(why).reason()));
  return id;
}

} // namespace internal

reference spawn_request(atom, atom, atom, const term& arguments, const spawn_request_options& options) {
  if (!arguments.is_list()) raise_error(reasons::badarg);
  return internal::refuse_request(options, std::make_exception_ptr(raised{raised_class::error, reasons::notsup}));
}

bool spawn_request_abandon(const reference&) {
  (void)internal::current_process();
  return false;
}

} // namespace agner
