// SPDX-License-Identifier: Apache-2.0

#include "kernel_options.hpp"

#include <array>

namespace agner::internal {

namespace {

struct flag {
  std::optional<bool> inet::options::* member;
  socket_option option;
};
constexpr std::array flags{
    flag{&inet::options::nodelay, socket_option::nodelay},
    flag{&inet::options::keepalive, socket_option::keepalive},
    flag{&inet::options::reuseaddr, socket_option::reuseaddr},
    flag{&inet::options::reuseport, socket_option::reuseport},
    flag{&inet::options::ipv6_v6only, socket_option::ipv6_v6only},
};

struct number {
  std::optional<int> inet::options::* member;
  socket_option option;
};
constexpr std::array numbers{
    number{&inet::options::recbuf, socket_option::recbuf},     number{&inet::options::sndbuf, socket_option::sndbuf},
    number{&inet::options::priority, socket_option::priority}, number{&inet::options::tos, socket_option::tos},
    number{&inet::options::tclass, socket_option::tclass},
};

} // namespace

result<> set_kernel_options(stream_socket& of, const inet::options& from) {
  for (const flag& each : flags)
    if (const auto& value = from.*each.member)
      if (auto done = of.set(each.option, *value ? 1 : 0); !done) return done;
  for (const number& each : numbers)
    if (const auto& value = from.*each.member)
      if (auto done = of.set(each.option, *value); !done) return done;
  if (from.user_timeout)
    if (auto done = of.set(socket_option::user_timeout_ms, static_cast<int>(from.user_timeout->count())); !done)
      return done;
  // The socket's process waits, never the kernel: close(2) would hold up the thread for all that time.
  if (from.linger)
    if (auto done = of.set_reset_on_close(*from.linger == std::pair{true, std::chrono::seconds{0}}); !done) return done;
  return {};
}

void get_kernel_options(const stream_socket& of, inet::options& into) {
  for (const flag& each : flags)
    if (const auto value = of.get(each.option)) into.*each.member = *value != 0;
  for (const number& each : numbers)
    if (const auto value = of.get(each.option)) into.*each.member = *value;
  if (const auto value = of.get(socket_option::user_timeout_ms)) into.user_timeout = std::chrono::milliseconds{*value};
}

stream_socket::family family_of(const inet::options& options, const ip_address* host) {
  using family = stream_socket::family;
  if (options.inet6) return *options.inet6 ? family::v6 : family::v4;
  if (options.ip) return options.ip->is_v6() ? family::v6 : family::v4;
  return host != nullptr && host->is_v6() ? family::v6 : family::v4;
}

} // namespace agner::internal
