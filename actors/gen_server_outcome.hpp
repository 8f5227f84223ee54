// SPDX-License-Identifier: Apache-2.0
// What a callback of a gen_server tells it to do next: the tuples that Erlang's callbacks return. Programs include gen_server.hpp.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "../runtime/struct_mapping.hpp"
#include "../runtime/term.hpp"
#include "clause.hpp"

namespace agner::gen_server {

/// What comes after a callback. Handlers that only answer or only act need none: their value is the reply, `void` is noreply.
class outcome {
public:
  enum class kind : std::uint8_t { noreply, reply, stop, ignore, unhandled };

  /// {ok, State}, from init.
  static outcome ok() noexcept { return outcome{kind::noreply}; }
  /// ignore, from init: the start fails with `ignore`, and nobody is to blame.
  static outcome ignore() noexcept { return outcome{kind::ignore}; }
  /// {noreply, State}: whoever called gets a reply later, or what was cast is done.
  static outcome noreply() noexcept { return outcome{kind::noreply}; }
  /// {reply, Reply, State}, from handle_call.
  template <class Reply>
  static outcome reply(Reply&& value) {
    outcome made{kind::reply};
    made.reply_ = to_term(std::forward<Reply>(value));
    return made;
  }
  /// {stop, Reason, State}: terminate is called and the server ends with @p reason.
  static outcome stop(term reason) noexcept {
    outcome made{kind::stop};
    made.argument_ = std::move(reason);
    return made;
  }
  /// {stop, Reason, Reply, State}, from handle_call: the reply goes out after terminate.
  template <class Reply>
  static outcome stop(term reason, Reply&& reply) {
    outcome made = stop(std::move(reason));
    made.reply_ = to_term(std::forward<Reply>(reply));
    return made;
  }

  /// If no message comes within @p time, handle_info gets `timeout`.
  outcome timeout(std::chrono::milliseconds time) && noexcept {
    timeout_ = time;
    return std::move(*this);
  }
  /// {continue, Value}: handle_continue gets @p value before any message.
  template <class Value>
  outcome continue_with(Value&& value) && {
    continues_ = true;
    argument_ = to_term(std::forward<Value>(value));
    return std::move(*this);
  }

  // -- for the server's loop ------------------------------------------------------------------------------------------------------------

  explicit outcome(kind what) noexcept : kind_(what) {}
  [[nodiscard]] kind what() const noexcept { return kind_; }
  [[nodiscard]] const std::optional<term>& answer() const noexcept { return reply_; }
  [[nodiscard]] bool continues() const noexcept { return continues_; }
  /// The reason of a stop, or what to continue with.
  [[nodiscard]] const term& argument() const noexcept { return argument_; }
  [[nodiscard]] std::chrono::milliseconds time() const noexcept { return timeout_; }

private:
  kind kind_;
  bool continues_ = false;
  std::optional<term> reply_;
  term argument_;
  std::chrono::milliseconds timeout_ = infinity;
};

} // namespace agner::gen_server
