// SPDX-License-Identifier: Apache-2.0

#include "socket_address.hpp"

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace agner {

namespace {

std::optional<std::uint32_t> parse_scope(const std::string& text) {
  std::uint32_t scope = 0;
  const char* const end = text.data() + text.size();
  if (const auto [at, failed] = std::from_chars(text.data(), end, scope); failed == std::errc{} && at == end)
    return scope;
  scope = if_nametoindex(text.c_str());
  return scope == 0 ? std::nullopt : std::optional{scope};
}

std::array<std::uint16_t, 8> words_of(const in6_addr& from) {
  std::array<std::uint16_t, 8> words{};
  for (std::size_t i = 0; i < words.size(); ++i)
    words[i] = static_cast<std::uint16_t>(from.s6_addr[2 * i] << 8U | from.s6_addr[2 * i + 1]);
  return words;
}

} // namespace

std::optional<ip_address> ip_address::parse(std::string_view text) {
  std::string plain{text};
  if (in_addr v4{}; inet_pton(AF_INET, plain.c_str(), &v4) == 1) {
    std::array<std::uint8_t, 4> bytes{};
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&v4), bytes.size(), bytes.begin());
    return ip_address{bytes[0], bytes[1], bytes[2], bytes[3]};
  }
  std::uint32_t scope = 0;
  if (const auto percent = plain.find('%'); percent != std::string::npos) {
    const auto found = parse_scope(plain.substr(percent + 1));
    if (!found) return std::nullopt;
    scope = *found;
    plain.resize(percent);
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, plain.c_str(), &v6) != 1) return std::nullopt;
  return ip_address{words_of(v6), scope};
}

std::string ip_address::text() const {
  std::array<char, INET6_ADDRSTRLEN> into{};
  inet_ntop(v6_ ? AF_INET6 : AF_INET, bytes_.data(), into.data(), into.size());
  std::string text{into.data()};
  if (scope_ != 0) text += "%" + std::to_string(scope_);
  return text;
}

std::string socket_address::text() const {
  const std::string at = ip.text();
  return (ip.is_v6() ? "[" + at + "]" : at) + ":" + std::to_string(port);
}

term term_traits<ip_address>::to(const ip_address& value) {
  const auto bytes = value.bytes();
  if (!value.is_v6()) return tuple(bytes[0], bytes[1], bytes[2], bytes[3]);
  std::array<term, 8> words;
  for (std::size_t i = 0; i < words.size(); ++i)
    words[i] = bytes[2 * i] << 8 | bytes[2 * i + 1];
  return tuple_of(words);
}

std::optional<ip_address> term_traits<ip_address>::from(const term& from) {
  if (const auto v4 = from_term<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t, std::uint8_t>>(from))
    return std::make_from_tuple<ip_address>(*v4);
  if (!from.is_tuple() || from.size() != 8) return std::nullopt;
  std::array<std::uint16_t, 8> words{};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto word = from_term<std::uint16_t>(from[i]);
    if (!word) return std::nullopt;
    words[i] = *word;
  }
  return ip_address{words};
}

} // namespace agner
