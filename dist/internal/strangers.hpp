// SPDX-License-Identifier: Apache-2.0
// Callers that have not yet proven themselves: a bounded number, of which the oldest goes when one more comes. Any thread.

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
    std::optional<pid> oldest;
    if (waiting_.size() >= most_) {
      oldest = waiting_.front();
      waiting_.pop_front();
    }
    waiting_.push_back(who);
    return oldest;
  }

  /// One that has proven itself, or is gone.
  void remove(const pid& who) {
    const std::lock_guard lock{mutex_};
    waiting_.remove(who);
  }

private:
  const std::size_t most_;
  std::mutex mutex_;       // guards waiting_
  std::list<pid> waiting_; // oldest first
};

} // namespace agner::dist::internal
