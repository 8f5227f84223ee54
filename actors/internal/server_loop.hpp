// SPDX-License-Identifier: Apache-2.0
// The process of a gen_server: its start, its loop, its end. Runs in that process only.

#pragma once

#include <exception>
#include <optional>

#include "../../runtime/error.hpp"
#include "../gen_server_callbacks.hpp"
#include "../task.hpp"
#include "reports.hpp"

namespace agner::internal {

/// Who started a server, and how.
struct server_origin {
  pid starter;
  bool linked = false;
  std::optional<atom> name;
};

/// {already_started, Pid}
term already_started(atom name);

class server_loop {
public:
  server_loop(behaviour& callbacks, const server_origin& origin);

  task<> run();

private:
  using ending = server_end;

  task<gen_server::outcome> start();
  [[noreturn]] void refuse_start(const ending& how, const term& answer);
  callback_step dispatch(const term& message, bool continuing);
  task<> settle(const term& message, gen_server::outcome next);
  task<> on_failure(const term& message, const std::exception_ptr& failure);
  callback_step on_unknown_info(const term& message);
  ending unhandled(const term& message) const;
  task<> end(ending how);
  [[noreturn]] void leave(const ending& how) const;

  task<> obey_system(term message);
  [[nodiscard]] term answer_system(const term& request, bool suspended) const;
  [[nodiscard]] term state_answer() const;
  [[nodiscard]] term status(bool suspended) const;

  [[nodiscard]] bool is_exit_of_parent(const term& message) const;
  [[nodiscard]] term state_or_undefined() const;

  behaviour& callbacks_;
  server_origin origin_;
  pid parent_;
  term name_; // the registered name, else the pid
};

} // namespace agner::internal
