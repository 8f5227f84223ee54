// SPDX-License-Identifier: Apache-2.0
// What a process does to itself and others, on its process_core and node.

#include "process.hpp"

namespace agner {

using internal::current_process;

// -- sending --------------------------------------------------------------------------------------------------------------------------

destination::destination(atom name, atom node) : term_(tuple(name, node)) {}

destination::destination(term of) : term_(std::move(of)) {
  const bool pair = term_.is_tuple() && term_.size() == 2 && term_[0].is_atom() && term_[1].is_atom();
  if (!pair && !term_.is_pid() && !term_.is_atom() && !term_.is_reference()) raise_error("badarg"_atom);
}

void internal::send_term(const term& to, term message, send_options how) {
  if (process_core* here = current_process_or_null()) {
    here->spend(1);
    here->home().send(to, std::move(message), how);
    return;
  }
  const auto p = to.to_pid();
  const auto alias = to.to_reference();
  if (!p && !alias) raise_error("not_a_process"_atom);
  if (node* on = node::local(p ? p->home : alias->home())) on->send(to, std::move(message), how);
}

// -- links and monitors -----------------------------------------------------------------------------------------------------------------

void link(const pid& other, link_options how) { current_process().link(other, how); }
void unlink(const pid& other) { current_process().unlink(other); }
reference monitor(const destination& target, const monitor_options& how) {
  return current_process().monitor(target.as_term(), how);
}
bool demonitor(const reference& ref, demonitor_options how) {
  const bool was_there = current_process().demonitor(ref, how.flush);
  return was_there || !how.info;
}
reference alias(alias_options how) { return current_process().make_alias(how); }
bool unalias(const reference& ref) { return current_process().remove_alias(ref); }

bool trap_exit(bool on) {
  internal::process_core& me = current_process();
  const bool before = me.traps_exit();
  me.trap_exit(on);
  return before;
}

// -- exits ----------------------------------------------------------------------------------------------------------------------------

void exit(term reason, std::source_location where) { throw raised{raised_class::exit, std::move(reason), where}; }

void exit(const pid& to, const term& reason) {
  internal::process_core& me = current_process();
  me.home().exit(to, reason, me.self());
  if (to == me.self()) me.obey_now();
}

void exit(const reference& alias, const term& reason, send_options how) {
  internal::process_core& me = current_process();
  me.home().exit(alias, reason, me.self(), how);
  if (alias.home() == me.home().identity()) me.obey_now(); // it may be our own
}

// -- names ----------------------------------------------------------------------------------------------------------------------------

void register_(atom name, const pid& of) {
  if (auto done = this_node().register_name(name, of); !done) raise_error(done.error().reason());
}
void unregister(atom name) {
  if (auto done = this_node().unregister_name(name); !done) raise_error(done.error().reason());
}
std::optional<pid> whereis(atom name) { return this_node().whereis(name); }
std::vector<atom> registered() { return this_node().registered(); }

// -- waiting outside ------------------------------------------------------------------------------------------------------------------------

internal::run_end::~run_end() {
  if (const process_core* here = current_process_or_null()) at_->reason = here->exit_reason();
  at_->reached.store(true);
  on_.wake_waiters();
}

internal::run_state::run_state(node& on) {
  if (current_process_or_null() != nullptr) raise_error("badarg"_atom);
  at = std::make_shared<run_end_point>();
  end = std::make_unique<run_end>(on.scheduler(), at);
}

const term& internal::run_state::wait(node& on) {
  on.scheduler().wait_until([](void* p) { return static_cast<run_end_point*>(p)->reached.load(); }, at.get());
  return at->reason;
}

} // namespace agner
