// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/internal/strangers.hpp>

#include <gtest/gtest.h>

#include "wire.hpp"

namespace agner::dist::internal {
namespace {

pid caller(std::uint32_t number) { return test::pid_of("here@host", number); }

TEST(Strangers, StayWhileThereIsRoom) {
  strangers some{2};

  EXPECT_EQ(some.add(caller(1)), std::nullopt);
  EXPECT_EQ(some.add(caller(2)), std::nullopt);
}

TEST(Strangers, OneMoreSendsTheOldestAway) {
  strangers some{2};
  some.add(caller(1));
  some.add(caller(2));

  EXPECT_EQ(some.add(caller(3)), caller(1));
  EXPECT_EQ(some.add(caller(4)), caller(2));
}

TEST(Strangers, TheSilentGoBeforeThoseWhoHaveSaidSomething) {
  strangers some{2};
  some.add(caller(1));
  some.add(caller(2));
  some.heard(caller(1));

  EXPECT_EQ(some.add(caller(3)), caller(2));
  EXPECT_EQ(some.add(caller(4)), caller(3));
  EXPECT_TRUE(some.remove(caller(1)));
}

TEST(Strangers, WhereAllHaveSaidSomethingTheOldestGoes) {
  strangers some{2};
  some.add(caller(1));
  some.add(caller(2));
  some.heard(caller(2));
  some.heard(caller(1));

  EXPECT_EQ(some.add(caller(3)), caller(2));
}

TEST(Strangers, OneThatHasProvenItselfMakesRoom) {
  strangers some{1};
  some.add(caller(1));

  EXPECT_TRUE(some.remove(caller(1)));

  EXPECT_EQ(some.add(caller(2)), std::nullopt);
}

TEST(Strangers, OneThatIsSentAwayHasNotProvenItself) {
  strangers some{1};
  some.add(caller(1));
  some.add(caller(2));

  EXPECT_FALSE(some.remove(caller(1)));
  some.heard(caller(1)); // nor does it come back
  EXPECT_EQ(some.add(caller(3)), caller(2));
}

} // namespace
} // namespace agner::dist::internal
