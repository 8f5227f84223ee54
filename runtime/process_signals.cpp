// SPDX-License-Identifier: Apache-2.0
// What signals do to a process, and how it links, monitors and gives out aliases. Rules: OTP 25 reference manual, "Processes", and erl_dist_protocol for the link protocol.

#include <utility>

#include "error.hpp"
#include "internal/relations.hpp"
#include "log.hpp"
#include "node.hpp"
#include "process_core.hpp"
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

term down_message(const reference& ref, const term& object, const term& reason) {
  return tuple("DOWN"_atom, ref, "process"_atom, object, reason);
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
  case signal_kind::exit: on_exit_signal(what.from, what.value, false); break;
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
    if (const auto ref = what.ref.to_reference()) on_alias_message(*ref, std::move(what.value));
    break;
  case signal_kind::resume: suspended_ = false; break;
  case signal_kind::timeout: on_timeout(what.number); break;
  }
}

void process_core::on_exit_signal(const pid& from, const term& reason, bool by_link) {
  if (!by_link && reason.is("kill"_atom)) return die("killed"_atom, false);
  if (trap_exit_) return mailbox_.push(tuple("EXIT"_atom, from, reason));
  if (reason.is("normal"_atom) && (by_link || from != self())) return;
  die(reason, false);
}

void process_core::on_link_exit(const pid& from, const term& reason) {
  const link_state* l = bonds().links.find(from);
  if (l == nullptr) return;
  const bool up = l->unlinking == 0;
  bonds().links.erase(from);
  if (up) on_exit_signal(from, reason, true);
}

void process_core::on_unlink(const pid& from, std::uint64_t id) {
  if (const link_state* l = bonds().links.find(from); l != nullptr && l->unlinking == 0) bonds().links.erase(from);
  if (home().is_local(from))
    tell(home(), from, signal_kind::unlink_ack, self(), {}, {}, id);
  else if (router* out = home().router())
    out->unlink_ack(self(), from, id);
}

void process_core::on_down(const reference& ref, const term& reason) {
  monitor_state* m = bonds().monitors.find(ref);
  if (m == nullptr) return;
  mailbox_.push(down_message(ref, m->object, reason));
  bonds().monitors.erase(ref);
  if (const alias_mode* a = bonds().aliases.find(ref); a != nullptr && *a != alias_mode::explicit_unalias)
    bonds().aliases.erase(ref);
}

void process_core::on_alias_message(const reference& alias, term message) {
  const alias_mode* mode = relations_ ? relations_->aliases.find(alias) : nullptr;
  if (mode == nullptr) return; // no longer active: the message vanishes
  if (*mode == alias_mode::reply_demonitor) demonitor(alias, false);
  mailbox_.push(std::move(message));
}

// -- links ----------------------------------------------------------------------------------------------------------------------------

void process_core::link(const pid& other) {
  if (other == self()) return;
  link_state* l = bonds().links.find(other);
  if (l != nullptr && l->unlinking == 0) return;
  if (l != nullptr)
    l->unlinking = 0;
  else
    bonds().links.add(other, {});
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
  home().push(self(), message_node(tuple("EXIT"_atom, other, "noproc"_atom)));
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

void process_core::link_at_spawn(process_core& fresh) {
  bonds().links.add(fresh.self(), {});
  fresh.bonds().links.add(self(), {});
}

reference process_core::monitor_at_spawn(process_core& fresh) {
  reference ref = home().make_reference();
  const pid child = fresh.self();
  bonds().monitors.add(ref, {child, child, false});
  fresh.bonds().watchers.add(ref, {self(), child});
  return ref;
}

// -- monitors and aliases -----------------------------------------------------------------------------------------------------------------

reference process_core::monitor(const term& target) {
  const watched what = resolve(target);
  reference ref = home().make_reference();
  begin_monitor(what, ref);
  return ref;
}

reference process_core::monitor(const term& target, alias_mode mode) {
  const watched what = resolve(target);
  reference ref = make_alias(mode);
  begin_monitor(what, ref);
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
void process_core::begin_monitor(const watched& target, const reference& ref) {
  bonds().monitors.add(ref, {target.object, target.local.value_or(pid{}), target.remote});
  const auto down = [&](term reason) {
    tell(home(), self(), signal_kind::down, target.local.value_or(pid{}), ref, std::move(reason));
  };
  if (target.remote) {
    router* const out = home().router();
    const routed outcome = out == nullptr ? routed::no_connection : out->monitor(self(), target.object, ref);
    if (const auto failed = unreachable(outcome)) down(*failed);
    return;
  }
  if (target.local == self()) return; // as in OTP: a reference that never fires
  if (!target.local || !tell(home(), *target.local, signal_kind::monitor, self(), ref, target.object))
    down("noproc"_atom);
}

bool process_core::demonitor(const reference& ref, bool flush) {
  bool found = false;
  if (const monitor_state* m = relations_ ? relations_->monitors.find(ref) : nullptr) {
    found = true;
    if (m->remote) {
      if (router* out = home().router()) out->demonitor(self(), m->object, ref);
    } else if (m->target.id != 0 && m->target != self()) {
      tell(home(), m->target, signal_kind::demonitor, self(), ref, {});
    }
    relations_->monitors.erase(ref);
  }
  if (relations_) {
    if (const alias_mode* a = relations_->aliases.find(ref); a != nullptr && *a != alias_mode::explicit_unalias)
      relations_->aliases.erase(ref);
  }
  if (flush && !found) { // a DOWN that has not become a message yet is void without its monitor
    for (std::size_t i = 0; i < mailbox_.size(); ++i) {
      const term& m = mailbox_[i].message;
      if (!m.is_tagged("DOWN"_atom, 5) || m[1] != ref.as_term()) continue;
      mailbox_.take(i);
      break;
    }
  }
  return found;
}

reference process_core::make_alias(alias_mode mode) {
  reference ref = home().make_reference(index_ + 1);
  bonds().aliases.add(ref, mode);
  return ref;
}

bool process_core::remove_alias(const reference& ref) {
  return relations_ != nullptr && relations_->aliases.erase(ref);
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
