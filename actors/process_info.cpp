// SPDX-License-Identifier: Apache-2.0

#include "process_info.hpp"

#include "../runtime/error.hpp"
#include "../runtime/reasons.hpp"
#include "../runtime/term_builders.hpp"
#include "../runtime/term_views.hpp"
#include "internal/leader_of_last_resort.hpp"
#include "internal/question.hpp"
#include "send.hpp"

namespace agner {

namespace {

using internal::process_core;
using internal::question;
using internal::question_kind;

task<term> ask(pid p, question_kind what, term detail) { co_return co_await question{p, what, std::move(detail)}; }
task<bool> ask_alive(pid p) { co_return (co_await question{p, question_kind::alive, {}}).is("true"_atom); }

// True if the group leader is among @p items. @errors raises `badarg`  one is no item
bool check_items(const term& items) {
  const auto check = [](const term& item) {
    if (!process_core::is_info_item(item)) raise_error(reasons::badarg);
    return item.is("group_leader"_atom);
  };
  if (!items.is_list()) return check(items);
  const list_view all = items.as_list();
  bool leader = false;
  for (const term& item : all)
    leader |= check(item);
  if (!all.last_tail().is_nil()) raise_error(reasons::badarg);
  return leader;
}

} // namespace

std::vector<pid> processes() { return this_node().processes(); }

task<bool> is_process_alive(const pid& p) {
  if (!this_node().is_local(p)) raise_error(reasons::badarg);
  return ask_alive(p);
}

task<term> process_info(const pid& p, term items) {
  if (!this_node().is_local(p)) raise_error(reasons::badarg);
  term last_resort;
  if (check_items(items)) last_resort = internal::leader_of_last_resort(this_node());
  return ask(p, question_kind::info, tuple(std::move(items), std::move(last_resort)));
}

task<term> process_info(const pid& p) {
  return process_info(p, list({"registered_name"_atom, "initial_call"_atom, "status"_atom, "message_queue_len"_atom,
                               "links"_atom, "dictionary"_atom, "trap_exit"_atom, "priority"_atom, "group_leader"_atom,
                               "reductions"_atom, "memory"_atom, "suspending"_atom}));
}

} // namespace agner
