// SPDX-License-Identifier: Apache-2.0

#include "ssl_handshake.hpp"

#include <utility>

#include "internal/connection_call.hpp"
#include "internal/options_check.hpp"

namespace agner::ssl {

namespace {

using internal::call_connection;
using std::chrono::milliseconds;

term reason_in(const term& answer) { return answer.is_tagged("error"_atom, 2) ? answer[1] : answer; }

task<result<socket>> go_on(socket paused, term more, milliseconds timeout) {
  const term answer = co_await call_connection(
      paused.process(), tuple("handshake_continue"_atom, std::move(more), internal::time_term(timeout)));
  if (!answer.is("ok"_atom)) co_return fail(reason_in(answer));
  co_return paused;
}

} // namespace

task<result<term>> hello_extensions(socket paused) {
  const term answer = co_await call_connection(paused.process(), "hello"_atom);
  if (!answer.is_tagged("ok"_atom, 2)) co_return fail(reason_in(answer));
  co_return answer[1];
}

task<result<socket>> handshake_continue(socket paused, options more, milliseconds timeout) {
  auto list = internal::option_list(more);
  return go_on(paused, list.empty() ? term{"default"_atom} : list_of(std::move(list)), timeout);
}
task<result<socket>> handshake_continue(socket paused, option_list more, milliseconds timeout) {
  return go_on(paused, more.list.is_nil() ? term{"default"_atom} : std::move(more.list), timeout);
}

task<result<>> handshake_cancel(socket paused) {
  const term answer = co_await call_connection(paused.process(), "handshake_cancel"_atom);
  if (!answer.is("ok"_atom)) co_return fail(reason_in(answer));
  co_return result<>{};
}

task<result<socket>> ssl_accept(socket pending, milliseconds timeout) { return handshake(pending, timeout); }
task<result<socket>> ssl_accept(socket pending, options more, milliseconds timeout) {
  return handshake(pending, std::move(more), timeout);
}
task<result<socket>> ssl_accept(gen_tcp::socket over, options with, milliseconds timeout) {
  return handshake(over, std::move(with), timeout);
}

} // namespace agner::ssl
