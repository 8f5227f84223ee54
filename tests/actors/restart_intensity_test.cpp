// SPDX-License-Identifier: Apache-2.0

#include <agner/actors/internal/restart_intensity.hpp>

#include <gtest/gtest.h>

namespace agner::internal {
namespace {

using namespace std::chrono_literals;

TEST(RestartIntensity, CountsRestartsWithinThePeriod) {
  restarts kept;
  for (const auto now : {1s, 2s, 3s})
    kept = add_restart(std::move(kept), now, 5s);

  EXPECT_EQ(kept, (restarts{1s, 2s, 3s}));
}

TEST(RestartIntensity, ForgetsRestartsFromBeforeThePeriod) {
  restarts kept{1s, 2s, 3s};

  kept = add_restart(std::move(kept), 7s, 5s);

  EXPECT_EQ(kept, (restarts{2s, 3s, 7s}));
}

TEST(RestartIntensity, ARestartExactlyOnePeriodAgoCounts) {
  EXPECT_EQ(add_restart({1s}, 6s, 5s), (restarts{1s, 6s}));
  EXPECT_EQ(add_restart({1s}, 7s, 5s), (restarts{7s}));
}

} // namespace
} // namespace agner::internal
