// SPDX-License-Identifier: Apache-2.0
// The grammar of `erl`'s command line: `-flag value value`, `--`, `-extra`, files of arguments, and the variables ERL_AFLAGS, ERL_FLAGS and ERL_ZFLAGS.
// What the flags mean: node_arguments.hpp. Pure but for reading files through a function that is handed in. Any thread.

#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agner {

/// One `-name value value`, without its dash. A flag that is given twice is there twice.
struct erl_flag {
  std::string name;
  std::vector<std::string> values;

  friend bool operator==(const erl_flag&, const erl_flag&) = default;
};

/// A command line: its flags in order, and what belongs to none.
struct erl_command_line {
  std::vector<erl_flag> flags;
  std::vector<std::string> plain;

  friend bool operator==(const erl_command_line&, const erl_command_line&) = default;
};

/// What is wrong with one flag: which, why, and what would be right.
struct flag_fault {
  std::string flag; // with its dash
  std::string why;
  std::string right;

  friend bool operator==(const flag_fault&, const flag_fault&) = default;
};

/// `-sname: WHY; RIGHT`.
std::string print(const flag_fault& of);

/// What a command line takes from its surroundings.
struct command_surroundings {
  /// The value of an environment variable.
  std::function<std::optional<std::string>(const char* name)> variable;
  /// The text of a file, or why it cannot be read.
  std::function<std::expected<std::string, std::string>(const std::string& path)> read_file;

  /// Those of this OS process.
  static command_surroundings here();
};

/// How text becomes words.
enum class text_comments : bool { none, from_hash };

/// Splits a text into words at white space. A backslash keeps the next character, single and double quotes keep all up to their like, the backslash too; a `#`, where it is
/// a comment, ends a word and its line.
/// @errors what is wrong, with its line: a quotation without end, where `erl` would take the rest of the text
/// @source OTP 25, observed with erl -args_file
std::expected<std::vector<std::string>, std::string> split_words(std::string_view text, text_comments comments);

/// Reads the words of a command line, without the program's name: those of ERL_AFLAGS first, @p words, those of ERL_FLAGS and ERL_ZFLAGS. `-args_file FILE` stands for the
/// file's words; files may name files, `args_files_deep_max` deep.
/// @errors all faults: a file that cannot be read, a circle of files, `-args_file` without value, a quotation without end, more than `words_max` words
std::expected<erl_command_line, std::vector<flag_fault>> read_command_line(std::vector<std::string> words,
                                                                           const command_surroundings& from);

/// Files that name files: no honest set is deeper, and a circle ends here.
inline constexpr int args_files_deep_max = 16;
/// A file that names another twice, and so on, would double at each depth.
inline constexpr std::size_t words_max = 100'000;

} // namespace agner
