// SPDX-License-Identifier: Apache-2.0

#include "resolver.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "internal/io_driver.hpp"
#include "socket_address.hpp"

namespace agner {

namespace {

using boost::asio::ip::tcp;

ip_address address_of(const boost::asio::ip::address& from) {
  if (from.is_v4()) {
    const auto b = from.to_v4().to_bytes();
    return {b[0], b[1], b[2], b[3]};
  }
  const auto b = from.to_v6().to_bytes();
  std::array<std::uint16_t, 8> words{};
  for (std::size_t i = 0; i < words.size(); ++i)
    words[i] = static_cast<std::uint16_t>(b[2 * i] << 8U | b[2 * i + 1]);
  return ip_address{words, static_cast<std::uint32_t>(from.to_v6().scope_id())};
}

term reason_of(const boost::system::error_code& failed) {
  namespace asio = boost::asio::error;
  if (failed == asio::host_not_found_try_again) return "eagain"_atom;
  if (failed == asio::invalid_argument) return "einval"_atom;
  return "nxdomain"_atom;
}

term answer_of(const boost::system::error_code& failed, const tcp::resolver::results_type& found) {
  if (failed) return tuple("error"_atom, reason_of(failed));
  std::vector<ip_address> addresses;
  for (const auto& entry : found)
    addresses.push_back(address_of(entry.endpoint().address()));
  if (addresses.empty()) return tuple("error"_atom, "nxdomain"_atom);
  return tuple("ok"_atom, to_term(addresses));
}

} // namespace

void resolve(node& on, std::string host, address_family family, const pid& to, term tag) {
  internal::io_driver& io = on.scheduler().io();
  auto resolver = std::make_shared<tcp::resolver>(io.context());
  // The handler holds the pid only: the process, even the node, may be gone when it runs.
  auto handler = [&io, resolver, to, tag = std::move(tag)](const boost::system::error_code& failed,
                                                           const tcp::resolver::results_type& found) {
    io.end_wait();
    if (node* const home = node::local(to.home)) home->send(to, tuple(tag, answer_of(failed, found)));
  };
  io.begin_wait();
  constexpr auto flags = boost::asio::ip::resolver_base::flags{};
  switch (family) {
  case address_family::v4: resolver->async_resolve(tcp::v4(), host, "", flags, std::move(handler)); break;
  case address_family::v6: resolver->async_resolve(tcp::v6(), host, "", flags, std::move(handler)); break;
  case address_family::any: resolver->async_resolve(host, "", flags, std::move(handler)); break;
  }
}

} // namespace agner
