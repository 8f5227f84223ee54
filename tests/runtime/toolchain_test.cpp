// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/toolchain.hpp>

#include <gtest/gtest.h>

#include <coroutine>
#include <expected>

TEST(Toolchain, HasExpectedAndCoroutines) {
  const std::expected<int, int> seven = 7;

  EXPECT_EQ(seven.value(), 7);
  EXPECT_GE(__cpp_impl_coroutine, 201902);
}
