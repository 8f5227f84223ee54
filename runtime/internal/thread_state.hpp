// SPDX-License-Identifier: Apache-2.0
// What runs on this thread. Read only through these functions, which are never inlined: a coroutine may resume on another thread, and a compiler may keep the address
// of a thread_local across a suspension.

#pragma once

#include <cstddef>

namespace agner {
class scheduler;
}

namespace agner::internal {

class process_core;

struct thread_state {
  process_core* process = nullptr; // the process that runs here, if any
  scheduler* home = nullptr;       // the scheduler whose worker this thread is, if any
  std::size_t worker = 0;          // its number there
  bool traces = false;             // an exception came through a task in this turn: stack_trace.hpp
};

[[gnu::noinline]] thread_state& this_thread() noexcept;

} // namespace agner::internal
