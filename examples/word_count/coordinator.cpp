// SPDX-License-Identifier: Apache-2.0

#include "coordinator.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include <agner/actors/process.hpp>
#include <agner/dist/net_kernel.hpp>
#include <agner/runtime/log.hpp>
#include <agner/runtime/term_builders.hpp>

namespace word_count {

namespace {

constexpr std::int64_t workers_of_a_node = 2;

} // namespace

coordinator::coordinator(plan what) : plan_(std::move(what)), ledger_(plan_.files) {}

// -- gathering the workers ------------------------------------------------------------------------------------------------------------

task<result<>> coordinator::init() {
  for (const atom node : plan_.nodes) {
    if (!co_await net_kernel::connect_node(node)) co_return fail(tuple("no_connection"_atom, node));
    co_await monitor_node(node, true);
    co_await hire_from(node);
  }
  log::notice("~p files for workers on ~p nodes", plan_.files.size(), plan_.nodes.size());
  began_ = clock::now();
  hand_out();
  co_return result<>{};
}

task<> coordinator::hire_from(atom node) {
  const auto crew = co_await gen_server::call<hired>({"foreman"_atom, node}, hire{workers_of_a_node});
  for (const pid& worker : crew.workers) {
    monitor(worker);
    ledger_.add_worker(worker, node);
  }
  if (node == plan_.nodes.front()) {
    victims_ = crew.workers;
    victim_os_pid_ = crew.os_pid;
  }
  log::notice("~s joins with ~p workers", node, crew.workers.size());
}

// -- handing out, and what comes back -------------------------------------------------------------------------------------------------

void coordinator::hand_out() {
  const std::size_t third = (ledger_.files() + 2) / 3;
  while (const auto next = ledger_.hand_out()) {
    send(next->to, count{next->file});
    if (!killed_ && ledger_.handed_out() >= third && ledger_.holds_files(plan_.nodes.front())) kill_victim();
  }
}

void coordinator::kill_victim() {
  const atom victim = plan_.nodes.front();
  killed_ = true;
  ledger_.rely_no_more_on(victim);
  ::kill(static_cast<::pid_t>(victim_os_pid_), SIGKILL);
  log::notice("~p of ~p files are handed out, ~s holds some of them: kill -KILL ~p", ledger_.handed_out(),
              ledger_.files(), victim, victim_os_pid_);
}

void coordinator::handle_cast(const counted& what) {
  const std::size_t tenth = std::max<std::size_t>(1, ledger_.files() / 10);
  if (!ledger_.counted(what.by, what.file, what.words)) return;
  if (ledger_.files_counted() % tenth == 0 || ledger_.is_done())
    log::notice("~p of ~p files are counted", ledger_.files_counted(), ledger_.files());
  if (ledger_.is_done()) return finish();
  hand_out();
}

void coordinator::handle_cast(const unreadable& what) {
  give_up(what.file + ": " + std::string{what.reason.is_atom() ? what.reason.as_atom().name() : "cannot be read"});
}

void coordinator::handle_info(const down& what) {
  const auto held = ledger_.lost(what.process);
  if (std::ranges::find(victims_, what.process) != victims_.end()) {
    loss_ = what.reason;
    if (held) ++reassigned_;
  }
  if (is_over()) return;
  if (held)
    log::notice("DOWN of ~p on ~s, ~p: others get ~ts", what.process, what.process.node(), what.reason, binary(*held));
  else
    log::notice("DOWN of ~p on ~s, ~p: it held nothing", what.process, what.process.node(), what.reason);
  if (!ledger_.has_workers()) return give_up("no worker is left");
  hand_out();
}

void coordinator::handle_info(const nodedown& what) {
  if (killed_ && what.node == plan_.nodes.front()) return log::notice("~s is down", what.node);
  if (!compared_) give_up(std::string{what.node.name()} + " was lost");
}

// -- the end ----------------------------------------------------------------------------------------------------------------------------

void coordinator::finish() {
  ended_ = clock::now();
  log::notice("the total is ~p words", ledger_.words());
  if (asked_total_) gen_server::reply(*asked_total_, sum());
}

void coordinator::give_up(std::string fault) {
  if (!fault_.empty()) return;
  fault_ = std::move(fault);
  ended_ = clock::now();
  log::error("~ts", binary(fault_));
  if (asked_total_ && !ledger_.is_done()) gen_server::reply(*asked_total_, sum());
  if (asked_report_) gen_server::reply(*asked_report_, report_now());
}

result<std::int64_t> coordinator::sum() const {
  if (!ledger_.is_done()) return agner::fail(binary(fault_));
  return ledger_.words();
}

void coordinator::handle_call(total, gen_server::from who) {
  if (is_over())
    gen_server::reply(who, sum());
  else
    asked_total_ = std::move(who);
}

atom coordinator::handle_call(compared what) {
  compared_ = what.words;
  if (asked_report_) gen_server::reply(*asked_report_, report_now());
  return "ok"_atom;
}

void coordinator::handle_call(report, gen_server::from who) {
  if (compared_ || !fault_.empty())
    gen_server::reply(who, report_now());
  else
    asked_report_ = std::move(who);
}

account coordinator::report_now() const {
  return {.shares = ledger_.shares(),
          .files = static_cast<std::int64_t>(ledger_.files_counted()),
          .words = ledger_.words(),
          .seconds = std::chrono::duration<double>(ended_ - began_).count(),
          .fault = fault_,
          .compared = compared_,
          .victim = killed_ ? plan_.nodes.front() : atom{"undefined"},
          .reassigned = reassigned_,
          .loss = loss_};
}

} // namespace word_count
