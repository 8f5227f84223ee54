// SPDX-License-Identifier: Apache-2.0
// Sending messages, and who one is.

#pragma once

#include <coroutine>
#include <utility>

#include "../runtime/node.hpp"
#include "../runtime/process_core.hpp"
#include "../runtime/signal_options.hpp"
#include "../runtime/struct_mapping.hpp"

namespace agner {

/// Where a message or call may go: a pid, a registered name, {Name, Node}, or an alias.
class destination {
public:
  destination(const pid& to) : term_(to) {}
  destination(atom name) : term_(name) {}
  template <internal::literal_text Text>
  destination(atom_literal<Text> name) : term_(name.value()) {}
  destination(const reference& alias) : term_(alias) {}
  destination(atom name, atom node);
  /// @errors raises `badarg`  @p of is none of these
  explicit destination(term of);

  [[nodiscard]] const term& as_term() const noexcept { return term_; }

private:
  term term_;
};

/// The pid of the current process.
/// @errors raises `not_a_process`  called outside a process
/// @erlang self/0
[[nodiscard]] inline pid self() { return internal::current_process().self(); }

/// The node of the current process. @errors raises `not_a_process` @erlang node/0
[[nodiscard]] inline node& this_node() { return internal::current_process().home(); }

namespace internal {
void send_term(const term& to, term message, send_options how = {});
}

/// What `send` returns: nothing need be done with it. Awaited, it suspends the process here, rather than at its next wait, if the peer it sent to is past its budget.
struct [[maybe_unused]] sent {
  [[nodiscard]] bool await_ready() const { return internal::current_process().spend(0); }
  void await_suspend(std::coroutine_handle<> awaiting) const { internal::current_process().yield(awaiting); }
  void await_resume() const noexcept {}
};

/// Sends @p message, a term or what maps to one. Never fails and never waits: a message to nobody vanishes. Messages from one process to another arrive in the order sent.
///
/// @errors raises `not_a_process`  the target is a name and the caller is not in a process (use node::send)
/// @context anywhere; outside a process only to local pids and aliases
/// @erlang `!`, erlang:send/2
template <class Message>
sent send(const destination& to, Message&& message) {
  internal::send_term(to.as_term(), to_term(std::forward<Message>(message)));
  return {};
}

/// The same with options: `send(to, message, {.priority = true})`. @erlang erlang:send/3
template <class Message>
sent send(const destination& to, Message&& message, send_options how) {
  internal::send_term(to.as_term(), to_term(std::forward<Message>(message)), how);
  return {};
}

/// A new reference. @erlang make_ref/0
[[nodiscard]] inline reference make_ref() { return this_node().make_reference(); }

/// Lets other processes run: `co_await yield();`. @erlang erlang:yield/0
struct [[nodiscard]] yield {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) const { internal::current_process().yield(awaiting); }
  void await_resume() const noexcept {}
};

} // namespace agner
