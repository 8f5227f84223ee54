// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/incarnation.hpp>

#include <gtest/gtest.h>

namespace agner {
namespace {

TEST(Incarnation, IsThePairOfNameAndCreation) {
  const incarnation one{"a@host"_atom, 7};

  EXPECT_EQ(one.node(), "a@host"_atom);
  EXPECT_EQ(one.creation(), 7U);
  EXPECT_EQ(one, (incarnation{"a@host"_atom, 7}));
  EXPECT_EQ(one, incarnation::from_index(one.index()));
}

TEST(Incarnation, OfAnotherCreationOrNameDiffers) {
  const incarnation one{"a@host"_atom, 7};

  EXPECT_NE(one, (incarnation{"a@host"_atom, 8}));
  EXPECT_NE(one, (incarnation{"b@host"_atom, 7}));
}

TEST(Incarnation, DefaultIsNoNode) {
  EXPECT_EQ(incarnation{}.node(), atom{});
  EXPECT_EQ(incarnation{}.creation(), 0U);
}

TEST(Incarnation, ManyStayDistinct) {
  for (std::uint32_t creation = 1; creation <= 5000; ++creation) {
    const incarnation made{"many@host"_atom, creation};
    ASSERT_EQ(made.creation(), creation);
    ASSERT_EQ(made.node(), "many@host"_atom);
  }
}

} // namespace
} // namespace agner
