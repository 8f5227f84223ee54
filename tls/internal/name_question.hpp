// SPDX-License-Identifier: Apache-2.0
// The options for the name that a client asks for: looked up in sni_hosts at once, or asked of sni_fun in a process of its own, so that nobody else waits. Used by the process that owns
// the handshake. Mechanism: docs/ssl.md.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "../../actors/task.hpp"
#include "../../runtime/node.hpp"
#include "../../runtime/reference.hpp"
#include "engine.hpp"
#include "option_set.hpp"

namespace agner::ssl::internal {

/// A question to sni_fun that is under way. Its answer is {'$ssl_options', Question, Options}; where there will be none, {'DOWN', Monitor, process, _, Reason}. Its end ends who was asked.
class name_question {
public:
  name_question(const fun& by, const std::string& name);
  ~name_question();
  name_question(const name_question&) = delete;
  name_question& operator=(const name_question&) = delete;

  /// The options, if @p message is the answer: a list of options, `undefined` for none of its own, or `{error, Reason}`.
  [[nodiscard]] std::optional<term> answer_in(const term& message) const;
  /// Waits for the answer; nothing where none came in @p time.
  task<std::optional<term>> wait(clock::duration time);
  /// After the answer: no message of it comes any more.
  void conclude();

private:
  node& home_;
  reference question_;
  pid asked_;
  reference monitor_;
};

/// What a connection goes on with.
struct chosen_options {
  std::shared_ptr<const option_set> options; // null: those it has
  bool refused = false;
};

/// What sni_fun's answer means for a connection with @p now. @source OTP 25 lib/ssl, ssl_gen_statem: handle_sni_extension, update_ssl_options_from_sni
chosen_options options_chosen(const option_set& now, const term& answer);

/// Lets @p of, which awaits it, go on with @p next.
/// @errors `{options, _}`  a file cannot be used any more
result<> continue_with(engine& of, const chosen_options& next);

} // namespace agner::ssl::internal
