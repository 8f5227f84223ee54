// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/clock.hpp>

#include <gtest/gtest.h>

#include "../support/manual_clock.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;

TEST(Clock, NeverGoesBack) {
  const clock& machine = clock::steady();
  auto last = machine.now();
  for (int i = 0; i < 1000; ++i) {
    const auto now = machine.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(Clock, IsTheMachines) {
  const auto before = std::chrono::steady_clock::now();
  const auto now = clock::steady().now();

  EXPECT_GE(now, before);
  EXPECT_LE(now, std::chrono::steady_clock::now());
}

TEST(ManualClock, MovesByHandOnly) {
  test::manual_clock time;
  const auto start = time.now();
  EXPECT_EQ(time.now(), start);
  time.advance(5ms);
  EXPECT_EQ(time.now(), start + 5ms);
  time.advance_to(start);
  EXPECT_EQ(time.now(), start + 5ms);
  time.advance_to(start + 7ms);
  EXPECT_EQ(time.now(), start + 7ms);
}

} // namespace
} // namespace agner
