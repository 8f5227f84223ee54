// SPDX-License-Identifier: Apache-2.0

#include "caf_handles.hpp"

#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

#include "../../runtime/log.hpp"
#include "../../runtime/reasons.hpp"
#include "../../runtime/term_builders.hpp"
#include "caf_messages.hpp"
#include "caf_processes.hpp"

namespace agner::internal {

// -- a process as an actor ------------------------------------------------------------------------------------------------------------------

void caf_process_handle::enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) {
  if (what == nullptr) return;
  try {
    take(*what);
  } catch (const raised& failed) { // the way to another node is full
    bounce(what, to_caf_error(failed.reason()));
  }
}

void caf_process_handle::take(caf::mailbox_element& what) {
  const caf::type_erased_tuple& content = what.content();
  if (content.match_elements<caf::exit_msg>()) return take_exit(content.get_as<caf::exit_msg>(0));
  const bool asked = what.sender != nullptr && what.mid.is_request();
  const auto refuse = [&](caf::error why) {
    if (asked) what.sender->enqueue(nullptr, what.mid.response_id(), caf::make_message(std::move(why)), nullptr);
  };
  auto message = caf_message_to_term(*core_, content);
  if (!message) {
    if (!asked) log::warning("A message of an actor to ~p was dropped: ~ts", process_, binary(message.error()));
    return refuse(caf::make_error(caf::sec::unexpected_message, message.error()));
  }
  if (!asked) return pass(*std::move(message));
  const pid by = core_->pid_of(what.sender);
  const auto tag = core_->begin_request(process_, by, what.sender, what.mid, content);
  if (!tag) return refuse(caf::make_error(caf::sec::request_receiver_down));
  pass(tuple("$gen_call"_atom, tuple(by, *tag), *std::move(message)));
}

bool caf_process_handle::through_keeper() {
  if (watched_.load(std::memory_order_acquire)) return false;
  const std::lock_guard lock{mutex_};
  if (watched_.load(std::memory_order_relaxed)) return false;
  ++at_keeper_;
  return true;
}

void caf_process_handle::relayed() {
  const std::lock_guard lock{mutex_};
  if (--at_keeper_ == 0) watched_.store(true, std::memory_order_release);
}

void caf_process_handle::pass(term message) {
  if (through_keeper())
    core_->tell_keeper(caf_relay(process_, std::move(message)));
  else
    core_->send(process_, std::move(message));
}

// A link that broke names an actor that has ended; its `kill` can be trapped, as in Erlang. A `kill` that somebody sends cannot.
void caf_process_handle::take_exit(const caf::exit_msg& signal) {
  const auto source = caf::actor_cast<caf::strong_actor_ptr>(signal.source);
  const bool by_link =
      signal.source != nullptr && (source == nullptr || source->get()->getf(caf::abstract_actor::is_terminated_flag));
  const bool kill = !by_link && signal.reason == caf::exit_reason::kill;
  const term reason = kill ? term{reasons::kill} : to_reason(signal.reason);
  const pid from = core_->pid_of(signal.source);
  if (through_keeper())
    core_->tell_keeper(caf_relay_exit(process_, reason, from));
  else
    core_->exit(process_, reason, from);
}

// -- answers --------------------------------------------------------------------------------------------------------------------------------

void caf_desk::enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) {
  const auto core = core_.lock();
  if (core != nullptr && what != nullptr && what->mid.is_response())
    core->finish_call(what->mid.request_id().integer_value(), what->content());
}

// -- ends -----------------------------------------------------------------------------------------------------------------------------------

// By way of the keeper: what the actor sent may still be there, and comes before its end.
void caf_end_watch::actor_exited(const caf::error& why, caf::execution_unit*) {
  core_->tell_keeper(caf_relay(stand_in_, caf_ended(to_reason(why))));
}

void caf_system_watch::actor_exited(const caf::error&, caf::execution_unit*) {
  if (const auto core = core_.lock()) core->close();
}

} // namespace agner::internal
