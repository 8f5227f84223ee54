// SPDX-License-Identifier: Apache-2.0
// Connections of this node: who is there, connect, disconnect, be told. Everything here raises `not_a_process` outside a process. Mechanism: docs/distribution.md.

#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "../actors/task.hpp"
#include "../runtime/atom.hpp"
#include "../runtime/term.hpp"

namespace agner {

/// Which nodes `nodes` lists. A union of values is asked for with several. @erlang nodes/1
enum class node_type : std::uint8_t {
  visible,   // connected, neither side hidden
  hidden,    // connected, either side hidden
  connected, // both of these
  this_node, // this node
  known,     // every node that a term of this node may name: connected ones, this one, and those it was connected to
};

/// The visible nodes connected now. As this node joins hidden, that is none of OTP's: ask for `connected`. @erlang nodes/0
[[nodiscard]] std::vector<atom> nodes();
/// @erlang nodes/1
[[nodiscard]] std::vector<atom> nodes(node_type which);
[[nodiscard]] std::vector<atom> nodes(const std::vector<node_type>& which);

/// Sends {nodedown, Node} to the caller when the connection to @p peer goes, once for each call with true; connects first, and sends it at once if that fails.
/// @returns true
/// @erlang monitor_node/2
task<bool> monitor_node(atom peer, bool on);

/// Drops the connection to @p peer. Links and monitors across it see `noconnection`.
/// @returns whether there was one
/// @erlang erlang:disconnect_node/1
bool disconnect_node(atom peer);

namespace net_kernel {

/// Connects to @p peer unless connected, and waits for it at most the set-up time.
/// @returns true if the connection stands; false if not, and for a node that is not distributed
/// @erlang net_kernel:connect_node/1
task<bool> connect_node(atom peer);

/// What monitor_nodes sends besides.
struct monitor_options {
  /// Which nodes. @erlang {node_type, visible | hidden | all}
  enum class type : std::uint8_t { visible, hidden, all };
  /// Without options (`plain`) messages are {nodeup, Node} and {nodedown, Node}, of visible nodes; with any they are {nodeup, Node, InfoList}.
  bool plain = true;
  type node_type = type::visible;
  bool nodedown_reason = false;
  bool connection_id = false;
  friend bool operator==(const monitor_options&, const monitor_options&) = default;
};

/// Subscribes the caller to {nodeup, Node} and {nodedown, Node}. nodeup comes after the node is in nodes(connected) and before its signals; nodedown after the DOWNs.
/// @erlang net_kernel:monitor_nodes/1, /2
void monitor_nodes(bool on, const monitor_options& options = {});

} // namespace net_kernel

namespace net_adm {

enum class ping_answer : std::uint8_t { pong, pang };

/// Connects to @p peer and asks its net_kernel. @erlang net_adm:ping/1
task<ping_answer> ping(atom peer);

} // namespace net_adm

} // namespace agner
