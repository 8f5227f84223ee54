// SPDX-License-Identifier: Apache-2.0
// What the processes of one node's distribution share. Lives as long as the node. Constant after start, but for the peers and the strangers, which have locks.

#pragma once

#include <memory>

#include "../distribution.hpp"
#include "channel.hpp"
#include "dist_router.hpp"
#include "handshake_run.hpp"
#include "peers.hpp"
#include "strangers.hpp"

namespace agner::dist::internal {

struct dist_context : std::enable_shared_from_this<dist_context> {
  dist_context(node& on, distribution_options with)
      : home(on),
        options(std::move(with)),
        table(on, options.connects),
        way_out(on, table),
        callers(options.strangers_max) {}

  [[nodiscard]] handshake_setup handshake() {
    handshake::self us;
    us.name = home.name().name();
    us.creation = home.creation();
    us.allowed = options.allowed;
    if (options.priority_messages) us.offered = us.offered.with(flag::altact_sig);
    return {home, table, *options.over, us, [this](std::string_view peer) { return secret_for(peer); }};
  }
  [[nodiscard]] const cookie& secret_for(std::string_view peer) const {
    for (const auto& [name, secret] : options.other_secrets)
      if (name == peer) return secret;
    return options.secret;
  }

  node& home;
  distribution_options options;
  peers table;
  dist_router way_out;
  strangers callers;
};

/// Sets a wanted connection up and runs it. The body of a process.
task<> run_outgoing(std::shared_ptr<dist_context> in, std::shared_ptr<connection> at);

/// Answers a caller and runs the connection it makes. The body of a process.
task<> run_incoming(std::shared_ptr<dist_context> in, stream_socket& from);

/// Takes callers from a listening socket. The body of a process.
task<> run_acceptor(std::shared_ptr<dist_context> in, stream_socket& listening);

} // namespace agner::dist::internal
