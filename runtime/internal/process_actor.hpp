// SPDX-License-Identifier: Apache-2.0
// The actor kind: a process as CAF's scheduler sees it. Its memory is never given back while its table lives, so whoever runs it needs no reference. CAF's actors never see it:
// they hold handles that lead to a pid (actors/caf_interop.hpp). Mechanism: docs/caf.md.

#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/resumable.hpp>

#include "../process_core.hpp"

namespace agner::internal {

class process_actor final : public caf::abstract_actor, public caf::resumable, public process_core {
public:
  explicit process_actor(caf::actor_config& config);

  /// How many receives, sends and explicit yields make a turn.
  static constexpr int reductions = 1000;

  // -- resumable ------------------------------------------------------------------------------------------------------------------------
  [[nodiscard]] subtype_t subtype() const override { return function_object; }
  resume_result resume(caf::execution_unit* on, std::size_t max_throughput) override;
  void intrusive_ptr_add_ref_impl() override {}
  void intrusive_ptr_release_impl() override {}

  // -- abstract_actor: nobody has a handle; messages are bounced -----------------------------------------------------------------------------------------
  using caf::abstract_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) override;
  void attach(caf::attachable_ptr what) override;
  std::size_t detach(const caf::attachable::token& what) override;
  void add_link(caf::abstract_actor* other) override;
  void remove_link(caf::abstract_actor* other) override;
  bool add_backlink(caf::abstract_actor* other) override;
  bool remove_backlink(caf::abstract_actor* other) override;
};

} // namespace agner::internal
