// SPDX-License-Identifier: Apache-2.0
// A fixture for suites whose cases have processes on several nodes do one thing after the other.

#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include <agner/actors/process.hpp>

#include "../dist/loopback_nodes.hpp"
#include "../support/told_process.hpp"

namespace agner::test {

struct told_nodes : testing::Test {
  /// Has @p p do @p what and waits until it has.
  void told(told_process& p, std::function<task<>()> what) {
    bool done = false;
    p.tell([&done, what = std::move(what)]() -> task<> {
      co_await what();
      done = true;
    });
    EXPECT_TRUE(net.until([&] { return done; }));
  }

  loopback_nodes net;
};

} // namespace agner::test
