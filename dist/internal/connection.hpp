// SPDX-License-Identifier: Apache-2.0
// The way to one peer, from the first signal for it until it is lost: pending while a process sets it up, then up, then closed for good. Senders on any thread put signals
// into it; the process that runs the channel takes them out. Mechanism: docs/distribution.md.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "../../runtime/node.hpp"
#include "../../runtime/router.hpp"
#include "../control_message.hpp"
#include "../flags.hpp"
#include "outbox.hpp"
#include "peer_bonds.hpp"

namespace agner::dist::internal {

/// What the handshake found out.
struct peer_facts {
  flag_set flags; // what both sides can do
  std::uint32_t creation = 0;
  bool published = false; // else the peer, or this node, is hidden
};

class connection {
public:
  enum class state : std::uint8_t { pending, up, closed };

  connection(node& on, atom peer, std::uint64_t id) : node_(on), peer_(peer), id_(id) {}
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  [[nodiscard]] atom peer() const noexcept { return peer_; }
  /// Counts the connections of this node. @erlang net_kernel connection_id
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] node& home() const noexcept { return node_; }
  [[nodiscard]] state now() const noexcept { return state_.load(std::memory_order_acquire); }
  [[nodiscard]] peer_facts facts() const;
  /// Whether it is up, or was before it was closed.
  [[nodiscard]] bool has_been_up() const;
  /// Why it was closed.
  [[nodiscard]] term why_closed() const;

  // -- any thread: signals of local processes to the peer ----------------------------------------------------------------------------------

  /// Puts a signal on its way, and remembers the bond that it makes or breaks. What is on its way when the connection goes is lost with it.
  /// `busy`: the sender is to be suspended; it gets the signal `resume` when there is room. `too_large`: only of messages and exit/2; all else always finds room.
  routed put(const pid& from, control::message signal, control::priority urgency = control::priority::ordinary);

  // -- the process that sets up or runs the connection ------------------------------------------------------------------------------

  /// @p by sets the connection up. It is killed when another opens the connection, or somebody closes it. False if it is no longer pending.
  bool begin_attempt(const pid& by);
  /// The connection is up: what waited is encoded for @p facts. @p channel gets the atom `flush` when there is something to write after it said `rest`.
  /// False if it is no longer pending.
  bool open(const peer_facts& facts, const pid& channel);
  /// Closes: bonds break with noconnection, those who wait are told, the channel gets {close, Reason}. Who sees it closed comes after all that.
  /// @returns what it was
  state close(const term& reason);
  /// Closes it if it is still being set up. False if it is not.
  bool give_up(const term& reason);

  /// What is to be written next, about @p bytes of it. The spans are good until `written`.
  void gather(std::size_t bytes, std::vector<std::span<const std::byte>>& into);
  /// Queues a tick.
  void tick();
  /// This much of what `gather` gave was written.
  void written(std::size_t bytes);
  /// The channel goes to sleep: the next signal is to wake it. False if there is something to write already.
  bool rest();

  // -- bonds that signals of the peer make or break -----------------------------------------------------------------------------------

  /// What became of a bond that the peer wants.
  enum class bond : std::uint8_t {
    made,
    nobody, // there is no such process
    lost,   // the connection is closed: nobody will hear of it
    too_many,
  };
  /// Links a local process, and remembers it. One step: whoever is linked is told when the connection goes.
  bond peer_links(const pid& local, const pid& remote);
  void peer_unlinked(const pid& local, const pid& remote);
  /// The same for a monitor. @p named: what DOWN is to name
  bond peer_monitors(const reference& ref, const pid& target, const pid& watcher, const term& named);
  /// Whom the peer watched under @p ref.
  std::optional<pid> peer_demonitors(const reference& ref);
  void monitor_fired(const reference& ref);
  /// The peer has answered a request of ours. False: there was none.
  bool peer_spawned(const control::spawn_reply& what);

  // -- any process ------------------------------------------------------------------------------------------------------------------

  /// Sends {Ref, true} to @p who once the connection is up, {Ref, false} once it is closed.
  void when_up(const pid& who, const reference& ref);
  /// Sends {nodedown, Peer} to @p who when the connection closes, once a call. False if it is closed.
  bool watch(const pid& who);
  void unwatch(const pid& who);

  /// Most links and monitors across one connection: about 100 bytes each.
  static constexpr std::size_t bonds_max = 4'000'000;

private:
  struct pending_signal {
    pid from;
    control::message signal;
    control::priority urgency;
  };

  void remember(const control::message& signal);
  void refuse(const control::message& signal);
  [[nodiscard]] bool is_past_limit(const control::message& signal) const;
  routed suspend_past(bool busy, const pid& from);
  void dissolve(const term& reason);
  void end_attempt();

  node& node_;
  const atom peer_;
  const std::uint64_t id_;

  mutable std::mutex mutex_;                 // guards all below
  std::atomic<state> state_{state::pending}; // written under the lock, read by anybody
  peer_facts facts_;
  pid attempt_; // who sets it up
  pid channel_;
  bool has_been_up_ = false;
  term why_closed_;
  bool resting_ = false; // the channel waits to be told that there is something to write
  std::vector<pending_signal> pending_;
  // Of fragmented messages; outside the lock. Never 0: docs/formats/frames.md.
  std::atomic<std::uint64_t> sequences_{1};
  outbox outbox_;
  peer_bonds bonds_;
  std::vector<pid> suspended_;
  std::vector<pid> watchers_;
  std::vector<std::pair<pid, reference>> waiters_;
};

} // namespace agner::dist::internal
