// SPDX-License-Identifier: Apache-2.0
// Messages that come later.

#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "../runtime/reference.hpp"
#include "../runtime/struct_mapping.hpp"
#include "send.hpp"

namespace agner {

namespace internal {
reference start_timer(std::chrono::milliseconds time, const term& to, term message, bool wrapped);
}

/// Sends @p message to @p to, a local pid or a name looked up then, after @p time, never earlier. A timer to a process that has ended does nothing.
/// @errors raises `badarg`  @p time is negative or more than 100 years, @p to is remote; `not_a_process`
/// @returns a reference for cancel_timer
/// @erlang erlang:send_after/3
template <class Message>
reference send_after(std::chrono::milliseconds time, const destination& to, Message&& message) {
  return internal::start_timer(time, to.as_term(), to_term(std::forward<Message>(message)), false);
}

/// As send_after, but what comes is {timeout, Ref, Message}. @erlang erlang:start_timer/3
template <class Message>
reference start_timer(std::chrono::milliseconds time, const destination& to, Message&& message) {
  return internal::start_timer(time, to.as_term(), to_term(std::forward<Message>(message)), true);
}

/// @returns the time that was left; nothing (Erlang: `false`) if it has fired, was cancelled, or never was, or its process has ended. @erlang erlang:cancel_timer/1
std::optional<std::chrono::milliseconds> cancel_timer(const reference& timer);

/// @returns the time left. @erlang erlang:read_timer/1
std::optional<std::chrono::milliseconds> read_timer(const reference& timer);

} // namespace agner
