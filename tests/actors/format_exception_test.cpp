// SPDX-License-Identifier: Apache-2.0
// Exceptions as text. Each text was asked of OTP 25.2.3: proc_lib:format/1.

#include <gtest/gtest.h>

#include <agner/actors/format_exception.hpp>
#include <agner/runtime/term_text.hpp>

namespace agner {
namespace {

std::string text_of(raised_class cls, const char* reason, const char* stack = "[]", const char* indent = "") {
  return format_exception({cls, must(parse_term(reason)), must(parse_term(stack))}, indent);
}

TEST(FormatException, PutsReasonsIntoWords) {
  constexpr auto error = raised_class::error;

  EXPECT_EQ(text_of(error, "{bad,1}"), "exception error: {bad,1}");
  EXPECT_EQ(text_of(error, "badarg"), "exception error: bad argument");
  EXPECT_EQ(text_of(error, "badarith"), "exception error: an error occurred when evaluating an arithmetic expression");
  EXPECT_EQ(text_of(error, "{badmatch,{error,x}}"), "exception error: no match of right hand side value {error,x}");
  EXPECT_EQ(text_of(error, "{case_clause,3}"), "exception error: no case clause matching 3");
  EXPECT_EQ(text_of(error, "noproc"), "exception error: no such process or port");
  EXPECT_EQ(text_of(error, "system_limit"), "exception error: a system limit has been reached");
  EXPECT_EQ(text_of(error, "timeout_value"), "exception error: bad receive timeout value");
  EXPECT_EQ(text_of(raised_class::exit, "badarg"), "exception exit: badarg");
  EXPECT_EQ(text_of(raised_class::throw_, "ball"), "exception throw: ball");
}

TEST(FormatException, GoesThroughTheStack) {
  const char* const stack = "[{bank,find,1,[{file,\"bank.cpp\"},{line,41}]},"
                            "{'bank::t','-open/2-fun-',[a,b],[{file,\"bank.cpp\"},{line,57}]},{main,main,2,[]}]";

  EXPECT_EQ(text_of(raised_class::exit, "boo", stack, "    "),
            "    exception exit: boo\n"
            "      in function  bank:find/1 (bank.cpp, line 41)\n"
            "      in call from 'bank::t':'-open/2-fun-'/2 (bank.cpp, line 57)\n"
            "      in call from main:main/2");
}

TEST(FormatException, PrintsAnyStack) {
  EXPECT_EQ(text_of(raised_class::exit, "boo", "[a,{b},{m,f,x,y},{1,2,3,[{file,4},{line}]}]"),
            "exception exit: boo\n  in function  m:f/x\n  in call from 1:2/3");
  EXPECT_EQ(text_of(raised_class::exit, "boo", "nothing"), "exception exit: boo");
}

} // namespace
} // namespace agner
