// SPDX-License-Identifier: Apache-2.0
// Signals: everything one process can do to another. One queue per receiver keeps them in the order sent between any pair. Mechanism: docs/signals.md.

#pragma once

#include <cstdint>
#include <utility>

#include "heap_node.hpp"
#include "term.hpp"

namespace agner::internal {

/// What a signal asks of its receiver. A message that is a fresh tuple is its own signal: no node of this kind is made for it.
enum class signal_kind : std::uint8_t {
  exit,          // from: sender, value: reason, ref: the alias it was sent to, if it was      exit/2
  link_exit,     // from: the linked one, value: reason   a link broke
  link,          // from: who linked
  unlink,        // from: who unlinked, number: id to acknowledge
  unlink_ack,    // from: who acknowledges, number: its id
  monitor,       // from: watcher, ref: its monitor, value: what it asked to watch (pid or name)
  demonitor,     // from: watcher, ref
  down,          // from: what was watched, ref, value: reason
  alias_message, // ref: the alias, value: the message
  request, // from: who asks, ref: its monitor and alias, value: the message              monitor/3 and send/2 at once
  reply,   // ref: the alias, value: R of {[alias | Ref], R}, number: 1 if the monitor of the request is gone with it
  own_message, // value: a message of the process to itself, which comes in past a limit too
  timeout,     // number: which timer of the receiver
  resume,      // what the process was suspended on has room again
  ask,         // from: who asks, number: a question_kind, value: what of
  answer,      // value: the answer to what the process asked
  overflow,    // the queue is past its limit, and the process is to end for it
  spawned, // from: the process that another node has spawned, id 0 if none; ref: the request, value: why not, number: what it has tied
  held_back, // from: who sent a message past the limit and is suspended until there is room
};

/// Whether the message that a signal becomes overtakes ordinary ones, if the receiver has allowed that. Signals themselves are handled in order. @erlang EEP 76
enum class signal_priority : std::uint8_t { normal, high };

/// Any message that is no fresh tuple, on its way.
struct envelope : heap_node {
  explicit envelope(term what) noexcept : heap_node(node_kind::envelope, 0), message(std::move(what)) {}
  term message;
};

struct signal : heap_node {
  explicit signal(signal_kind what, signal_priority urgency = signal_priority::normal) noexcept
      : heap_node(node_kind::signal, static_cast<std::uint32_t>(what) | static_cast<std::uint32_t>(urgency) << 8U) {}

  [[nodiscard]] signal_kind what() const noexcept { return static_cast<signal_kind>(size() & 0xffU); }
  /// Makes it another one, before it is sent.
  void become(signal_kind what) noexcept { shape = (shape & ~0xff00U) | static_cast<std::uint32_t>(what) << 8U; }
  [[nodiscard]] signal_priority priority() const noexcept { return static_cast<signal_priority>(size() >> 8U & 0xffU); }

  pid from;
  term ref;
  term value;
  std::uint64_t number = 0;
};

/// Memory for a signal or envelope. The receiver frees it with `free_signal`.
signal* new_signal(signal_kind what, signal_priority urgency = signal_priority::normal);
envelope* new_envelope(term message);
void free_signal(heap_node* node) noexcept;

/// @p message as a node for an inbox: the tuple itself where nobody else holds it, else an envelope.
heap_node* message_node(term&& message);
/// The message that @p node carries; the node is used up. Only for tuples and envelopes.
term take_message(heap_node* node) noexcept;

} // namespace agner::internal
