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

connection::state connection::now() const {
  const std::lock_guard lock{mutex_};
  return state_;
}

peer_facts connection::facts() const {
  const std::lock_guard lock{mutex_};
  return facts_;
}

// -- sending ------------------------------------------------------------------------------------------------------------------------

namespace {

// A signal as the peer takes it: one frame, or many.
struct encoded {
  gather_buffer frame;
  std::optional<outgoing_message> large;
};

result<encoded> encode(const control::message& signal, flag_set agreed, std::uint64_t sequence) {
  const auto form = control::write(signal, agreed);
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

routed connection::put(const pid& from, control::message signal) {
  flag_set agreed;
  {
    const std::lock_guard lock{mutex_};
    if (state_ == state::closed) return routed::no_connection;
    remember(signal);
    if (state_ == state::pending) {
      pending_.push_back({from, std::move(signal)});
      if (pending_.size() < pending_signals_busy || from.id == 0) return routed::sent;
      suspended_.push_back(from);
      return routed::busy;
    }
    agreed = facts_.flags;
  }
  // Encoded by the sender, outside the lock: a sender is one thread at a time, so its signals stay in order.
  auto made = encode(signal, agreed, sequences_.fetch_add(1, std::memory_order_relaxed));
  if (!made)
    return made.error().reason().is_tagged("notsup"_atom, 2)
               ? routed::sent
               : routed::too_large; // what a peer cannot take vanishes, as in OTP
  pid wake;
  routed outcome = routed::sent;
  {
    const std::lock_guard lock{mutex_};
    if (state_ != state::up) return routed::no_connection;
    if (outbox_.size() > outbox::full_bytes) return routed::too_large;
    if (made->large)
      outbox_.push(from, std::move(*made->large));
    else
      outbox_.push(from, std::move(made->frame));
    if (resting_) {
      resting_ = false;
      wake = channel_;
    }
    if (outbox_.size() > outbox::busy_bytes && from.id != 0) {
      suspended_.push_back(from);
      outcome = routed::busy;
    }
  }
  if (wake.id != 0) node_.send(wake, "flush"_atom);
  return outcome;
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
  else if (const auto* d = std::get_if<control::demonitor>(&signal))
    bonds_.remove_monitor(d->ref);
  else if (const auto* x = std::get_if<control::monitor_exit>(&signal))
    bonds_.remove_watched(x->ref);
}

// -- its life -------------------------------------------------------------------------------------------------------------------------------

bool connection::open(const peer_facts& facts, const pid& channel) {
  std::vector<pid> suspended;
  {
    const std::lock_guard lock{mutex_};
    if (state_ != state::pending) return false;
    facts_ = facts;
    channel_ = channel;
    for (const pending_signal& waiting : pending_) {
      auto made = encode(waiting.signal, facts.flags, sequences_.fetch_add(1, std::memory_order_relaxed));
      if (!made) continue;
      if (made->large)
        outbox_.push(waiting.from, std::move(*made->large));
      else
        outbox_.push(waiting.from, std::move(made->frame));
    }
    pending_ = {};
    state_ = state::up;
    suspended = std::exchange(suspended_, {});
    for (const auto& [who, ref] : waiters_)
      node_.send(who, tuple(ref, true));
    waiters_ = {};
  }
  tell_resume(node_, suspended);
  return true;
}

bool connection::close(const term& reason) {
  peer_bonds bonds;
  std::vector<pid> suspended;
  std::vector<pid> watchers;
  std::vector<std::pair<pid, reference>> waiters;
  pid channel;
  {
    const std::lock_guard lock{mutex_};
    if (state_ == state::closed) return false;
    state_ = state::closed;
    bonds = std::exchange(bonds_, {});
    suspended = std::exchange(suspended_, {});
    watchers = std::exchange(watchers_, {});
    waiters = std::exchange(waiters_, {});
    pending_ = {};
    channel = channel_;
  }
  bonds.dissolve(
      [&](const pid& local, const pid& remote) { tell_noconnection(node_, signal_kind::link_exit, local, remote, {}); },
      [&](const reference& ref, const pid& watcher) { tell_noconnection(node_, signal_kind::down, watcher, {}, ref); },
      [&](const reference& ref, const pid& target) {
        tell_noconnection(node_, signal_kind::demonitor, target, {}, ref);
      });
  for (const pid& who : watchers)
    node_.send(who, tuple("nodedown"_atom, peer_));
  for (const auto& [who, ref] : waiters)
    node_.send(who, tuple(ref, false));
  tell_resume(node_, suspended);
  if (channel.id != 0) node_.send(channel, tuple("close"_atom, reason));
  return true;
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

bool connection::peer_linked(const pid& local, const pid& remote) {
  const std::lock_guard lock{mutex_};
  if (bonds_.size() >= bonds_max) return false;
  bonds_.add_link(local, remote);
  return true;
}

void connection::peer_unlinked(const pid& local, const pid& remote) {
  const std::lock_guard lock{mutex_};
  bonds_.remove_link(local, remote);
}

bool connection::peer_monitors(const reference& ref, const pid& target) {
  const std::lock_guard lock{mutex_};
  if (bonds_.size() >= bonds_max) return false;
  bonds_.add_watched(ref, target);
  return true;
}

std::optional<pid> connection::peer_demonitors(const reference& ref) {
  const std::lock_guard lock{mutex_};
  return bonds_.remove_watched(ref);
}

void connection::monitor_fired(const reference& ref) {
  const std::lock_guard lock{mutex_};
  bonds_.remove_monitor(ref);
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
