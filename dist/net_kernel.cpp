// SPDX-License-Identifier: Apache-2.0

#include "net_kernel.hpp"

#include <algorithm>

#include "../actors/gen_server.hpp"
#include "../actors/process.hpp"
#include "internal/dist_node.hpp"

namespace agner {

using dist::internal::connection;
using dist::internal::context_here;

std::vector<atom> nodes() { return nodes(node_type::visible); }

std::vector<atom> nodes(node_type which) {
  if (const auto in = context_here()) return in->table.names(which);
  if (which == node_type::this_node || which == node_type::known) return {this_node().name()};
  return {};
}

std::vector<atom> nodes(const std::vector<node_type>& which) {
  std::vector<atom> all;
  for (const node_type type : which)
    for (const atom name : nodes(type))
      if (std::ranges::find(all, name) == all.end()) all.push_back(name);
  return all;
}

task<bool> monitor_node(atom peer, bool on) {
  const auto in = context_here();
  if (!in) raise_error("notalive"_atom);
  if (!on) {
    if (const auto at = in->table.find(peer)) at->unwatch(self());
    co_return true;
  }
  if (peer == this_node().name()) co_return true; // as in OTP: this node does not go down for itself
  const auto at = in->table.reach(peer);
  if (!at || !at->watch(self())) send(self(), tuple("nodedown"_atom, peer));
  co_return true;
}

bool disconnect_node(atom peer) {
  const auto in = context_here();
  if (!in) return false; // OTP answers `ignored`
  const auto at = in->table.find(peer);
  return at && at->now() == connection::state::up && in->table.close(at, "disconnect"_atom);
}

task<bool> net_kernel::connect_node(atom peer) {
  const auto in = context_here();
  if (!in) co_return false; // OTP answers `ignored`
  if (peer == this_node().name()) co_return true;
  const auto at = in->table.reach(peer);
  if (!at) co_return false;
  const reference ref = make_ref();
  at->when_up(self(), ref);
  co_return co_await receive(on(match(ref, any<bool>), [](bool up) { return up; }));
}

void net_kernel::monitor_nodes(bool on, const monitor_options& options) {
  const auto in = context_here();
  if (!in) raise_error("notalive"_atom);
  if (on)
    in->table.subscribe(self(), options);
  else
    in->table.unsubscribe(self(), options);
}

// @source OTP 25 net_adm:ping/1: gen:call with infinity, after the connection stands
task<net_adm::ping_answer> net_adm::ping(atom peer) {
  if (!co_await net_kernel::connect_node(peer)) co_return ping_answer::pang;
  bool yes = false;
  try {
    const term answer =
        co_await gen_server::call<term>({"net_kernel"_atom, peer}, tuple("is_auth"_atom, this_node().name()), infinity);
    yes = answer.is("yes"_atom);
  } catch (const raised&) {
    // the connection went meanwhile
  }
  if (!yes) disconnect_node(peer);
  co_return yes ? ping_answer::pong : ping_answer::pang;
}

} // namespace agner
