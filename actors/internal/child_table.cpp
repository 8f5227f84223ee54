// SPDX-License-Identifier: Apache-2.0

#include "child_table.hpp"

#include "../../runtime/reasons.hpp"
#include "../../runtime/term_builders.hpp"

namespace agner::internal {

using supervisor::child_spec;
using supervisor::child_type;
using supervisor::restart_type;

// -- the table --------------------------------------------------------------------------------------------------------------------------------

supervised_child* child_table::find(const term& id) {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : &*at->second;
}

supervised_child* child_table::find(const pid& child) {
  const auto at = by_pid_.find(child);
  return at == by_pid_.end() ? nullptr : at->second;
}

supervised_child& child_table::add(child_spec spec) {
  children_.push_back({std::move(spec)});
  by_id_.emplace(children_.back().spec.id, std::prev(children_.end()));
  return children_.back();
}

void child_table::erase(const supervised_child& child) {
  if (const auto was = child.at.to_pid()) by_pid_.erase(*was);
  const auto at = by_id_.find(child.spec.id);
  const auto position = at->second;
  by_id_.erase(at);
  children_.erase(position);
}

void child_table::place(supervised_child& child, term at) {
  if (const auto was = child.at.to_pid()) by_pid_.erase(*was);
  child.at = std::move(at);
  if (const auto now = child.at.to_pid()) by_pid_.emplace(*now, &child);
}

// -- children as terms ------------------------------------------------------------------------------------------------------------------------

std::chrono::milliseconds shutdown_time(const child_spec& spec) {
  using std::chrono::milliseconds;
  return spec.shutdown.value_or(spec.type == child_type::supervisor ? infinity : milliseconds{5000});
}

namespace {

term restart_term(restart_type of) {
  switch (of) {
  case restart_type::permanent: return "permanent"_atom;
  case restart_type::transient: return "transient"_atom;
  case restart_type::temporary: break;
  }
  return "temporary"_atom;
}

term shutdown_term(const child_spec& of) {
  const auto time = shutdown_time(of);
  if (time == infinity) return "infinity"_atom;
  return time == supervisor::brutal_kill ? term{"brutal_kill"_atom} : term{time.count()};
}

term type_term(child_type of) { return of == child_type::worker ? term{"worker"_atom} : term{"supervisor"_atom}; }

term start_term(const child_spec& of) { return tuple(of.start.module(), of.start.name(), reasons::undefined); }

term modules_term(const child_spec& of) { return list({of.start.module()}); }

} // namespace

std::optional<term> fault_of(const child_spec& spec) {
  if (!spec.start.call()) return "missing_start"_atom;
  if (spec.shutdown && spec.shutdown->count() < 0 && *spec.shutdown != supervisor::brutal_kill)
    return tuple("invalid_shutdown"_atom, spec.shutdown->count());
  return std::nullopt;
}

term child_record(const supervised_child& child) {
  const child_spec& spec = child.spec;
  return tuple("child"_atom, child.at, spec.id, start_term(spec), restart_term(spec.restart), false,
               shutdown_term(spec), type_term(spec.type), modules_term(spec));
}

term child_info_term(const supervised_child& child) {
  const term at = child.is_restarting() ? term{"restarting"_atom} : child.at;
  return tuple(child.spec.id, at, type_term(child.spec.type), modules_term(child.spec));
}

term child_spec_term(const supervised_child& child) {
  const child_spec& spec = child.spec;
  return map({{"id"_atom, spec.id},
              {"start"_atom, start_term(spec)},
              {"restart"_atom, restart_term(spec.restart)},
              {"significant"_atom, false},
              {"shutdown"_atom, shutdown_term(spec)},
              {"type"_atom, type_term(spec.type)},
              {"modules"_atom, modules_term(spec)}});
}

term offender_term(const supervised_child& child, const term& at) {
  const child_spec& spec = child.spec;
  return list({tuple("pid"_atom, at), tuple("id"_atom, spec.id), tuple("mfargs"_atom, start_term(spec)),
               tuple("restart_type"_atom, restart_term(spec.restart)), tuple("significant"_atom, false),
               tuple("shutdown"_atom, shutdown_term(spec)), tuple("child_type"_atom, type_term(spec.type))});
}

} // namespace agner::internal
