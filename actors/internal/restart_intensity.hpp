// SPDX-License-Identifier: Apache-2.0
// How often a supervisor may restart children: which restarts still count. Pure.

#pragma once

#include <chrono>
#include <deque>

namespace agner::internal {

/// When children were restarted, the oldest first. Whole seconds, as in OTP: two restarts count together if their seconds are at most a period apart.
using restarts = std::deque<std::chrono::seconds>;

/// Adds a restart at @p now and drops those from before the period.
/// @source OTP 25 supervisor.erl add_restart/3
inline restarts add_restart(restarts before, std::chrono::seconds now, std::chrono::seconds period) {
  while (!before.empty() && before.front() < now - period)
    before.pop_front();
  before.push_back(now);
  return before;
}

} // namespace agner::internal
