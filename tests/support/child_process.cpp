// SPDX-License-Identifier: Apache-2.0

#include "child_process.hpp"

#include <array>
#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace agner::test {
namespace {

using clock = std::chrono::steady_clock;

struct pipe_ends {
  int read = -1;
  int write = -1;

  pipe_ends() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    read = ends[0];
    write = ends[1];
  }
};

pid_t start(const std::vector<std::string>& arguments, int input, int output) {
  std::vector<char*> pointers;
  for (const auto& argument : arguments)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  pid_t id = -1;
  const int failed = ::posix_spawnp(&id, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + arguments[0]);
  return id;
}

} // namespace

child_process::child_process(const std::vector<std::string>& arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  const pipe_ends input;
  const pipe_ends output;
  id_ = start(arguments, input.read, output.write);
  ::close(input.read);
  ::close(output.write);
  input_ = input.write;
  output_ = output.read;
}

child_process::~child_process() {
  close_input();
  if (!waited_) {
    kill(SIGKILL);
    wait();
  }
  ::close(output_);
}

void child_process::write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = ::write(input_, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void child_process::close_input() {
  if (input_ >= 0) ::close(input_);
  input_ = -1;
}

bool child_process::read_some(std::chrono::milliseconds within) {
  pollfd ready{.fd = output_, .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, static_cast<int>(std::max(within.count(), std::chrono::milliseconds::rep{0}))) <= 0)
    return false;
  std::array<char, 4096> part;
  const ssize_t got = ::read(output_, part.data(), part.size());
  if (got <= 0) return false;
  read_.append(part.data(), static_cast<std::size_t>(got));
  return true;
}

std::string child_process::read_until(std::string_view text, std::chrono::milliseconds within) {
  const auto end = clock::now() + within;
  while (!read_.contains(text) &&
         read_some(std::chrono::duration_cast<std::chrono::milliseconds>(end - clock::now()))) {
  }
  return read_;
}

std::string child_process::read_after(std::string_view mark, std::chrono::milliseconds within) {
  const auto end = clock::now() + within;
  const auto left = [end] { return std::chrono::duration_cast<std::chrono::milliseconds>(end - clock::now()); };
  read_until(mark, within);
  const auto at = read_.find(mark);
  if (at == std::string::npos) return {};
  const auto from = at + mark.size();
  while (read_.find('\n', from) == std::string::npos && read_some(left())) {
  }
  return read_.substr(from, read_.find('\n', from) - from);
}

std::string child_process::read_all(std::chrono::milliseconds within) {
  const auto end = clock::now() + within;
  while (read_some(std::chrono::duration_cast<std::chrono::milliseconds>(end - clock::now()))) {
  }
  return read_;
}

int child_process::wait() {
  int status = 0;
  ::waitpid(id_, &status, 0);
  waited_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void child_process::kill(int signal) const { ::kill(id_, signal); }

} // namespace agner::test
