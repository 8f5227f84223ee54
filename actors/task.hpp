// SPDX-License-Identifier: Apache-2.0
// task<T>: a coroutine of a process. It starts when awaited, runs in the process that awaits it, and belongs to the frame that holds it: destroying that destroys it.
// Only the process that runs it touches it. Mechanism: docs/processes.md.

#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

#include "../runtime/error.hpp"
#include "../runtime/heap_node.hpp"
#include "../runtime/toolchain.hpp"

namespace agner {

template <class T = void>
class task;

namespace internal {

void report_thrown_by_destructor() noexcept;

class task_promise_base {
public:
  // Frames come and go as fast as messages, and are kept with them.
  static void* operator new(std::size_t bytes) { return allocate_node(bytes); }
  static void operator delete(void* frame, std::size_t bytes) noexcept { free_node(frame, bytes); }

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }

  /// Whoever awaited goes on; the outermost task of a process returns to the scheduler.
  struct final_awaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      return ended.promise().continuation_ ? ended.promise().continuation_ : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };
  [[nodiscard]] final_awaiter final_suspend() const noexcept { return {}; }

  /// Tells what can be waited for where that is, so that the stack of an exception can name it. Costs the store of a pointer to a constant.
  template <class Awaited>
  static decltype(auto) await_transform(Awaited&& what, std::source_location at = std::source_location::current()) {
    if constexpr (requires { std::forward<Awaited>(what).awaited_at(at); })
      return std::forward<Awaited>(what).awaited_at(at);
    else
      return std::forward<Awaited>(what);
  }

  void unhandled_exception() noexcept {
    if (is_being_destroyed()) return left_at_its_end();
    failure_ = std::current_exception();
  }
  [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }
  void continue_with(std::coroutine_handle<> next) noexcept { continuation_ = next; }

  /// Whether a destructor has thrown while the frame was destroyed. That leads into the function's own handler and from there to its end, as if it had run: the frame then has
  /// to be destroyed once more, from there.
  struct alignas(2) destruction {
    bool threw = false;
  };
  /// The frame is about to be destroyed; nobody goes on after it.
  void begin_destruction(destruction& at) noexcept {
    continuation_ = std::coroutine_handle<>::from_address(reinterpret_cast<std::byte*>(&at) + 1);
  }

private:
  // What goes on has an even address.
  [[nodiscard]] bool is_being_destroyed() const noexcept {
    return (reinterpret_cast<std::uintptr_t>(continuation_.address()) & 1U) != 0;
  }
  void left_at_its_end() noexcept {
    reinterpret_cast<destruction*>(static_cast<std::byte*>(continuation_.address()) - 1)->threw = true;
    continuation_ = nullptr;
    report_thrown_by_destructor();
  }

  std::coroutine_handle<> continuation_;
  std::exception_ptr failure_;
};

template <class T>
class task_promise final : public task_promise_base {
public:
  task<T> get_return_object() noexcept;
  template <class Value>
    requires std::is_constructible_v<T, Value>
  void return_value(Value&& value) {
    value_.emplace(std::forward<Value>(value));
  }
  T take(const std::source_location& awaited) {
    if (failure()) raise_in_waiting_task(failure(), awaited);
    return std::move(*value_);
  }

private:
  std::optional<T> value_;
};

template <>
class task_promise<void> final : public task_promise_base {
public:
  task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take(const std::source_location& awaited) const {
    if (failure()) raise_in_waiting_task(failure(), awaited);
  }
};

} // namespace internal

template <class T>
class [[nodiscard]] task {
public:
  using promise_type = internal::task_promise<T>;
  using value_type = T;
  using handle = std::coroutine_handle<promise_type>;

  task() noexcept = default;
  explicit task(handle of) noexcept : coroutine_(of) {}
  task(task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  task& operator=(task&& other) noexcept {
    if (this != &other) {
      reset();
      coroutine_ = std::exchange(other.coroutine_, nullptr);
    }
    return *this;
  }
  ~task() { reset(); }

  /// What `co_await` waits for: runs it to its end, and gives its value or raises what it raised.
  auto awaited_at(std::source_location at) && noexcept {
    struct awaiter {
      handle coroutine;
      std::source_location at;
      [[nodiscard]] bool await_ready() const noexcept { return false; }
      [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) const noexcept {
        coroutine.promise().continue_with(awaiting);
        return coroutine;
      }
      T await_resume() const { return coroutine.promise().take(at); }
    };
    return awaiter{coroutine_, at};
  }

  // -- for spawn and receive ------------------------------------------------------------------------------------------------------------

  [[nodiscard]] handle coroutine() const noexcept { return coroutine_; }
  [[nodiscard]] bool done() const noexcept { return !coroutine_ || coroutine_.done(); }
  void reset() noexcept {
    if (!coroutine_) return;
    const handle gone = std::exchange(coroutine_, nullptr);
    internal::task_promise_base::destruction how;
    gone.promise().begin_destruction(how);
    try {
      gone.destroy();
      if (how.threw) gone.destroy();
    } catch (...) { // the destructor of a parameter
      internal::report_thrown_by_destructor();
    }
  }

private:
  handle coroutine_;
};

namespace internal {

template <class T>
task<T> task_promise<T>::get_return_object() noexcept {
  return task<T>{std::coroutine_handle<task_promise>::from_promise(*this)};
}
inline task<void> task_promise<void>::get_return_object() noexcept {
  return task<void>{std::coroutine_handle<task_promise>::from_promise(*this)};
}

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

/// T for task<T>, else the type itself.
template <class T>
struct awaited {
  using type = T;
};
template <class T>
struct awaited<task<T>> {
  using type = T;
};
template <class T>
using awaited_t = typename awaited<T>::type;

} // namespace internal

} // namespace agner
