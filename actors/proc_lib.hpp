// SPDX-License-Identifier: Apache-2.0
// Starting a process and waiting until it says how its start went. gen_server and supervisor start this way; so may any process.

#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include "clause.hpp"
#include "receive.hpp"
#include "spawn.hpp"
#include "task.hpp"

namespace agner {

namespace internal {

/// What ties a process to the one that starts it; `none` is a monitor during the start only.
enum class start_kind : std::uint8_t { none, link, monitor };

/// A process that was started and has not yet said how that went.
struct started_process {
  pid process;
  reference monitor; // where it is not linked
  receive_marker since;
};

/// The result of the start. With `monitor`, a DOWN that comes is left in the mailbox.
task<term> await_start(start_kind how, started_process child, std::chrono::milliseconds timeout);

template <class F, class... Arguments>
started_process begin_start(start_kind how, F&& f, Arguments&&... arguments) {
  const receive_marker since = mark();
  if (how == start_kind::link)
    return {spawn_link(std::forward<F>(f), std::forward<Arguments>(arguments)...), {}, since};
  monitored_process child = spawn_monitor(std::forward<F>(f), std::forward<Arguments>(arguments)...);
  return {child.process, std::move(child.monitor), since};
}

} // namespace internal

namespace proc_lib {

/// Gives the current process a label: reports of its crash show it, and process_info does. Any term; later ones take its place.
/// @errors raises `not_a_process`
/// @erlang proc_lib:set_label/1 (OTP 27)
void set_label(term label);

/// The label of the current process, `undefined` if it has none. Of another: `process_info(p, "label"_atom)`.
/// @errors raises `not_a_process`
/// @erlang proc_lib:get_label/1 (OTP 27)
[[nodiscard]] term get_label();

/// Tells @p starter how the start went: @p result is what its start or start_link returns. Called once, by the process that was started.
/// @context a process
/// @erlang  proc_lib:init_ack/2
void init_ack(const pid& starter, term result);

/// Spawns `f(arguments...)` and waits until it calls init_ack.
///
/// @param timeout  how long; the process is then killed
/// @returns  what init_ack was given; {error, Reason} if the process ended first, {error, timeout} if it did neither in time
/// @context  a process
/// @erlang   proc_lib:start/4
template <class F, class... Arguments>
task<term> start(std::chrono::milliseconds timeout, F&& f, Arguments&&... arguments) {
  using internal::start_kind;
  return internal::await_start(
      start_kind::none,
      internal::begin_start(start_kind::none, std::forward<F>(f), std::forward<Arguments>(arguments)...), timeout);
}

/// As start, with a link that is there before the process runs. A caller that does not trap exits ends with a process that ends during its start.
/// @erlang proc_lib:start_link/4
template <class F, class... Arguments>
task<term> start_link(std::chrono::milliseconds timeout, F&& f, Arguments&&... arguments) {
  using internal::start_kind;
  return internal::await_start(
      start_kind::link,
      internal::begin_start(start_kind::link, std::forward<F>(f), std::forward<Arguments>(arguments)...), timeout);
}

} // namespace proc_lib

} // namespace agner
