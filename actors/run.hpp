// SPDX-License-Identifier: Apache-2.0
// node::run: from a plain thread into a process and back with its result.

#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "spawn.hpp"

namespace agner {

namespace internal {

/// Tells the thread that waits, when the last copy goes: with the process, however that ends.
class run_end {
public:
  explicit run_end(scheduler& on) noexcept : on_(on) {}
  run_end(const run_end&) = delete;
  run_end& operator=(const run_end&) = delete;
  ~run_end();

private:
  friend struct run_state;
  scheduler& on_;
  std::shared_ptr<std::atomic<bool>> ended_ = std::make_shared<std::atomic<bool>>(false);
};

/// What both sides of node::run share.
struct run_state {
  explicit run_state(node& on) : end(std::make_shared<run_end>(on.scheduler())), ended(end->ended_) {}
  /// Waits until the process has ended. Not from a process.
  void wait(node& on);

  std::shared_ptr<run_end> end;
  std::shared_ptr<std::atomic<bool>> ended;
};

/// Where a process leaves its result for the thread that waits.
template <class T>
struct run_outcome {
  std::optional<T> value;
  std::exception_ptr failure;
};
template <>
struct run_outcome<void> {
  bool value = false;
  std::exception_ptr failure;
};

} // namespace internal

template <class F, class... Arguments>
auto node::run(F&& f, Arguments&&... arguments) {
  using value = internal::awaited_t<std::invoke_result_t<std::decay_t<F>&, std::decay_t<Arguments>&...>>;
  auto outcome = std::make_shared<internal::run_outcome<value>>();
  internal::run_state state{*this};
  spawn(
      [](std::shared_ptr<internal::run_end>, std::shared_ptr<internal::run_outcome<value>> into, std::decay_t<F> body,
         std::decay_t<Arguments>... given) -> task<> {
        try {
          if constexpr (std::is_void_v<value>) {
            co_await std::invoke(body, given...);
            into->value = true;
          } else {
            into->value.emplace(co_await std::invoke(body, given...));
          }
        } catch (...) {
          into->failure = std::current_exception();
        }
      },
      std::move(state.end), outcome, std::forward<F>(f), std::forward<Arguments>(arguments)...);
  state.wait(*this);
  if (outcome->failure) std::rethrow_exception(outcome->failure);
  if (!outcome->value) throw raised{raised_class::exit, "killed"_atom};
  if constexpr (!std::is_void_v<value>) return std::move(*outcome->value);
}

} // namespace agner
