// SPDX-License-Identifier: Apache-2.0
// A real peer: another program, its input and output as pipes. It ends with this object.

#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace agner::test {

class child_process {
public:
  /// Starts @p arguments[0], found in PATH. What it writes to standard error counts as output.
  explicit child_process(const std::vector<std::string>& arguments);
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  [[nodiscard]] pid_t id() const noexcept { return id_; }
  void write(std::string_view text) const;
  void close_input();

  /// All that it has written once @p text is in it, or what there was when it ended or @p within had passed.
  std::string read_until(std::string_view text, std::chrono::milliseconds within = std::chrono::seconds{60});
  /// The rest of the first line that has @p mark in it, behind the mark; empty where none came.
  std::string read_after(std::string_view mark, std::chrono::milliseconds within = std::chrono::seconds{60});
  /// All that it has written when it has ended.
  std::string read_all(std::chrono::milliseconds within = std::chrono::seconds{60});
  /// Its exit code, or 128 and the signal that ended it. Waits.
  int wait();
  void kill(int signal) const;

private:
  bool read_some(std::chrono::milliseconds within);

  pid_t id_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string read_;
  bool waited_ = false;
};

} // namespace agner::test
