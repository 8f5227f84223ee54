// SPDX-License-Identifier: Apache-2.0
// Asking another process by a signal and waiting for the answer, which comes as a signal too: neither passes through a mailbox.

#pragma once

#include <coroutine>
#include <optional>
#include <utility>

#include "../../runtime/node.hpp"
#include "../../runtime/process_core.hpp"
#include "../../runtime/signal.hpp"

namespace agner::internal {

/// `co_await question{...}` gives the answer. Of oneself it is given at once, behind what one has sent oneself.
class question final : public waiter {
public:
  question(const pid& to, question_kind what, term detail) : to_(to), what_(what), detail_(std::move(detail)) {}

  bool await_ready() {
    process_core& me = current_process();
    me.spend(1);
    if (to_ == me.self()) {
      if (!me.take_signals()) return false;
      answer_ = me.answer(what_, detail_);
      return true;
    }
    signal* s = new_signal(signal_kind::ask);
    s->from = me.self();
    s->number = static_cast<std::uint64_t>(what_);
    s->value = std::move(detail_);
    if (me.home().push(to_, s)) return false;
    answer_ = process_core::answer_of_nobody(what_);
    return true;
  }
  void await_suspend(std::coroutine_handle<> awaiting) { current_process().park(this, awaiting); }
  term await_resume() { return *std::move(answer_); }

  bool poll(process_core&) override { return answer_.has_value(); }
  void answered(term with) override { answer_ = std::move(with); }

private:
  pid to_;
  question_kind what_;
  term detail_;
  std::optional<term> answer_;
};

} // namespace agner::internal
