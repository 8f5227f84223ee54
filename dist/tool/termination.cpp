// SPDX-License-Identifier: Apache-2.0

#include "termination.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace agner::tool {

namespace {

/// True at the end of the input, and where there is none.
bool drop_input() noexcept {
  std::array<char, 4096> dropped{};
  const ssize_t bytes = ::read(STDIN_FILENO, dropped.data(), dropped.size());
  return bytes == 0 || (bytes < 0 && errno != EINTR && errno != EAGAIN);
}

} // namespace

termination::termination() noexcept {
  sigset_t ours{};
  sigemptyset(&ours);
  sigaddset(&ours, SIGTERM);
  sigaddset(&ours, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ours, nullptr);
  std::signal(SIGPIPE, SIG_IGN); // a reader of our output that has gone is no reason to die in the middle of something
  signals_ = ::signalfd(-1, &ours, SFD_CLOEXEC);
}

termination::~termination() {
  if (signals_ >= 0) ::close(signals_);
}

void termination::wait(ends_at what) const noexcept {
  const bool listens = what == ends_at::signal_or_end_of_input;
  std::array<pollfd, 2> on{{{.fd = signals_, .events = POLLIN, .revents = 0},
                            {.fd = listens ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0}}};
  for (;;) {
    if (::poll(on.data(), on.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (on[0].revents != 0) return;
    if (on[1].revents != 0 && drop_input()) return;
  }
}

} // namespace agner::tool
