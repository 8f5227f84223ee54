// SPDX-License-Identifier: Apache-2.0
// Printing, against what OTP 25 prints: golden/print.golden, made by golden/make_print.escript.

#include <agner/runtime/reference.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/runtime/term_views.hpp>

#include <gtest/gtest.h>

#include <array>
#include <sstream>

#include "golden_file.hpp"

namespace agner {
namespace {

TEST(TermPrint, PrintsAsOtpDoes) {
  const auto entries = test::golden_terms("print.golden");
  ASSERT_GT(entries.size(), 250U);

  for (const term& entry : entries) {
    const std::string_view source = entry[0].text();
    const auto of = parse_term(source);
    ASSERT_TRUE(of.has_value()) << source << ": " << print(of.error().reason());
    EXPECT_EQ(print(*of, {.plain = true, .unicode = true}), source);
    EXPECT_EQ(print(*of, {.plain = true, .unicode = false}), entry[1].text());
    EXPECT_EQ(print(*of, {.plain = false, .unicode = false}), entry[2].text());
    EXPECT_EQ(print(*of), entry[3].text());
    EXPECT_EQ(print(*of, {.line_characters = 40}), entry[4].text());
  }
}

TEST(TermPrint, PrintsNamesWithTheIndexOfTheirIncarnation) {
  const incarnation home{"printed@host"_atom, 1};
  const std::string index = std::to_string(home.index());
  const std::array<std::uint32_t, 3> words{1, 2, 3};

  EXPECT_EQ(print(pid{85, 7, home}), "<" + index + ".85.7>");
  EXPECT_EQ(print(port{9, home}), "#Port<" + index + ".9>");
  EXPECT_EQ(print(reference{words, home}), "#Ref<" + index + ".3.2.1>");
}

TEST(TermPrint, PrintsClosuresAsOtpDoes) {
  const term made = closure({.module = "m"_atom,
                             .arity = 1,
                             .uniq = std::array<std::byte, 16>{},
                             .index = 1,
                             .old_index = 42,
                             .old_uniq = 3316493,
                             .creator = pid{},
                             .free_variables = {}});

  EXPECT_EQ(print(made), "#Fun<m.42.3316493>");
}

TEST(TermPrint, ShortIsOneLineAndBounded) {
  const term wide = list_of(std::vector<term>(100'000, "an_element"_atom));

  const std::string text = print_short(wide);

  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_LE(text.size(), 2048U + 3);
  EXPECT_TRUE(text.ends_with("..."));
}

TEST(TermPrint, BoundHoldsForEveryKind) {
  const std::vector<std::byte> many(100'000, std::byte{0x61});
  const std::vector<term> wide{binary(many),
                               bitstring(many, 3),
                               string(std::string(100'000, 'x')),
                               integer(true, many),
                               tuple_of(std::vector<term>(5000, term{7})),
                               list_of(std::vector<term>(5000, 1.5), "tail"_atom),
                               map({{binary(many), 1}}),
                               string(std::string(3000, 'x') + "\xc3\xa5")};

  for (const term& of : wide) {
    for (const std::size_t limit : {1U, 7U, 100U, 1000U}) {
      for (const std::size_t line : {0U, 40U}) {
        const std::string text = print(of, {.line_characters = line, .bytes_max = limit});
        EXPECT_LE(text.size(), limit + 3);
        EXPECT_TRUE(text.ends_with("..."));
      }
    }
  }
}

TEST(TermPrint, CutsBetweenCharacters) {
  const term of = string("\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5");

  EXPECT_EQ(print(of, {.bytes_max = 4}), "\"\xc3\xa5...");
  EXPECT_EQ(print(of, {.bytes_max = 5}), "\"\xc3\xa5\xc3\xa5...");
  EXPECT_EQ(print(of, {.bytes_max = 10}), "\"\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\"");
}

TEST(TermPrint, GoesThroughAnyDepth) {
  term deep = 1;
  for (int i = 0; i < 100'000; ++i)
    deep = i % 2 == 0 ? list({deep}) : tuple(deep);

  EXPECT_EQ(print(deep, {.line_characters = 0}).size(), 200'001U);
  EXPECT_TRUE(print_short(deep).ends_with("..."));
}

TEST(TermPrint, BreaksLinesAtAnyDepth) {
  term deep = 1;
  for (int i = 0; i < 1000; ++i)
    deep = tuple("t"_atom, deep);

  EXPECT_GT(print(deep).size(), 1000U);
}

TEST(TermPrint, GoesToStreamsOfTests) {
  std::ostringstream out;
  PrintTo(tuple("a"_atom, 1), &out);
  EXPECT_EQ(out.str(), "{a,1}");
}

} // namespace
} // namespace agner
