// SPDX-License-Identifier: Apache-2.0
// What few processes have. Only the owning process touches it.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "../process_core.hpp"
#include "../term_order.hpp"
#include "bond_map.hpp"

namespace agner::internal {

struct process_extras {
  /// Has a label, which is in the node's label_table. @erlang proc_lib:set_label/1
  bool labelled = false;
  std::optional<pid> group_leader;
  /// @erlang put/2
  bond_map<term, term> dictionary;
  /// @erlang process_flag(message_queue_data, Where): accepted and remembered
  std::optional<atom> message_queue_data;
  /// @erlang process_flag(save_calls, N): accepted and remembered
  std::int64_t save_calls = 0;
  /// @erlang process_flag(sensitive, Bool)
  bool sensitive = false;
  /// What other nodes were asked to spawn and have not answered.
  bond_map<reference, spawn_expectation> asked;
  /// What the process goes on with after its frames are destroyed.
  std::unique_ptr<process_body> next_body;
  /// Senders that are suspended until the queue has room.
  std::vector<pid> held_back;

  /// Nothing is there that would not be there again in a new one.
  [[nodiscard]] bool empty() const noexcept {
    return !labelled && !group_leader && dictionary.size() == 0 && !message_queue_data && save_calls == 0 &&
           !sensitive && !next_body && held_back.empty() && asked.size() == 0;
  }
};

} // namespace agner::internal
