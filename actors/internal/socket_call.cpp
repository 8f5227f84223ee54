// SPDX-License-Identifier: Apache-2.0

#include "socket_call.hpp"

#include <exception>
#include <optional>
#include <utility>

#include "../links.hpp"
#include "../receive.hpp"
#include "../send.hpp"
#include "socket_exchange.hpp"

namespace agner::internal {

term failed(term reason) { return tuple("error"_atom, std::move(reason)); }

void reply(const socket_caller& to, const term& answer) { send(to.ref, tuple(to.ref, answer)); }

namespace {

/// Takes a question back when who asked ends before there is an answer, so that nobody else's bytes go to it.
class open_question {
public:
  open_question(node& on, const pid& to, reference ref) : node_(on), to_(to), ref_(std::move(ref)) {}
  open_question(const open_question&) = delete;
  open_question& operator=(const open_question&) = delete;
  void answered() noexcept { open_ = false; }
  ~open_question() {
    try {
      if (open_) node_.send(to_, to_term(socket_cancel{ref_}));
    } catch (const std::exception&) { // no memory: the answer goes to nobody
    }
  }

private:
  node& node_;
  pid to_;
  reference ref_;
  bool open_ = true;
};

} // namespace

task<term> call_socket(pid process, term what, term if_gone) {
  if (!this_node().is_local(process)) co_return if_gone;
  const receive_marker from = mark();
  const reference ref = monitor(process, {.alias = alias_mode::reply_demonitor});
  send(process, socket_request{{self(), ref}, std::move(what)});
  open_question question{this_node(), process, ref};
  term answer = co_await receive_from(from, on(match(ref, any<term>), [](term a) { return a; }),
                                      on(match("DOWN"_atom, ref, _, _, _), [&if_gone] { return if_gone; }));
  question.answered();
  co_return answer;
}

task<result<>> command_socket(pid process, term what, atom if_gone) {
  const term answer = co_await call_socket(process, std::move(what), failed(if_gone));
  co_return from_term<result<>>(answer).value_or(fail(answer));
}

task<result<stream>> call_for_stream(pid process, term what, std::chrono::milliseconds timeout) {
  if (!this_node().is_local(process)) co_return fail("closed"_atom);
  const receive_marker from = mark();
  const reference ref = monitor(process, {.alias = alias_mode::reply_demonitor});
  socket_ticket ticket{this_node(), process, ref};
  send(process, socket_request{{self(), ref}, std::move(what)});
  const term answer = co_await receive_from(from, on(match(ref, any<term>), [](term a) { return a; }),
                                            on(match("DOWN"_atom, ref, _, _, _), [] { return failed("closed"_atom); }),
                                            after(timeout, [&ref] {
                                              demonitor(ref); // and the alias: no answer comes from now on
                                              return failed("timeout"_atom);
                                            }));
  // A socket that came is taken whatever the answer: it may have come at the last moment.
  if (auto delivered = ticket.take()) co_return std::move(*delivered);
  if (answer.is_tagged("error"_atom, 2)) {
    if (answer[1].is("timeout"_atom)) send(process, socket_cancel{ref});
    co_return fail(answer[1]);
  }
  co_return fail("closed"_atom);
}

bool hand_over(const socket_caller& to, stream&& what) {
  if (!this_node().service<socket_exchange>().deliver(to.ref, std::move(what))) return false;
  reply(to, "ok"_atom);
  return true;
}

} // namespace agner::internal
