// SPDX-License-Identifier: Apache-2.0
// Rules: OTP 25, erts bif.c (group_leader/2), and the user's guide of stdlib, "The Erlang I/O Protocol".

#include "group_leader.hpp"

#include <cstdio>
#include <string>

#include "../runtime/io_lib.hpp"
#include "../runtime/reasons.hpp"
#include "../runtime/router.hpp"
#include "internal/leader_of_last_resort.hpp"
#include "internal/question.hpp"
#include "process.hpp"

namespace agner {

namespace {

using internal::question;
using internal::question_kind;

// {put_chars, Encoding, Characters}; io:format of an Erlang node comes as {put_chars, Encoding, io_lib, format, [Format, Arguments]}.
result<std::string> text_of(const term& request) {
  if (request.is_tagged("put_chars"_atom, 3)) {
    const term& characters = request[2];
    return io_lib::format(request[1].is("unicode"_atom) ? "~ts" : "~s", {&characters, 1});
  }
  if (request.is_tagged("put_chars"_atom, 5) && request[2].is("io_lib"_atom) && request[3].is("format"_atom)) {
    const term arguments = request[4];
    if (!arguments.is_cons() || !arguments.tail().is_cons()) return fail(reasons::badarg);
    const term format_text = arguments.head();
    const auto format = io_lib::format("~ts", {&format_text, 1});
    if (!format) return format;
    std::vector<term> given;
    for (const term& each : arguments.tail().head().as_list())
      given.push_back(each);
    return io_lib::format(*format, given);
  }
  return fail(reasons::notsup);
}

term obey(const term& request) {
  try {
    if (const auto text = text_of(request)) {
      std::fwrite(text->data(), 1, text->size(), stdout);
      std::fflush(stdout);
      return "ok"_atom;
    }
  } catch (const raised&) { // no characters
  }
  return tuple("error"_atom, "request"_atom);
}

task<> write_as_told() {
  trap_exit(true);
  for (;;)
    co_await receive(on(match("io_request"_atom, any<pid>, any<term>, any<term>),
                        [](pid from, term reply_as, term request) {
                          send(from, tuple("io_reply"_atom, std::move(reply_as), obey(request)));
                        }),
                     [](term) {});
}

struct leader_service {
  explicit leader_service(node& on) : leader(on.spawn(write_as_told)) {}
  pid leader;
};

task<> ask_to_follow(pid leader, pid of) {
  const term done = co_await question{of, question_kind::group_leader, leader};
  if (!done.is("true"_atom)) raise_error(reasons::badarg);
}
task<> nothing() { co_return; }

} // namespace

pid internal::leader_of_last_resort(node& on) { return on.service<leader_service>().leader; }

pid group_leader() {
  const internal::process_core& me = internal::current_process();
  if (const auto leader = me.group_leader()) return *leader;
  return internal::leader_of_last_resort(me.home());
}

task<> group_leader(const pid& leader, const pid& of) {
  internal::process_core& me = internal::current_process();
  if (me.home().is_local(of)) return ask_to_follow(leader, of);
  if (class router* out = me.home().router()) out->group_leader(me.self(), of, leader);
  return nothing();
}

} // namespace agner
