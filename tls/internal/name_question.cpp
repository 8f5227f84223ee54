// SPDX-License-Identifier: Apache-2.0

#include "name_question.hpp"

#include <utility>

#include "../../actors/process.hpp"

namespace agner::ssl::internal {
namespace {

task<> run_choice(pid asker, reference question, fun by, term name) {
  std::vector<term> arguments;
  arguments.push_back(std::move(name));
  send(asker, tuple("$ssl_options"_atom, question, co_await by.call(std::move(arguments))));
}

/// As a string, which is what names are; as a binary where it is no text.
term name_term(const std::string& name) {
  try {
    return string(name);
  } catch (const raised&) {
    return binary(name);
  }
}

} // namespace

name_question::name_question(const fun& by, const std::string& name) : home_(this_node()), question_(make_ref()) {
  auto started = spawn_monitor(run_choice, self(), question_, by, name_term(name));
  asked_ = started.process;
  monitor_ = std::move(started.monitor);
}

name_question::~name_question() { home_.exit(asked_, "kill"_atom); }

std::optional<term> name_question::answer_in(const term& message) const {
  if (message.is_tagged("$ssl_options"_atom, 3) && message[1] == question_.as_term()) return message[2];
  if (message.is_tagged("DOWN"_atom, 5) && message[1] == monitor_.as_term()) return tuple("error"_atom, message[4]);
  return std::nullopt;
}

task<std::optional<term>> name_question::wait(clock::duration time) {
  using answer = std::optional<term>;
  co_return co_await receive(
      on(match("$ssl_options"_atom, question_, any<term>), [](term given) { return answer{std::move(given)}; }),
      on(match("DOWN"_atom, monitor_, _, _, any<term>),
         [](const term& why) { return answer{tuple("error"_atom, why)}; }),
      after(time, [] { return answer{}; }));
}

void name_question::conclude() { demonitor(monitor_, {.flush = true}); }

chosen_options options_chosen(const option_set& now, const term& answer) {
  if (answer.is("undefined"_atom)) return {};
  auto made = now.chosen(answer);
  if (!made) return {.options = nullptr, .refused = true};
  return {.options = *std::move(made)};
}

result<> continue_with(engine& of, const chosen_options& next) {
  if (next.refused) {
    of.refuse_hello(unrecognized_name_alert);
    return {};
  }
  if (!next.options) {
    of.continue_with(nullptr);
    return {};
  }
  const bool somebody = static_cast<bool>(next.options->decides());
  auto context = next.options->context_for({.decision_awaited = somebody, .validated_later = somebody});
  if (!context) {
    of.refuse_hello(internal_error_alert);
    return std::unexpected{context.error()};
  }
  of.continue_with(*std::move(context), engine_options_for(next.options->settings, {}));
  return {};
}

} // namespace agner::ssl::internal
