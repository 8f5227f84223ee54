// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/runtime/term_views.hpp>

#include <gtest/gtest.h>

#include <array>

#include "golden_file.hpp"

namespace agner {
namespace {

void expect_reads(std::string_view text, const term& as) {
  const auto read = parse_term(text);
  ASSERT_TRUE(read.has_value()) << text << ": " << print(read.error().reason());
  EXPECT_EQ(*read, as) << text;
}

/// Expects an error at this place whose reason holds @p part.
void expect_refused(std::string_view text, int line, int column, std::string_view part,
                    const text_limits& limits = {}) {
  const auto read = parse_term(text, limits);
  ASSERT_FALSE(read.has_value()) << text << " was read as " << print(*read);
  const term& reason = read.error().reason();
  ASSERT_EQ(reason.size(), 3U);
  EXPECT_EQ(reason[0], term{line}) << text << ": " << print(reason);
  EXPECT_EQ(reason[1], term{column}) << text << ": " << print(reason);
  EXPECT_NE(reason[2].text().find(part), std::string_view::npos) << text << ": " << print(reason);
}

TEST(TermParse, ReadsIntegersInEveryBase) {
  expect_reads("0", 0);
  expect_reads("-17", -17);
  expect_reads("+17", 17);
  expect_reads("- 17", -17);
  expect_reads("1_000_000", 1'000'000);
  expect_reads("16#FF", 255);
  expect_reads("16#f_f", 255);
  expect_reads("2#1010", 10);
  expect_reads("36#zZ", 35 * 36 + 35);
  expect_reads("010", 10);
  expect_reads("-9223372036854775808", std::numeric_limits<std::int64_t>::min());
  expect_reads("9223372036854775808", 9223372036854775808U);
  expect_reads("-16#10000000000000000",
               integer(true, std::array<std::byte, 9>{{{}, {}, {}, {}, {}, {}, {}, {}, std::byte{1}}}));
}

TEST(TermParse, ReadsFloats) {
  expect_reads("1.5", 1.5);
  expect_reads("-0.0", -0.0);
  expect_reads("1.0e10", 1.0e10);
  expect_reads("1.0E+10", 1.0e10);
  expect_reads("1_0.2_5e-1_0", 10.25e-10);
  expect_reads("1.0e-400", 0.0);
  expect_reads("5.0e-324", 5.0e-324);
  expect_refused("1.0e400", 1, 1, "too large");
  expect_refused("1.0e", 1, 4, "exponent");
}

TEST(TermParse, ReadsCharacters) {
  expect_reads("$a", 97);
  expect_reads("$\\n", 10);
  expect_reads("$\\\\", 92);
  expect_reads("$\\x41", 0x41);
  expect_reads("$\\x{1f600}", 0x1f600);
  expect_reads("$\\101", 0101);
  expect_reads("$\\^a", 1);
  expect_reads("$ ", 32);
  expect_reads("$\\s", 32);
  expect_reads("$\xc3\xa5", 0xe5);
  expect_reads("-$a", -97);
}

TEST(TermParse, ReadsAtoms) {
  expect_reads("abc", "abc"_atom);
  expect_reads("aB_9@x", "aB_9@x"_atom);
  expect_reads("'Hello World'", "Hello World"_atom);
  expect_reads("''", ""_atom);
  expect_reads("'it\\'s \\x{e5}\\n'", "it's \xc3\xa5\n"_atom);
  expect_reads("\xc3\xa5", "\xc3\xa5"_atom);
  expect_reads("true", true);
  expect_reads("'and'", "and"_atom);
  expect_reads("maybe", "maybe"_atom);
  const std::string longest(255, 'a');
  expect_reads(longest, atom{longest});
  expect_refused(longest + "a", 1, 1, "255");
  expect_refused("and", 1, 1, "reserved word 'and'");
  expect_refused("Variable", 1, 1, "variable 'Variable'");
  expect_refused("_", 1, 1, "variable");
}

TEST(TermParse, ReadsStringsAndJoinsThem) {
  expect_reads("\"abc\"", string("abc"));
  expect_reads("\"\"", term{});
  expect_reads("\"a\" \"b\"\n\"c\"", string("abc"));
  expect_reads("\"a\\\"b\\\\c\\n\\t\\e\\d\\x{1f600}\\7\"", list({97, 34, 98, 92, 99, 10, 9, 27, 127, 0x1f600, 7}));
  expect_reads("\"\xe6\x97\xa5\"", list({0x65e5}));
  expect_reads("\"two\nlines\"", string("two\nlines"));
  expect_reads("{\"a\" \"b\", \"c\"}", tuple(string("ab"), string("c")));
}

TEST(TermParse, ReadsCompoundTerms) {
  expect_reads("{}", tuple());
  expect_reads("{a,{b,[]},\"c\"}", tuple("a"_atom, tuple("b"_atom, term{}), string("c")));
  expect_reads("[1,2|3]", list_of(std::vector<term>{1, 2}, 3));
  expect_reads("[1|[2|[3]]]", list({1, 2, 3}));
  expect_reads("#{}", map({}));
  expect_reads("#{a => 1, {b} => #{c => []}}", map({{"a"_atom, 1}, {tuple("b"_atom), map({{"c"_atom, term{}}})}}));
  expect_reads("#{a=>1,a=>2}", map({{"a"_atom, 2}}));
  expect_reads("fun lists:map/2", export_fun("lists"_atom, "map"_atom, 2));
  expect_reads("fun 'a b':'+'/255", export_fun("a b"_atom, "+"_atom, 255));
}

TEST(TermParse, ReadsBinaries) {
  expect_reads("<<>>", binary(""));
  expect_reads("<<1,2,$a>>", binary("\x01\x02\x61"));
  expect_reads("<<\"abc\",0>>", binary(std::string_view{"abc\0", 4}));
  expect_reads("<<\"\xc3\xa5\">>", binary("\xe5"));
  expect_reads("<<\"\xc3\xa5\"/utf8,8364/utf8>>", binary("\xc3\xa5\xe2\x82\xac"));
  expect_reads("<<5:3>>", bitstring(std::array{std::byte{0xa0}}, 3));
  expect_reads("<<1:1,0:2,31:5>>", binary("\x9f"));
  expect_reads("<<1:16,\"ab\":16>>", binary(std::string_view{"\0\1\0a\0b", 6}));
  expect_reads("<<-1,-2:16>>", binary("\xff\xff\xfe"));
  expect_reads("<<-256:16>>", binary(std::string_view{"\xff\0", 2}));
  expect_reads("<<16#123456789abcdef012:72>>", binary("\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12"));
  expect_reads("<<-16#123456789abcdef000:72>>", binary(std::string_view{"\xed\xcb\xa9\x87\x65\x43\x21\x10\x00", 9}));
  expect_reads("<<258>>", binary("\x02"));
  expect_reads("<<1:8/integer-unsigned-big>>", binary("\x01"));
}

TEST(TermParse, SkipsSpaceAndComments) {
  expect_reads(" % a comment\n\t[ 1 ,%two\n 2 ] . % end", list({1, 2}));
  expect_reads("a.", "a"_atom);
  expect_reads("1.", 1);
  expect_reads("a.%", "a"_atom);
}

TEST(TermParse, ReadsTheTermsOfAFile) {
  const auto all = parse_terms("%% options\n{a, 1}.\n[b].\n\n\"c\".\n");

  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(*all, (std::vector<term>{tuple("a"_atom, 1), list({"b"_atom}), string("c")}));
  EXPECT_TRUE(parse_terms(" % nothing\n")->empty());
  EXPECT_FALSE(parse_terms("a. b").has_value());
  EXPECT_FALSE(parse_terms("a b.").has_value());
}

TEST(TermParse, SaysWhatItFoundAndWhatItExpectedWhere) {
  expect_refused("", 1, 1, "found the end of the text, expected a term");
  expect_refused("{a,\n  }", 2, 3, "found '}', expected a term");
  expect_refused("{a b}", 1, 4, "found the atom 'b', expected ',' or '}'");
  expect_refused("[1,2", 1, 5, "found the end of the text, expected ',', '|' or ']'");
  expect_refused("[1|2,3]", 1, 5, "expected ']'");
  expect_refused("[|1]", 1, 2, "expected a term");
  expect_refused("#{a}", 1, 4, "expected '=>'");
  expect_refused("#{a => 1 b}", 1, 10, "expected ',' or '}'");
  expect_refused("#rec{}", 1, 2, "expected '{'");
  expect_refused("1 2", 1, 3, "expected the end of the text");
  expect_refused("a. b", 1, 4, "expected the end");
  expect_refused("<0.1.0>", 1, 1, "found '<', expected a term");
  expect_refused("1 + 2", 1, 3, "expected the end");
  expect_refused("-a", 1, 2, "expected a number");
  expect_refused("--1", 1, 2, "expected a number");
  expect_refused("fun a", 1, 6, "expected ':'");
  expect_refused("fun a:b/x", 1, 9, "expected an arity");
  expect_refused("fun a:b/256", 1, 9, "expected an arity");
  expect_refused("fun() -> ok end", 1, 4, "expected an atom");
  expect_refused("<<1", 1, 4, "expected ',' or '>>'");
  expect_refused("<<1.5>>", 1, 3, "expected an integer");
  expect_refused("<<a>>", 1, 3, "expected an integer");
  expect_refused("<<1:x>>", 1, 5, "expected a size");
  expect_refused("<<1/binary>>", 1, 5, "expected one of the types");
  expect_refused("<<16#d800/utf8>>", 1, 3, "Unicode");
  expect_refused("{\n\"never closed}", 2, 1, "end of this string");
  expect_refused("'never closed", 1, 1, "end of this quoted atom");
  expect_refused("37#1", 1, 1, "base");
  expect_refused("2#9", 1, 3, "digit of base 2");
  expect_refused("$", 1, 2, "expected a character");
  expect_refused("\"\\x{110000}\"", 1, 11, "Unicode");
  expect_refused("\"\\xg\"", 1, 4, "hexadecimal");
  expect_refused("{\xc3\xa5, \xff}", 1, 5, "not UTF-8");
  expect_refused("\"\xff\"", 1, 2, "not UTF-8");
}

TEST(TermParse, ColumnsCountCharacters) { expect_refused("{\"\xe6\x97\xa5\xe6\x9c\xac\" x}", 1, 7, "the atom 'x'"); }

TEST(TermParse, GoesAsDeepAsTheLimitAndNoDeeper) {
  constexpr std::size_t depth = 100'000;
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };

  EXPECT_TRUE(parse_term(nested(depth)).has_value());
  expect_refused(nested(depth + 2), 1, depth + 1, "deeper than 100000");
  expect_refused(std::string(depth * 10, '{'), 1, depth + 1, "deeper than 100000");
}

TEST(TermParse, HoldsTheOtherLimits) {
  expect_refused("abcdef", 1, 1, "more than 5 bytes", {.bytes_max = 5});
  expect_refused("{1,123456}", 1, 10, "more than 5 digits", {.digits_max = 5});
  expect_refused("{new_atom_one,new_atom_two,new_atom_three}", 1, 28, "more than 2 new atoms", {.new_atoms_max = 2});
  expect_refused("[<<1:8000>>,<<1:800>>]", 1, 15, "more than 1000 bytes", {.bytes_max = 1000});
  expect_refused("<<1:99999999999999999>>", 1, 3, "bytes");
  EXPECT_TRUE(parse_term("[new_atom_one,new_atom_two]", {.new_atoms_max = 0}).has_value())
      << "they are not new any more";
}

TEST(TermParse, EveryBeginOfATextIsRefusedOrRead) {
  const std::string text =
      "#{'a\\x{e5}' => [1.5e-3,$\\n,\"s\\\"\" \"t\"|{fun m:f/1,<<\"b\"/utf8,5:3>>,-16#ff}],b=>{}}.";
  expect_reads(text, *parse_term(text));
  for (std::size_t length = 0; length + 1 < text.size(); ++length)
    EXPECT_FALSE(parse_term(text.substr(0, length)).has_value()) << length;
}

} // namespace
} // namespace agner
