// SPDX-License-Identifier: Apache-2.0
// The connections of one node, and who is told of their coming and going. Any thread. Mechanism: docs/distribution.md.

#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "../auto_connect.hpp"
#include "../handshake_decision.hpp"
#include "../net_kernel.hpp"
#include "connection.hpp"

namespace agner::dist::internal {

class peers {
public:
  /// Called, outside locks, when a connection is wanted that nobody sets up yet.
  using setup = std::function<void(std::shared_ptr<connection>)>;

  peers(node& on, auto_connect connects) : node_(on), connects_(connects) {}
  void on_wanted(setup start) { start_setup_ = std::move(start); }

  // -- finding ----------------------------------------------------------------------------------------------------------------------

  /// The connection to @p peer, pending at worst: made, and its setting up begun, if there is none.
  /// Null for what is no node's name, for this node's own, after `stop`, and where nobody can set it up.
  std::shared_ptr<connection> reach(atom peer);
  /// The same for a signal, which makes a connection only where the options let it.
  std::shared_ptr<connection> reach_for_signal(atom peer);
  /// The connection to @p peer; null where there is none.
  [[nodiscard]] std::shared_ptr<connection> find(atom peer) const;
  [[nodiscard]] std::vector<atom> names(node_type which) const;

  // -- setting up -------------------------------------------------------------------------------------------------------------------

  /// What there is between this node and the one called @p name. Makes no atom.
  [[nodiscard]] handshake::known standing_of(std::string_view name) const;
  /// Opens the connection that this node set up, and tells of it. False if an incoming one has taken its place.
  bool open_outgoing(const std::shared_ptr<connection>& at, const peer_facts& facts, const pid& channel);
  /// A peer has proven itself: opens the connection it set up, and tells of it. Null if it must yield.
  std::shared_ptr<connection> open_incoming(atom peer, handshake::status given, const peer_facts& facts,
                                            const pid& channel);

  /// Closes the connection, tells of it, forgets it. False if it was closed already.
  bool close(const std::shared_ptr<connection>& at, const term& reason);
  /// Closes and forgets it if it is still being set up. False if it is not: a peer may have brought it up.
  bool give_up(const std::shared_ptr<connection>& at, const term& reason);
  /// Closes all and makes no more.
  void stop();

  // -- telling ----------------------------------------------------------------------------------------------------------------------

  void subscribe(const pid& who, const net_kernel::monitor_options& options);
  void unsubscribe(const pid& who, const net_kernel::monitor_options& options);

private:
  struct subscriber {
    pid who;
    net_kernel::monitor_options options;
  };

  struct entry {
    std::shared_ptr<connection> at;
    bool announced = false; // nodeup has been told
  };

  // Under the lock. A closed connection stays in the table until the first who looks has told of its end: nodedown is told before the next nodeup, and after the DOWNs.
  entry* living(atom peer);
  std::shared_ptr<connection> add(atom peer);
  void settle(atom peer);
  void announce(entry& of);
  [[nodiscard]] handshake::known known_of(atom peer) const;
  void tell(atom what, const connection& about, const term& reason);

  node& node_;
  const auto_connect connects_;
  setup start_setup_;

  mutable std::mutex mutex_; // guards all below; taken before that of a connection
  boost::unordered_flat_map<atom, entry, std::hash<atom>> connections_;
  std::vector<atom> seen_; // every name ever connected to
  std::vector<subscriber> subscribers_;
  std::uint64_t made_ = 0;
  bool stopped_ = false;
};

} // namespace agner::dist::internal
