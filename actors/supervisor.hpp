// SPDX-License-Identifier: Apache-2.0
// supervisor: a process that starts children, watches them, and starts them again when they end. This one restarts the child that ended and no other (one_for_one).
// All functions are for processes; those that ask a supervisor work on OTP's too. Mechanism: docs/supervisor.md.

#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gen_server.hpp"

namespace agner::supervisor {

// -- what to supervise --------------------------------------------------------------------------------------------------------------------

/// When a child that ended is started again: always; when it did not end with `normal`, `shutdown` or {shutdown, _}; never.
enum class restart_type : std::uint8_t { permanent, transient, temporary };

enum class child_type : std::uint8_t { worker, supervisor };

/// As the time for a shutdown: no time, the child is killed.
inline constexpr std::chrono::milliseconds brutal_kill{-1};

/// How a child is started: a callable that gives task<result<pid>> and links the child with its caller. It is called each time anew.
class start_function {
public:
  using function = std::function<task<result<pid>>()>;

  start_function() = default;
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, start_function> && std::constructible_from<function, F>)
  start_function(F&& f) : call_(std::forward<F>(f)) {}
  /// @p module and @p name: how reports call it.
  start_function(function f, atom module, atom name) : call_(std::move(f)), module_(module), name_(name) {}

  [[nodiscard]] const function& call() const noexcept { return call_; }
  [[nodiscard]] atom module() const noexcept { return module_; }
  [[nodiscard]] atom name() const noexcept { return name_; }

private:
  function call_;
  atom module_ = "undefined"_atom;
  atom name_ = "undefined"_atom;
};

/// `gen_server::start_link<Server>(arguments...)` as a start function. The arguments are copied for each start; the first may be gen_server::local(name).
template <class Server, class... Arguments>
start_function start_link_of(Arguments&&... arguments) {
  return {[... kept = std::decay_t<Arguments>(std::forward<Arguments>(arguments))] {
            return gen_server::start_link<Server>(kept...);
          },
          agner::internal::module_of<Server>(), "start_link"_atom};
}

/// @erlang supervisor:child_spec()
struct child_spec {
  /// Any term; no other child of the supervisor has the same.
  term id;
  start_function start;
  restart_type restart = restart_type::permanent;
  /// How long the child may take to end when it is told to; then it is killed. `infinity`, or `brutal_kill`. Unless given, 5 s for workers and infinity for supervisors.
  std::optional<std::chrono::milliseconds> shutdown = std::nullopt;
  child_type type = child_type::worker;
};

/// @erlang supervisor:sup_flags()
struct flags {
  /// More restarts than this within @p period end the supervisor.
  std::uint32_t intensity = 1;
  std::chrono::seconds period{5};
};

// -- starting -------------------------------------------------------------------------------------------------------------------------------

/// Starts a supervisor, linked with its caller, and its children in the given order. When it ends it ends them in reverse order.
///
/// @param options   gen_server::local(name) for a name
/// @returns  the pid, once every child has started
/// @errors   {shutdown, {failed_to_start_child, Id, Reason}}  a child did not start; those before it have ended again.
///           {start_spec, {duplicate_child_name, Id}}, {start_spec, missing_start}, {start_spec, {invalid_shutdown, Milliseconds}},
///           {supervisor_data, {invalid_period, Seconds}}  a wrong specification; else as gen_server::start
/// @context  a process; it ends with a supervisor that fails to start, unless it traps exits
/// @erlang   supervisor:start_link/2,3
/// @source   OTP 25 supervisor.erl init
task<result<pid>> start_link(gen_server::start_options options, flags how, std::vector<child_spec> children);
task<result<pid>> start_link(flags how, std::vector<child_spec> children);

// -- asking and changing one ------------------------------------------------------------------------------------------------------------------

/// Adds a child and starts it.
/// @returns  its pid; nothing (Erlang: `undefined`) if it said `ignore`
/// @errors   {already_started, Pid}, already_present  the id is taken; {Reason, Child}  it did not start; a wrong specification as for start_link;
///           {invalid_child_spec, _}  the supervisor is on another node: functions do not travel
/// @erlang   supervisor:start_child/2
task<result<std::optional<pid>>> start_child(destination of, child_spec child);

/// Ends a child as its specification says. A temporary one is forgotten, others may be restarted.
/// @errors not_found
/// @erlang supervisor:terminate_child/2
[[nodiscard]] inline auto terminate_child(destination of, term id) {
  return gen_server::call<result<>>(std::move(of), tuple("terminate_child"_atom, std::move(id)), infinity);
}

/// Starts a child that was ended.
/// @errors running, restarting, not_found; else why it did not start
/// @erlang supervisor:restart_child/2
[[nodiscard]] inline auto restart_child(destination of, term id) {
  return gen_server::call<result<std::optional<pid>>>(std::move(of), tuple("restart_child"_atom, std::move(id)),
                                                      infinity);
}

/// Forgets a child that was ended.
/// @errors running, restarting, not_found
/// @erlang supervisor:delete_child/2
[[nodiscard]] inline auto delete_child(destination of, term id) {
  return gen_server::call<result<>>(std::move(of), tuple("delete_child"_atom, std::move(id)), infinity);
}

/// {Id, Child, Type, Modules}
struct child_info {
  term id;
  /// A pid, `undefined` (ended), or `restarting`.
  term child;
  /// `worker` or `supervisor`
  atom type;
  term modules;
};

/// The children, the youngest first. @erlang supervisor:which_children/1
[[nodiscard]] inline auto which_children(destination of) {
  return gen_server::call<std::vector<child_info>>(std::move(of), "which_children"_atom, infinity);
}

struct child_counts {
  std::uint64_t specs = 0;
  std::uint64_t active = 0;
  std::uint64_t supervisors = 0;
  std::uint64_t workers = 0;
};

/// @erlang supervisor:count_children/1
[[nodiscard]] inline auto count_children(destination of) {
  return gen_server::call<child_counts>(std::move(of), "count_children"_atom, infinity);
}

/// The specification of a child as Erlang's map. @errors not_found @erlang supervisor:get_childspec/2
[[nodiscard]] inline auto get_childspec(destination of, term id) {
  return gen_server::call<result<term>>(std::move(of), tuple("get_childspec"_atom, std::move(id)), infinity);
}

} // namespace agner::supervisor

/// [{specs, N}, {active, N}, {supervisors, N}, {workers, N}]
template <>
struct agner::term_traits<agner::supervisor::child_counts> {
  static term to(const supervisor::child_counts& of);
  static std::optional<supervisor::child_counts> from(const term& of);
};
