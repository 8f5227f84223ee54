// SPDX-License-Identifier: Apache-2.0

#include "private_epmd.hpp"

#include <agner/runtime/stream_socket.hpp>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace agner::test {

std::uint16_t free_port() {
  auto probe = must(stream_socket::open(stream_socket::family::v4));
  must(probe.bind({ip_address::loopback(), 0}));
  return must(probe.sockname()).port;
}

namespace {

bool answers(std::uint16_t port) {
  auto probe = must(stream_socket::open(stream_socket::family::v4));
  if (!probe.begin_connect({ip_address::loopback(), port})) return false;
  for (int i = 0; i < 200; ++i) {
    if (probe.peername()) return true;
    if (!probe.finish_connect()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return false;
}

} // namespace

private_epmd::private_epmd(begin how) : port_(free_port()) {
  ::setenv("ERL_EPMD_PORT", std::to_string(port_).c_str(), 1);
  if (how == begin::running) start();
}

private_epmd::~private_epmd() { kill(); }

void private_epmd::start() {
  running_ = std::make_unique<child_process>(std::vector<std::string>{"epmd", "-port", std::to_string(port_)});
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!answers(port_)) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("epmd does not answer");
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

void private_epmd::kill() {
  if (!running_) return;
  running_->kill(SIGKILL);
  running_->wait();
  running_.reset();
}

} // namespace agner::test
