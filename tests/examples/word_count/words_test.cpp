// SPDX-License-Identifier: Apache-2.0

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include <agner/actors/process.hpp>

#include "../../../examples/word_count/words.hpp"
#include "../../support/test_ca.hpp"

using namespace agner;

namespace word_count {
namespace {

std::int64_t words_in(std::string_view text) {
  word_counter counter;
  counter.add(text);
  return counter.words();
}

agner::result<std::int64_t> words_of(const std::string& path) {
  agner::node here;
  return here.run(words_of_file, path);
}

TEST(Words, AreRunsOfAsciiLettersAndDigits) {
  EXPECT_EQ(words_in(""), 0);
  EXPECT_EQ(words_in(" \n\t-_'\x7f"), 0);
  EXPECT_EQ(words_in("one"), 1);
  EXPECT_EQ(words_in(" a1B2 "), 1);
  EXPECT_EQ(words_in("don't stop-me_now 3.14"), 7);
}

TEST(Words, BytesAroundTheRangesPartThem) {
  for (const char parting : {'/', ':', '@', '[', '`', '{', '\0'})
    EXPECT_EQ(words_in(std::string{"a"} + parting + "b"), 2) << parting;
}

TEST(Words, BytesOfUtf8BeyondAsciiPartThem) { EXPECT_EQ(words_in("d\xc3\xa9j\xc3\xa0 vu"), 3); }

TEST(Words, GoOnAcrossPieces) {
  word_counter counter;
  counter.add("on");
  counter.add("");
  counter.add("e tw");
  counter.add("o ");
  counter.add("three");

  EXPECT_EQ(counter.words(), 3);
}

TEST(Words, OfAFileLargerThanAPiece) {
  const agner::test::temporary_folder folder;
  std::string text(262'143, 'x');
  text += "yy z";

  EXPECT_EQ(words_of(folder.write("large", text)), 2);
  EXPECT_EQ(words_of(folder.write("empty", "")), 0);
}

TEST(Words, OfWhatCannotBeRead) {
  const agner::test::temporary_folder folder;

  EXPECT_EQ(words_of(folder.path() / "missing").error().reason(), agner::term("enoent"_atom));
  EXPECT_EQ(words_of(folder.path()).error().reason(), agner::term("eisdir"_atom));
}

} // namespace
} // namespace word_count
