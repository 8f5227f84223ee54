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

/// Where a process that `run` started ended.
struct run_end_point {
  std::atomic<bool> reached{false};
  term reason; // written before `reached` is set
};

/// Tells the thread that waits when it is destroyed: with the process, however that ends.
class run_end {
public:
  run_end(scheduler& on, std::shared_ptr<run_end_point> at) noexcept : on_(on), at_(std::move(at)) {}
  run_end(const run_end&) = delete;
  run_end& operator=(const run_end&) = delete;
  ~run_end();

private:
  scheduler& on_;
  std::shared_ptr<run_end_point> at_;
};

/// What the thread that waits holds.
struct run_state {
  /// @errors raises `badarg`  called by a process, which would hold its worker
  explicit run_state(node& on);
  /// Waits until the process has ended. @returns its exit reason
  const term& wait(node& on);

  std::unique_ptr<run_end> end;
  std::shared_ptr<run_end_point> at;
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
  using task_type = internal::called_once_t<std::decay_t<F>, std::decay_t<Arguments>...>;
  using value = internal::awaited_t<task_type>;
  auto outcome = std::make_shared<internal::run_outcome<value>>();
  internal::run_state state{*this};
  spawn(
      [](std::unique_ptr<internal::run_end>, std::shared_ptr<internal::run_outcome<value>> into, std::decay_t<F> body,
         std::decay_t<Arguments>... given) -> task<> {
        try {
          if constexpr (std::is_void_v<value>) {
            co_await internal::call_once(body, given...);
            into->value = true;
          } else {
            into->value.emplace(co_await internal::call_once(body, given...));
          }
        } catch (...) {
          into->failure = std::current_exception();
        }
      },
      std::move(state.end), outcome, std::forward<F>(f), std::forward<Arguments>(arguments)...);
  const term& reason = state.wait(*this);
  if (outcome->failure) std::rethrow_exception(outcome->failure);
  if (!outcome->value) throw raised{raised_class::exit, reason};
  if constexpr (!std::is_void_v<value>) return std::move(*outcome->value);
}

} // namespace agner
