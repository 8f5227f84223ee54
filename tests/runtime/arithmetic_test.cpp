// SPDX-License-Identifier: Apache-2.0
// Arithmetic on terms; what it gives was asked of OTP 25.2.3.

#include <agner/runtime/arithmetic.hpp>
#include <agner/runtime/error.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <limits>

namespace agner {
namespace {

using namespace arithmetic;

term t(const char* text) { return must(parse_term(text)); }

void expect_raises(atom reason, const std::function<term()>& f) {
  try {
    ADD_FAILURE() << print(f());
  } catch (const raised& r) {
    EXPECT_TRUE(r.reason().is(reason)) << r.what();
  }
}

TEST(Arithmetic, GoesBeyond64Bits) {
  EXPECT_EQ(add(t("9223372036854775807"), 1), t("9223372036854775808"));
  EXPECT_EQ(subtract(t("-9223372036854775808"), 1), t("-9223372036854775809"));
  EXPECT_EQ(subtract(t("9223372036854775808"), 1), t("9223372036854775807"));
  EXPECT_EQ(multiply(t("4294967296"), t("4294967296")), t("18446744073709551616"));
  EXPECT_EQ(multiply(t("-18446744073709551616"), 0), t("0"));
  EXPECT_EQ(negate(t("-9223372036854775808")), t("9223372036854775808"));
  EXPECT_EQ(absolute(t("-9223372036854775809")), t("9223372036854775809"));
}

TEST(Arithmetic, MixesIntegersAndFloats) {
  EXPECT_EQ(add(1, 0.5), t("1.5"));
  EXPECT_EQ(multiply(t("18446744073709551616"), 0.5), t("9223372036854775808.0"));
  EXPECT_EQ(divide(5, 2), t("2.5"));
  EXPECT_EQ(divide(4, 2), t("2.0"));
  EXPECT_EQ(to_float(3), t("3.0"));
}

TEST(Arithmetic, DividesTowardsZero) {
  EXPECT_EQ(quotient(-5, 2), term{-2});
  EXPECT_EQ(remainder(-5, 2), term{-1});
  EXPECT_EQ(quotient(t("-9223372036854775808"), -1), t("9223372036854775808"));
  EXPECT_EQ(remainder(t("-18446744073709551617"), 10), term{-7});
}

TEST(Arithmetic, HasBitsWithoutEnd) {
  EXPECT_EQ(bit_and(t("-18446744073709551616"), t("55340232221128654848")), t("55340232221128654848"));
  EXPECT_EQ(bit_or(t("-18446744073709551617"), 1), t("-18446744073709551617"));
  EXPECT_EQ(bit_xor(t("-18446744073709551616"), t("18446744073709551616")), t("-36893488147419103232"));
  EXPECT_EQ(bit_and(t("18446744073709551615"), -1), t("18446744073709551615"));
  EXPECT_EQ(bit_not(t("18446744073709551615")), t("-18446744073709551616"));
  EXPECT_EQ(shift_left(1, 100), t("1267650600228229401496703205376"));
  EXPECT_EQ(shift_right(t("-1267650600228229401496703205377"), 100), term{-2});
  EXPECT_EQ(shift_right(-5, 1), term{-3});
  EXPECT_EQ(shift_right(-5, 1000), term{-1});
  EXPECT_EQ(shift_left(5, -1), term{2});
  EXPECT_EQ(shift_left(0, t("18446744073709551616")), term{0});
  EXPECT_EQ(shift_right(-1, t("18446744073709551616")), term{-1});
}

TEST(Arithmetic, RoundsAwayFromZero) {
  EXPECT_EQ(round(2.5), term{3});
  EXPECT_EQ(round(-2.5), term{-3});
  EXPECT_EQ(truncate(-2.9), term{-2});
  EXPECT_EQ(truncate(1e20), t("100000000000000000000"));
  EXPECT_EQ(round(7), term{7});
}

TEST(Arithmetic, RefusesWhatHasNoResult) {
  expect_raises("badarith"_atom, [] { return add(1, "a"_atom); });
  expect_raises("badarith"_atom, [] { return divide(1, 0); });
  expect_raises("badarith"_atom, [] { return divide(1, 0.0); });
  expect_raises("badarith"_atom, [] { return quotient(1, 0); });
  expect_raises("badarith"_atom, [] { return quotient(1.0, 1); });
  expect_raises("badarith"_atom, [] { return remainder(1, 0); });
  expect_raises("badarith"_atom, [] { return bit_and(1.0, 1); });
  expect_raises("badarith"_atom, [] { return multiply(1e300, 1e300); });
  expect_raises("badarith"_atom, [] { return divide(shift_left(1, 2000), 2); });
  expect_raises("system_limit"_atom, [] { return shift_left(1, t("18446744073709551616")); });
  expect_raises("badarg"_atom, [] { return absolute("a"_atom); });
}

__extension__ using wide = __int128;
__extension__ using unsigned_wide = unsigned __int128;

RC_GTEST_PROP(ArithmeticProperty, AgreesWithWideIntegers, (std::int64_t left, std::int64_t right)) {
  const auto magnitude = [&](wide value) {
    const unsigned_wide absolute = value < 0 ? -static_cast<unsigned_wide>(value) : static_cast<unsigned_wide>(value);
    return integer(value < 0, std::as_bytes(std::span{&absolute, 1}));
  };
  const auto l = static_cast<wide>(left);
  const auto r = static_cast<wide>(right);
  RC_ASSERT(add(left, right) == magnitude(l + r));
  RC_ASSERT(subtract(left, right) == magnitude(l - r));
  RC_ASSERT(multiply(left, right) == magnitude(l * r));
  if (right != 0) RC_ASSERT(quotient(left, right) == magnitude(l / r));
  if (right != 0) RC_ASSERT(remainder(left, right) == magnitude(l % r));
  const wide shifted_left = l << 40;
  const wide shifted_right = r << 45;
  RC_ASSERT(bit_and(magnitude(shifted_left), magnitude(shifted_right)) == magnitude(shifted_left & shifted_right));
  RC_ASSERT(bit_or(magnitude(shifted_left), magnitude(shifted_right)) == magnitude(shifted_left | shifted_right));
  RC_ASSERT(bit_xor(magnitude(shifted_left), right) == magnitude(shifted_left ^ r));
  RC_ASSERT(shift_right(magnitude(shifted_left), 43) == magnitude(shifted_left >> 43));
}

} // namespace
} // namespace agner
