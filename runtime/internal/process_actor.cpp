// SPDX-License-Identifier: Apache-2.0

#include "process_actor.hpp"

#include <caf/exit_reason.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/response_promise.hpp>
#include <caf/sec.hpp>

#include "../node.hpp"

namespace agner::internal {

process_actor::process_actor(caf::actor_config& config) : caf::abstract_actor(config) {}

process_actor::resume_result process_actor::resume(caf::execution_unit*, std::size_t) {
  switch (run(reductions)) {
  case turn::waiting: return awaiting_message;
  case turn::yielded:
    if (priority() == priority_level::normal) return resume_later;
    home().scheduler().enqueue(*this); // CAF's worker would put it among those of normal priority
    return awaiting_message;
  case turn::ended: return done;
  }
  return done;
}

// A CAF message has no term yet: a request is answered with an error, so that nobody waits for ever; anything else is dropped.
void process_actor::enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) {
  if (what != nullptr && what->sender != nullptr && what->mid.is_request())
    what->sender->enqueue(nullptr, what->mid.response_id(),
                          caf::make_message(caf::make_error(caf::sec::unexpected_message)), nullptr);
}

void process_actor::attach(caf::attachable_ptr what) {
  if (what != nullptr) what->actor_exited(caf::make_error(caf::exit_reason::unknown), nullptr);
}
std::size_t process_actor::detach(const caf::attachable::token&) { return 0; }
void process_actor::add_link(caf::abstract_actor*) {}
void process_actor::remove_link(caf::abstract_actor*) {}
bool process_actor::add_backlink(caf::abstract_actor*) { return false; }
bool process_actor::remove_backlink(caf::abstract_actor*) { return false; }

} // namespace agner::internal
