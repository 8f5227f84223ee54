// SPDX-License-Identifier: Apache-2.0
// The stack of what a process ends with: where it was raised, and which tasks waited. Its form was asked of OTP 25.2.3.

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include <agner/runtime/term_text.hpp>
#include <agner/runtime/term_views.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using test::deterministic_node;

// `function/arity` of each entry, from the innermost.
std::string functions_of(const term& stack) {
  std::string all;
  for (const term& entry : stack.as_list())
    all += (all.empty() ? "" : " ") + std::string{entry[1].as_atom().name()} + '/' + print(entry[2]);
  return all;
}

template <class F>
term end_of(F f) {
  deterministic_node here;
  return here->run([f]() -> task<term> { co_return co_await test::exit_reason_of(f); });
}

task<> innermost(int depth) {
  if (depth > 0) raise_error("deep"_atom);
  co_return;
}
task<int> middle(int depth) {
  co_await innermost(depth);
  co_return 1;
}
task<> outermost() { static_cast<void>(co_await middle(1)); }

TEST(Stack, BeginsWhereTheErrorWasRaisedAndGoesOnWithTheTasksThatWaited) {
  const term reason = end_of(outermost);

  EXPECT_EQ(reason[0], term("deep"_atom));
  EXPECT_EQ(functions_of(reason[1]), "innermost/1 middle/1 outermost/0");
}

TEST(Stack, HasEntriesOfErlangsForm) {
  const term reason = end_of(outermost);
  const term first = reason[1].head();

  ASSERT_EQ(first.size(), 4U);
  EXPECT_EQ(first[0], term("stack_test"_atom)); // no namespace of its own: the file
  EXPECT_EQ(first[3].head(), tuple("file"_atom, string("stack_test.cpp")));
  EXPECT_TRUE(first[3].tail().head().is_tagged("line"_atom, 2));
  EXPECT_GT(first[3].tail().head()[1].as_int64(), 30);
}

TEST(Stack, NamesWhereAnotherFunctionOfTheLibraryWasAskedToRaise) {
  const term thrown = end_of([]() -> task<> {
    raise_throw("ball"_atom);
    co_return;
  });
  const term mismatch = end_of([]() -> task<> {
    must(result<>{fail("closed"_atom)});
    co_return;
  });

  EXPECT_EQ(thrown[0], tuple("nocatch"_atom, "ball"_atom));
  EXPECT_EQ(functions_of(thrown[1]), "-TestBody/0-fun-/0");
  EXPECT_EQ(mismatch[0], tuple("badmatch"_atom, tuple("error"_atom, "closed"_atom)));
  EXPECT_EQ(functions_of(mismatch[1]), "-TestBody/0-fun-/0");
}

TEST(Stack, IsNoPartOfTheReasonOfAnExit) {
  EXPECT_EQ(end_of([]() -> task<> {
              co_await []() -> task<> {
                exit("boo"_atom);
                co_return;
              }();
            }),
            term("boo"_atom));
}

task<> throws() {
  throw std::runtime_error{"oops"};
  co_return;
}
task<> waits_for_what_throws() { co_await throws(); }

TEST(Stack, OfAnExceptionOfAnotherTypeHasTheTasksThatWaited) {
  const term reason = end_of(waits_for_what_throws);

  EXPECT_EQ(reason[0], tuple("cxx_exception"_atom, binary("std::runtime_error"), binary("oops")));
  EXPECT_EQ(functions_of(reason[1]), "waits_for_what_throws/0");
}

task<> receives() {
  send(self(), 1);
  co_await receive([](term) -> task<> { co_await innermost(1); });
}

TEST(Stack, LeadsThroughTheClausesOfAReceive) {
  EXPECT_EQ(functions_of(end_of(receives)[1]), "innermost/1 -receives/0-fun-/1 receives/0");
}

task<> fails_again() {
  try {
    co_await middle(1);
  } catch (const raised&) {
    // the next one begins anew
  }
  co_await throws();
}
task<> passes_on() {
  try {
    co_await middle(1);
  } catch (...) {
    throw;
  }
}

TEST(Stack, IsThatOfTheLastExceptionAndGoesWithOneThatIsPassedOn) {
  EXPECT_EQ(functions_of(end_of(fails_again)[1]), "fails_again/0");
  EXPECT_EQ(functions_of(end_of(passes_on)[1]), "innermost/1 middle/1 passes_on/0");
}

TEST(Stack, IsKnownWhereTheExceptionIsCaught) {
  deterministic_node here;

  const term stack = here->run([]() -> task<term> {
    term seen;
    try {
      co_await middle(1);
    } catch (...) {
      seen = as_raised(std::current_exception()).stack();
    }
    co_return seen;
  });

  EXPECT_EQ(functions_of(stack), "innermost/1 middle/1 -TestBody/0-fun-/0");
}

task<> nested(int depth) {
  if (depth == 0) raise_error("deep"_atom);
  co_await nested(depth - 1);
}

TEST(Stack, HasEightEntriesAtMost) {
  const term reason = end_of([]() -> task<> { co_await nested(100); });

  EXPECT_EQ(functions_of(reason[1]), "nested/1 nested/1 nested/1 nested/1 nested/1 nested/1 nested/1 nested/1");
}

TEST(Stack, OfAProcessIsNotThatOfAnotherOnTheSameThread) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(functions_of((co_await test::exit_reason_of(outermost))[1]), "innermost/1 middle/1 outermost/0");
      EXPECT_EQ(functions_of((co_await test::exit_reason_of(waits_for_what_throws))[1]), "waits_for_what_throws/0");
    }
  });
}

} // namespace
} // namespace agner
