// SPDX-License-Identifier: Apache-2.0
// Links, monitors and aliases of one process. Only the owning process touches them. Mechanism: docs/signals.md.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "../process_core.hpp"
#include "../reference.hpp"
#include "bond_map.hpp"

namespace agner::internal {

struct link_state {
  /// 0: the link is up. Else we unlinked, and the other has not yet acknowledged this id: exits and links that it sent before are void.
  std::uint64_t unlinking : 63 = 0;
  std::uint64_t priority : 1 = 0; // its EXIT overtakes
};

/// A monitor that this process holds.
struct monitor_state {
  term object; // what DOWN names: the pid, or {Name, Node}
  pid target;  // the local process watched; none if remote or nobody had the name
  bool remote = false;
  bool priority = false;           // its DOWN overtakes
  bool tagged = false;             // in relations::tags
  std::optional<alias_mode> alias; // it is an alias too
};

/// An alias of this process that no monitor stands for.
struct alias_state {
  alias_mode mode = alias_mode::explicit_unalias;
  bool priority = false;
};

/// Somebody watches this process.
struct watcher_state {
  pid watcher;
  term what;                // as the watcher named us: our pid or registered name
  bool until_reply = false; // it came with a request: our reply ends it
};

class relations {
public:
  bond_map<pid, link_state> links;
  bond_map<reference, monitor_state> monitors;
  bond_map<reference, watcher_state> watchers;
  bond_map<reference, alias_state> aliases;
  std::unique_ptr<bond_map<reference, term>> tags; // what monitors say instead of 'DOWN'; few do
  std::uint64_t unlink_ids = 0;

  /// Nothing is there that would not be there again in new ones.
  [[nodiscard]] bool empty() const noexcept {
    return links.size() == 0 && monitors.size() == 0 && watchers.size() == 0 && aliases.size() == 0 &&
           unlink_ids == 0; // tags go with monitors
  }
  void shrink() {
    links.shrink();
    monitors.shrink();
    watchers.shrink();
    aliases.shrink();
    if (tags && tags->size() == 0) tags.reset();
    if (tags) tags->shrink();
  }
  [[nodiscard]] std::size_t bytes() const noexcept {
    const std::size_t of_tags = tags ? sizeof *tags + tags->bytes() : 0;
    return sizeof *this + links.bytes() + monitors.bytes() + watchers.bytes() + aliases.bytes() + of_tags;
  }
};

} // namespace agner::internal
