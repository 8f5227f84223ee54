// SPDX-License-Identifier: Apache-2.0
// What `erl` itself makes of the same command lines: tests/interop/flags_as_erl_test.cpp.

#include <agner/dist/erl_flags.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace agner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using words = std::vector<std::string>;

struct world {
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> files;

  [[nodiscard]] command_surroundings surroundings() const {
    return {.variable = [this](const char* name) -> std::optional<std::string> {
              const auto found = variables.find(name);
              return found == variables.end() ? std::nullopt : std::optional{found->second};
            },
            .read_file = [this](const std::string& path) -> std::expected<std::string, std::string> {
              const auto found = files.find(path);
              if (found == files.end()) return std::unexpected{"No such file or directory"};
              return found->second;
            }};
  }
  [[nodiscard]] erl_command_line read(words line) const {
    return read_command_line(std::move(line), surroundings()).value();
  }
  [[nodiscard]] std::vector<flag_fault> faults(words line) const {
    return read_command_line(std::move(line), surroundings()).error();
  }
};

// -- words --------------------------------------------------------------------------------------------------------------------------------

TEST(SplitWords, PartsAtWhiteSpace) {
  EXPECT_THAT(split_words(" -a\tb\r\n  c ", {}).value(), ElementsAre("-a", "b", "c"));
}

TEST(SplitWords, KeepsWhatIsQuotedTheBackslashToo) {
  EXPECT_THAT(split_words(R"('a b' "c d" 'e\f' "g\" h'"i"'j)", {}).value(),
              ElementsAre("a b", "c d", "e\\f", "g\\", "h\"i\"j"));
}

TEST(SplitWords, KeepsEmptyQuotations) {
  EXPECT_THAT(split_words(R"("" '' x"")", {}).value(), ElementsAre("", "", "x"));
}

TEST(SplitWords, TakesTheCharacterAfterABackslash) {
  EXPECT_THAT(split_words("a\\ b \\# \\\\ \\\"x \\", text_comments::from_hash).value(),
              ElementsAre("a b", "#", "\\", "\"x", ""));
}

TEST(SplitWords, EndsAWordAndItsLineAtAHash) {
  EXPECT_THAT(split_words("a#b c\nd '#' # e\n#f", text_comments::from_hash).value(), ElementsAre("a", "d", "#"));
}

TEST(SplitWords, KnowsNoCommentsInVariables) {
  EXPECT_THAT(split_words("a #b", text_comments::none).value(), ElementsAre("a", "#b"));
}

TEST(SplitWords, RefusesAQuotationWithoutEndAndSaysWhere) {
  EXPECT_THAT(split_words("a\nb 'c\nd", {}).error(), HasSubstr("line 2"));
}

// -- flags ----------------------------------------------------------------------------------------------------------------------------------

TEST(CommandLine, GivesAFlagTheWordsUpToTheNext) {
  const auto line = world{}.read({"-a", "1", "2", "-b", "-c", "3"});

  EXPECT_THAT(line.flags, ElementsAre(erl_flag{"a", {"1", "2"}}, erl_flag{"b", {}}, erl_flag{"c", {"3"}}));
  EXPECT_TRUE(line.plain.empty());
}

TEST(CommandLine, KeepsAFlagThatIsThereTwiceTwice) {
  EXPECT_THAT(world{}.read({"-k", "1", "-k", "2"}).flags, ElementsAre(erl_flag{"k", {"1"}}, erl_flag{"k", {"2"}}));
}

TEST(CommandLine, EndsAFlagAtTwoDashes) {
  const auto line = world{}.read({"-a", "1", "--", "x", "--", "y", "-b", "2"});

  EXPECT_THAT(line.flags, ElementsAre(erl_flag{"a", {"1"}}, erl_flag{"b", {"2"}}));
  EXPECT_THAT(line.plain, ElementsAre("x", "y"));
}

TEST(CommandLine, TakesEverythingAfterExtraAsItIs) {
  EXPECT_THAT(world{}.read({"-a", "-extra", "-b", "--", "c"}), (erl_command_line{{{"a", {}}}, {"-b", "--", "c"}}));
}

TEST(CommandLine, ReadsVariablesBeforeAndAfter) {
  const world with{.variables = {{"ERL_AFLAGS", "-a 'q r'"}, {"ERL_FLAGS", "-f #1"}, {"ERL_ZFLAGS", "-z"}},
                   .files = {}};

  EXPECT_THAT(with.read({"-c", "1"}).flags,
              ElementsAre(erl_flag{"a", {"q r"}}, erl_flag{"c", {"1"}}, erl_flag{"f", {"#1"}}, erl_flag{"z", {}}));
}

// -- files of arguments ---------------------------------------------------------------------------------------------------------------------

TEST(CommandLine, PutsAFilesWordsInItsPlace) {
  const world with{.variables = {}, .files = {{"f", "-in f # why\n-args_file g"}, {"g", "v"}}};

  EXPECT_THAT(with.read({"-a", "-args_file", "f", "w", "-b"}).flags,
              ElementsAre(erl_flag{"a", {}}, erl_flag{"in", {"f", "v", "w"}}, erl_flag{"b", {}}));
}

TEST(CommandLine, EndsExtraWithItsFile) {
  const world with{.variables = {}, .files = {{"f", "-x 1 -extra one -two"}}};

  EXPECT_EQ(with.read({"-args_file", "f", "-y", "2"}),
            (erl_command_line{{{"x", {"1"}}, {"y", {"2"}}}, {"one", "-two"}}));
}

TEST(CommandLine, RefusesACircleOfFiles) {
  const world with{.variables = {}, .files = {{"f", "-args_file g"}, {"g", "-args_file f"}}};

  const auto faults = with.faults({"-args_file", "f"});

  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].why, HasSubstr("circle"));
}

TEST(CommandLine, RefusesFilesThatGrowWithoutBound) {
  world with;
  for (char c = 'a'; c < 'l'; ++c) {
    const std::string next = std::string("-args_file ") + static_cast<char>(c + 1) + "\n";
    with.files[std::string(1, c)] = next + next + next + next;
  }
  with.files["l"] = "w w w w w w w w";

  const auto faults = with.faults({"-args_file", "a"});

  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].why, HasSubstr("words"));
}

TEST(CommandLine, TellsAllFaultsAtOnce) {
  const world with{.variables = {{"ERL_FLAGS", "'x"}}, .files = {{"f", "\"x"}}};

  const auto faults = with.faults({"-args_file", "none", "-args_file", "f", "-args_file"});

  ASSERT_EQ(faults.size(), 4U);
  EXPECT_EQ(print(faults[0]), "-args_file none: No such file or directory; name a file that can be read");
  EXPECT_EQ(faults[1].flag, "-args_file f");
  EXPECT_EQ(faults[2].why, "names no file");
  EXPECT_EQ(faults[3].flag, "ERL_FLAGS");
}

} // namespace
} // namespace agner
