// SPDX-License-Identifier: Apache-2.0

#include "peers.hpp"

#include <algorithm>
#include <utility>

#include "../../runtime/term_builders.hpp"

namespace agner::dist::internal {

// -- the table ----------------------------------------------------------------------------------------------------------------------

std::shared_ptr<connection> peers::add(atom peer) {
  auto made = std::make_shared<connection>(node_, peer, ++made_);
  connections_[peer] = {made};
  if (std::ranges::find(seen_, peer) == seen_.end()) seen_.push_back(peer);
  return made;
}

peers::entry* peers::living(atom peer) {
  settle(peer);
  const auto found = connections_.find(peer);
  return found == connections_.end() ? nullptr : &found->second;
}

void peers::announce(entry& of) {
  if (std::exchange(of.announced, true)) return;
  tell("nodeup"_atom, *of.at, {});
}

void peers::settle(atom peer) {
  const auto found = connections_.find(peer);
  if (found == connections_.end() || found->second.at->now() != connection::state::closed) return;
  const std::shared_ptr<connection> gone = found->second.at;
  const bool was_up = gone->has_been_up();
  if (was_up) announce(found->second);
  connections_.erase(found);
  if (was_up) tell("nodedown"_atom, *gone, gone->why_closed());
}

// -- finding ------------------------------------------------------------------------------------------------------------------------

std::shared_ptr<connection> peers::reach(atom peer) {
  std::shared_ptr<connection> made;
  {
    const std::lock_guard lock{mutex_};
    if (const entry* there = living(peer)) return there->at;
    if (stopped_ || peer == node_.name() || !handshake::split(peer.name())) return nullptr;
    made = add(peer);
  }
  try {
    start_setup_(made);
  } catch (const raised& failure) { // no room for a process: whoever waits for the connection would wait for ever
    close(made, failure.reason());
    return nullptr;
  }
  return made;
}

std::shared_ptr<connection> peers::reach_for_signal(atom peer) {
  if (connects_ == auto_connect::always) return reach(peer);
  if (auto there = find(peer); there || connects_ == auto_connect::never) return there;
  {
    const std::lock_guard lock{mutex_};
    if (std::ranges::find(seen_, peer) != seen_.end()) return nullptr;
  }
  return reach(peer);
}

std::shared_ptr<connection> peers::find(atom peer) const {
  const std::lock_guard lock{mutex_};
  const auto at = connections_.find(peer);
  if (at == connections_.end() || at->second.at->now() == connection::state::closed) return nullptr;
  return at->second.at;
}

std::vector<atom> peers::names(node_type which) const {
  if (which == node_type::this_node) return {node_.name()};
  const std::lock_guard lock{mutex_};
  std::vector<atom> found;
  if (which == node_type::known) {
    found = seen_;
    found.push_back(node_.name());
    return found;
  }
  for (const auto& [name, there] : connections_) {
    if (there.at->now() != connection::state::up) continue;
    const bool visible = there.at->facts().published;
    if (which == node_type::connected || visible == (which == node_type::visible)) found.push_back(name);
  }
  return found;
}

// -- setting up ---------------------------------------------------------------------------------------------------------------------

handshake::known peers::known_of(atom peer) const {
  const auto at = connections_.find(peer);
  if (at == connections_.end()) return handshake::known::nothing;
  switch (at->second.at->now()) {
  case connection::state::pending: return handshake::known::outgoing;
  case connection::state::up: return handshake::known::up;
  case connection::state::closed: break;
  }
  return handshake::known::nothing;
}

handshake::known peers::standing_of(std::string_view name) const {
  const auto peer = atom::existing(name);
  const std::lock_guard lock{mutex_};
  return peer ? known_of(*peer) : handshake::known::nothing;
}

bool peers::open_outgoing(const std::shared_ptr<connection>& at, const peer_facts& facts, const pid& channel) {
  if (!at->open(facts, channel)) return false;
  const std::lock_guard lock{mutex_};
  // If it is closed again already, whoever saw that first has told of both.
  if (const auto there = connections_.find(at->peer()); there != connections_.end() && there->second.at == at)
    announce(there->second);
  return true;
}

std::shared_ptr<connection> peers::open_incoming(atom peer, handshake::status given, const peer_facts& facts,
                                                 const pid& channel) {
  for (;;) {
    std::shared_ptr<connection> at;
    bool replace = false;
    {
      const std::lock_guard lock{mutex_};
      if (stopped_) return nullptr;
      settle(peer);
      const auto decision = handshake::commit(node_.name().name(), peer.name(), known_of(peer), given);
      if (decision == handshake::commitment::yield) return nullptr;
      replace = decision == handshake::commitment::replace_old;
      // Where our own attempt is given up, what waits in it goes out over the connection that has come.
      at = decision == handshake::commitment::go_up ? add(peer) : connections_[peer].at;
    }
    if (replace)
      close(at, "connection_closed"_atom);
    else if (open_outgoing(at, facts, channel))
      return at;
    // Else it was opened or closed meanwhile: look again.
  }
}

bool peers::close(const std::shared_ptr<connection>& at, const term& reason) {
  const bool closed = at->close(reason) != connection::state::closed;
  const std::lock_guard lock{mutex_};
  settle(at->peer());
  return closed;
}

bool peers::give_up(const std::shared_ptr<connection>& at, const term& reason) {
  const bool closed = at->give_up(reason);
  const std::lock_guard lock{mutex_};
  settle(at->peer());
  return closed;
}

void peers::stop() {
  std::vector<std::shared_ptr<connection>> all;
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    for (const auto& [name, there] : connections_)
      all.push_back(there.at);
  }
  for (const auto& at : all)
    close(at, "net_kernel_terminated"_atom);
}

// -- telling ------------------------------------------------------------------------------------------------------------------------------

void peers::subscribe(const pid& who, const net_kernel::monitor_options& options) {
  const std::lock_guard lock{mutex_};
  subscribers_.push_back({who, options});
}

void peers::unsubscribe(const pid& who, const net_kernel::monitor_options& options) {
  const std::lock_guard lock{mutex_};
  std::erase_if(subscribers_, [&](const subscriber& s) { return s.who == who && s.options == options; });
}

namespace {

bool wants(const net_kernel::monitor_options& options, bool published) {
  using type = net_kernel::monitor_options::type;
  return options.node_type == type::all || published == (options.node_type == type::visible);
}

term event(atom what, const connection& about, const net_kernel::monitor_options& options, bool published,
           const term& reason) {
  if (options.plain) return tuple(what, about.peer());
  std::vector<term> info;
  if (options.connection_id) info.push_back(tuple("connection_id"_atom, about.id()));
  if (options.nodedown_reason && what == "nodedown"_atom) info.push_back(tuple("nodedown_reason"_atom, reason));
  if (options.node_type != net_kernel::monitor_options::type::visible)
    info.push_back(tuple("node_type"_atom, published ? term("visible"_atom) : term("hidden"_atom)));
  return tuple(what, about.peer(), list_of(std::move(info)));
}

} // namespace

void peers::tell(atom what, const connection& about, const term& reason) {
  const bool published = about.facts().published;
  std::erase_if(subscribers_, [&](const subscriber& s) {
    if (!node_.is_alive(s.who)) return true;
    if (wants(s.options, published)) node_.send(s.who, event(what, about, s.options, published, reason));
    return false;
  });
}

} // namespace agner::dist::internal
