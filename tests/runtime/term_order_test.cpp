// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/reference.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_order.hpp>
#include <agner/runtime/term_views.hpp>

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "golden_file.hpp"

namespace agner {
namespace {

term power_of_two(unsigned exponent, bool negative = false) {
  std::vector<std::byte> magnitude(exponent / 8 + 1);
  magnitude.back() = static_cast<std::byte>(1U << exponent % 8);
  return integer(negative, magnitude);
}

/// Expects each to be less than all that follow.
void expect_ascending(const std::vector<term>& terms) {
  for (std::size_t i = 0; i < terms.size(); ++i) {
    for (std::size_t j = 0; j < terms.size(); ++j) {
      EXPECT_EQ(compare(terms[i], terms[j]), i <=> j)
          << ::testing::PrintToString(terms[i]) << " and " << ::testing::PrintToString(terms[j]);
      EXPECT_EQ(terms[i] == terms[j], i == j);
    }
  }
}

TEST(TermOrder, OfTypesIsErlangs) {
  const incarnation home{"a@host"_atom, 1};
  expect_ascending({1, "a"_atom, reference{1, 1, home}, export_fun("a"_atom, "b"_atom, 0), port{1, home},
                    pid{1, 1, home}, tuple(), map({}), term{}, list({1}), binary("")});
}

TEST(TermOrder, OfNumbersIsExact) {
  expect_ascending({-std::numeric_limits<double>::max(),
                    power_of_two(100, true),
                    -1.0e30,
                    power_of_two(64, true),
                    std::numeric_limits<std::int64_t>::min(),
                    -9007199254740993,
                    -9007199254740992,
                    -1.5,
                    -1,
                    -0.5,
                    0,
                    0.5,
                    1,
                    1.5,
                    2,
                    9007199254740992.0,
                    9007199254740993,
                    9007199254740994.0,
                    std::numeric_limits<std::int64_t>::max(),
                    9223372036854775808.0,
                    9223372036854775809U,
                    9223372036854777856.0,
                    power_of_two(64),
                    1.0e30,
                    power_of_two(100),
                    power_of_two(1023),
                    std::numeric_limits<double>::max(),
                    power_of_two(1024),
                    power_of_two(4000)});
}

TEST(TermOrder, NumbersOfEqualValueAreEqualButNotExactly) {
  for (const auto& [integral, floating] :
       std::vector<std::pair<term, double>>{{0, 0.0},
                                            {0, -0.0},
                                            {1, 1.0},
                                            {-7, -7.0},
                                            {9007199254740992, 9007199254740992.0},
                                            {std::numeric_limits<std::int64_t>::min(), -0x1p63},
                                            {power_of_two(63), 0x1p63},
                                            {power_of_two(64), 0x1p64},
                                            {power_of_two(1023, true), -0x1p1023}}) {
    EXPECT_TRUE(equal(integral, floating));
    EXPECT_TRUE(equal(floating, integral));
    EXPECT_TRUE(compare_exact(integral, floating) < 0);
    EXPECT_TRUE(compare_exact(floating, integral) > 0);
    EXPECT_NE(integral, term{floating});
    EXPECT_TRUE(equal(tuple(integral), tuple(floating)));
  }
  EXPECT_TRUE(equal(0.0, -0.0));
  EXPECT_TRUE(compare_exact(-0.0, 0.0) < 0);
}

TEST(TermOrder, ExactlyEveryIntegerIsBeforeEveryFloat) {
  EXPECT_TRUE(compare_exact(power_of_two(70), -1.0) < 0);
  EXPECT_TRUE(compare_exact(tuple(2), tuple(1.0)) < 0);
  EXPECT_TRUE(compare(tuple(2), tuple(1.0)) > 0);
}

TEST(TermOrder, OfTuplesIsSizeThenElements) {
  expect_ascending(
      {tuple(), tuple(1), tuple(2), tuple("a"_atom), tuple(1, 1), tuple(1, 2), tuple(2, 1), tuple(1, 1, 1)});
}

TEST(TermOrder, OfListsIsElementByElement) {
  expect_ascending({term{}, list_of(std::vector<term>{1}, 1), list({1}), list_of(std::vector<term>{1}, cons(1, 5)),
                    list({1, 1}), list({1, 2}), list({2})});
}

TEST(TermOrder, OfListsIgnoresSegments) {
  const term one = list({1, 2, 3, 4, 5});
  const term other = list_of(std::vector<term>{1, 2}, cons(3, list({0, 4, 5}).tail()));

  EXPECT_EQ(one, other);
  EXPECT_EQ(other, one);
  EXPECT_TRUE(equal(one, other));
  EXPECT_EQ(hash(one), hash(other));
  EXPECT_TRUE(compare(one, cons(1, cons(2, cons(4, {})))) < 0);
  EXPECT_TRUE(compare(cons(1, cons(2, cons(4, {}))), one) > 0);
  EXPECT_TRUE(compare(one, cons(1, cons(2, {}))) > 0);
  EXPECT_TRUE(compare(cons(1, cons(2, {})), one) < 0);
}

TEST(TermOrder, OfMapsIsSizeThenKeysThenValues) {
  expect_ascending({map({}), map({{2, 9}}), map({{1.0, 1}}), map({{"a"_atom, 1}}), map({{"a"_atom, 2}}),
                    map({{1, 5}, {2, 1}}), map({{1, 5}, {2, 2}}), map({{1, 1}, {3, 1}})});
}

TEST(TermOrder, OfMapsHasExactKeysButValuesByValue) {
  EXPECT_FALSE(equal(map({{1, 1}}), map({{1.0, 1}})));
  EXPECT_TRUE(equal(map({{1, 1}}), map({{1, 1.0}})));
  EXPECT_NE(map({{1, 1}}), map({{1, 1.0}}));
}

TEST(TermOrder, OfBitstringsIsBitByBit) {
  const auto bits = [](unsigned byte, unsigned count) {
    return bitstring(std::array{static_cast<std::byte>(byte)}, count);
  };
  expect_ascending({binary(""), bits(0, 1), bits(0, 7), binary(std::string_view{"\0", 1}), bits(0x40, 2), binary("a"),
                    binary("aa"), binary("b"), bits(0x80, 1), binary("\xff")});
}

TEST(TermOrder, OfPidsIsSerialThenIdThenNode) {
  const incarnation a{"a@host"_atom, 9};
  const incarnation b{"b@host"_atom, 1};
  const incarnation a_later{"a@host"_atom, 10};
  expect_ascending({pid{1, 1, a}, pid{1, 1, a_later}, pid{1, 1, b}, pid{2, 1, a}, pid{1, 2, a}});
}

TEST(TermOrder, OfPortsIsNodeThenId) {
  const incarnation a{"a@host"_atom, 9};
  const incarnation b{"b@host"_atom, 1};
  expect_ascending({port{1, a}, port{7, a}, port{0, b}});
}

TEST(TermOrder, OfReferencesIsNodeThenWordsFromTheLast) {
  const incarnation a{"a@host"_atom, 9};
  const incarnation b{"b@host"_atom, 1};
  const auto ref = [](std::vector<std::uint32_t> words, incarnation home) { return term{reference{words, home}}; };
  expect_ascending({ref({1, 3}, a), ref({2, 2, 8}, a), ref({1, 3, 8}, a), ref({1, 2, 9}, a), ref({0, 0, 0, 1}, a),
                    ref({0, 0, 0}, b)});
}

TEST(TermOrder, OfFunsIsClosuresThenExports) {
  const auto fun = [](atom module, int index, std::vector<term> variables) {
    return closure({.module = module,
                    .arity = 1,
                    .uniq = std::array<std::byte, 16>{},
                    .index = 1,
                    .old_index = index,
                    .old_uniq = 1,
                    .creator = pid{},
                    .free_variables = variables});
  };
  expect_ascending({fun("a"_atom, 1, {}), fun("a"_atom, 1, {5}), fun("a"_atom, 1, {6}), fun("a"_atom, 1, {1, 2}),
                    fun("a"_atom, 2, {}), fun("b"_atom, 1, {}), export_fun("a"_atom, "a"_atom, 1),
                    export_fun("a"_atom, "b"_atom, 0), export_fun("a"_atom, "b"_atom, 1),
                    export_fun("b"_atom, "a"_atom, 0)});
}

// golden/order.golden is made by golden/make_order.escript.
TEST(TermOrder, IsOtpsForEveryPair) {
  const auto entries = test::golden_terms("order.golden");
  std::vector<term> terms;
  for (const term& entry : entries)
    terms.push_back(must(parse_term(entry[0].text())));
  const auto sign = [](auto order) { return order < 0 ? '<' : order > 0 ? '>' : '='; };

  for (std::size_t i = 0; i < terms.size(); ++i) {
    for (std::size_t j = 0; j < terms.size(); ++j) {
      EXPECT_EQ(sign(compare(terms[i], terms[j])), entries[i][1].text()[j])
          << print(terms[i]) << " and " << print(terms[j]);
      EXPECT_EQ(sign(compare_exact(terms[i], terms[j])), entries[i][2].text()[j])
          << print(terms[i]) << " and " << print(terms[j]);
      EXPECT_EQ(terms[i] == terms[j], i == j);
    }
  }
}

TEST(TermOrder, GoesThroughAnyDepth) {
  const auto nest = [](term innermost) {
    for (int i = 0; i < 200'000; ++i) {
      innermost = i % 3 == 0   ? tuple("x"_atom, innermost)
                  : i % 3 == 1 ? list({innermost, 1})
                               : map({{1, innermost}, {innermost, 1}});
      if (i % 3 == 2) innermost = tuple(innermost.as_map().pairs()[0].value);
    }
    return innermost;
  };
  const term one = nest(1);
  const term two = nest(2);

  EXPECT_TRUE(compare(one, two) < 0);
  EXPECT_TRUE(compare_exact(one, two) < 0);
  EXPECT_EQ(one, nest(1));
  EXPECT_EQ(hash(one), hash(nest(1)));
  EXPECT_NE(hash(one), hash(two));
}

TEST(TermOrder, HashTellsNeighboursApart) {
  const std::vector<term> terms{0,
                                1,
                                -1,
                                0.0,
                                -0.0,
                                1.0,
                                term{},
                                "a"_atom,
                                tuple(),
                                map({}),
                                binary(""),
                                list({1}),
                                tuple(1),
                                list({list({1})}),
                                list({1, 2}),
                                list({2, 1}),
                                tuple(tuple(1), 2),
                                tuple(1, tuple(2)),
                                bitstring(std::array{std::byte{0}}, 1),
                                binary(std::string_view{"\0", 1}),
                                power_of_two(64),
                                power_of_two(64, true)};
  for (std::size_t i = 0; i < terms.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_NE(hash(terms[i]), hash(terms[j])) << i << ' ' << j;
  }
}

} // namespace
} // namespace agner
