// SPDX-License-Identifier: Apache-2.0
// The gen_server that a supervisor is. Its own process only.

#pragma once

#include <optional>
#include <vector>

#include "../gen_server.hpp"
#include "child_table.hpp"
#include "restart_intensity.hpp"

namespace agner::internal {

class supervisor_server {
public:
  static constexpr auto module = "supervisor"_atom;

  supervisor_server(std::optional<atom> name, supervisor::flags how, std::vector<supervisor::child_spec> children);

  task<gen_server::outcome> init();
  task<term> handle_call(term request);
  task<gen_server::outcome> handle_cast(term request);
  task<gen_server::outcome> handle_info(term message);
  task<> terminate(term reason);
  [[nodiscard]] term state() const;

private:
  // -- requests
  task<term> start_child(const term& ticket);
  task<term> terminate_child(supervised_child& child);
  task<term> restart_child(supervised_child& child);
  term delete_child(supervised_child& child);
  [[nodiscard]] term which_children() const;
  [[nodiscard]] term count_children() const;

  // -- the end of a child
  task<gen_server::outcome> on_exit(supervised_child& child, term reason);
  task<gen_server::outcome> restart(supervised_child& child);
  void forget_pid(supervised_child& child);

  // -- children, one by one
  task<result<term>> start(const supervised_child& child);
  task<> stop(const supervised_child& child);
  void report(atom context, const term& reason, const supervised_child& child) const;

  supervisor::flags flags_;
  std::vector<supervisor::child_spec> to_start_;
  term name_; // {local, Name} or {Pid, supervisor}
  child_table table_;
  restarts restarts_;
};

} // namespace agner::internal
