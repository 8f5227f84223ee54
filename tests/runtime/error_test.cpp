// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/error.hpp>
#include <agner/runtime/reasons.hpp>
#include <agner/runtime/term_builders.hpp>

#include <gtest/gtest.h>

namespace agner {
namespace {

TEST(Error, MustGivesTheValue) { EXPECT_EQ(must(result<int>{7}), 7); }

TEST(Error, MustRaisesBadmatchWithTheReason) {
  try {
    must(result<int>{fail(reasons::closed)});
    FAIL() << "no exception";
  } catch (const raised& e) {
    EXPECT_EQ(e.cls(), raised_class::error);
    EXPECT_EQ(e.reason(), tuple(reasons::badmatch, tuple("error"_atom, reasons::closed)));
    EXPECT_STREQ(e.what(), "{badmatch,{error,closed}}");
  }
}

TEST(Error, MustTakesResultsWithoutValue) {
  must(result<>{});
  EXPECT_THROW(must(result<>{fail(reasons::timeout)}), raised);
}

TEST(Error, RaisesErrorsAndThrows) {
  try {
    raise_throw(1);
  } catch (const raised& e) {
    EXPECT_EQ(e.cls(), raised_class::throw_);
    EXPECT_EQ(e.reason(), term{1});
  }
  EXPECT_THROW(raise_error(reasons::badarg), raised);
}

TEST(Error, EqualsAnErrorOfTheSameReason) {
  EXPECT_EQ(error{reasons::closed}, error{atom{"closed"}});
  EXPECT_NE(error{reasons::closed}, error{reasons::timeout});
}

} // namespace
} // namespace agner
