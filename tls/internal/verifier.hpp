// SPDX-License-Identifier: Apache-2.0
// Somebody else decides about a peer's certificate: a function that runs in a process of its own, so that the connection goes on hearing while it waits.
// verify_fun and partial_chain are made of it: peer_decision.hpp. Used by the process that owns the handshake. Mechanism: docs/ssl.md.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "../../actors/task.hpp"
#include "../../runtime/node.hpp"
#include "../../runtime/reference.hpp"
#include "alert.hpp"
#include "engine.hpp"

namespace agner::ssl::internal {

/// What is to be decided.
struct verification {
  /// The peer's certificates as DER, its own first.
  std::vector<term> certificates;
  /// `valid`, or `{bad_cert, Reason}`: what path validation and the host name check found.
  term found;
  /// For who validates by itself: the rules and authorities, and the host or address that the certificate must be for.
  std::shared_ptr<const context> shared = {};
  std::optional<std::string> expected_name = {};
};

/// Travels as {Accepted, Alert, Detail}.
struct verification_answer {
  bool accepted = false;
  /// For a refusal: what the peer is told, and what only the own reason says.
  alert_number alert = bad_certificate_alert;
  std::string detail = {};

  static verification_answer accept() { return {.accepted = true}; }
  static verification_answer refuse(alert_number with, std::string detail) {
    return {.accepted = false, .alert = with, .detail = std::move(detail)};
  }
};

/// Called in a fresh process, which ends with the handshake if it has not answered by then.
using verifier = std::function<task<verification_answer>(verification)>;

/// A question that is under way. Its answer is {'$ssl_verified', Question, Answer}; if there will be none, {'DOWN', Monitor, process, _, Reason} comes instead, and nobody gets in.
/// The end of this object, also because the process that asked was killed, ends the process that was to answer.
class pending_verification {
public:
  /// Asks @p by about the peer of @p of, which awaits a decision.
  pending_verification(const verifier& by, const engine& of);
  ~pending_verification();
  pending_verification(const pending_verification&) = delete;
  pending_verification& operator=(const pending_verification&) = delete;

  /// The answer, if @p message is it.
  [[nodiscard]] std::optional<verification_answer> answer_in(const term& message) const;
  /// Waits for the answer, and receives nothing else; nothing where none came in @p time.
  task<std::optional<verification_answer>> wait(clock::duration time);
  /// After the answer: no message of it comes any more.
  void conclude();

private:
  node& home_;
  reference question_;
  pid asked_;
  reference monitor_;
};

/// Tells the engine.
void decide(engine& of, verification_answer answer);

} // namespace agner::ssl::internal
