// SPDX-License-Identifier: Apache-2.0

#include "caf_interop.hpp"

#include "internal/caf_bridge_core.hpp"

namespace agner {

caf_bridge::caf_bridge(node& of, caf::actor_system& with)
    : core_(std::make_shared<internal::caf_bridge_core>(of, with)) {
  core_->open();
}

caf_bridge::~caf_bridge() {
  core_->close();
  core_->wait();
}

void caf_bridge::know(std::type_index type, internal::caf_writer writer) { core_->know(type, writer); }

caf::strong_actor_ptr caf_bridge::actor_of(const pid& process, internal::caf_answers answers) {
  return core_->actor_of(process,
                         answers.empty() ? nullptr : std::make_shared<const internal::caf_answers>(std::move(answers)));
}

pid caf_bridge::pid_of(caf::strong_actor_ptr of, internal::caf_readers readers) {
  return core_->pid_of(of,
                       readers.empty() ? nullptr : std::make_shared<const internal::caf_readers>(std::move(readers)));
}

caf::strong_actor_ptr internal::caf_actor_of(caf_bridge_core& at, const pid& of) { return at.actor_of(of); }
pid internal::caf_pid_of(caf_bridge_core& at, const caf::strong_actor_ptr& of) { return at.pid_of(of); }

} // namespace agner
