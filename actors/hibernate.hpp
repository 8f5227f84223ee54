// SPDX-License-Identifier: Apache-2.0
// Waiting for a message at the least cost of memory. Mechanism: docs/hibernation.md.

#pragma once

#include <coroutine>
#include <memory>
#include <type_traits>
#include <utility>

#include "../runtime/process_core.hpp"
#include "spawn.hpp"

namespace agner {

namespace internal {

/// Waits for any message without taking it, with buffers given back.
class hibernation final : public waiter {
public:
  [[nodiscard]] bool await_ready() const;
  void await_suspend(std::coroutine_handle<> awaiting);
  void await_resume() const noexcept {}
  bool poll(process_core& self) override { return self.messages().size() != 0; }
};

/// Ends the frames of the process, which goes on with a new body.
class new_beginning {
public:
  explicit new_beginning(std::unique_ptr<process_body> next) noexcept : next_(std::move(next)) {}
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    current_process().begin_again_with(std::move(next_), awaiting);
  }
  void await_resume() const noexcept {}

private:
  std::unique_ptr<process_body> next_;
};

} // namespace internal

/// `co_await hibernate();` gives back what the process does not need while it waits (the room in its mailbox, in its tables of links and monitors, in its dictionary), and waits
/// until there is a message, which it does not take. One that is there already ends the wait at once. The frames stay: whoever can begin afresh uses the other form.
/// @errors raises `not_a_process`
/// @erlang erlang:hibernate/0 (OTP 28)
[[nodiscard]] inline internal::hibernation hibernate() { return {}; }

/// `co_await hibernate(f, arguments...);` never returns. Destroys all frames of the process, closure and arguments it was spawned with (destructors run), gives back the rest, and
/// once there is a message calls `f(arguments...)`, which is then what the process runs. Links, monitors, name, dictionary and messages stay. What it keeps until then is its
/// slot, @p f and the arguments.
///
/// @param f  a callable that returns task<...>, as for spawn
/// @errors   raises `not_a_process`
/// @context  a process
/// @erlang   erlang:hibernate/3, proc_lib:hibernate/3
template <class F, class... Arguments>
  requires std::is_invocable_v<std::decay_t<F>&, std::decay_t<Arguments>&...> ||
           std::is_invocable_v<std::decay_t<F>&, std::decay_t<Arguments>...>
[[nodiscard]] internal::new_beginning hibernate(F&& f, Arguments&&... arguments) {
  return internal::new_beginning{
      std::make_unique<internal::coroutine_body<std::decay_t<F>, std::decay_t<Arguments>...>>(
          std::forward<F>(f), std::forward<Arguments>(arguments)...)};
}

} // namespace agner
