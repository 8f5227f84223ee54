// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/error.hpp>
#include <agner/runtime/reasons.hpp>
#include <agner/runtime/reference.hpp>
#include <agner/runtime/term.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_views.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace agner {
namespace {

static_assert(!std::is_constructible_v<term, const char*>, "a string literal must not become a boolean");
static_assert(!std::is_constructible_v<term, char>);
static_assert(std::is_nothrow_move_constructible_v<term> && std::is_nothrow_copy_constructible_v<term>);

term reason_of(auto&& action) {
  try {
    action();
  } catch (const raised& e) {
    return e.reason();
  }
  return "nothing_raised"_atom;
}

TEST(Term, DefaultIsNil) {
  EXPECT_TRUE(term{}.is_nil());
  EXPECT_TRUE(term{}.is_list());
  EXPECT_FALSE(term{}.is_cons());
}

TEST(Term, HoldsIntegersOfEveryType) {
  EXPECT_EQ(term{std::int8_t{-128}}.as_int64(), -128);
  EXPECT_EQ(term{std::uint32_t{4294967295}}.as_int64(), 4294967295);
  EXPECT_EQ(term{std::numeric_limits<std::int64_t>::min()}.as_int64(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(term{std::uint64_t{7}}, term{7});
}

TEST(Term, HoldsUnsignedIntegersBeyondInt64) {
  const term big = std::numeric_limits<std::uint64_t>::max();

  EXPECT_TRUE(big.is_integer());
  EXPECT_EQ(big.to_int64(), std::nullopt);
  EXPECT_EQ(big.to_uint64(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(big, term{std::numeric_limits<std::uint64_t>::max()});
}

TEST(Term, FloatsAreFinite) {
  EXPECT_EQ(term{1.5}.as_double(), 1.5);
  EXPECT_EQ(reason_of([] { term{std::numeric_limits<double>::infinity()}; }), term{reasons::badarith});
  EXPECT_EQ(reason_of([] { term{std::numeric_limits<double>::quiet_NaN()}; }), term{reasons::badarith});
}

TEST(Term, KeepsTheSignOfZero) {
  EXPECT_TRUE(std::signbit(term{-0.0}.as_double()));
  EXPECT_NE(term{0.0}, term{-0.0});
}

TEST(Term, BooleansAreAtoms) {
  EXPECT_EQ(term{true}, term{"true"_atom});
  EXPECT_EQ(term{false}, term{atom{"false"}});
  EXPECT_TRUE(term{false}.is_boolean());
  EXPECT_FALSE(term{"maybe"_atom}.is_boolean());
}

TEST(Term, IntegerIsNotEqualToFloat) { EXPECT_NE(term{1}, term{1.0}); }

TEST(Term, HoldsPidsAndPorts) {
  const incarnation home{"a@host"_atom, 9};
  const pid p{0xffffffff, 0xfffffffe, home};
  const port q{0xffffffffffffffff, home};

  EXPECT_EQ(term{p}.as_pid(), p);
  EXPECT_EQ(term{q}.to_port(), q);
  EXPECT_NE(term{p}, (term{pid{0xffffffff, 0xfffffffe, incarnation{"a@host"_atom, 8}}}));
}

TEST(Term, ReadingAnotherKindRaisesBadarg) {
  const term t = "a"_atom;
  const term badarg = reasons::badarg;

  EXPECT_EQ(reason_of([&] { (void)t.as_int64(); }), badarg);
  EXPECT_EQ(reason_of([&] { (void)t.as_double(); }), badarg);
  EXPECT_EQ(reason_of([&] { (void)t.as_pid(); }), badarg);
  EXPECT_EQ(reason_of([&] { (void)t.as_reference(); }), badarg);
  EXPECT_EQ(reason_of([&] { (void)t.as_integer(); }), badarg);
  EXPECT_EQ(reason_of([&] { (void)t.as_list(); }), badarg);
  EXPECT_EQ(reason_of([&] { (void)t.as_map(); }), badarg);
  EXPECT_EQ(reason_of([&] { (void)t.as_fun(); }), badarg);
  EXPECT_EQ(reason_of([&] { (void)t.head(); }), badarg);
  EXPECT_EQ(reason_of([&] { (void)t.tail(); }), badarg);
  EXPECT_EQ(reason_of([&] { (void)t.bytes(); }), badarg);
  EXPECT_EQ(reason_of([&] { (void)t[0]; }), badarg);
  EXPECT_EQ(reason_of([] { (void)term{1}.as_atom(); }), badarg);
  EXPECT_EQ(reason_of([] { (void)tuple(1)[1]; }), badarg);
}

TEST(Term, ReadingAnotherKindMayGiveNothing) {
  const term t = tuple(1);

  EXPECT_EQ(t.to_int64(), std::nullopt);
  EXPECT_EQ(t.to_uint64(), std::nullopt);
  EXPECT_EQ(t.to_double(), std::nullopt);
  EXPECT_EQ(t.to_atom(), std::nullopt);
  EXPECT_EQ(t.to_pid(), std::nullopt);
  EXPECT_EQ(t.to_port(), std::nullopt);
  EXPECT_EQ(t.to_reference(), std::nullopt);
  EXPECT_TRUE(term{7}.elements().empty());
  EXPECT_EQ(term{-1}.to_uint64(), std::nullopt);
}

TEST(Term, KnowsTaggedTuples) {
  const term t = tuple("ping"_atom, 1);

  EXPECT_TRUE(t.is_tagged("ping"_atom, 2));
  EXPECT_FALSE(t.is_tagged("ping"_atom, 3));
  EXPECT_FALSE(t.is_tagged("pong"_atom, 2));
  EXPECT_FALSE(term{"ping"_atom}.is_tagged("ping"_atom, 0));
}

TEST(Term, MoveLeavesNil) {
  term from = tuple(1, 2);
  const term to = std::move(from);

  EXPECT_TRUE(from.is_nil()); // NOLINT(bugprone-use-after-move): that is the rule
  EXPECT_EQ(to, tuple(1, 2));
}

TEST(Term, AssignsToItself) {
  term t = tuple(1, 2);
  const term& same = t;
  t = same;
  EXPECT_EQ(t, tuple(1, 2));
  t = t[1];
  EXPECT_EQ(t, term{2});
}

} // namespace
} // namespace agner
