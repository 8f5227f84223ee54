// SPDX-License-Identifier: Apache-2.0
// The handshake over a transport, in both roles: reads, asks handshake_decision, writes. Format and rules: docs/formats/handshake.md.

#pragma once

#include <functional>
#include <memory>

#include "../../actors/task.hpp"
#include "../cookie.hpp"
#include "../handshake_decision.hpp"
#include "connection.hpp"
#include "packet_link.hpp"
#include "peers.hpp"

namespace agner::dist::internal {

/// What a node brings to a handshake.
struct handshake_setup {
  node& home;
  peers& table;
  const carrier& over;
  handshake::self us;
  /// The cookie for a peer. @erlang auth:get_cookie/1
  std::function<cookie(std::string_view peer)> cookie_for;
};

/// Where a handshake came to.
struct handshake_outcome {
  atom peer;
  peer_facts facts;
  handshake::status given = handshake::status::ok;
  /// Acceptor: what to send once it is decided that this connection counts.
  std::vector<std::byte> ack;
};

/// Calls @p peer. @p ours is asked when the peer says that it is connected to us: between call and answer its own attempt may have won. @errors those of handshake_decision; `{simultaneous_connect, Sentence}`  the peer's own attempt goes on instead: wait for it
task<result<handshake_outcome>> call_peer(packet_link& link, const handshake_setup& setup, atom peer,
                                          std::function<handshake::attempt()> ours);

/// Answers whoever calls. The atom of its name is made only once it has proven itself. @errors those of handshake_decision
task<result<handshake_outcome>> answer_peer(packet_link& link, const handshake_setup& setup);

} // namespace agner::dist::internal
