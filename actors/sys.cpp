// SPDX-License-Identifier: Apache-2.0
// Rules: OTP 25, sys.erl: send_system_msg.

#include "sys.hpp"

#include "../runtime/term_builders.hpp"

namespace agner::sys {

namespace {

// Awaited at once, as any call.
template <class Reply>
internal::call_operation<Reply> ask(destination whom, term request, std::chrono::milliseconds timeout) {
  return {"system"_atom, std::move(whom), std::move(request), timeout};
}

} // namespace

task<term> get_state(destination of, std::chrono::milliseconds timeout) {
  term state = co_await ask<term>(std::move(of), "get_state"_atom, timeout);
  if (state.is_tagged("error"_atom, 2)) raise_error(state[1]);
  co_return state;
}

task<term> get_status(destination of, std::chrono::milliseconds timeout) {
  co_return co_await ask<term>(std::move(of), "get_status"_atom, timeout);
}

task<> suspend(destination what, std::chrono::milliseconds timeout) {
  co_await ask<void>(std::move(what), "suspend"_atom, timeout);
}

task<> resume(destination what, std::chrono::milliseconds timeout) {
  co_await ask<void>(std::move(what), "resume"_atom, timeout);
}

task<> terminate(destination what, term reason, std::chrono::milliseconds timeout) {
  co_await ask<void>(std::move(what), tuple("terminate"_atom, std::move(reason)), timeout);
}

} // namespace agner::sys
