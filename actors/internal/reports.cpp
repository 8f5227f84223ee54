// SPDX-License-Identifier: Apache-2.0

#include "reports.hpp"

#include <initializer_list>
#include <string>

#include "../../runtime/io_lib.hpp"
#include "../../runtime/log.hpp"
#include "../../runtime/node.hpp"
#include "../../runtime/process_core.hpp"
#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_text.hpp"
#include "../../runtime/term_views.hpp"
#include "../format_exception.hpp"
#include "../send.hpp"

namespace agner::internal {

namespace {

// The line about who waits for an answer. OTP adds the client's stack, which another process cannot see here.
std::string about_client(const std::optional<term>& client) {
  if (!client || !client->is_tuple() || !(*client)[0].is_pid()) return {};
  const pid who = (*client)[0].as_pid();
  if (!this_node().is_local(who))
    return "** Client " + print(who) + " is remote on node " + print(term{who.node()}) + '\n';
  if (!this_node().is_alive(who)) return "** Client " + print(who) + " is dead\n";
  return "** Client " + print(who) + '\n';
}

// A line for each item of process_info about the process that calls.
std::string lines_about(std::initializer_list<term> items) {
  std::string text;
  for (const term& pair : current_process().answer(question_kind::info, tuple(list(items), term{})).as_list())
    text += io_lib::format("    ~p: ~tp~n", pair.elements()).value_or("");
  return text;
}

} // namespace

void report_server_end(const term& name, const server_end& how, const term& state) noexcept {
  try {
    const bool given = how.cls == raised_class::exit && how.stack.is_nil();
    const term reason = given ? how.reason : tuple(how.reason, how.stack);
    log::error("** Generic server ~tp terminating ~n** Last message in was ~tp~n** When Server state == ~tp~n"
               "** Reason for termination ==~n** ~tp~n~ts",
               name, how.last_message.value_or(term{}), state, reason, binary(about_client(how.client)));
  } catch (...) { // NOLINT(bugprone-empty-catch): no memory for the report
  }
}

void report_crash(atom module, const server_end& how, const pid& parent) noexcept {
  try {
    const auto label = current_process().label();
    log::write_report(
        "CRASH", log::level::error,
        "  crasher:~n    initial call: ~tw:init/1~n    pid: ~p~n~ts~ts~ts~n    ancestors: ~p~n~ts  neighbours:~n",
        {module, self(), binary(lines_about({"registered_name"_atom})),
         binary(label ? "    process_label: " + print(*label) + '\n' : std::string{}),
         binary(format_exception({how.cls, how.reason, how.stack}, "    ")), list({parent}),
         // In OTP's order. Heaps there are none.
         binary(lines_about({"message_queue_len"_atom, "messages"_atom, "links"_atom, "dictionary"_atom,
                             "trap_exit"_atom, "status"_atom, "reductions"_atom}))});
  } catch (...) { // NOLINT(bugprone-empty-catch): no memory for the report
  }
}

void report_supervisor(const term& name, atom context, const term& reason, const term& offender) noexcept {
  log::write_report("SUPERVISOR", log::level::error,
                    "    supervisor: ~tp~n    errorContext: ~tp~n    reason: ~tp~n    offender: ~tp~n",
                    {name, context, reason, offender});
}

void report_progress(const term& name, const term& started) noexcept {
  log::write_report("PROGRESS", log::level::info, "    supervisor: ~tp~n    started: ~tp~n", {name, started});
}

} // namespace agner::internal
