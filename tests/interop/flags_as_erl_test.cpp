// SPDX-License-Identifier: Apache-2.0
// The same command line, read by agner and by the installed `erl`.

#include <agner/dist/erl_flags.hpp>
#include <agner/dist/node_name.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

namespace agner {
namespace {

namespace fs = std::filesystem;
using words = std::vector<std::string>;

std::string shell_word(const std::string& of) {
  std::string quoted = "'";
  for (const char c : of)
    quoted += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
  return quoted + "'";
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> from{popen(command.c_str(), "r"),
                                                             pclose}; // NOLINT(cert-env33-c)
  std::string text;
  std::array<char, 4096> part{};
  while (from && std::fgets(part.data(), part.size(), from.get()) != nullptr)
    text += part.data();
  return text;
}

/// One flag or plain word a line, each word between | and |.
std::string lines_of(const erl_command_line& line) {
  std::string text;
  for (const erl_flag& flag : line.flags) {
    text += "-|" + flag.name + "|";
    for (const std::string& value : flag.values)
      text += value + "|";
    text += "\n";
  }
  for (const std::string& word : line.plain)
    text += "|" + word + "|\n";
  return text;
}

// init hands the words of -extra on with a last one, --, that nobody wrote.
std::string erl_lines(const words& line, const std::string& variables) {
  std::string command = variables +
                        " timeout 30 erl -noshell -eval "
                        "'[io:format(\"-|~ts|~ts~n\", [F, [[V, $|] || V <- Vs]]) || {F, Vs} <- init:get_arguments(), "
                        "not lists:member(F, [root, bindir, progname, home, noshell])],"
                        "[io:format(\"|~ts|~n\", [W]) || W <- init:get_plain_arguments(), W =/= \"--\"], halt().'";
  for (const std::string& word : line)
    command += " " + shell_word(word);
  return output_of(command);
}

class FlagsAsErl : public testing::Test {
protected:
  FlagsAsErl() {
    std::string pattern = (fs::temp_directory_path() / "agner_flags_XXXXXX").string();
    root = ::mkdtemp(pattern.data());
  }
  ~FlagsAsErl() override { fs::remove_all(root); }

  std::string file(const std::string& name, const std::string& text) {
    std::ofstream{root / name} << text;
    return (root / name).string();
  }
  static std::string ours(const words& line) {
    return lines_of(read_command_line(line, command_surroundings::here()).value());
  }

  fs::path root;
};

TEST_F(FlagsAsErl, OnACommandLine) {
  const words line{"-a", "1", "2", "-b", "--", "x", "--", "y", "-c", "v w", "", "-1", "-", "-extra", "-z", "1"};

  EXPECT_EQ(ours(line), erl_lines(line, ""));
}

TEST_F(FlagsAsErl, InAFile) {
  const std::string inner = file(
      "inner", "in\\ ner -i 'single \\ \"quoted\"' \"double \\ 'quoted\" x\"y\"'z' \\#no #yes\n\t-j \"\" '' a#b\n");
  const words line{"-a", "-args_file", file("outer", "# first\n-o 1 -args_file " + inner + "\n-p 2 -extra e1 -e2\n"),
                   "-q", "3"};

  EXPECT_EQ(ours(line), erl_lines(line, ""));
}

TEST_F(FlagsAsErl, InVariables) {
  ::setenv("ERL_AFLAGS", "-a 'q r' #1", 1);
  ::setenv("ERL_FLAGS", "-f \"x y\" \\#z", 1);
  ::setenv("ERL_ZFLAGS", "-z it\\'s", 1);
  const words line{"-c", "1"};

  const std::string agner = ours(line);
  std::string erl = erl_lines(line, "");

  for (const char* name : {"ERL_AFLAGS", "ERL_FLAGS", "ERL_ZFLAGS"})
    ::unsetenv(name);
  EXPECT_EQ(agner, erl);
}

TEST_F(FlagsAsErl, ForTheNameOfTheHost) {
  const std::string erl =
      output_of("timeout 30 erl -noshell -eval 'io:format(\"~s\", [inet_db:gethostname()]), halt().'");

  EXPECT_EQ(host_names::here().host, erl);
}

} // namespace
} // namespace agner
