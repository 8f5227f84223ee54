// SPDX-License-Identifier: Apache-2.0

#include "dist_router.hpp"

#include <utility>

#include "../../runtime/term_views.hpp"

namespace agner::dist::internal {

routed dist_router::put(atom peer, need how, const pid& from, control::message signal, control::priority urgency) {
  // An earlier life of this node: nobody is there.
  if (peer == node_.name()) return routed::nobody;
  for (;;) {
    const auto at = how == need::connect ? peers_.reach_for_signal(peer) : peers_.find(peer);
    if (!at) return routed::no_connection;
    const routed outcome = at->put(from, signal, urgency);
    // Closed between finding and putting: look again.
    if (outcome != routed::no_connection || how == need::only_if_there) return outcome;
  }
}

namespace {

// A monitor's target as the router gets it, a pid or {Name, Node}, and where it lives.
std::pair<control::process_or_name, atom> split_target(const term& target) {
  if (const auto p = target.to_pid()) return {*p, p->node()};
  return {target[0].as_atom(), target[1].as_atom()};
}

control::priority urgency_of(send_options how) noexcept {
  return how.priority ? control::priority::high : control::priority::ordinary;
}

} // namespace

routed dist_router::send(const pid& from, const term& to, term message, send_options how) {
  // Threads outside processes have no pid; one that never was stands for them.
  const pid sender = from.id != 0 ? from : pid{0, 0, node_.identity()};
  if (const auto p = to.to_pid()) {
    const auto named = from.id != 0 ? std::optional{from} : std::nullopt;
    return put(p->node(), need::connect, from, control::send{named, *p, std::move(message)}, urgency_of(how));
  }
  if (to.is_reference()) {
    const reference alias = to.as_reference();
    return put(alias.node(), need::connect, from, control::alias_send{sender, alias, std::move(message)},
               urgency_of(how));
  }
  return put(to[1].as_atom(), need::connect, from, control::reg_send{sender, to[0].as_atom(), std::move(message)},
             urgency_of(how));
}

routed dist_router::link(const pid& from, const pid& to) {
  return put(to.node(), need::connect, from, control::link{from, to});
}

routed dist_router::group_leader(const pid& from, const pid& to, const pid& leader) {
  return put(to.node(), need::connect, from, control::group_leader{leader, to});
}

routed dist_router::spawn(const pid& from, atom on, const reference& id, const remote_spawn& what) {
  return put(on, need::connect, from,
             control::spawn_request{.id = id,
                                    .from = from,
                                    .leader = what.leader,
                                    .module = what.module,
                                    .function = what.function,
                                    .arity = static_cast<std::uint32_t>(what.arguments.as_list().size()),
                                    .options = what.options,
                                    .arguments = what.arguments});
}

routed dist_router::unlink(const pid& from, const pid& to, std::uint64_t id) {
  return put(to.node(), need::only_if_there, from, control::unlink_id{id, from, to});
}

routed dist_router::unlink_ack(const pid& from, const pid& to, std::uint64_t id) {
  return put(to.node(), need::only_if_there, from, control::unlink_id_ack{id, from, to});
}

routed dist_router::monitor(const pid& from, const term& target, const reference& ref) {
  auto [what, peer] = split_target(target);
  return put(peer, need::connect, from, control::monitor{from, what, ref});
}

routed dist_router::demonitor(const pid& from, const term& target, const reference& ref) {
  auto [what, peer] = split_target(target);
  return put(peer, need::only_if_there, from, control::demonitor{from, what, ref});
}

routed dist_router::link_exit(const pid& from, const pid& to, const term& reason) {
  return put(to.node(), need::only_if_there, from, control::exit{from, to, reason});
}

routed dist_router::exit(const pid& from, const term& to, const term& reason, send_options how) {
  const pid sender = from.id != 0 ? from : pid{0, 0, node_.identity()};
  const auto p = to.to_pid();
  const control::process_or_alias target = p ? control::process_or_alias{*p} : to.as_reference();
  const atom peer = p ? p->node() : to.as_reference().node();
  return put(peer, need::connect, from, control::exit2{sender, target, reason}, urgency_of(how));
}

routed dist_router::down(const pid& from, const term& what, const pid& watcher, const reference& ref,
                         const term& reason) {
  const auto p = what.to_pid();
  const control::process_or_name target =
      p ? control::process_or_name{*p} : (what.is_tuple() ? what[0] : what).as_atom();
  return put(watcher.node(), need::only_if_there, from, control::monitor_exit{target, watcher, ref, reason});
}

} // namespace agner::dist::internal
