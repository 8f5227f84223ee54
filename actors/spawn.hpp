// SPDX-License-Identifier: Apache-2.0
// Starting processes. A process keeps closure and arguments until it ends, so a coroutine lambda may capture and take arguments by reference.

#pragma once

#include <exception>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../runtime/node.hpp"
#include "../runtime/process_core.hpp"
#include "task.hpp"

namespace agner {

/// What spawn_monitor returns.
struct monitored_process {
  pid process;
  reference monitor;
};

namespace internal {

/// Calls @p f with arguments that are not needed afterwards: moved where it takes them so, else as lvalues.
template <class F, class... Arguments>
decltype(auto) call_once(F& f, Arguments&... arguments) {
  if constexpr (std::is_invocable_v<F&, Arguments...>)
    return std::invoke(f, std::move(arguments)...);
  else
    return std::invoke(f, arguments...);
}
template <class F, class... Arguments>
using called_once_t = decltype(call_once(std::declval<F&>(), std::declval<Arguments&>()...));

/// Closure, arguments and outermost task of one process.
template <class F, class... Arguments>
class coroutine_body final : public process_body {
public:
  template <class G, class... Given>
  explicit coroutine_body(G&& f, Given&&... given)
      : f_(std::forward<G>(f)), arguments_(std::forward<Given>(given)...) {}

  std::coroutine_handle<> start(process_core&) override {
    task_ = std::apply([this](Arguments&... each) { return call_once(f_, each...); }, arguments_);
    return task_.coroutine();
  }
  bool finished(std::exception_ptr& failure) noexcept override {
    if (!task_.done()) return false;
    failure = task_.coroutine().promise().failure();
    return true;
  }

private:
  using task_type = called_once_t<F, Arguments...>;
  static_assert(is_task<task_type>, "what a process runs is a coroutine: it returns agner::task<...>");

  [[no_unique_address]] F f_;
  [[no_unique_address]] std::tuple<Arguments...> arguments_;
  task_type task_; // last, so that it is destroyed before what it refers to
};

/// A process on @p on with its body, not yet open.
template <class F, class... Arguments>
process_core& new_process(node& on, F&& f, Arguments&&... arguments) {
  process_core& fresh = allocate_process(on);
  try {
    fresh.emplace_body<coroutine_body<std::decay_t<F>, std::decay_t<Arguments>...>>(
        std::forward<F>(f), std::forward<Arguments>(arguments)...);
  } catch (...) {
    abandon_process(fresh);
    throw;
  }
  return fresh;
}

} // namespace internal

/// Starts a process that runs `f(arguments...)` on the node of the current process. Closure and arguments are moved or copied into it; @p f may take an argument by
/// value, also one that can only be moved, or by reference.
///
/// @param f  a callable that returns task<...>; it is called in the new process
/// @returns  the pid of the new process
/// @errors   raises `not_a_process`  called outside a process (use node::spawn); `system_limit`  the node has processes_max processes;
///           raises exit `killed`  the node is going down
/// @context  a process
/// @erlang   spawn/1, spawn/3
template <class F, class... Arguments>
pid spawn(F&& f, Arguments&&... arguments) {
  return internal::open_process(internal::new_process(internal::current_process().home(), std::forward<F>(f),
                                                      std::forward<Arguments>(arguments)...));
}

/// As spawn, with a link between the two that is there before the new process runs.
/// @erlang spawn_link/1, spawn_link/3
template <class F, class... Arguments>
pid spawn_link(F&& f, Arguments&&... arguments) {
  internal::process_core& me = internal::current_process();
  return internal::open_linked(
      me, internal::new_process(me.home(), std::forward<F>(f), std::forward<Arguments>(arguments)...));
}

/// As spawn, with a monitor of the new process.
/// @erlang spawn_monitor/1, spawn_monitor/3
template <class F, class... Arguments>
monitored_process spawn_monitor(F&& f, Arguments&&... arguments) {
  internal::process_core& me = internal::current_process();
  internal::process_core& fresh =
      internal::new_process(me.home(), std::forward<F>(f), std::forward<Arguments>(arguments)...);
  reference ref = me.monitor_at_spawn(fresh);
  return {internal::open_process(fresh), std::move(ref)};
}

template <class F, class... Arguments>
pid node::spawn(F&& f, Arguments&&... arguments) {
  return internal::open_process(
      internal::new_process(*this, std::forward<F>(f), std::forward<Arguments>(arguments)...));
}

} // namespace agner
