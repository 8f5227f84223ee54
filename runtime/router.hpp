// SPDX-License-Identifier: Apache-2.0
// Where signals to other nodes go. Declared here, implemented by dist/; a node that is not distributed has none. Any thread.

#pragma once

#include <cstdint>

#include "reference.hpp"
#include "remote_spawn.hpp"
#include "signal_options.hpp"
#include "term.hpp"

namespace agner {

/// What became of a signal handed to the router.
enum class routed : std::uint8_t {
  sent, // on its way, or dropped as OTP drops it
  busy, // on its way, but past the peer's budget: the sender should be suspended at its next wait
  no_connection,
  nobody,    // it is for an earlier life of this node
  too_large, // longer than a message may be, or the peer's queue is full: the sender exits with system_limit
};

/// The way out of a node. Every function is called in the order that the local process acts; none blocks.
/// A pid, reference or name given as a term is one that belongs to another node.
class router {
public:
  virtual ~router() = default;

  /// Connects on its own if need be. @p to: a remote pid, {Name, Node}, or a remote alias reference.
  virtual routed send(const pid& from, const term& to, term message, send_options how) = 0;
  virtual routed link(const pid& from, const pid& to) = 0;
  virtual routed unlink(const pid& from, const pid& to, std::uint64_t id) = 0;
  virtual routed unlink_ack(const pid& from, const pid& to, std::uint64_t id) = 0;
  /// @p target: a remote pid or {Name, Node}.
  virtual routed monitor(const pid& from, const term& target, const reference& ref) = 0;
  virtual routed demonitor(const pid& from, const term& target, const reference& ref) = 0;
  /// A link to @p to broke because @p from ended.
  virtual routed link_exit(const pid& from, const pid& to, const term& reason) = 0;
  /// exit/2 and exit/3. @p to: a remote pid or alias reference.
  virtual routed exit(const pid& from, const term& to, const term& reason, send_options how) = 0;
  /// group_leader/2.
  virtual routed group_leader(const pid& from, const pid& to, const pid& leader) = 0;
  /// Asks @p on for a process. The outcome is the signal `spawned` under @p id, or DOWN under it if the connection is lost.
  virtual routed spawn(const pid& from, atom on, const reference& id, const remote_spawn& what) = 0;
  /// @p from, which @p watcher, on another node, monitored under @p ref, has ended. @p what: the pid, or the name if it watched a name.
  virtual routed down(const pid& from, const term& what, const pid& watcher, const reference& ref,
                      const term& reason) = 0;
};

} // namespace agner
