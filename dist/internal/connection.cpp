// SPDX-License-Identifier: Apache-2.0

#include "connection.hpp"

#include <algorithm>
#include <utility>

#include "../../runtime/signal.hpp"
#include "../../runtime/term_builders.hpp"
#include "../frame.hpp"

namespace agner::dist::internal {

using agner::internal::new_signal;
using agner::internal::signal_kind;

namespace {

// While the connection is set up, signals wait as they are; this many, then senders wait too.
constexpr std::size_t pending_signals_busy = 1000;
// A sender that never waits exits past this many: some 100 MB, in the seven seconds that setting up may take.
constexpr std::size_t pending_signals_full = 1'000'000;

void tell_noconnection(node& on, signal_kind kind, const pid& to, const pid& from, term ref) {
  auto* s = new_signal(kind);
  s->from = from;
  s->ref = std::move(ref);
  s->value = "noconnection"_atom;
  on.push(to, s);
}

void tell_resume(node& on, const std::vector<pid>& suspended) {
  for (const pid& p : suspended)
    on.push(p, new_signal(signal_kind::resume));
}

} // namespace

peer_facts connection::facts() const {
  const std::lock_guard lock{mutex_};
  return facts_;
}

bool connection::has_been_up() const {
  const std::lock_guard lock{mutex_};
  return has_been_up_;
}

term connection::why_closed() const {
  const std::lock_guard lock{mutex_};
  return why_closed_;
}

// -- sending ------------------------------------------------------------------------------------------------------------------------

namespace {

// A signal as the peer takes it: one frame, or many.
struct encoded {
  gather_buffer frame;
  std::optional<outgoing_message> large;
};

result<encoded> encode(const control::message& signal, control::priority urgency, flag_set agreed,
                       std::uint64_t sequence) {
  const auto form = control::write(signal, agreed, urgency);
  if (!form) return std::unexpected(form.error());
  auto message = outgoing_message::make(agreed, form->control, form->payload, sequence);
  if (!message) return std::unexpected(message.error());
  encoded made;
  if (message->is_fragmented())
    made.large = std::move(*message);
  else
    message->write_next(made.frame);
  return made;
}

} // namespace

namespace {

// What a program chooses the size and number of. The rest follows from what processes are to each other, and the peer must learn of it.
bool is_message(const control::message& signal) {
  return std::holds_alternative<control::send>(signal) || std::holds_alternative<control::reg_send>(signal) ||
         std::holds_alternative<control::alias_send>(signal) || std::holds_alternative<control::exit2>(signal);
}

// The peer learns of an end even where its reason is more than a message may hold.
void shorten_reason(control::message& signal) {
  if (auto* e = std::get_if<control::exit>(&signal)) e->reason = "system_limit"_atom;
  if (auto* d = std::get_if<control::monitor_exit>(&signal)) d->reason = "system_limit"_atom;
}

result<encoded> encode_or_shorten(control::message& signal, control::priority urgency, flag_set agreed,
                                  std::uint64_t sequence) {
  auto made = encode(signal, urgency, agreed, sequence);
  if (made || is_message(signal) || !made.error().reason().is_tagged("system_limit"_atom, 2)) return made;
  shorten_reason(signal);
  return encode(signal, urgency, agreed, sequence);
}

} // namespace

bool connection::is_past_limit(const control::message& signal) const {
  return is_message(signal) && (pending_.size() >= pending_signals_full || outbox_.size() > outbox::full_bytes);
}

routed connection::put(const pid& from, control::message signal, control::priority urgency) {
  flag_set agreed;
  {
    const std::lock_guard lock{mutex_};
    if (state_ == state::closed) return routed::no_connection;
    if (is_past_limit(signal)) return routed::too_large;
    remember(signal);
    if (state_ == state::pending) {
      pending_.push_back({from, std::move(signal), urgency});
      return suspend_past(pending_.size() >= pending_signals_busy, from);
    }
    agreed = facts_.flags;
  }
  // Encoded by the sender, outside the lock: a sender is one thread at a time, so its signals stay in order.
  auto made = encode_or_shorten(signal, urgency, agreed, sequences_.fetch_add(1, std::memory_order_relaxed));
  if (!made) {
    const std::lock_guard lock{mutex_};
    refuse(signal);
  }
  if (!made)
    return made.error().reason().is_tagged("notsup"_atom, 2)
               ? routed::sent
               : routed::too_large; // what a peer cannot take vanishes, as in OTP
  pid wake;
  routed outcome = routed::sent;
  {
    const std::lock_guard lock{mutex_};
    if (state_ != state::up) return routed::sent; // lost with the connection; a bond has been told so
    if (made->large)
      outbox_.push(from, std::move(*made->large));
    else
      outbox_.push(from, std::move(made->frame));
    if (resting_) {
      resting_ = false;
      wake = channel_;
    }
    outcome = suspend_past(outbox_.size() > outbox::busy_bytes, from);
  }
  if (wake.id != 0) node_.send(wake, "flush"_atom);
  return outcome;
}

routed connection::suspend_past(bool busy, const pid& from) {
  if (!busy || from.id == 0 || !node_.is_local(from)) return routed::sent;
  if (suspended_.empty() || suspended_.back() != from) suspended_.push_back(from);
  return routed::busy;
}

// Under the lock: the peer cannot take @p signal. What somebody waits for an answer to is answered.
void connection::refuse(const control::message& signal) {
  const auto* const request = std::get_if<control::spawn_request>(&signal);
  if (request == nullptr || !bonds_.remove_monitor(request->id)) return;
  auto* s = new_signal(signal_kind::spawned);
  s->ref = request->id;
  s->value = "notsup"_atom;
  node_.push(request->from, s);
}

void connection::tick() {
  gather_buffer frame;
  write_tick(frame);
  const std::lock_guard lock{mutex_};
  outbox_.push({}, std::move(frame));
}

// Bonds are remembered before their signals leave, so that whenever the connection goes, nobody is forgotten.
void connection::remember(const control::message& signal) {
  if (const auto* l = std::get_if<control::link>(&signal))
    bonds_.add_link(l->from, l->to);
  else if (const auto* u = std::get_if<control::unlink_id>(&signal))
    bonds_.remove_link(u->from, u->to);
  else if (const auto* e = std::get_if<control::exit>(&signal))
    bonds_.remove_link(e->from, e->to);
  else if (const auto* m = std::get_if<control::monitor>(&signal))
    bonds_.add_monitor(m->ref, m->from);
  else if (const auto* s = std::get_if<control::spawn_request>(&signal))
    bonds_.add_monitor(s->id, s->from); // until it is answered
  else if (const auto* d = std::get_if<control::demonitor>(&signal))
    bonds_.remove_monitor(d->ref);
  else if (const auto* x = std::get_if<control::monitor_exit>(&signal))
    bonds_.remove_watched(x->ref);
}

// -- its life -------------------------------------------------------------------------------------------------------------------------------

bool connection::begin_attempt(const pid& by) {
  const std::lock_guard lock{mutex_};
  if (state_ != state::pending) return false;
  attempt_ = by;
  return true;
}

// Under the lock. An attempt that went on could be accepted once the connection that has won is gone: the peer would send to it, and nobody would hear.
void connection::end_attempt() {
  const pid by = std::exchange(attempt_, {});
  if (by.id != 0 && by != channel_) node_.exit(by, "kill"_atom);
}

bool connection::open(const peer_facts& facts, const pid& channel) {
  std::vector<pid> suspended;
  {
    const std::lock_guard lock{mutex_};
    if (state_ != state::pending) return false;
    facts_ = facts;
    channel_ = channel;
    for (const pending_signal& waiting : pending_) {
      auto made =
          encode(waiting.signal, waiting.urgency, facts.flags, sequences_.fetch_add(1, std::memory_order_relaxed));
      if (!made) {
        refuse(waiting.signal);
        continue;
      }
      if (made->large)
        outbox_.push(waiting.from, std::move(*made->large));
      else
        outbox_.push(waiting.from, std::move(made->frame));
    }
    pending_ = {};
    state_ = state::up;
    has_been_up_ = true;
    end_attempt();
    suspended = std::exchange(suspended_, {});
    for (const auto& [who, ref] : waiters_)
      node_.send(who, tuple(ref, true));
    waiters_ = {};
  }
  tell_resume(node_, suspended);
  return true;
}

connection::state connection::close(const term& reason) {
  std::vector<pending_signal> lost; // destroyed after the lock is free
  const std::lock_guard lock{mutex_};
  if (state_ == state::closed) return state::closed;
  lost = std::exchange(pending_, {});
  const state was = state_;
  end_attempt();
  dissolve(reason);
  return was;
}

bool connection::give_up(const term& reason) {
  std::vector<pending_signal> lost;
  const std::lock_guard lock{mutex_};
  if (state_ != state::pending) return false;
  lost = std::exchange(pending_, {});
  dissolve(reason);
  return true;
}

// Under the lock: a bond is made before all this or not at all.
void connection::dissolve(const term& reason) {
  why_closed_ = reason;
  std::exchange(bonds_, {})
      .dissolve([&](const pid& local,
                    const pid& remote) { tell_noconnection(node_, signal_kind::link_exit, local, remote, {}); },
                [&](const reference& ref, const pid& watcher) {
                  tell_noconnection(node_, signal_kind::down, watcher, {}, ref);
                },
                [&](const reference& ref, const pid& target) {
                  tell_noconnection(node_, signal_kind::demonitor, target, {}, ref);
                });
  for (const pid& who : std::exchange(watchers_, {}))
    node_.send(who, tuple("nodedown"_atom, peer_));
  for (const auto& [who, ref] : std::exchange(waiters_, {}))
    node_.send(who, tuple(ref, false));
  tell_resume(node_, std::exchange(suspended_, {}));
  if (channel_.id != 0) node_.send(channel_, tuple("close"_atom, reason));
  state_ = state::closed;
}

// -- the channel's side ---------------------------------------------------------------------------------------------------------------------

void connection::gather(std::size_t bytes, std::vector<std::span<const std::byte>>& into) {
  const std::lock_guard lock{mutex_};
  outbox_.gather(bytes, into);
}

void connection::written(std::size_t bytes) {
  std::vector<pid> suspended;
  {
    const std::lock_guard lock{mutex_};
    outbox_.written(bytes);
    if (!suspended_.empty() && outbox_.size() <= outbox::busy_bytes / 2) suspended = std::exchange(suspended_, {});
  }
  tell_resume(node_, suspended);
}

bool connection::rest() {
  const std::lock_guard lock{mutex_};
  resting_ = outbox_.empty();
  return resting_;
}

// -- bonds of the peer's making -----------------------------------------------------------------------------------------------------------------

connection::bond connection::peer_links(const pid& local, const pid& remote) {
  const std::lock_guard lock{mutex_};
  if (state_ == state::closed) return bond::lost;
  if (bonds_.size() >= bonds_max) return bond::too_many;
  if (!node_.is_local(local)) return bond::nobody;
  auto* s = new_signal(signal_kind::link);
  s->from = remote;
  if (!node_.push(local, s)) return bond::nobody;
  bonds_.add_link(local, remote);
  return bond::made;
}

void connection::peer_unlinked(const pid& local, const pid& remote) {
  const std::lock_guard lock{mutex_};
  bonds_.remove_link(local, remote);
}

connection::bond connection::peer_monitors(const reference& ref, const pid& target, const pid& watcher,
                                           const term& named) {
  const std::lock_guard lock{mutex_};
  if (state_ == state::closed) return bond::lost;
  if (bonds_.size() >= bonds_max) return bond::too_many;
  if (!node_.is_local(target)) return bond::nobody;
  auto* s = new_signal(signal_kind::monitor);
  s->from = watcher;
  s->ref = ref.as_term();
  s->value = named;
  if (!node_.push(target, s)) return bond::nobody;
  bonds_.add_watched(ref, target);
  return bond::made;
}

std::optional<pid> connection::peer_demonitors(const reference& ref) {
  const std::lock_guard lock{mutex_};
  return bonds_.remove_watched(ref);
}

void connection::monitor_fired(const reference& ref) {
  const std::lock_guard lock{mutex_};
  bonds_.remove_monitor(ref);
}

bool connection::peer_spawned(const control::spawn_reply& what) {
  const std::lock_guard lock{mutex_};
  if (!bonds_.remove_monitor(what.id)) return false;
  const auto* const made = std::get_if<pid>(&what.result);
  if (made != nullptr && (what.flags & agner::internal::spawned_monitored) != 0) bonds_.add_monitor(what.id, what.to);
  if (made != nullptr && (what.flags & agner::internal::spawned_linked) != 0) bonds_.add_link(what.to, *made);
  return true;
}

// -- those who wait -------------------------------------------------------------------------------------------------------------------------------

void connection::when_up(const pid& who, const reference& ref) {
  const std::lock_guard lock{mutex_};
  if (state_ == state::pending)
    waiters_.emplace_back(who, ref);
  else
    node_.send(who, tuple(ref, state_ == state::up));
}

bool connection::watch(const pid& who) {
  const std::lock_guard lock{mutex_};
  if (state_ == state::closed) return false;
  watchers_.push_back(who);
  return true;
}

void connection::unwatch(const pid& who) {
  const std::lock_guard lock{mutex_};
  const auto at = std::ranges::find(watchers_, who);
  if (at != watchers_.end()) watchers_.erase(at);
}

} // namespace agner::dist::internal
