// SPDX-License-Identifier: Apache-2.0
// What a word is: the longest run of ASCII letters and digits. Every other byte parts words, those of UTF-8 beyond ASCII too. word_count.erl says the same in Erlang.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <agner/actors/task.hpp>
#include <agner/runtime/error.hpp>

namespace word_count {

/// Counts the words of a text that comes in pieces.
class word_counter {
public:
  void add(std::string_view piece) noexcept;
  [[nodiscard]] std::int64_t words() const noexcept { return words_; }

private:
  std::int64_t words_ = 0;
  bool inside_ = false; // the last byte belongs to a word, which the next piece may go on with
};

/// The words of a file. Reads it in pieces, and lets other processes run in between.
/// @errors `enoent`, `eacces`, `eisdir` and other POSIX reasons
/// @context a process
agner::task<agner::result<std::int64_t>> words_of_file(std::string path);

} // namespace word_count
