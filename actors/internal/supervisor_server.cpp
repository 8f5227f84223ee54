// SPDX-License-Identifier: Apache-2.0
// Rules: OTP 25, supervisor.erl.

#include "supervisor_server.hpp"

#include <new>

#include "../../runtime/log.hpp"
#include "../../runtime/reasons.hpp"
#include "../../runtime/term_builders.hpp"
#include "../process.hpp"
#include "child_spec_store.hpp"
#include "reports.hpp"

namespace agner::internal {

using gen_server::outcome;
using supervisor::restart_type;

namespace {

term error_of(term reason) { return tuple("error"_atom, std::move(reason)); }

term answer_of(const result<term>& started) {
  return started ? tuple("ok"_atom, *started) : error_of(started.error().reason());
}

bool is_orderly(const term& reason) {
  return reason.is(reasons::normal) || reason.is(reasons::shutdown) || reason.is_tagged(reasons::shutdown, 2);
}

// What `catch` makes of an exception.
term caught(const std::exception_ptr& failure) {
  const raised what = as_raised(failure);
  if (what.cls() == raised_class::throw_) return what.reason();
  const term reason = what.cls() == raised_class::error ? tuple(what.reason(), what.stack()) : what.reason();
  return tuple("EXIT"_atom, reason);
}

} // namespace

supervisor_server::supervisor_server(std::optional<atom> name, supervisor::flags how,
                                     std::vector<supervisor::child_spec> children)
    : flags_(how),
      to_start_(std::move(children)),
      name_(name ? tuple("local"_atom, *name) : tuple(self(), "supervisor"_atom)) {}

// -- start and end ------------------------------------------------------------------------------------------------------------------------

task<outcome> supervisor_server::init() {
  trap_exit(true);
  if (flags_.period.count() <= 0)
    co_return outcome::stop(tuple("supervisor_data"_atom, tuple("invalid_period"_atom, flags_.period.count())));
  for (auto& spec : std::exchange(to_start_, {})) {
    if (const auto fault = fault_of(spec)) co_return outcome::stop(tuple("start_spec"_atom, *fault));
    if (table_.find(spec.id) != nullptr)
      co_return outcome::stop(tuple("start_spec"_atom, tuple("duplicate_child_name"_atom, spec.id)));
    table_.add(std::move(spec));
  }
  for (auto at = table_.in_start_order().begin(); at != table_.in_start_order().end();) {
    supervised_child& child = *at++;
    const auto started = co_await start(child);
    if (!started) {
      report("start_error"_atom, started.error().reason(), child);
      const term why = tuple("failed_to_start_child"_atom, child.spec.id, started.error().reason());
      co_await terminate({});
      co_return outcome::stop(tuple("shutdown"_atom, why));
    }
    if (started->is(reasons::undefined) && child.is(restart_type::temporary))
      table_.erase(child);
    else
      table_.place(child, *started);
  }
  co_return outcome::ok();
}

task<> supervisor_server::terminate(term) {
  auto& children = table_.in_start_order();
  for (auto at = children.rbegin(); at != children.rend(); ++at) {
    co_await stop(*at);
    table_.place(*at, reasons::undefined);
  }
}

// -- requests -----------------------------------------------------------------------------------------------------------------------------

task<term> supervisor_server::handle_call(term request) {
  if (request.is("which_children"_atom)) co_return which_children();
  if (request.is("count_children"_atom)) co_return count_children();
  if (!request.is_tuple() || request.size() != 2 || !request[0].is_atom())
    co_return error_of(tuple("unknown_request"_atom, request));
  const atom what = request[0].as_atom();
  if (what == "start_child"_atom) co_return co_await start_child(request[1]);
  supervised_child* const child = table_.find(request[1]);
  if (child == nullptr) co_return error_of("not_found"_atom);
  if (what == "terminate_child"_atom) co_return co_await terminate_child(*child);
  if (what == "restart_child"_atom) co_return co_await restart_child(*child);
  if (what == "delete_child"_atom) co_return delete_child(*child);
  if (what == "get_childspec"_atom) co_return tuple("ok"_atom, child_spec_term(*child));
  co_return error_of(tuple("unknown_request"_atom, request));
}

task<term> supervisor_server::start_child(const term& ticket) {
  auto spec = this_node().service<child_spec_store>().redeem(ticket);
  if (!spec) co_return error_of(tuple("invalid_child_spec"_atom, ticket));
  if (const auto fault = fault_of(*spec)) co_return error_of(*fault);
  if (const auto* other = table_.find(spec->id))
    co_return error_of(other->at.is_pid() ? tuple(reasons::already_started, other->at) : term{"already_present"_atom});
  supervised_child& child = table_.add(*std::move(spec));
  const auto started = co_await start(child);
  if (!started) {
    const term why = tuple(started.error().reason(), child_record(child));
    table_.erase(child);
    co_return error_of(why);
  }
  if (started->is(reasons::undefined) && child.is(restart_type::temporary))
    table_.erase(child);
  else
    table_.place(child, *started);
  co_return answer_of(started);
}

task<term> supervisor_server::terminate_child(supervised_child& child) {
  co_await stop(child);
  forget_pid(child);
  co_return term{"ok"_atom};
}

task<term> supervisor_server::restart_child(supervised_child& child) {
  if (child.is_restarting()) co_return error_of("restarting"_atom);
  if (child.at.is_pid()) co_return error_of("running"_atom);
  const auto started = co_await start(child);
  if (started) table_.place(child, *started);
  co_return answer_of(started);
}

term supervisor_server::delete_child(supervised_child& child) {
  if (child.is_restarting()) return error_of("restarting"_atom);
  if (child.at.is_pid()) return error_of("running"_atom);
  table_.erase(child);
  return "ok"_atom;
}

term supervisor_server::which_children() const {
  std::vector<term> youngest_first;
  const auto& children = table_.in_start_order();
  for (auto at = children.rbegin(); at != children.rend(); ++at)
    youngest_first.push_back(child_info_term(*at));
  return list_of(std::move(youngest_first));
}

term supervisor_server::count_children() const {
  supervisor::child_counts counts;
  for (const supervised_child& child : table_.in_start_order()) {
    const auto at = child.at.to_pid();
    ++counts.specs;
    if (at && (!this_node().is_local(*at) || this_node().is_alive(*at))) ++counts.active;
    ++(child.spec.type == supervisor::child_type::worker ? counts.workers : counts.supervisors);
  }
  return to_term(counts);
}

// -- the end of a child -------------------------------------------------------------------------------------------------------------------

task<outcome> supervisor_server::handle_info(term message) {
  if (message.is_tagged("EXIT"_atom, 3) && message[1].is_pid()) {
    supervised_child* const child = table_.find(message[1].as_pid());
    if (child != nullptr) co_return co_await on_exit(*child, message[2]);
  } else {
    log::error("supervisor ~p received an unexpected message: ~p", name_, message);
  }
  co_return outcome::noreply();
}

task<outcome> supervisor_server::on_exit(supervised_child& child, term reason) {
  const bool again = child.is(restart_type::permanent) || (child.is(restart_type::transient) && !is_orderly(reason));
  if (again || !is_orderly(reason)) report("child_terminated"_atom, reason, child);
  if (again) co_return co_await restart(child);
  forget_pid(child);
  co_return outcome::noreply();
}

task<outcome> supervisor_server::restart(supervised_child& child) {
  const auto now = this_node().scheduler().time().now().time_since_epoch();
  restarts_ = add_restart(std::move(restarts_), std::chrono::floor<std::chrono::seconds>(now), flags_.period);
  if (restarts_.size() > flags_.intensity) {
    report(reasons::shutdown, "reached_max_restart_intensity"_atom, child);
    forget_pid(child);
    co_return outcome::stop(reasons::shutdown);
  }
  const auto started = co_await start(child);
  if (started) {
    table_.place(child, *started);
    co_return outcome::noreply();
  }
  if (!child.is_restarting()) table_.place(child, tuple("restarting"_atom, child.at));
  report("start_error"_atom, started.error().reason(), child);
  // Through the mailbox, so that others get a word in: somebody may want to end the child, or the supervisor.
  gen_server::cast(self(), tuple("try_again_restart"_atom, child.spec.id));
  co_return outcome::noreply();
}

task<outcome> supervisor_server::handle_cast(term request) {
  if (request.is_tagged("try_again_restart"_atom, 2)) {
    supervised_child* const child = table_.find(request[1]);
    if (child != nullptr && child->is_restarting()) co_return co_await restart(*child);
  }
  co_return outcome::noreply();
}

void supervisor_server::forget_pid(supervised_child& child) {
  if (child.is(restart_type::temporary))
    table_.erase(child);
  else
    table_.place(child, reasons::undefined);
}

// -- children, one by one -------------------------------------------------------------------------------------------------------------------

// The pid, or `undefined` where the child said ignore.
task<result<term>> supervisor_server::start(const supervised_child& child) {
  std::exception_ptr failure;
  try {
    const auto started = co_await child.spec.start.call()();
    if (!started && !started.error().reason().is(reasons::ignore)) co_return fail(started.error().reason());
    if (!started) co_return term{reasons::undefined};
    if (log::enabled(log::level::info)) report_progress(name_, offender_term(child, *started));
    co_return term{*started};
  } catch (const std::bad_alloc&) {
    throw;
  } catch (...) {
    failure = std::current_exception();
  }
  co_return fail(caught(failure));
}

// Tells a child to end, and kills it if it takes too long. It is watched by a monitor: a child that unlinked itself could otherwise hang us.
task<> supervisor_server::stop(const supervised_child& child) {
  const auto at = child.at.to_pid();
  if (!at) co_return;
  const auto time = shutdown_time(child.spec);
  const bool kill = time == supervisor::brutal_kill;
  const reference watch = monitor(*at);
  const auto down = [&] {
    return on(match("DOWN"_atom, watch, _, _, any<term>), [](term why) { return std::optional{why}; });
  };
  agner::exit(*at, kill ? term{reasons::kill} : term{reasons::shutdown});
  auto ended = co_await receive(down(), after(kill ? infinity : time, [] { return std::optional<term>{}; }));
  if (!ended) {
    agner::exit(*at, reasons::kill);
    ended = co_await receive(down());
  }
  // After unlink its exit signal has come or never will.
  unlink(*at);
  const term reason = co_await receive(on(match("EXIT"_atom, *at, any<term>), [](term why) { return why; }),
                                       after(std::chrono::milliseconds{0}, [&] { return *ended; }));
  const bool wanted = reason.is(kill ? atom{reasons::killed} : atom{reasons::shutdown}) ||
                      (!child.is(restart_type::permanent) && is_orderly(reason));
  if (!wanted) report("shutdown_error"_atom, reason, child);
}

void supervisor_server::report(atom context, const term& reason, const supervised_child& child) const {
  report_supervisor(name_, context, reason, offender_term(child, child.at));
}

// #state{}, as supervisor:get_callback_module and others that look inside expect it.
term supervisor_server::state() const {
  std::vector<term> ids;
  std::vector<std::pair<term, term>> records;
  const auto& children = table_.in_start_order();
  for (auto at = children.rbegin(); at != children.rend(); ++at) {
    ids.push_back(at->spec.id);
    records.emplace_back(at->spec.id, child_record(*at));
  }
  std::vector<term> times;
  for (auto at = restarts_.rbegin(); at != restarts_.rend(); ++at)
    times.emplace_back(at->count());
  return tuple("state"_atom, name_, "one_for_one"_atom, tuple(list_of(std::move(ids)), map_of(std::move(records))),
               reasons::undefined, flags_.intensity, flags_.period.count(), list_of(std::move(times)), 0, "never"_atom,
               "supervisor"_atom, term{});
}

} // namespace agner::internal
