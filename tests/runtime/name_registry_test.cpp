// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/internal/name_registry.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

namespace agner::internal {
namespace {

pid number(std::uint32_t id, std::uint32_t serial = 1) { return {id, serial, incarnation{atom{"a@b"}, 5}}; }

TEST(NameRegistry, FindsBothWays) {
  name_registry names;
  ASSERT_TRUE(names.add("a"_atom, number(1)));

  EXPECT_EQ(names.find("a"_atom), number(1));
  EXPECT_EQ(names.name_of(number(1)), "a"_atom.value());
  EXPECT_EQ(names.find("b"_atom), std::nullopt);
  EXPECT_EQ(names.name_of(number(1, 2)), std::nullopt);
}

TEST(NameRegistry, GivesANameOnceAndToWhatHasNone) {
  name_registry names;
  ASSERT_TRUE(names.add("a"_atom, number(1)));

  EXPECT_EQ(names.add("a"_atom, number(2)).error().reason(), term("badarg"_atom));
  EXPECT_EQ(names.add("b"_atom, number(1)).error().reason(), term("badarg"_atom));
  EXPECT_EQ(names.add("undefined"_atom, number(3)).error().reason(), term("badarg"_atom));
  EXPECT_EQ(names.names(), std::vector<atom>{"a"_atom});
}

TEST(NameRegistry, TakesNamesBack) {
  name_registry names;
  ASSERT_TRUE(names.add("a"_atom, number(1)));

  ASSERT_TRUE(names.remove("a"_atom));
  EXPECT_EQ(names.remove("a"_atom).error().reason(), term("badarg"_atom));
  EXPECT_EQ(names.find("a"_atom), std::nullopt);
  EXPECT_TRUE(names.add("b"_atom, number(1)));
}

TEST(NameRegistry, ForgetsEndedProcesses) {
  name_registry names;
  names.forget(number(1)); // of an empty one
  ASSERT_TRUE(names.add("a"_atom, number(1)));

  names.forget(number(1, 2)); // an earlier life of the same slot
  EXPECT_EQ(names.find("a"_atom), number(1));
  names.forget(number(1));
  EXPECT_EQ(names.find("a"_atom), std::nullopt);
  EXPECT_TRUE(names.names().empty());
}

TEST(NameRegistry, MayBeUsedByManyThreads) {
  name_registry names;
  std::vector<std::jthread> threads;
  for (std::uint32_t t = 1; t <= 3; ++t)
    threads.emplace_back([&, t] {
      const atom own{"name" + std::to_string(t)};
      for (std::uint32_t i = 0; i < 500; ++i) {
        ASSERT_TRUE(names.add(own, number(t, i)));
        ASSERT_EQ(names.find(own), number(t, i));
        (void)names.find("name1"_atom);
        if (i % 2 == 0)
          names.forget(number(t, i));
        else
          ASSERT_TRUE(names.remove(own));
      }
    });
  threads.clear();

  EXPECT_TRUE(names.names().empty());
}

} // namespace
} // namespace agner::internal
