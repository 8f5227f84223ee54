// SPDX-License-Identifier: Apache-2.0
// The way out of a distributed node: finds or makes the connection for a signal. Any thread.

#pragma once

#include "../../runtime/router.hpp"
#include "peers.hpp"

namespace agner::dist::internal {

class dist_router final : public router {
public:
  dist_router(node& on, peers& table) : node_(on), peers_(table) {}

  routed send(const pid& from, const term& to, term message, send_options how) override;
  routed link(const pid& from, const pid& to) override;
  routed unlink(const pid& from, const pid& to, std::uint64_t id) override;
  routed unlink_ack(const pid& from, const pid& to, std::uint64_t id) override;
  routed monitor(const pid& from, const term& target, const reference& ref) override;
  routed demonitor(const pid& from, const term& target, const reference& ref) override;
  routed link_exit(const pid& from, const pid& to, const term& reason) override;
  routed exit(const pid& from, const term& to, const term& reason, send_options how) override;
  routed group_leader(const pid& from, const pid& to, const pid& leader) override;
  routed spawn(const pid& from, atom on, const reference& id, const remote_spawn& what) override;
  routed down(const pid& from, const term& what, const pid& watcher, const reference& ref, const term& reason) override;

private:
  /// Whether a signal makes a connection, or is void without one.
  enum class need : std::uint8_t { connect, only_if_there };
  routed put(atom peer, need how, const pid& from, control::message signal,
             control::priority urgency = control::priority::ordinary);

  node& node_;
  peers& peers_;
};

} // namespace agner::dist::internal
