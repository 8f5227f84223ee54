// SPDX-License-Identifier: Apache-2.0
// What a server answers to {system, From, Request}. Rules: OTP 25, sys.erl: handle_system_msg, do_cmd, get_status; gen_server.erl: format_status.

#include "../../runtime/reasons.hpp"
#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_text.hpp"
#include "../receive.hpp"
#include "../send.hpp"
#include "server_loop.hpp"

namespace agner::internal {

// While it is suspended a server takes only system messages and its parent's exit; others wait.
task<> server_loop::obey_system(term message) {
  bool suspended = false;
  for (;;) {
    if (is_exit_of_parent(message)) co_await end({raised_class::exit, message[2], {}, message, {}});
    const term request = message[2];
    if (request.is_tagged("terminate"_atom, 2)) {
      send_reply(message[1], "ok"_atom);
      co_await end({raised_class::exit, request[1], {}, term{}, {}});
    }
    if (request.is("suspend"_atom)) suspended = true;
    if (request.is("resume"_atom)) suspended = false;
    send_reply(message[1], answer_system(request, suspended));
    if (!suspended) co_return;
    const auto again = [](const term& from, const term& wanted) { return tuple("system"_atom, from, wanted); };
    message = co_await receive(
        on(match("system"_atom, match(any<pid>, any<term>), any<term>),
           [&](const pid& client, const term& tag, const term& wanted) { return again(tuple(client, tag), wanted); }),
        on(match("EXIT"_atom, parent_, any<term>),
           [&](const term& reason) { return tuple("EXIT"_atom, parent_, reason); }));
  }
}

term server_loop::answer_system(const term& request, bool suspended) const {
  if (request.is("suspend"_atom) || request.is("resume"_atom)) return "ok"_atom;
  if (request.is("get_state"_atom)) return state_answer();
  if (request.is("get_status"_atom)) return status(suspended);
  return tuple("error"_atom, tuple("unknown_system_msg"_atom, request));
}

term server_loop::state_answer() const {
  try {
    return callbacks_.state();
  } catch (...) {
    const raised what = as_raised(std::current_exception());
    const atom cls = what.cls() == raised_class::error  ? atom{"error"_atom}
                     : what.cls() == raised_class::exit ? atom{"exit"_atom}
                                                        : atom{"throw"_atom};
    return tuple("error"_atom, tuple("callback_failed"_atom, tuple("gen_server"_atom, "system_get_state"_atom),
                                     tuple(cls, what.reason())));
  }
}

term server_loop::status(bool suspended) const {
  const atom running = suspended ? atom{"suspended"_atom} : atom{"running"_atom};
  const term dictionary = list({tuple("$initial_call"_atom, tuple(callbacks_.module(), "init"_atom, 1)),
                                tuple("$ancestors"_atom, list({parent_}))});
  const term header = tuple("header"_atom, string("Status for generic server " + print(name_)));
  const term about = tuple("data"_atom, list({tuple(string("Status"), running), tuple(string("Parent"), parent_),
                                              tuple(string("Logged events"), term{})}));
  const term state = tuple("data"_atom, list({tuple(string("State"), state_or_undefined())}));
  return tuple("status"_atom, self(), tuple("module"_atom, "gen_server"_atom),
               list({dictionary, running, parent_, term{}, list({header, about, state})}));
}

} // namespace agner::internal
