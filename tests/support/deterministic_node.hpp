// SPDX-License-Identifier: Apache-2.0
// A node on a deterministic scheduler of its own, and tests repeated with many seeds.

#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

#include <agner/runtime/node.hpp>

#include "deterministic_scheduler.hpp"

namespace agner::test {

class deterministic_node {
public:
  explicit deterministic_node(std::uint64_t seed = 1, node_options options = {})
      : scheduler_(std::make_shared<deterministic_scheduler>(seed)), node_(on(scheduler_, std::move(options))) {}

  node* operator->() noexcept { return &node_; }
  node& operator*() noexcept { return node_; }
  [[nodiscard]] deterministic_scheduler& scheduler() noexcept { return *scheduler_; }

  void run_until_idle() { scheduler_->run_until_idle(); }
  void advance(clock::duration by) { scheduler_->advance(by); }

private:
  static node_options on(std::shared_ptr<class scheduler> runs, node_options options) {
    options.scheduler = std::move(runs);
    return options;
  }

  std::shared_ptr<deterministic_scheduler> scheduler_;
  node node_;
};

/// Calls @p f with seeds 1, 2, ...: the rule it states holds in whatever order processes run.
template <class F>
void with_seeds(std::uint64_t count, F f) {
  for (std::uint64_t seed = 1; seed <= count && !::testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    f(seed);
  }
}

} // namespace agner::test
