// SPDX-License-Identifier: Apache-2.0

#include "epmd_daemon.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <thread>

#include "../../actors/process.hpp"

namespace agner::dist::internal {

namespace {

// The daemon must not hold our standard descriptors open, nor change to a folder of ours.
bool run_epmd(std::uint16_t port) noexcept {
  posix_spawn_file_actions_t files;
  if (posix_spawn_file_actions_init(&files) != 0) return false;
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_RDWR, 0);
  char name[] = "epmd";
  char daemon[] = "-daemon";
  char at[] = "-port";
  std::array<char, 6> number{};
  std::to_chars(number.data(), number.data() + number.size() - 1, port);
  char* arguments[] = {name, daemon, at, number.data(), nullptr};
  ::pid_t child = 0;
  const int failed = posix_spawnp(&child, name, &files, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) return false;
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

task<bool> start_epmd_daemon(std::uint16_t port) {
  const reference ref = make_ref();
  // Waiting for a child blocks, so a thread does it; it knows the pid only.
  std::thread{[to = self(), ref, port] {
    const bool started = run_epmd(port);
    if (node* home = node::local(to.home)) home->send(to, tuple(ref, started));
  }}.detach();
  co_return co_await receive(on(match(ref, any<bool>), [](bool started) { return started; }));
}

} // namespace agner::dist::internal
