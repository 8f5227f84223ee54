// SPDX-License-Identifier: Apache-2.0
// A request, its reply and the monitor between them, within one node: two signals instead of the four of monitor, message, reply and demonitor. Mechanism: docs/signals.md, Requests.

#include "error.hpp"
#include "internal/process_table.hpp"
#include "internal/relations.hpp"
#include "node.hpp"
#include "process_core.hpp"
#include "reasons.hpp"
#include "term_builders.hpp"

namespace agner::internal {

bool process_core::request(const pid& server, const reference& ref, term message) {
  bonds().monitors.add(ref, {.object = server, .target = server, .alias = alias_mode::reply_demonitor});
  signal* const s = new_signal(signal_kind::request);
  s->from = self();
  s->ref = ref;
  s->value = std::move(message);
  if (home().push(server, s)) return true;
  relations_->monitors.erase(ref);
  return false;
}

void process_core::on_request(signal& what) {
  if (const auto ref = what.ref.to_reference()) bonds().watchers.add(*ref, {what.from, self(), true});
  mailbox_.push(std::move(what.value));
}

void process_core::reply(const reference& ref, term reply) {
  signal* const s = new_signal(signal_kind::reply);
  s->ref = ref;
  s->value = std::move(reply);
  const auto came_with_request = [](const watcher_state& watcher) { return watcher.until_reply; };
  if (relations_ && relations_->watchers.erase_if(ref, came_with_request)) s->number = 1;
  home().push_by_alias(ref, s);
}

void process_core::on_reply(signal& what) {
  const auto ref = what.ref.to_reference();
  const monitor_state* const m = ref && relations_ ? relations_->monitors.find(*ref) : nullptr;
  if (m == nullptr || m->alias != alias_mode::reply_demonitor) {
    if (m != nullptr && what.number != 0) watch_again(*ref, *m);
    if (ref) on_alias_message(*ref, tuple(cons("alias"_atom, *ref), std::move(what.value)), signal_priority::normal);
    return;
  }
  if (what.number != 0)
    forget_monitor(*ref, *m);
  else
    drop_monitor(*ref);
  if (waiter_ != nullptr && waiter_->take_reply(what.ref, what.value)) return;
  deliver(tuple(cons("alias"_atom, *ref), std::move(what.value)));
}

// The server took its reply for the end of the monitor, but the caller had given up the alias alone.
void process_core::watch_again(const reference& ref, const monitor_state& was) {
  signal* const s = new_signal(signal_kind::monitor);
  s->from = self();
  s->ref = ref;
  s->value = was.object;
  if (!home().push(was.target, s)) on_down(ref, reasons::noproc);
}

} // namespace agner::internal
