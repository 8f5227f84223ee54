// SPDX-License-Identifier: Apache-2.0
// Links, monitors and aliases of one process. Only the owning process touches them. Mechanism: docs/signals.md.

#pragma once

#include <cstdint>
#include <memory>

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
  bool priority = false; // its DOWN overtakes
  bool tagged = false;   // in relations::tags
};

/// An alias of this process, of a monitor or by itself.
struct alias_state {
  alias_mode mode = alias_mode::explicit_unalias;
  bool priority = false;
};

/// Somebody watches this process.
struct watcher_state {
  pid watcher;
  term what; // as the watcher named us: our pid or registered name
};

class relations {
public:
  bond_map<pid, link_state> links;
  bond_map<reference, monitor_state> monitors;
  bond_map<reference, watcher_state> watchers;
  bond_map<reference, alias_state> aliases;
  std::unique_ptr<bond_map<reference, term>> tags; // what monitors say instead of 'DOWN'; few do
  std::uint64_t unlink_ids = 0;
};

/// Rare things of a process.
struct process_extras {
  /// What `logger` calls the process: its label or initial call.
  term label;
};

} // namespace agner::internal
