// SPDX-License-Identifier: Apache-2.0
// Spawn requests to other nodes, by the process that asks. Rules: OTP 25, the manual of erlang:spawn_request/5, and erl_dist_protocol for SPAWN_REQUEST and SPAWN_REPLY.

#include <utility>

#include "internal/process_extras.hpp"
#include "internal/relations.hpp"
#include "node.hpp"
#include "process_core.hpp"
#include "reasons.hpp"
#include "router.hpp"
#include "term_builders.hpp"

namespace agner::internal {

reference process_core::request_spawn(atom on, const remote_spawn& what, spawn_expectation expected) {
  const bool aliased = expected.monitor && expected.monitor->alias;
  reference id = make_reference(aliased);
  if (aliased) bonds().aliases.add(id, {*expected.monitor->alias, false});
  extras().asked.add(id, std::move(expected));
  router* const out = home().router();
  const routed outcome = out == nullptr ? routed::no_connection : out->spawn(self(), on, id, what);
  if (outcome == routed::busy) suspend();
  if (outcome == routed::no_connection || outcome == routed::nobody || outcome == routed::too_large) {
    signal* s = new_signal(signal_kind::spawned);
    s->ref = id;
    s->value = outcome == routed::too_large ? atom{reasons::system_limit} : atom{reasons::noconnection};
    home().push(self(), s);
  }
  return id;
}

bool process_core::abandon_spawn(const reference& id) {
  if (!extras_ || !extras_->asked.erase(id)) return false;
  if (relations_) relations_->aliases.erase(id);
  return true;
}

void process_core::on_spawned(const signal& what) {
  const auto id = what.ref.to_reference();
  if (!id) return;
  spawn_expectation* const waits = extras_ ? extras_->asked.find(*id) : nullptr;
  const bool linked = (what.number & spawned_linked) != 0;
  const bool monitored = (what.number & spawned_monitored) != 0;
  if (waits == nullptr) { // abandoned: what the other node has tied is untied
    if (linked) {
      bonds().links.add(what.from, {});
      unlink(what.from);
    }
    if (router* out = home().router(); monitored && out != nullptr) out->demonitor(self(), what.from, *id);
    return;
  }
  const spawn_expectation expected = std::move(*waits);
  extras_->asked.erase(*id);
  if (what.from.id == 0) return on_not_spawned(*id, expected, what.value);
  if (linked && bonds().links.find(what.from) == nullptr)
    bonds().links.add(what.from, {.unlinking = 0, .priority = expected.link && expected.link->priority ? 1U : 0U});
  if (monitored) {
    monitor_options how = expected.monitor.value_or(monitor_options{});
    if (!bonds().aliases.erase(*id)) how.alias.reset(); // from here on the monitor's, if it was not given up
    add_monitor(*id, {.object = what.from, .target = pid{}, .remote = true}, how);
  }
  if (expected.reply == spawn_reply::yes || expected.reply == spawn_reply::success_only)
    deliver(tuple(expected.reply_tag, *id, "ok"_atom, what.from));
}

void process_core::on_not_spawned(const reference& id, const spawn_expectation& expected, const term& reason) {
  if (relations_ && expected.monitor && expected.monitor->alias &&
      *expected.monitor->alias != alias_mode::explicit_unalias)
    relations_->aliases.erase(id);
  if (expected.reply == spawn_reply::yes || expected.reply == spawn_reply::error_only)
    deliver(tuple(expected.reply_tag, id, "error"_atom, reason));
}

bool process_core::lost_spawn(const reference& id, const term& reason) {
  spawn_expectation* const waits = extras_ ? extras_->asked.find(id) : nullptr;
  if (waits == nullptr) return false;
  const spawn_expectation expected = std::move(*waits);
  extras_->asked.erase(id);
  on_not_spawned(id, expected, reason);
  return true;
}

} // namespace agner::internal
