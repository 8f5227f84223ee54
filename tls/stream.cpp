// SPDX-License-Identifier: Apache-2.0

#include "stream.hpp"

#include <algorithm>
#include <utility>

#include "../actors/process.hpp"
#include "internal/lingering_close.hpp"
#include "internal/name_question.hpp"
#include "internal/option_set.hpp"
#include "internal/secure_stream.hpp"
#include "internal/secured_stream.hpp"

namespace agner::ssl {

namespace internal {
namespace {

clock::duration time_left(clock::time_point deadline) {
  return std::max(deadline - this_node().scheduler().time().now(), clock::duration::zero());
}

/// Waits until the transport can do what the handshake needs; false when the time is up.
task<bool> transport_ready(wire& of, reference ready, clock::time_point deadline) {
  const auto what = of.unsent() != 0 ? transport::direction::output : transport::direction::input;
  of.below().notify(what, self(), tuple("$ready"_atom, ready));
  co_return co_await receive(on(match("$ready"_atom, ready), [] { return true; }),
                             after(time_left(deadline), [] { return false; }));
}

/// Waits for the decision about the peer; false when the time is up.
task<bool> decided(wire& of, const verifier& by, clock::time_point deadline) {
  pending_verification asked{by, of.tls()};
  auto answer = co_await asked.wait(time_left(deadline));
  asked.conclude();
  if (!answer) co_return false;
  decide(of.tls(), *std::move(answer));
  co_return true;
}

/// Lets the handshake go on with the options for the name that the client asked for; false when the time is up.
task<bool> hello_answered(wire& of, std::shared_ptr<const option_set>& options, verifier& by,
                          clock::time_point deadline) {
  const std::string name = of.tls().hello().server_name;
  chosen_options next;
  if (const auto& choice = options->settings.server_names.choice; choice && !name.empty()) {
    name_question asked{*choice, name};
    const auto answer = co_await asked.wait(time_left(deadline));
    asked.conclude();
    if (!answer) co_return false;
    next = options_chosen(*options, *answer);
  } else if (!name.empty()) {
    next.options = options->for_host(name);
  }
  if (next.options) {
    options = next.options;
    by = options->decides();
  }
  (void)continue_with(of.tls(), next);
  co_return true;
}

task<result<std::unique_ptr<stream>>> shake_hands(std::unique_ptr<wire> of, std::shared_ptr<const option_set> options,
                                                  verifier by, clock::time_point deadline) {
  const reference ready = make_ref();
  for (;;) {
    const auto status = of->handshake();
    if (status == engine_status::open && of->unsent() == 0) co_return std::make_unique<secured_stream>(std::move(of));
    if (status == engine_status::failed || status == engine_status::closed) {
      term reason = of->tls().reason();
      close_lingering(std::move(of));
      co_return fail(std::move(reason));
    }
    bool in_time = false;
    if (status == engine_status::awaits_decision)
      in_time = co_await decided(*of, by, deadline);
    else if (status == engine_status::awaits_hello)
      in_time = co_await hello_answered(*of, options, by, deadline);
    else
      in_time = co_await transport_ready(*of, ready, deadline);
    if (!in_time) co_return fail("timeout"_atom);
  }
}

} // namespace

task<result<std::unique_ptr<stream>>> secure(std::unique_ptr<transport> over, checked_options with, std::string host,
                                             verifier by, clock::time_point deadline) {
  auto set = with.shared_set();
  if (set->settings.pauses_at_hello) {
    option_faults faults;
    faults.expected("handshake"_atom, "hello"_atom, "full: nobody could go on with a stream's handshake");
    co_return std::unexpected{faults.reason()};
  }
  handshake_hooks hooks{.decision_awaited = static_cast<bool>(by)};
  if (!by) {
    by = set->decides();
    hooks.decision_awaited = hooks.validated_later = static_cast<bool>(by);
  }
  auto context = set->context_for(hooks);
  if (!context) co_return std::unexpected{context.error()};
  auto made = std::make_unique<wire>(std::move(over), *std::move(context), engine_options_for(set->settings, host));
  co_return co_await shake_hands(std::move(made), std::move(set), std::move(by), deadline);
}

} // namespace internal

namespace {

void require_role(const checked_options& of, internal::role side) {
  if (of.set().settings.context.side != side) raise_error("badarg"_atom);
}

} // namespace

task<result<std::unique_ptr<stream>>> secure_client(std::unique_ptr<transport> over, checked_options with,
                                                    std::string host, clock::time_point deadline) {
  require_role(with, internal::role::client);
  return internal::secure(std::move(over), std::move(with), std::move(host), {}, deadline);
}

task<result<std::unique_ptr<stream>>> secure_server(std::unique_ptr<transport> over, checked_options with,
                                                    clock::time_point deadline) {
  require_role(with, internal::role::server);
  return internal::secure(std::move(over), std::move(with), {}, {}, deadline);
}

} // namespace agner::ssl
