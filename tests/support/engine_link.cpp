// SPDX-License-Identifier: Apache-2.0

#include "engine_link.hpp"

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace agner::test {
namespace {

constexpr int patience_milliseconds = 20'000;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  made.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return made;
}

const sockaddr* generic(const sockaddr_in& of) { return reinterpret_cast<const sockaddr*>(&of); }

bool readable(int descriptor) {
  pollfd ready{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&ready, 1, patience_milliseconds) > 0;
}

} // namespace

loopback_listener::loopback_listener() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback(0);
  socklen_t length = sizeof address;
  if (::bind(descriptor_, generic(address), length) != 0 || ::listen(descriptor_, 5) != 0 ||
      ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
    throw std::runtime_error("cannot listen");
  port_ = ntohs(address.sin_port);
}

loopback_listener::~loopback_listener() { ::close(descriptor_); }

int loopback_listener::accept() const {
  const int made = readable(descriptor_) ? ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC) : -1;
  if (made < 0) throw std::runtime_error("nobody connects");
  return made;
}

int connect_to(std::uint16_t port) {
  const auto address = loopback(port);
  for (int tries = 0; tries < 400; ++tries) {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(made, generic(address), sizeof address) == 0) return made;
    ::close(made);
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  throw std::runtime_error("nobody listens");
}

std::uint16_t free_port() { return loopback_listener{}.port(); }

engine_link::engine_link(int descriptor, std::shared_ptr<const ssl::internal::context> shared, engine_options options)
    : descriptor_(descriptor), engine_(std::move(shared), std::move(options)) {
  std::signal(SIGPIPE, SIG_IGN);
}

engine_link::~engine_link() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void engine_link::finish() {
  engine_.close_write();
  flush();
  ::close(descriptor_);
  descriptor_ = -1;
}

void engine_link::flush() {
  auto bytes = taken_output(engine_);
  std::span<const std::byte> left = bytes;
  while (!left.empty()) {
    const ssize_t written = ::write(descriptor_, left.data(), left.size());
    if (written <= 0) return;
    left = left.subspan(static_cast<std::size_t>(written));
  }
}

bool engine_link::fill() {
  flush();
  const auto into = engine_.prepare_input(65536);
  const ssize_t got = readable(descriptor_) ? ::read(descriptor_, into.data(), into.size()) : 0;
  if (got <= 0) {
    engine_.end_input();
    return false;
  }
  engine_.commit_input(static_cast<std::size_t>(got));
  return true;
}

engine_status engine_link::handshake() {
  while (engine_.advance() == engine_status::wants_input) {
    if (!fill()) break;
  }
  const auto came_to = engine_.advance();
  flush();
  return came_to;
}

bool engine_link::send(std::string_view text) {
  const bool sent = write_text(engine_, text);
  flush();
  return sent;
}

std::string engine_link::receive_some() {
  std::string made = read_text(engine_);
  while (engine_.status() == engine_status::open && made.empty()) {
    fill();
    made = read_text(engine_);
  }
  flush();
  return made;
}

std::string engine_link::receive(std::string_view text) {
  std::string made = receive_some();
  while (engine_.status() == engine_status::open && (text.empty() || !made.contains(text)))
    made += receive_some();
  return made;
}

} // namespace agner::test
