// SPDX-License-Identifier: Apache-2.0

#include "inet.hpp"

#include "../runtime/posix_reason.hpp"
#include "../runtime/term_text.hpp"
#include "internal/socket_call.hpp"
#include "receive.hpp"
#include "send.hpp"

namespace agner::inet {

using agner::internal::call_socket;
using agner::internal::command_socket;
using agner::internal::failed;

// -- hosts ------------------------------------------------------------------------------------------------------------------------------

host::host(std::string_view name) : is_(std::string{name}) {
  if (const auto address = ip_address::parse(name)) is_ = *address;
}

host::host(const term& of) {
  if (const auto address = from_term<ip_address>(of)) {
    is_ = *address;
  } else if (const auto name = of.to_atom()) {
    *this = host{name->name()};
  } else if (const auto text = from_term<std::string>(of)) {
    *this = host{*text};
  } else {
    raise_error("badarg"_atom);
  }
}

std::optional<ip_address> host::address() const {
  const auto* address = std::get_if<ip_address>(&is_);
  return address != nullptr ? std::optional{*address} : std::nullopt;
}

std::string host::text() const {
  const auto* name = std::get_if<std::string>(&is_);
  return name != nullptr ? *name : std::get<ip_address>(is_).text();
}

task<result<std::vector<ip_address>>> getaddrs(host of, address_family family) {
  if (const auto address = of.address()) {
    if (family != address_family::any && address->is_v6() != (family == address_family::v6))
      co_return fail("nxdomain"_atom);
    co_return std::vector{*address};
  }
  const receive_marker from = mark();
  const reference tag = make_ref();
  resolve(this_node(), of.text(), family, self(), tag);
  const term found = co_await receive_from(from, on(match(tag, any<term>), [](term answer) { return answer; }));
  co_return from_term<result<std::vector<ip_address>>>(found).value_or(fail("nxdomain"_atom));
}

task<result<ip_address>> getaddr(host of, address_family family) {
  const auto found = co_await getaddrs(std::move(of), family);
  if (!found) co_return fail(found.error().reason());
  co_return found->front();
}

// -- sockets ------------------------------------------------------------------------------------------------------------------------------

task<result<>> setopts(gen_tcp::socket of, options to) {
  if (auto right = to.check(); !right) co_return right;
  co_return co_await command_socket(of.process(), tuple("setopts"_atom, to.to_list()), "einval"_atom);
}

namespace {

// Asks for a T.
template <class T>
task<result<T>> ask(gen_tcp::socket of, term what) {
  const term answer = co_await call_socket(of.process(), std::move(what), failed("einval"_atom));
  co_return from_term<result<T>>(answer).value_or(fail("einval"_atom));
}

} // namespace

task<result<options>> getopts(gen_tcp::socket of) {
  const auto list = co_await ask<term>(of, "getopts"_atom);
  if (!list) co_return fail(list.error().reason());
  co_return options::from_list(*list);
}

task<result<socket_address>> peername(gen_tcp::socket of) { return ask<socket_address>(of, "peername"_atom); }
task<result<socket_address>> sockname(gen_tcp::socket of) { return ask<socket_address>(of, "sockname"_atom); }

task<result<std::uint16_t>> port(gen_tcp::socket of) {
  const auto name = co_await sockname(of);
  if (!name) co_return fail(name.error().reason());
  co_return name->port;
}

// -- reasons --------------------------------------------------------------------------------------------------------------------------------

std::string format_error(const term& reason) {
  if (reason.is("closed"_atom)) return "the connection is closed";
  if (reason.is("timeout"_atom)) return "it took longer than it was given";
  if (reason.is("nxdomain"_atom)) return "no such host: the name has no address of this family";
  if (reason.is("not_owner"_atom)) return "only the controlling process may do that";
  if (reason.is("system_limit"_atom))
    return "no more processes or descriptors: a limit of the node or of the OS process";
  if (reason.is("eaddrinuse"_atom)) return "the address is in use: somebody else listens at this port";
  if (reason.is("econnrefused"_atom)) return "connection refused: nobody listens at this address and port";
  if (reason.is("emsgsize"_atom)) return "the packet is longer than packet_size, or than its header can say";
  if (reason.is_tagged("options"_atom, 2)) return "wrong options: " + print(reason[1]);
  if (const auto name = reason.to_atom())
    if (std::string text = posix_text(*name); !text.empty()) return text;
  return "unknown reason " + print(reason);
}

} // namespace agner::inet
