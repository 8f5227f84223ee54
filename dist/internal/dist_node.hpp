// SPDX-License-Identifier: Apache-2.0
// Finds the distribution of a node from its processes. One per node; empty where the node is not distributed.

#pragma once

#include <memory>
#include <mutex>

#include "dist_context.hpp"

namespace agner::dist::internal {

class dist_node {
public:
  explicit dist_node(node&) {}
  void attach(std::shared_ptr<dist_context> to) {
    const std::lock_guard lock{mutex_};
    context_ = std::move(to);
  }
  /// Null where the node is not distributed.
  [[nodiscard]] std::shared_ptr<dist_context> context() const {
    const std::lock_guard lock{mutex_};
    return context_;
  }

private:
  mutable std::mutex mutex_; // guards context_
  std::shared_ptr<dist_context> context_;
};

/// Of the current process' node.
inline std::shared_ptr<dist_context> context_here() { return this_node().service<dist_node>().context(); }

} // namespace agner::dist::internal
