// SPDX-License-Identifier: Apache-2.0
// Rules: OTP 25, gen.erl: call, send_request, receive_response, reply.

#include "gen.hpp"

#include <vector>

#include "../runtime/node.hpp"
#include "../runtime/reasons.hpp"
#include "../runtime/term_builders.hpp"
#include "../runtime/term_views.hpp"
#include "clause.hpp"
#include "exit.hpp"
#include "links.hpp"

namespace agner {

gen::from::from(term of) : term_(std::move(of)) {
  if (!term_.is_tuple() || term_.size() != 2 || !term_[0].is_pid()) raise_error(reasons::badarg);
}

namespace internal {

namespace {

// The reference in [alias|Ref] and in [[alias|Ref]|_], which proxies make.
std::optional<reference> alias_in(const term& tag) {
  if (!tag.is_cons()) return std::nullopt;
  const term& head = tag.head();
  if (head.is("alias"_atom)) return tag.tail().to_reference();
  return head.is_cons() && head.head().is("alias"_atom) ? head.tail().to_reference() : std::nullopt;
}

term tag_of(const reference& ref) { return cons("alias"_atom, ref); }

// A request to a name that nobody has: its answer is there at once.
gen::request_id never_answered(process_core& self, const term& server) {
  const receive_marker since{self.messages()};
  reference ref = self.home().make_reference();
  self.deliver(tuple("DOWN"_atom, ref, "process"_atom, server, reasons::noproc));
  return {std::move(ref), since};
}

term milliseconds_term(std::chrono::milliseconds time) {
  return time == infinity ? term{"infinity"_atom} : term{time.count()};
}

} // namespace

void send_reply(const term& from, term reply) {
  const term& tag = from[1];
  const auto alias = alias_in(tag);
  process_core* const here = current_process_or_null();
  if (alias && here != nullptr && alias->home() == here->home().identity() && tag.head().is_atom())
    return here->reply(*alias, std::move(reply));
  send_term(alias ? term{*alias} : from[0], tuple(tag, std::move(reply)));
}

// -- waiting for a response -----------------------------------------------------------------------------------------------------------

response_wait::response_wait(std::chrono::milliseconds timeout, late when_late) : late_(when_late), timeout_(timeout) {
  if (timeout.count() < 0) raise_error(reasons::timeout_value);
}

void response_wait::expect(reference ref, const receive_marker& since, process_core& self) {
  ref_ = std::move(ref);
  tag_ = tag_of(ref_);
  next_ = since.start(self.messages());
}

void response_wait::fail(term reason) noexcept {
  what_ = response_kind::down;
  value_ = std::move(reason);
}

bool response_wait::take_reply(const term& alias, term& reply) {
  if (what_ != response_kind::none || alias != ref_.as_term()) return false;
  what_ = response_kind::reply;
  value_ = std::move(reply);
  settled_ = true;
  return true;
}

bool response_wait::scan(process_core& self) {
  const message_filter reply = message_filter::tuple(2);
  const message_filter down = message_filter::tagged(5, "DOWN"_atom);
  mailbox& messages = self.messages();
  if (messages.take_rewound()) next_ = 0;
  for (; next_ < messages.size(); ++next_) {
    const mailbox::entry& entry = messages[next_];
    const auto elements = entry.message.elements();
    if (reply.passes(entry.key) && elements[0] == tag_) {
      what_ = response_kind::reply;
      value_ = elements[1];
    } else if (down.passes(entry.key) && elements[1] == ref_.as_term()) {
      what_ = response_kind::down;
      object_ = elements[3];
      value_ = elements[4];
    } else {
      continue;
    }
    messages.take(next_);
    return true;
  }
  return false;
}

void response_wait::suspend(process_core& self, std::coroutine_handle<> awaiting) {
  if (what_ == response_kind::none && timeout_.count() != 0 && timeout_ != infinity) self.arm_timeout(timeout_);
  self.park(this, awaiting);
}

bool response_wait::poll(process_core& self) {
  if (what_ == response_kind::none && !scan(self)) {
    if (timeout_.count() != 0 && !self.timed_out()) return false;
    what_ = response_kind::timeout;
    // The alias goes with the monitor: a reply that comes later finds nobody.
    if (late_ == late::abandoned) self.demonitor(ref_, false);
  }
  self.disarm_timeout();
  return true;
}

// Where the reply came to our alias, the monitor is gone already. A server that replied to our pid may have ended since: its DOWN is then behind the reply.
void response_wait::conclude(process_core& self) {
  if (settled_ || self.demonitor(ref_, false)) return;
  const message_filter down = message_filter::tagged(5, "DOWN"_atom);
  mailbox& messages = self.messages();
  for (std::size_t i = next_; i < messages.size(); ++i) {
    if (!down.passes(messages[i].key) || messages[i].message.elements()[1] != ref_.as_term()) continue;
    messages.take(i);
    return;
  }
}

// -- calls ------------------------------------------------------------------------------------------------------------------------------

call_wait::call_wait(atom label, destination to, term request, std::optional<std::chrono::milliseconds> timeout)
    : response_wait(timeout.value_or(gen::default_timeout), late::abandoned),
      label_(label),
      to_(to.as_term()),
      request_(std::move(request)),
      timeout_given_(timeout) {
  if (to_.is_reference()) raise_error(reasons::badarg);
}

// Names of this node become pids. Where that shows that the call cannot be, it fails.
term call_wait::resolve(process_core& self) {
  node& here = self.home();
  const bool pair = to_.is_tuple();
  if (pair && !to_[1].is(here.name())) {
    if (here.router() == nullptr) fail(tuple("nodedown"_atom, to_[1]));
    return to_;
  }
  const term& target = pair ? to_[0] : to_;
  std::optional<pid> at = target.to_pid();
  if (const auto name = target.to_atom()) at = here.whereis(*name);
  if (!at) {
    fail(reasons::noproc);
    return to_;
  }
  if (*at == self.self()) fail("calling_self"_atom);
  return *at;
}

void call_wait::begin(process_core& self) {
  const receive_marker since{self.messages()};
  const term target = resolve(self);
  if (what() != response_kind::none) return;
  if (const auto server = target.to_pid(); server && self.home().is_local(*server)) {
    expect(self.request_reference(), since, self);
    if (!self.request(*server, ref(), tuple(label_, tuple(self.self(), tag()), request_))) fail(reasons::noproc);
    return;
  }
  expect(self.monitor(target, alias_mode::reply_demonitor), since, self);
  if (scan(self)) return; // nobody there: sending would only connect once more
  self.home().send(target, tuple(label_, tuple(self.self(), tag()), request_));
}

bool call_wait::await_ready() {
  process_core& self = current_process();
  const bool turn_left = self.spend(2);
  begin(self);
  return what() != response_kind::none && turn_left;
}

void call_wait::await_suspend(std::coroutine_handle<> awaiting) { suspend(current_process(), awaiting); }

term call_wait::finish() {
  term why = value();
  switch (what()) {
  case response_kind::reply: conclude(current_process()); return why;
  case response_kind::timeout: why = reasons::timeout; break;
  case response_kind::down:
    if (why.is(reasons::noconnection)) why = tuple("nodedown"_atom, server_node());
    break;
  case response_kind::none: break;
  }
  exit(tuple(std::move(why), call_term()));
}

atom call_wait::server_node() const {
  if (const auto at = to_.to_pid()) return at->node();
  return to_.is_tuple() ? to_[1].as_atom() : this_node().name();
}

// {Module, Function, Arguments} of the call, as reasons name it.
term call_wait::call_term() const {
  std::vector<term> arguments{to_};
  atom module = "gen_server"_atom;
  atom function = "call"_atom;
  if (label_ == "system"_atom) {
    module = "sys"_atom;
    const bool bare = request_.is_atom();
    if (bare || (request_.is_tuple() && request_.size() == 2 && request_[0].is_atom()))
      function = (bare ? request_ : request_[0]).as_atom();
    if (!bare) arguments.push_back(request_[1]);
  } else {
    arguments.push_back(request_);
  }
  if (timeout_given_) arguments.push_back(milliseconds_term(*timeout_given_));
  return tuple(module, function, list_of(std::move(arguments)));
}

void raise_bad_reply(const term& reply) { raise_error(tuple(reasons::badmatch, reply)); }

// -- requests whose reply is fetched later -----------------------------------------------------------------------------------------------

gen::request_id send_request(atom label, const destination& to, term request) {
  process_core& self = current_process();
  node& here = self.home();
  term target = to.as_term();
  if (target.is_reference()) raise_error(reasons::badarg);
  if (target.is_tuple() && target[1].is(here.name())) target = target[0];
  if (const auto name = target.to_atom()) {
    const auto at = here.whereis(*name);
    if (!at) return never_answered(self, to.as_term());
    target = *at;
  }
  const receive_marker since{self.messages()};
  if (const auto server = target.to_pid(); server && here.is_local(*server) && *server != self.self()) {
    reference ref = self.request_reference();
    if (!self.request(*server, ref, tuple(label, tuple(self.self(), tag_of(ref)), std::move(request))))
      self.deliver(tuple("DOWN"_atom, ref, "process"_atom, target, reasons::noproc));
    return {std::move(ref), since};
  }
  reference ref = self.monitor(target, alias_mode::reply_demonitor);
  if (!target.is_tuple() || here.router() != nullptr)
    here.send(target, tuple(label, tuple(self.self(), tag_of(ref)), std::move(request)));
  return {std::move(ref), since};
}

request_wait::request_wait(gen::request_id id, std::chrono::milliseconds timeout, late when_late)
    : response_wait(timeout, when_late), id_(std::move(id)) {}

bool request_wait::await_ready() {
  process_core& self = current_process();
  const bool turn_left = self.spend(1);
  expect(id_.ref(), id_.since(), self);
  return scan(self) && turn_left;
}

void request_wait::await_suspend(std::coroutine_handle<> awaiting) { suspend(current_process(), awaiting); }

response request_wait::finish() {
  switch (what()) {
  case response_kind::reply: conclude(current_process()); return response{std::in_place, value()};
  case response_kind::down: return response{std::in_place, std::unexpect, tuple(value(), object())};
  default: return std::nullopt;
  }
}

response check_response(const term& message, const gen::request_id& id) {
  const auto elements = message.elements();
  if (message.is_tagged("DOWN"_atom, 5) && elements[1] == id.ref().as_term())
    return response{std::in_place, std::unexpect, tuple(elements[4], elements[3])};
  if (elements.size() != 2 || elements[0] != tag_of(id.ref())) return std::nullopt;
  demonitor(id.ref(), {.flush = true});
  return response{std::in_place, elements[1]};
}

} // namespace internal

} // namespace agner
