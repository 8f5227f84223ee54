// SPDX-License-Identifier: Apache-2.0
// Specifications of children on their way to a supervisor of this node: a function is no term, so the message carries a ticket. Any thread.

#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "../supervisor.hpp"

namespace agner::internal {

class child_spec_store {
public:
  explicit child_spec_store(node&) {}

  /// {'$agner_child_spec', Number}, good until it is withdrawn.
  term deposit(supervisor::child_spec spec);
  /// What @p ticket stands for; nothing if it is none, or was used.
  std::optional<supervisor::child_spec> redeem(const term& ticket);

private:
  std::mutex mutex_; // guards the rest
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, supervisor::child_spec> kept_;
};

} // namespace agner::internal
