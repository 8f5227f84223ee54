// SPDX-License-Identifier: Apache-2.0

#include "stream_socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "posix_reason.hpp"

namespace agner {

namespace {

// Most spans handed to the kernel at once; Linux takes 1024, the rest goes with the next write.
constexpr std::size_t spans_max = 64;

std::unexpected<error> last_failure() { return fail(posix_reason(errno)); }
result<> outcome(int returned) {
  if (returned < 0) return last_failure();
  return {};
}

io_result io_failure() {
  if (errno == EAGAIN || errno == EWOULDBLOCK) return io_result::would_block();
  return io_result::failed(posix_reason(errno));
}

struct native_address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* at() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

native_address to_native(const socket_address& from) {
  native_address made;
  const auto bytes = from.ip.bytes();
  if (from.ip.is_v6()) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(from.port);
    v6.sin6_scope_id = from.ip.scope();
    std::ranges::copy(bytes, v6.sin6_addr.s6_addr);
    std::memcpy(&made.storage, &v6, sizeof v6);
    made.size = sizeof v6;
  } else {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(from.port);
    std::memcpy(&v4.sin_addr, bytes.data(), bytes.size());
    std::memcpy(&made.storage, &v4, sizeof v4);
    made.size = sizeof v4;
  }
  return made;
}

result<socket_address> from_native(const native_address& from) {
  if (from.storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &from.storage, sizeof v4);
    std::array<std::uint8_t, 4> b{};
    std::memcpy(b.data(), &v4.sin_addr, b.size());
    return socket_address{.ip = {b[0], b[1], b[2], b[3]}, .port = ntohs(v4.sin_port)};
  }
  if (from.storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &from.storage, sizeof v6);
    std::array<std::uint16_t, 8> words{};
    for (std::size_t i = 0; i < words.size(); ++i)
      words[i] = static_cast<std::uint16_t>(v6.sin6_addr.s6_addr[2 * i] << 8U | v6.sin6_addr.s6_addr[2 * i + 1]);
    return socket_address{.ip = ip_address{words, v6.sin6_scope_id}, .port = ntohs(v6.sin6_port)};
  }
  return fail("eafnosupport"_atom);
}

struct option_number {
  int level;
  int name;
};

option_number number_of(socket_option which) noexcept {
  switch (which) {
  case socket_option::nodelay: return {IPPROTO_TCP, TCP_NODELAY};
  case socket_option::keepalive: return {SOL_SOCKET, SO_KEEPALIVE};
  case socket_option::reuseaddr: return {SOL_SOCKET, SO_REUSEADDR};
  case socket_option::reuseport: return {SOL_SOCKET, SO_REUSEPORT};
  case socket_option::ipv6_v6only: return {IPPROTO_IPV6, IPV6_V6ONLY};
  case socket_option::recbuf: return {SOL_SOCKET, SO_RCVBUF};
  case socket_option::sndbuf: return {SOL_SOCKET, SO_SNDBUF};
  case socket_option::priority: return {SOL_SOCKET, SO_PRIORITY};
  case socket_option::tos: return {IPPROTO_IP, IP_TOS};
  case socket_option::tclass: return {IPPROTO_IPV6, IPV6_TCLASS};
  case socket_option::user_timeout_ms: return {IPPROTO_TCP, TCP_USER_TIMEOUT};
  }
  return {-1, -1};
}

} // namespace

// -- opening ----------------------------------------------------------------------------------------------------------------------------

void stream_socket::close() noexcept {
  // Whatever close returns, Linux has taken the descriptor back.
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

result<stream_socket> stream_socket::open(family of) {
  const int descriptor =
      ::socket(of == family::v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (descriptor < 0) return last_failure();
  return stream_socket{descriptor};
}

result<> stream_socket::bind(const socket_address& at) {
  native_address native = to_native(at);
  return outcome(::bind(descriptor_, native.at(), native.size));
}

result<> stream_socket::listen(int backlog) { return outcome(::listen(descriptor_, backlog)); }

result<> stream_socket::begin_connect(const socket_address& to) {
  native_address native = to_native(to);
  if (::connect(descriptor_, native.at(), native.size) < 0 && errno != EINPROGRESS && errno != EINTR)
    return last_failure();
  return {};
}

result<> stream_socket::finish_connect() {
  int failed = 0;
  socklen_t size = sizeof failed;
  if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &failed, &size) < 0) return last_failure();
  if (failed != 0) return fail(posix_reason(failed));
  return {};
}

result<std::optional<stream_socket>> stream_socket::accept() {
  for (;;) {
    const int descriptor = ::accept4(descriptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) return std::optional{stream_socket{descriptor}};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::optional<stream_socket>{};
    if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO) return last_failure();
  }
}

// -- bytes ------------------------------------------------------------------------------------------------------------------------------

io_result stream_socket::read(std::span<std::byte> into) {
  if (into.empty()) return io_result::done(0);
  for (;;) {
    const ssize_t n = ::recv(descriptor_, into.data(), into.size(), 0);
    if (n > 0) return io_result::done(static_cast<std::size_t>(n));
    if (n == 0) return io_result::closed();
    if (errno != EINTR) return io_failure();
  }
}

io_result stream_socket::write(std::span<const std::span<const std::byte>> from) {
  std::array<iovec, spans_max> parts; // NOLINT(cppcoreguidelines-pro-type-member-init): the first `count` are set
  std::size_t count = 0;
  for (const auto& part : from) {
    if (part.empty()) continue;
    if (count == spans_max) break;
    parts[count++] = {.iov_base = const_cast<std::byte*>(part.data()), .iov_len = part.size()};
  }
  if (count == 0) return io_result::done(0);
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  for (;;) {
    const ssize_t n = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL);
    if (n >= 0) return io_result::done(static_cast<std::size_t>(n));
    if (errno != EINTR) return io_failure();
  }
}

result<> stream_socket::shutdown(shutdown_how how) {
  switch (how) {
  case shutdown_how::read: return outcome(::shutdown(descriptor_, SHUT_RD));
  case shutdown_how::write: return outcome(::shutdown(descriptor_, SHUT_WR));
  case shutdown_how::read_write: return outcome(::shutdown(descriptor_, SHUT_RDWR));
  }
  return fail("einval"_atom);
}

// -- about it -----------------------------------------------------------------------------------------------------------------------------

result<socket_address> stream_socket::sockname() const {
  native_address native;
  native.size = sizeof native.storage;
  if (::getsockname(descriptor_, native.at(), &native.size) < 0) return last_failure();
  return from_native(native);
}

result<socket_address> stream_socket::peername() const {
  native_address native;
  native.size = sizeof native.storage;
  if (::getpeername(descriptor_, native.at(), &native.size) < 0) return last_failure();
  return from_native(native);
}

result<> stream_socket::set(socket_option which, int value) {
  const option_number number = number_of(which);
  return outcome(::setsockopt(descriptor_, number.level, number.name, &value, sizeof value));
}

result<int> stream_socket::get(socket_option which) const {
  const option_number number = number_of(which);
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(descriptor_, number.level, number.name, &value, &size) < 0) return last_failure();
  return value;
}

result<> stream_socket::set_reset_on_close(bool on) {
  const linger value{.l_onoff = on ? 1 : 0, .l_linger = 0};
  return outcome(::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &value, sizeof value));
}

} // namespace agner
