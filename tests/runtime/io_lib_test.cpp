// SPDX-License-Identifier: Apache-2.0
// What OTP 25.2.3 makes of the same calls of io_lib:format/2.

#include <agner/runtime/io_lib.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>

namespace agner {
namespace {

std::string text(std::string_view format, std::vector<term> arguments = {}, std::size_t bytes_max = 0) {
  const auto made = io_lib::format(format, arguments, bytes_max);
  return made ? *made : "error: " + print(made.error().reason());
}

TEST(IoLibFormat, CopiesWhatIsNoSequence) {
  EXPECT_EQ(text(""), "");
  EXPECT_EQ(text("a text, h\xc3\xa4"), "a text, h\xc3\xa4");
  EXPECT_EQ(text("a~nb~~c"), "a\nb~c");
}

TEST(IoLibFormat, PPrintsTerms) {
  EXPECT_EQ(text("~p", {tuple("a"_atom, string("abc"), list({1, 2}), binary("x"))}), "{a,\"abc\",[1,2],<<\"x\">>}");
  EXPECT_EQ(text("~p", {list({1024})}), "[1024]");
  EXPECT_EQ(text("~tp", {list({1024})}), "\"\xd0\x80\"");
  EXPECT_EQ(text("~p and ~p", {1, 2}), "1 and 2");
}

TEST(IoLibFormat, PBreaksLinesAndIndentsThem) {
  std::vector<term> numbers;
  for (int i = 1; i <= 60; ++i)
    numbers.emplace_back(i);
  const term list = list_of(numbers);

  EXPECT_EQ(text("~p", {list}), "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,\n"
                                " 29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,\n"
                                " 54,55,56,57,58,59,60]");
  EXPECT_EQ(text("x~nab ~p", {list}),
            "x\nab [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,\n"
            "    28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,\n"
            "    52,53,54,55,56,57,58,59,60]");
  EXPECT_EQ(text("~0p", {list}).find('\n'), std::string::npos);
}

TEST(IoLibFormat, WPrintsNothingAsText) {
  EXPECT_EQ(text("~w", {tuple("a"_atom, string("abc"), binary("x"))}), "{a,[97,98,99],<<120>>}");
  EXPECT_EQ(text("~w", {atom{"h\xd0\x80"}}), "'h\\x{400}'");
  EXPECT_EQ(text("~tw", {atom{"h\xd0\x80"}}), "'h\xd0\x80'");
}

TEST(IoLibFormat, SWritesCharacters) {
  EXPECT_EQ(text("~s", {string("abc")}), "abc");
  EXPECT_EQ(text("~s", {"abc"_atom}), "abc");
  EXPECT_EQ(text("~s", {binary("abc")}), "abc");
  EXPECT_EQ(text("~s", {list({string("a"), binary("b"), list({list({99}), term{}})})}), "abc");
  EXPECT_EQ(text("~s", {list_of(std::vector<term>{97}, binary("b"))}), "ab");
  EXPECT_EQ(text("~s", {term{}}), "");
}

TEST(IoLibFormat, STakesBinariesForLatin1AndTsForUtf8) {
  EXPECT_EQ(text("~s", {binary("\xd0\x80")}), "\xc3\x90\xc2\x80");
  EXPECT_EQ(text("~ts", {binary("\xd0\x80")}), "\xd0\x80");
  EXPECT_EQ(text("~ts", {binary("\xff")}), "\xc3\xbf");
  EXPECT_EQ(text("~ts", {list({1024})}), "\xd0\x80");
  EXPECT_EQ(text("~ts", {atom{"h\xd0\x80"}}), "h\xd0\x80");
}

TEST(IoLibFormat, SRefusesWhatIsNoText) {
  for (const term& argument : {term{12}, tuple("a"_atom), list({"a"_atom}), list({1024}), term{atom{"h\xd0\x80"}},
                               list({-1}), list({1.5}), list_of(std::vector<term>{97}, "b"_atom)})
    EXPECT_EQ(text("~s", {argument}), "error: badarg") << print(argument);
  EXPECT_EQ(text("~ts", {list({0xd800})}), "error: badarg");
}

TEST(IoLibFormat, BWritesIntegersOfAnySize) {
  EXPECT_EQ(text("~b ~b", {12, -12}), "12 -12");
  EXPECT_EQ(text("~b", {integer(false, std::vector<std::byte>(9, std::byte{0xff}))}), "4722366482869645213695");
  EXPECT_EQ(text("~b", {1.0}), "error: badarg");
}

TEST(IoLibFormat, RefusesWhatDoesNotFit) {
  EXPECT_EQ(text("~p"), "error: badarg");
  EXPECT_EQ(text("a", {1}), "error: badarg");
  EXPECT_EQ(text("~p", {1, 2}), "error: badarg");
  for (const char* format : {"~", "~x", "~t", "~tn", "~tb", "~0w", "~00p", "~2..0b", "~10s", "~t0p", "~0"})
    EXPECT_EQ(text(format, {1}), "error: badarg") << format;
}

TEST(IoLibFormat, CutsWhatIsTooLong) {
  EXPECT_EQ(text("0123456789", {}, 10), "0123456789");
  EXPECT_EQ(text("0123456789a", {}, 10), "0123456789...");
  EXPECT_EQ(text("~s~s", {string("012345"), string("6789a")}, 10), "0123456789...");
  EXPECT_EQ(text("012345678~ts", {binary("\xd0\x80\xd0\x80")}, 10), "012345678...");
  EXPECT_EQ(text("~w", {list({1, 2, 3, 4, 5, 6, 7})}, 10), "[1,2,3,4,5...");
}

TEST(IoLibFormat, StaysBoundedForHugeTerms) {
  const term bytes = binary(std::string(10'000'000, '\x01'));
  term deep = "x"_atom;
  for (int i = 0; i < 100'000; ++i)
    deep = list({std::move(deep)});

  for (const char* format : {"~p", "~tp", "~0p", "~w", "~s", "~ts"}) {
    EXPECT_LE(text(format, {bytes}, 1000).size(), 1003U) << format;
    EXPECT_LE(text(format, {deep}, 1000).size(), 1003U) << format;
  }
}

} // namespace
} // namespace agner
