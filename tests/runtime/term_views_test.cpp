// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_views.hpp>

#include <gtest/gtest.h>

#include <numeric>

namespace agner {
namespace {

std::vector<std::int64_t> numbers(const list_view& view) {
  std::vector<std::int64_t> seen;
  for (const term& t : view)
    seen.push_back(t.as_int64());
  return seen;
}

TEST(ListView, ShowsTheElementsOfAllSegments) {
  const term list = list_of(std::vector<term>{1, 2}, cons(3, cons(4, list_of(std::vector<term>{5, 6}))));

  EXPECT_EQ(numbers(list.as_list()), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(list.as_list().size(), 6U);
  EXPECT_TRUE(list.as_list().is_proper());
}

TEST(ListView, BeginsWithinASegment) {
  const term rest = list({1, 2, 3, 4}).tail().tail();

  EXPECT_EQ(numbers(rest.as_list()), (std::vector<std::int64_t>{3, 4}));
  EXPECT_EQ(rest.as_list().size(), 2U);
  EXPECT_EQ(rest, list({3, 4}));
  EXPECT_EQ(cons(0, rest), list({0, 3, 4}));
  EXPECT_EQ(numbers(cons(0, rest).as_list()), (std::vector<std::int64_t>{0, 3, 4}));
}

TEST(ListView, EndsAtAnImproperTail) {
  const term improper = list_of(std::vector<term>{1, 2}, "tail"_atom);

  EXPECT_EQ(numbers(improper.as_list()), (std::vector<std::int64_t>{1, 2}));
  EXPECT_FALSE(improper.as_list().is_proper());
  EXPECT_EQ(improper.as_list().last_tail(), term{"tail"_atom});
  EXPECT_EQ(improper.tail().tail(), term{"tail"_atom});
}

TEST(ListView, OfNilIsEmpty) {
  EXPECT_TRUE(term{}.as_list().empty());
  EXPECT_EQ(term{}.as_list().size(), 0U);
  EXPECT_TRUE(term{}.as_list().is_proper());
}

TEST(ListView, KeepsTheListItShows) {
  const auto view = list({binary("kept"), 2}).as_list();

  EXPECT_EQ(view.begin()->text(), "kept");
}

TEST(MapView, IsInExactOrderOfKeys) {
  const term made = map({{binary("x"), 1}, {1.0, 2}, {"a"_atom, 3}, {2, 4}, {tuple(), 5}});
  std::vector<term> keys;
  for (const auto& [key, value] : made.as_map())
    keys.push_back(key);

  EXPECT_EQ(keys, (std::vector<term>{2, 1.0, "a"_atom, tuple(), binary("x")}));
}

TEST(MapView, FindsEveryKeyAndNoOther) {
  std::vector<std::pair<term, term>> pairs;
  for (int i = 1000; i > 0; --i)
    pairs.emplace_back(2 * i, i);
  const term made = map_of(std::move(pairs));

  for (int i = 1; i <= 1000; ++i) {
    ASSERT_NE(made.as_map().find(2 * i), nullptr);
    EXPECT_EQ(*made.as_map().find(2 * i), term{i});
    EXPECT_EQ(made.as_map().find(2 * i + 1), nullptr);
  }
  EXPECT_EQ(map({}).as_map().find(1), nullptr);
}

} // namespace
} // namespace agner
