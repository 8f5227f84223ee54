// SPDX-License-Identifier: Apache-2.0
// Rules: OTP 25, the manual of erlang:spawn_opt/2 and spawn_request/5, and erts erl_process.c (erl_create_process).

#include "spawn_opt.hpp"

#include <optional>
#include <vector>

#include "../runtime/error.hpp"
#include "../runtime/reasons.hpp"
#include "../runtime/signal.hpp"
#include "../runtime/term_builders.hpp"
#include "../runtime/term_views.hpp"
#include "internal/leader_of_last_resort.hpp"
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

namespace {

constexpr std::size_t arguments_max = 255; // of a function of Erlang

// The options in Erlang's words. Nothing where one has no such.
std::optional<term> options_for_a_peer(const spawn_options& options) {
  if (options.name || options.message_queue) return std::nullopt;
  std::vector<term> all;
  if (options.link.how) all.emplace_back("link"_atom);
  if (options.monitor) all.emplace_back("monitor"_atom);
  if (options.priority != priority_level::normal)
    all.push_back(tuple("priority"_atom, internal::priority_name(options.priority)));
  return list_of(std::move(all));
}

reference refused(const spawn_request_options& options, atom reason) {
  return internal::refuse_request(options, std::make_exception_ptr(raised{raised_class::error, reason}));
}

} // namespace

reference spawn_request(atom node, atom module, atom function, const term& arguments,
                        const spawn_request_options& options) {
  if (!arguments.is_list() || !arguments.as_list().is_proper() || arguments.as_list().size() > arguments_max)
    raise_error(reasons::badarg);
  internal::process_core& me = internal::current_process();
  auto for_peer = options_for_a_peer(options.spawn);
  if (!for_peer) return refused(options, "badopt"_atom);
  if (node == me.home().name()) return refused(options, reasons::notsup);
  const pid leader = me.group_leader().value_or(pid{});
  return me.request_spawn(node,
                          {.module = module,
                           .function = function,
                           .arguments = arguments,
                           .options = *std::move(for_peer),
                           .leader = leader.id != 0 ? leader : internal::leader_of_last_resort(me.home())},
                          {.link = options.spawn.link.how,
                           .monitor = options.spawn.monitor,
                           .reply = options.reply,
                           .reply_tag = options.reply_tag});
}

bool spawn_request_abandon(const reference& request) { return internal::current_process().abandon_spawn(request); }

} // namespace agner
