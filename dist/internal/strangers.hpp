// SPDX-License-Identifier: Apache-2.0
// Callers that have not yet proven themselves: a bounded number. When one more comes, the one that has been silent longest goes; where all have said something, the oldest.
// Any thread.

#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>

#include "../../runtime/identifiers.hpp"

namespace agner::dist::internal {

class strangers {
public:
  explicit strangers(std::size_t most) : most_(most) {}

  /// Adds one that has said nothing yet. @returns the one to send away for it, if there were too many
  std::optional<pid> add(const pid& who) {
    const std::lock_guard lock{mutex_};
    std::optional<pid> leaves;
    if (silent_.size() + heard_.size() >= most_) {
      std::list<pid>& from = silent_.empty() ? heard_ : silent_;
      leaves = from.front();
      from.pop_front();
    }
    silent_.push_back(who);
    return leaves;
  }

  /// One that has said something.
  void heard(const pid& who) {
    const std::lock_guard lock{mutex_};
    if (silent_.remove(who) != 0) heard_.push_back(who);
  }

  /// One that has proven itself, or is gone. @returns false if it was sent away before: it must end, whatever it has proven
  bool remove(const pid& who) {
    const std::lock_guard lock{mutex_};
    return silent_.remove(who) + heard_.remove(who) != 0;
  }

private:
  const std::size_t most_;
  std::mutex mutex_;      // guards both lists
  std::list<pid> silent_; // oldest first
  std::list<pid> heard_;  // the first to be heard first
};

} // namespace agner::dist::internal
