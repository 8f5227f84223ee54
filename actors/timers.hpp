// SPDX-License-Identifier: Apache-2.0
// Messages that come later, and the clock by which. Mechanism: docs/timers.md.

#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "../runtime/reference.hpp"
#include "../runtime/struct_mapping.hpp"
#include "../runtime/timer_options.hpp"
#include "send.hpp"

namespace agner {

namespace internal {
reference start_timer(std::chrono::milliseconds time, const term& to, term message, timer_message form,
                      timer_time meant);
std::chrono::nanoseconds monotonic_now();
} // namespace internal

/// The time on the clock of timers, in @p Unit, rounded down; what an absolute time of a timer refers to. It has nothing to do with the time of day.
/// @errors raises `not_a_process`
/// @erlang erlang:monotonic_time/1
template <class Unit = std::chrono::nanoseconds>
[[nodiscard]] Unit monotonic_time() {
  return std::chrono::floor<Unit>(internal::monotonic_now());
}

/// Sends @p message to @p to, a local pid or a name looked up then, after @p time, or when it has come if it is absolute; never earlier. A timer to a process
/// goes with it.
/// @param time   from now on, zero or more; or, with timer_time::absolute, a `monotonic_time` from the start of the scheduler on; up to 100 years from now
/// @param meant  which of the two
/// @errors raises `badarg`  @p time is outside these, @p to is remote or an alias; `system_limit`  2^24 timers that were started on this worker are pending; `not_a_process`
/// @returns a reference for cancel_timer
/// @erlang erlang:send_after/3,4
/// @source OTP 25 erl_hl_timer.c: what is refused
template <class Message>
reference send_after(std::chrono::milliseconds time, const destination& to, Message&& message,
                     timer_time meant = timer_time::relative) {
  return internal::start_timer(time, to.as_term(), to_term(std::forward<Message>(message)), timer_message::bare, meant);
}

/// As send_after, but what comes is {timeout, Ref, Message}. @erlang erlang:start_timer/3,4
template <class Message>
reference start_timer(std::chrono::milliseconds time, const destination& to, Message&& message,
                      timer_time meant = timer_time::relative) {
  return internal::start_timer(time, to.as_term(), to_term(std::forward<Message>(message)), timer_message::wrapped,
                               meant);
}

/// @returns the time that was left; nothing (Erlang: `false`) if it has fired, was cancelled, or never was, or its process has ended. Nothing does not say that the
///          message has arrived. @erlang erlang:cancel_timer/1
std::optional<std::chrono::milliseconds> cancel_timer(const reference& timer);

/// @returns the time left. @erlang erlang:read_timer/1
std::optional<std::chrono::milliseconds> read_timer(const reference& timer);

/// @erlang the options of erlang:cancel_timer/2
struct cancel_timer_options {
  /// The result comes as {cancel_timer, Ref, Result}.
  bool async = false;
  /// Whether there is a result: with `async` a message, else what is returned.
  bool info = true;
};

/// As cancel_timer. @returns the result, milliseconds or `false`; or `ok`, if it comes as a message or is not asked for. @erlang erlang:cancel_timer/2
term cancel_timer(const reference& timer, cancel_timer_options options);

/// @erlang the options of erlang:read_timer/2
struct read_timer_options {
  /// The result comes as {read_timer, Ref, Result}.
  bool async = false;
};

/// As read_timer. @returns the result, milliseconds or `false`; or `ok`, if it comes as a message. @erlang erlang:read_timer/2
term read_timer(const reference& timer, read_timer_options options);

} // namespace agner
