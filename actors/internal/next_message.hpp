// SPDX-License-Identifier: Apache-2.0
// The wait of a server's loop: the next message, whatever it is. A receive would look at clauses, and leave room for them in the frame.

#pragma once

#include <chrono>
#include <coroutine>
#include <utility>

#include "../../runtime/process_core.hpp"
#include "../clause.hpp"

namespace agner::internal {

/// `co_await next_message{time}`: the oldest message; the atom `timeout` if none comes within @p time.
class next_message final : public waiter {
public:
  explicit next_message(std::chrono::milliseconds timeout) noexcept : timeout_(timeout) {}
  next_message(const next_message&) = delete;
  next_message& operator=(const next_message&) = delete;

  bool await_ready() {
    process_core& self = current_process();
    const bool turn_left = self.spend(1);
    if (!take(self)) {
      if (!self.take_signals() || !take(self)) return false;
    }
    return turn_left;
  }
  void await_suspend(std::coroutine_handle<> awaiting) {
    process_core& self = current_process();
    if (!taken_ && timeout_.count() != 0 && timeout_ != infinity) self.arm_timeout(timeout_);
    self.park(this, awaiting);
  }
  term await_resume() noexcept { return std::move(message_); }

  bool poll(process_core& self) override {
    if (!taken_ && !take(self)) {
      if (timeout_.count() != 0 && !self.timed_out()) return false;
      message_ = "timeout"_atom;
    }
    self.disarm_timeout();
    return true;
  }

private:
  bool take(process_core& self) {
    mailbox& messages = self.messages();
    if (messages.size() == 0) return false;
    message_ = messages.take(0);
    return taken_ = true;
  }

  std::chrono::milliseconds timeout_;
  term message_;
  bool taken_ = false;
};

} // namespace agner::internal
