// SPDX-License-Identifier: Apache-2.0
// The connections of a node, for ssl::stop, and whether the application was started. Any thread.

#pragma once

#include <mutex>
#include <unordered_set>
#include <utility>
#include <vector>

#include "../../runtime/node.hpp"

namespace agner::ssl::internal {

class live_connections {
public:
  explicit live_connections(node&) noexcept {}

  void start() {
    const std::scoped_lock lock{mutex_};
    started_ = true;
  }
  /// False where it was not started.
  bool stop() {
    const std::scoped_lock lock{mutex_};
    return std::exchange(started_, false);
  }

  void add(const pid& one) {
    const std::scoped_lock lock{mutex_};
    pids_.insert(one);
  }
  void remove(const pid& one) {
    const std::scoped_lock lock{mutex_};
    pids_.erase(one);
  }
  [[nodiscard]] std::vector<pid> pids() const {
    const std::scoped_lock lock{mutex_};
    return {pids_.begin(), pids_.end()};
  }

private:
  mutable std::mutex mutex_; // guards what follows
  std::unordered_set<pid> pids_;
  bool started_ = false;
};

/// Among them as long as this is there: in the frame of the connection's process, whose end, be it a kill, destroys it.
class live_connection {
public:
  live_connection(node& on, const pid& one) : all_(on.service<live_connections>()), one_(one) { all_.add(one_); }
  ~live_connection() { all_.remove(one_); }
  live_connection(const live_connection&) = delete;
  live_connection& operator=(const live_connection&) = delete;

private:
  live_connections& all_;
  pid one_;
};

} // namespace agner::ssl::internal
