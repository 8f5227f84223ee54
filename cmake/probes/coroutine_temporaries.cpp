// SPDX-License-Identifier: Apache-2.0
// Exits with 0 if temporaries in a full expression that holds a co_await are destroyed exactly once, with 1 if not.
// GCC before 13 destroys them twice: bugs 99576, 100611, 101367 and 101976.

#include <coroutine>
#include <exception>

namespace {

int alive = 0;

struct counted {
  counted() { ++alive; }
  counted(const counted&) { ++alive; }
  ~counted() { --alive; }
};

struct aggregate {
  counted member;
};

struct task {
  struct promise_type {
    task get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

template <class T>
std::suspend_never take(T) {
  return {};
}

template <class T>
std::suspend_never look_at(T&&) {
  return {};
}

task await_with_temporary_closures(const counted& captured) {
  co_await take([captured] {});
  co_await look_at([captured] {});
}

task await_with_temporary_aggregates() {
  co_await take(aggregate{.member = counted()});
  co_await look_at(aggregate{.member = counted()});
}

} // namespace

int main() {
  await_with_temporary_aggregates();
  {
    const counted captured;
    await_with_temporary_closures(captured);
  }
  return alive == 0 ? 0 : 1;
}
