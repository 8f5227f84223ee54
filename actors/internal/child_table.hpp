// SPDX-License-Identifier: Apache-2.0
// The children of a supervisor: in the order of their start, by id, and by pid. Only the supervisor touches it.

#pragma once

#include <iterator>
#include <list>
#include <optional>
#include <unordered_map>

#include "../../runtime/term.hpp"
#include "../../runtime/term_order.hpp"
#include "../supervisor.hpp"

namespace agner::internal {

struct supervised_child {
  supervisor::child_spec spec;
  /// `undefined`, a pid, or {restarting, Pid}.
  term at = "undefined"_atom;

  [[nodiscard]] bool is_restarting() const noexcept { return at.is_tagged("restarting"_atom, 2); }
  [[nodiscard]] bool is(supervisor::restart_type type) const noexcept { return spec.restart == type; }
};

class child_table {
public:
  using children = std::list<supervised_child>;

  [[nodiscard]] children& in_start_order() noexcept { return children_; }
  [[nodiscard]] const children& in_start_order() const noexcept { return children_; }
  [[nodiscard]] supervised_child* find(const term& id);
  [[nodiscard]] supervised_child* find(const pid& child);

  supervised_child& add(supervisor::child_spec spec);
  void erase(const supervised_child& child);
  /// Says where @p child is now: a pid, `undefined`, or {restarting, Pid}.
  void place(supervised_child& child, term at);

private:
  children children_;
  std::unordered_map<term, children::iterator> by_id_;
  std::unordered_map<pid, supervised_child*> by_pid_;
};

// -- children as Erlang sees them ---------------------------------------------------------------------------------------------------------------

/// How long a child may take to end; `brutal_kill` for none.
std::chrono::milliseconds shutdown_time(const supervisor::child_spec& spec);

/// Why @p spec is wrong; nothing if it is not.
std::optional<term> fault_of(const supervisor::child_spec& spec);

/// #child{}: {child, Pid, Id, {Module, Function, undefined}, Restart, false, Shutdown, Type, Modules}
term child_record(const supervised_child& child);
/// {Id, Child, Type, Modules}
term child_info_term(const supervised_child& child);
/// #{id => Id, start => ..., ...}
term child_spec_term(const supervised_child& child);
/// [{pid, Pid}, {id, Id}, ...], as reports name a child that is @p at a pid, or `undefined`, or {restarting, Pid}.
term offender_term(const supervised_child& child, const term& at);

} // namespace agner::internal
