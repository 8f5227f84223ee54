// SPDX-License-Identifier: Apache-2.0
// What signals do to a process, and how it links, monitors and gives out aliases. Rules: OTP 25 reference manual, "Processes", and erl_dist_protocol for the link protocol.

#include <utility>

#include "error.hpp"
#include "internal/process_extras.hpp"
#include "internal/relations.hpp"
#include "node.hpp"
#include "process_core.hpp"
#include "reasons.hpp"
#include "term_builders.hpp"

namespace agner::internal {

namespace {

// Hands a signal to a local process; true if somebody took it.
bool tell(node& on, const pid& to, signal_kind what, const pid& from, term ref, term value, std::uint64_t number = 0) {
  signal* s = new_signal(what);
  s->from = from;
  s->ref = std::move(ref);
  s->value = std::move(value);
  s->number = number;
  return on.push(to, s);
}

// Why a signal to another node could not be sent.
std::optional<term> unreachable(routed outcome) {
  if (outcome == routed::no_connection) return "noconnection"_atom;
  if (outcome == routed::nobody) return "noproc"_atom;
  return std::nullopt;
}

signal_priority urgency_of(bool priority) noexcept {
  return priority ? signal_priority::high : signal_priority::normal;
}

} // namespace

/// What a monitor is asked to watch.
struct process_core::watched {
  term object; // what DOWN names
  std::optional<pid> local;
  bool remote = false;
};

void process_core::obey(signal& what) {
  switch (what.what()) {
  case signal_kind::exit: on_exit(what); break;
  case signal_kind::link_exit: on_link_exit(what.from, what.value); break;
  case signal_kind::link:
    // While we wait for an acknowledged unlink, a link that crossed it is void: the other side takes it down when the unlink arrives.
    if (bonds().links.find(what.from) == nullptr) bonds().links.add(what.from, {});
    break;
  case signal_kind::unlink: on_unlink(what.from, what.number); break;
  case signal_kind::unlink_ack:
    if (link_state* l = bonds().links.find(what.from); l != nullptr && l->unlinking == what.number)
      bonds().links.erase(what.from);
    break;
  case signal_kind::monitor:
    if (const auto ref = what.ref.to_reference()) bonds().watchers.add(*ref, {what.from, what.value});
    break;
  case signal_kind::demonitor:
    if (const auto ref = what.ref.to_reference()) bonds().watchers.erase(*ref);
    break;
  case signal_kind::down:
    if (const auto ref = what.ref.to_reference()) on_down(*ref, what.value);
    break;
  case signal_kind::alias_message:
    if (const auto ref = what.ref.to_reference()) on_alias_message(*ref, std::move(what.value), what.priority());
    break;
  case signal_kind::request: on_request(what); break;
  case signal_kind::reply: on_reply(what); break;
  case signal_kind::own_message: deliver(std::move(what.value)); break;
  case signal_kind::resume: set_unusual(is_suspended, false); break;
  case signal_kind::timeout: on_timeout(what.number); break;
  case signal_kind::ask: on_question(what); break;
  case signal_kind::answer:
    if (waiter_ != nullptr) waiter_->answered(std::move(what.value));
    break;
  case signal_kind::overflow: die(reasons::killed, ending::queue_full); break;
  case signal_kind::spawned: on_spawned(what); break;
  case signal_kind::held_back: extras().held_back.push_back(what.from); break;
  }
}

// An exit signal to an alias vanishes where that is no longer active. It does not use the alias up, as a message may.
void process_core::on_exit(const signal& what) {
  signal_priority urgency = signal_priority::normal;
  if (const auto alias = what.ref.to_reference()) {
    const auto at = active_alias(*alias);
    if (!at) return;
    if (at->priority) urgency = what.priority();
  }
  take_exit(what.from, what.value, cause::exit, urgency);
}

void process_core::take_exit(const pid& from, const term& reason, cause why, signal_priority urgency) {
  if (why == cause::exit && reason.is("kill"_atom)) return die(reasons::killed, ending::quiet);
  if (trap_exit_) return deliver(tuple("EXIT"_atom, from, reason), urgency);
  if (reason.is("normal"_atom) && (why == cause::link || from != self())) return;
  die(reason, ending::quiet);
}

void process_core::on_link_exit(const pid& from, const term& reason) {
  const link_state* l = bonds().links.find(from);
  if (l == nullptr) return;
  const link_state was = *l;
  bonds().links.erase(from);
  if (was.unlinking == 0) take_exit(from, reason, cause::link, urgency_of(was.priority != 0));
}

void process_core::on_unlink(const pid& from, std::uint64_t id) {
  if (const link_state* l = bonds().links.find(from); l != nullptr && l->unlinking == 0) bonds().links.erase(from);
  if (home().is_local(from))
    tell(home(), from, signal_kind::unlink_ack, self(), {}, {}, id);
  else if (router* out = home().router())
    out->unlink_ack(self(), from, id);
}

void process_core::on_down(const reference& ref, const term& reason) {
  const monitor_state* const m = bonds().monitors.find(ref);
  if (m == nullptr) {
    lost_spawn(ref, reason);
    return;
  }
  const term* const tag = m->tagged ? bonds().tags->find(ref) : nullptr;
  deliver(tuple(tag != nullptr ? *tag : term{"DOWN"_atom}, ref, "process"_atom, m->object, reason),
          urgency_of(m->priority));
  forget_monitor(ref, *m);
}

void process_core::on_alias_message(const reference& alias, term message, signal_priority urgency) {
  const auto at = active_alias(alias);
  if (!at) return; // no longer active: the message vanishes
  if ((unusual_ & is_limited) != 0 && !alias_message_fits(at->mode)) return;
  if (!at->priority) urgency = signal_priority::normal;
  if (at->mode != alias_mode::reply_demonitor) return admit(std::move(message), urgency);
  if (!drop_monitor(alias)) relations_->aliases.erase(alias);
  deliver(std::move(message), urgency); // the process has asked for it
}

// -- links ----------------------------------------------------------------------------------------------------------------------------

void process_core::link(const pid& other, link_options how) {
  if (other == self()) return;
  link_state* l = bonds().links.find(other);
  const bool up = l != nullptr && l->unlinking == 0;
  const link_state wanted{.unlinking = 0, .priority = how.priority ? 1U : 0U};
  if (l != nullptr)
    *l = wanted;
  else
    bonds().links.add(other, wanted);
  if (up) return;
  if (!home().is_local(other)) {
    router* const out = home().router();
    const routed outcome = out == nullptr ? routed::no_connection : out->link(self(), other);
    if (const auto failed = unreachable(outcome)) tell(home(), self(), signal_kind::link_exit, other, {}, *failed);
    return;
  }
  if (tell(home(), other, signal_kind::link, self(), {}, {})) return;
  bonds().links.erase(other);
  if (!trap_exit_) raise_error("noproc"_atom);
  // Behind what the other sent while it lived; a message already, since the caller may stop trapping.
  tell(home(), self(), signal_kind::own_message, other, {}, tuple("EXIT"_atom, other, "noproc"_atom));
}

void process_core::unlink(const pid& other) {
  link_state* l = relations_ ? relations_->links.find(other) : nullptr;
  if (l == nullptr || l->unlinking != 0) return;
  l->unlinking = ++relations_->unlink_ids;
  const std::uint64_t id = l->unlinking;
  if (home().is_local(other)) {
    if (!tell(home(), other, signal_kind::unlink, self(), {}, {}, id)) relations_->links.erase(other);
    return;
  }
  router* out = home().router();
  if (out == nullptr || unreachable(out->unlink(self(), other, id))) relations_->links.erase(other);
}

void process_core::link_at_spawn(process_core& fresh, link_options how) {
  bonds().links.add(fresh.self(), {.unlinking = 0, .priority = how.priority ? 1U : 0U});
  fresh.bonds().links.add(self(), {});
}

reference process_core::monitor_at_spawn(process_core& fresh, const monitor_options& how) {
  const pid child = fresh.self();
  reference ref = make_reference(how.alias.has_value());
  add_monitor(ref, {.object = child, .target = child}, how);
  fresh.bonds().watchers.add(ref, {self(), child});
  return ref;
}

// -- monitors and aliases -----------------------------------------------------------------------------------------------------------------

reference process_core::monitor(const term& target) { return monitor(target, monitor_options{}); }

reference process_core::monitor(const term& target, alias_mode mode) {
  return monitor(target, monitor_options{.alias = mode, .tag = {}});
}

reference process_core::monitor(const term& target, const monitor_options& how) {
  const watched what = resolve(target);
  if (what.local == self()) return home().make_reference(); // as in OTP: no monitor and no alias
  reference ref = make_reference(how.alias.has_value());
  begin_monitor(what, ref, how);
  return ref;
}

process_core::watched process_core::resolve(const term& target) const {
  node& here = home();
  if (const auto p = target.to_pid()) return {target, here.is_local(*p) ? p : std::nullopt, !here.is_local(*p)};
  if (const auto name = target.to_atom()) return {tuple(*name, here.name()), here.whereis(*name), false};
  if (!target.is_tuple() || target.size() != 2 || !target[0].is_atom() || !target[1].is_atom())
    raise_error("badarg"_atom);
  if (target[1].is(here.name())) return {target, here.whereis(target[0].as_atom()), false};
  return {target, std::nullopt, true};
}

// Monitors what is local by pid, and hands the rest to the router. What cannot be reached answers with a signal too, so that its DOWN comes behind what it sent before.
void process_core::begin_monitor(const watched& target, const reference& ref, const monitor_options& how) {
  add_monitor(ref, {.object = target.object, .target = target.local.value_or(pid{}), .remote = target.remote}, how);
  const auto down = [&](term reason) {
    tell(home(), self(), signal_kind::down, target.local.value_or(pid{}), ref, std::move(reason));
  };
  if (target.remote) {
    router* const out = home().router();
    const routed outcome = out == nullptr ? routed::no_connection : out->monitor(self(), target.object, ref);
    if (const auto failed = unreachable(outcome)) down(*failed);
    return;
  }
  if (!target.local || !tell(home(), *target.local, signal_kind::monitor, self(), ref, target.object))
    down("noproc"_atom);
}

void process_core::add_monitor(const reference& ref, monitor_state state, const monitor_options& how) {
  relations& all = bonds();
  state.priority = how.priority;
  state.tagged = how.tag.has_value();
  state.alias = how.alias;
  all.monitors.add(ref, std::move(state));
  if (!how.tag) return;
  if (!all.tags) all.tags = std::make_unique<bond_map<reference, term>>();
  all.tags->add(ref, *how.tag);
}

// With it goes its alias, unless that stays until it is taken back.
void process_core::forget_monitor(const reference& ref, const monitor_state& state) {
  if (state.tagged) relations_->tags->erase(ref);
  const bool alias_stays = state.alias == alias_mode::explicit_unalias;
  relations_->monitors.erase(ref);
  if (alias_stays) relations_->aliases.add(ref, {alias_mode::explicit_unalias, false});
}

bool process_core::drop_monitor(const reference& ref) {
  const monitor_state* const m = relations_ ? relations_->monitors.find(ref) : nullptr;
  if (m == nullptr) return false;
  if (m->remote) {
    if (router* out = home().router()) out->demonitor(self(), m->object, ref);
  } else if (m->target.id != 0) {
    tell(home(), m->target, signal_kind::demonitor, self(), ref, {});
  }
  forget_monitor(ref, *m);
  return true;
}

bool process_core::demonitor(const reference& ref, bool flush) {
  if (drop_monitor(ref)) return true; // a DOWN that has not become a message yet is void without its monitor
  for (std::size_t i = 0; flush && i < mailbox_.size(); ++i) {
    const term& m = mailbox_[i].message;
    if (!m.is_tuple() || m.size() != 5 || m[1] != ref.as_term()) continue;
    mailbox_.take(i);
    break;
  }
  return false;
}

reference process_core::make_reference(bool alias) const { return home().make_reference(alias ? index_ + 1 : 0); }

reference process_core::make_alias(alias_options how) {
  reference ref = make_reference(true);
  bonds().aliases.add(ref, {how.reply ? alias_mode::reply_demonitor : alias_mode::explicit_unalias, how.priority});
  return ref;
}

std::optional<alias_state> process_core::active_alias(const reference& ref) const {
  if (!relations_) return std::nullopt;
  if (const monitor_state* m = relations_->monitors.find(ref); m != nullptr && m->alias)
    return alias_state{*m->alias, false};
  const alias_state* const a = relations_->aliases.find(ref);
  return a == nullptr ? std::nullopt : std::optional{*a};
}

bool process_core::takes_priority_messages() const {
  if (!relations_) return false;
  bool any = false;
  relations_->links.for_each([&](const pid&, const link_state& l) { any |= l.priority != 0 && l.unlinking == 0; });
  relations_->monitors.for_each([&](const reference&, const monitor_state& m) { any |= m.priority; });
  relations_->aliases.for_each([&](const reference&, const alias_state& a) { any |= a.priority; });
  return any;
}

bool process_core::remove_alias(const reference& ref) {
  if (!relations_) return false;
  if (monitor_state* m = relations_->monitors.find(ref); m != nullptr && m->alias) {
    m->alias.reset();
    return true;
  }
  return relations_->aliases.erase(ref);
}

// -- when it ends -------------------------------------------------------------------------------------------------------------------------

void process_core::sever_bonds(const term& reason) noexcept {
  if (!relations_) return;
  node& on = home();
  router* const out = on.router();
  const pid me = self();
  relations_->links.for_each([&](const pid& other, const link_state& state) {
    if (state.unlinking != 0) return;
    if (on.is_local(other))
      tell(on, other, signal_kind::link_exit, me, {}, reason);
    else if (out != nullptr)
      out->link_exit(me, other, reason);
  });
  relations_->watchers.for_each([&](const reference& ref, const watcher_state& state) {
    if (on.is_local(state.watcher))
      tell(on, state.watcher, signal_kind::down, me, ref, reason);
    else if (out != nullptr)
      out->down(me, state.what, state.watcher, ref, reason);
  });
  relations_->monitors.for_each([&](const reference& ref, const monitor_state& state) {
    if (state.remote) {
      if (out != nullptr) out->demonitor(me, state.object, ref);
    } else if (state.target.id != 0) {
      tell(on, state.target, signal_kind::demonitor, me, ref, {});
    }
  });
}

// Signals that came between the last turn and the end get the answer of a process that is not there.
void process_core::answer_posthumously(heap_node* arrived) noexcept {
  node& on = home();
  while (arrived != nullptr) {
    heap_node* const next = arrived->next;
    if (arrived->kind() == node_kind::signal) on.answer_for_nobody(self(), static_cast<signal&>(*arrived));
    free_signal(arrived);
    arrived = next;
  }
}

} // namespace agner::internal
