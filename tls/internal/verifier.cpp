// SPDX-License-Identifier: Apache-2.0

#include "verifier.hpp"

#include <utility>

#include "../../actors/process.hpp"
#include "../../runtime/term_text.hpp"

namespace agner::ssl::internal {
namespace {

verification_answer nobody_decided(const term& why) {
  return verification_answer::refuse(internal_error_alert, "nobody decided about the certificate: " + print_short(why));
}

task<> run_verifier(pid asker, reference question, verifier by, verification about) {
  send(asker, tuple("$ssl_verified"_atom, question, to_term(co_await by(std::move(about)))));
}

} // namespace

pending_verification::pending_verification(const verifier& by, const engine& of)
    : home_(this_node()), question_(make_ref()) {
  const auto chain = of.peer_certificates();
  verification about{.certificates = {chain.begin(), chain.end()},
                     .found = of.found().result,
                     .shared = of.shared(),
                     .expected_name = of.expected_name()};
  auto started = spawn_monitor(run_verifier, self(), question_, by, std::move(about));
  asked_ = started.process;
  monitor_ = std::move(started.monitor);
}

pending_verification::~pending_verification() { home_.exit(asked_, "kill"_atom); }

std::optional<verification_answer> pending_verification::answer_in(const term& message) const {
  if (message.is_tagged("$ssl_verified"_atom, 3) && message[1] == question_.as_term())
    return from_term<verification_answer>(message[2]).value_or(nobody_decided(message[2]));
  if (message.is_tagged("DOWN"_atom, 5) && message[1] == monitor_.as_term()) return nobody_decided(message[4]);
  return std::nullopt;
}

task<std::optional<verification_answer>> pending_verification::wait(clock::duration time) {
  using answer = std::optional<verification_answer>;
  co_return co_await receive(
      on(match("$ssl_verified"_atom, question_, any<verification_answer>),
         [](verification_answer given) { return answer{std::move(given)}; }),
      on(match("DOWN"_atom, monitor_, _, _, any<term>), [](const term& why) { return answer{nobody_decided(why)}; }),
      after(time, [] { return answer{}; }));
}

void pending_verification::conclude() { demonitor(monitor_, {.flush = true}); }

void decide(engine& of, verification_answer answer) {
  if (answer.accepted)
    of.accept_peer();
  else
    of.refuse_peer(answer.alert, std::move(answer.detail));
}

} // namespace agner::ssl::internal
