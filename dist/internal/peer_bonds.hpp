// SPDX-License-Identifier: Apache-2.0
// Links and monitors that cross one connection: what must be told `noconnection` when it goes. Guarded by the connection's lock. Mechanism: docs/distribution.md.

#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <functional>
#include <optional>

#include "../../runtime/identifiers.hpp"
#include "../../runtime/reference.hpp"

namespace agner::dist::internal {

/// A link across the connection.
struct peer_link {
  pid local;
  pid remote;
  friend bool operator==(const peer_link&, const peer_link&) noexcept = default;
};

struct peer_link_hash {
  std::size_t operator()(const peer_link& l) const noexcept {
    return std::hash<pid>{}(l.local) * 31 + std::hash<pid>{}(l.remote);
  }
};

class peer_bonds {
public:
  void add_link(const pid& local, const pid& remote) { links_.insert({local, remote}); }
  void remove_link(const pid& local, const pid& remote) { links_.erase({local, remote}); }

  /// A local process watches something of the peer.
  void add_monitor(const reference& ref, const pid& watcher) { monitors_.emplace(ref, watcher); }
  bool remove_monitor(const reference& ref) { return monitors_.erase(ref) != 0; }

  /// The peer watches a local process.
  void add_watched(const reference& ref, const pid& target) { watched_.emplace(ref, target); }
  /// The local process that the peer watches under @p ref; forgotten with that.
  std::optional<pid> remove_watched(const reference& ref) {
    const auto at = watched_.find(ref);
    if (at == watched_.end()) return std::nullopt;
    const pid target = at->second;
    watched_.erase(at);
    return target;
  }

  /// How many bonds the peer has made us remember.
  [[nodiscard]] std::size_t size() const noexcept { return links_.size() + monitors_.size() + watched_.size(); }

  /// What there is, leaving nothing behind.
  template <class Link, class Monitor, class Watched>
  void dissolve(Link&& link, Monitor&& monitor, Watched&& watched) {
    for (const auto& l : links_)
      link(l.local, l.remote);
    for (const auto& [ref, watcher] : monitors_)
      monitor(ref, watcher);
    for (const auto& [ref, target] : watched_)
      watched(ref, target);
    links_ = {};
    monitors_ = {};
    watched_ = {};
  }

private:
  boost::unordered_flat_set<peer_link, peer_link_hash> links_;
  boost::unordered_flat_map<reference, pid, std::hash<reference>> monitors_;
  boost::unordered_flat_map<reference, pid, std::hash<reference>> watched_;
};

} // namespace agner::dist::internal
