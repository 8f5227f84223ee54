// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/atom.hpp>
#include <agner/runtime/error.hpp>
#include <agner/runtime/reasons.hpp>

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace agner {
namespace {

std::string repeated(std::string_view character, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += character;
  return text;
}

TEST(Atom, OfTheSameNameIsTheSame) {
  const atom first{"some_name"};
  const atom second{std::string{"some_"} + "name"};

  EXPECT_EQ(first, second);
  EXPECT_EQ(first.index(), second.index());
  EXPECT_EQ(first.name(), "some_name");
}

TEST(Atom, OfAnotherNameDiffers) { EXPECT_NE(atom{"one"}, atom{"two"}); }

TEST(Atom, DefaultIsTheEmptyName) {
  EXPECT_EQ(atom{}, atom{""});
  EXPECT_EQ(atom{}.name(), "");
}

TEST(Atom, LiteralIsTheAtomOfItsText) {
  EXPECT_EQ("literal"_atom.value(), atom{"literal"});
  EXPECT_TRUE(atom{"literal"} == "literal"_atom);
  EXPECT_TRUE("literal"_atom == "literal"_atom);
  EXPECT_FALSE("literal"_atom == "other"_atom);
  EXPECT_EQ(""_atom.value(), atom{});
}

TEST(Atom, BooleansHaveFixedIndices) {
  EXPECT_EQ(atom{"false"}, internal::false_atom);
  EXPECT_EQ(atom{"true"}, internal::true_atom);
}

TEST(Atom, ExistingFindsOnlyWhatWasInterned) {
  EXPECT_EQ(atom::existing("never_interned_before"), std::nullopt);

  const atom made{"never_interned_before"};

  EXPECT_EQ(atom::existing("never_interned_before"), made);
}

TEST(Atom, MayHave255WideCharacters) {
  const std::string wide = repeated("\xf0\x9f\x98\x80", 255);

  EXPECT_EQ(atom{wide}.name(), wide);
}

TEST(Atom, MayNotHave256Characters) {
  EXPECT_EQ(atom::intern(repeated("a", 256)), std::nullopt);
  try {
    atom{repeated("\xc3\xa5", 256)};
    FAIL() << "no exception";
  } catch (const raised& e) {
    EXPECT_EQ(e.reason(), term{reasons::system_limit});
  }
}

TEST(Atom, MustBeUtf8) {
  for (const std::string_view bad :
       {"\x80", "\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    EXPECT_EQ(atom::intern(bad), std::nullopt);
    EXPECT_THROW(atom{bad}, raised);
  }
}

TEST(Atom, OrderIsThatOfCodePoints) {
  EXPECT_TRUE(compare_names(atom{"a"}, atom{"b"}) < 0);
  EXPECT_TRUE(compare_names(atom{"a"}, atom{"aa"}) < 0);
  EXPECT_TRUE(compare_names(atom{"z"}, atom{"\xc3\xa5"}) < 0);
  EXPECT_TRUE(compare_names(atom{"\xef\xbf\xbd"}, atom{"\xf0\x9f\x98\x80"}) < 0);
  EXPECT_TRUE(compare_names(atom{"a"}, atom{"a"}) == 0);
}

TEST(Atom, IsInternedOnceWhenThreadsRace) {
  constexpr int names = 3000;
  std::vector<std::vector<atom>> seen(4);
  std::vector<std::thread> threads;
  for (auto& mine : seen) {
    threads.emplace_back([&mine] {
      for (int i = 0; i < names; ++i)
        mine.emplace_back("race_" + std::to_string(i));
    });
  }
  for (auto& thread : threads)
    thread.join();

  for (int i = 0; i < names; ++i) {
    const auto at = static_cast<std::size_t>(i);
    EXPECT_EQ(seen[0][at].name(), "race_" + std::to_string(i));
    for (const auto& other : seen)
      EXPECT_EQ(other[at], seen[0][at]);
  }
}

} // namespace
} // namespace agner
