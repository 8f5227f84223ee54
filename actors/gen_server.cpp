// SPDX-License-Identifier: Apache-2.0
// Rules: OTP 25, gen.erl: start, stop; proc_lib.erl: stop.

#include "gen_server.hpp"

#include <algorithm>

#include "../runtime/reasons.hpp"
#include "../runtime/term_builders.hpp"
#include "exit.hpp"
#include "internal/server_loop.hpp"
#include "links.hpp"
#include "names.hpp"
#include "sys.hpp"

namespace agner {

namespace {

using internal::behaviour_ptr;
using internal::server_origin;
using internal::start_kind;

task<> serve(behaviour_ptr& callbacks, const server_origin& origin) {
  internal::server_loop loop{*callbacks, origin};
  co_await loop.run();
}

// ignore | {ok, Pid} | {error, Reason}
result<pid> start_result(const term& answer) {
  if (answer.is_tagged("ok"_atom, 2)) return answer[1].as_pid();
  return fail(answer.is_tagged("error"_atom, 2) ? answer[1] : answer);
}

internal::started_process begin(start_kind how, const gen_server::start_options& options, behaviour_ptr server) {
  return internal::begin_start(how, serve, std::move(server),
                               server_origin{self(), how == start_kind::link, options.name});
}

// What is left of @p timeout since @p began.
std::chrono::milliseconds time_left(std::chrono::milliseconds timeout, clock::time_point began) {
  using std::chrono::milliseconds;
  if (timeout == infinity) return infinity;
  const auto gone = this_node().scheduler().time().now() - began;
  return std::max(milliseconds{0}, timeout - std::chrono::ceil<milliseconds>(gone));
}

// Why a server could not be told to stop: the two reasons that a caller expects come alone.
term stop_failure(const std::exception_ptr& failure) {
  const raised what = as_raised(failure);
  const term& reason = what.reason();
  const bool plain = what.cls() == raised_class::exit && reason.is_tuple() && reason.size() == 2 &&
                     (reason[0].is(reasons::noproc) || reason[0].is(reasons::timeout));
  return plain ? reason[0] : reason;
}

} // namespace

task<result<pid>> internal::start_server(start_kind how, gen_server::start_options options, behaviour_ptr server) {
  if (options.name && whereis(*options.name)) co_return fail(internal::already_started(*options.name));
  co_return start_result(co_await await_start(how, begin(how, options, std::move(server)), options.init_timeout));
}

task<result<monitored_process>> internal::start_monitored_server(gen_server::start_options options,
                                                                 behaviour_ptr server) {
  if (options.name && whereis(*options.name)) co_return fail(internal::already_started(*options.name));
  const started_process child = begin(start_kind::monitor, options, std::move(server));
  auto started = start_result(co_await await_start(start_kind::monitor, child, options.init_timeout));
  if (started) co_return monitored_process{*started, child.monitor};
  co_await receive(on(match("DOWN"_atom, child.monitor, _, _, _), [] {}));
  co_return std::unexpected{started.error()};
}

task<> gen_server::stop(destination server, term reason, std::chrono::milliseconds timeout) {
  const clock::time_point began = this_node().scheduler().time().now();
  const reference watch = monitor(server);
  std::exception_ptr failure;
  try {
    co_await sys::terminate(server, reason, timeout);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    demonitor(watch, {.flush = true});
    exit(stop_failure(failure));
  }
  const term ended = co_await receive(on(match("DOWN"_atom, watch, _, _, any<term>), [](term why) { return why; }),
                                      after(time_left(timeout, began), [] { return term{}; }));
  if (ended == reason) co_return;
  if (!ended.is_nil()) exit(ended);
  demonitor(watch, {.flush = true});
  exit(reasons::timeout);
}

} // namespace agner
