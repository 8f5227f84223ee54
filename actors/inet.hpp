// SPDX-License-Identifier: Apache-2.0
// What sockets have in common: hosts, addresses, options (inet_options.hpp), reasons. Processes only, where not said otherwise.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "../runtime/error.hpp"
#include "../runtime/resolver.hpp"
#include "../runtime/socket_address.hpp"
#include "inet_options.hpp"
#include "task.hpp"
#include "tcp_socket.hpp"

namespace agner::inet {

using agner::address_family;
using agner::ip_address;
using agner::socket_address;

/// Where to connect: a name, which is looked up unless it is the text of an address, or an address.
class host {
public:
  host(const char* name) : host(std::string_view{name}) {}
  host(std::string_view name);
  host(const std::string& name) : host(std::string_view{name}) {}
  host(atom name) : host(name.name()) {}
  host(const ip_address& address) : is_(address) {}
  /// An Erlang string, binary, atom or address tuple. @errors raises `badarg`  it is none of these
  explicit host(const term& of);

  /// The address, nothing where it is a name.
  [[nodiscard]] std::optional<ip_address> address() const;
  /// The name as it was given, or the text of the address.
  [[nodiscard]] std::string text() const;

private:
  std::variant<std::string, ip_address> is_;
};

/// The first address of @p of, or all of them in the order to try.
/// @errors `nxdomain`  the name has no address of that family; `eagain`  no name server answered; `einval`  no host name
/// @context a process @erlang inet:getaddr/2, inet:getaddrs/2
task<result<ip_address>> getaddr(host of, address_family family = address_family::v4);
task<result<std::vector<ip_address>>> getaddrs(host of, address_family family = address_family::v4);

/// Sets options of a socket, from any process. Those that only matter when a socket is made are ignored.
/// @errors `einval`  the socket is closed, or .active counts beyond 16 bits; `{options, [{Option, Why}]}`  all that have a wrong value; POSIX reasons of the kernel
/// @erlang inet:setopts/2
task<result<>> setopts(gen_tcp::socket of, options to);

/// All options of a socket, said or not. @errors `einval`  the socket is closed @erlang inet:getopts/2
task<result<options>> getopts(gen_tcp::socket of);

/// @errors `einval`  the socket is closed; `enotconn`  it listens @erlang inet:peername/1
task<result<socket_address>> peername(gen_tcp::socket of);
/// @errors `einval`  the socket is closed @erlang inet:sockname/1
task<result<socket_address>> sockname(gen_tcp::socket of);
/// The local port. @errors `einval`  the socket is closed @erlang inet:port/1
task<result<std::uint16_t>> port(gen_tcp::socket of);

/// One sentence for a reason of gen_tcp and inet, with what may be wrong. @erlang inet:format_error/1
[[nodiscard]] std::string format_error(const term& reason);

} // namespace agner::inet
