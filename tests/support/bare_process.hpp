// SPDX-License-Identifier: Apache-2.0
// A process for tests below the actors layer: it waits for ever and keeps every message it gets.

#pragma once

#include <coroutine>
#include <exception>
#include <utility>
#include <vector>

#include <agner/runtime/node.hpp>
#include <agner/runtime/process_core.hpp>

namespace agner::test {

class keeping_body final : public internal::process_body {
public:
  explicit keeping_body(std::vector<term>& into) noexcept : into_(into) {}
  keeping_body(const keeping_body&) = delete;
  keeping_body& operator=(const keeping_body&) = delete;
  ~keeping_body() override {
    if (coroutine_) coroutine_.destroy();
  }

  std::coroutine_handle<> start(internal::process_core& self) override {
    coroutine_ = keep(self, into_).coroutine;
    return coroutine_;
  }
  bool finished(std::exception_ptr&) noexcept override { return false; }

private:
  struct endless {
    struct promise_type {
      endless get_return_object() noexcept { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
      [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
      [[nodiscard]] std::suspend_always final_suspend() const noexcept { return {}; }
      void return_void() const noexcept {}
      void unhandled_exception() const noexcept { std::terminate(); }
    };
    std::coroutine_handle<promise_type> coroutine;
  };

  class keeping final : public internal::waiter {
  public:
    keeping(internal::process_core& self, std::vector<term>& into) noexcept : self_(self), into_(into) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) { self_.park(this, awaiting); }
    void await_resume() const noexcept {}
    bool poll(internal::process_core& self) override {
      while (self.messages().size() != 0)
        into_.push_back(self.messages().take(0));
      return false;
    }

  private:
    internal::process_core& self_;
    std::vector<term>& into_;
  };

  static endless keep(internal::process_core& self, std::vector<term>& into) { co_await keeping{self, into}; }

  std::vector<term>& into_;
  std::coroutine_handle<endless::promise_type> coroutine_;
};

/// Starts a process on @p on that keeps its messages in @p into, which must live as long as the process.
inline pid spawn_keeping(node& on, std::vector<term>& into) {
  internal::process_core& fresh = internal::allocate_process(on);
  fresh.emplace_body<keeping_body>(into);
  return internal::open_process(fresh);
}

} // namespace agner::test
