// SPDX-License-Identifier: Apache-2.0

#include "node_name.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <sstream>

#include "../runtime/atom.hpp"

namespace agner {

namespace {

bool is_head_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}

// From ! up; the bytes of UTF-8 beyond ASCII are all above.
bool is_host_character(char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; }

std::string domain_of_resolver() {
  std::ifstream file{"/etc/resolv.conf"};
  for (std::string line; std::getline(file, line);) {
    std::istringstream words{line};
    std::string key;
    std::string value;
    if (words >> key >> value && (key == "domain" || key == "search")) return value;
  }
  return {};
}

std::string canonical_name(const std::string& host) {
  addrinfo hints{};
  hints.ai_flags = AI_CANONNAME;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner{found, freeaddrinfo};
  return found->ai_canonname == nullptr ? std::string{} : found->ai_canonname;
}

std::string after_dot(const std::string& name) {
  const std::size_t dot = name.find('.');
  return dot == std::string::npos ? std::string{} : name.substr(dot + 1);
}

std::expected<std::string, std::string> host_part(std::string_view name, std::size_t at, name_domain domain,
                                                  const host_names& host) {
  if (at + 1 < name.size()) {
    const std::string_view given = name.substr(at + 1);
    if (given.find('@') != std::string_view::npos) return std::unexpected{"the name has more than one @"};
    if (!std::ranges::all_of(given, is_host_character))
      return std::unexpected{"the host part may not hold blanks or control characters"};
    if (domain == name_domain::shortnames && given.find('.') != std::string_view::npos)
      return std::unexpected{"the host part of a short name has no dots"};
    return std::string{given};
  }
  if (at < name.size()) return std::unexpected{"nothing follows the @"};
  if (host.host.empty()) return std::unexpected{"this host has no name"};
  if (domain == name_domain::shortnames) return host.host;
  if (host.domain.empty()) return std::unexpected{"this host has no domain that would make its name a long one"};
  return host.host + "." + host.domain;
}

} // namespace

host_names host_names::here() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return {};
  const std::string full{name.data()};
  host_names found{.host = full.substr(0, full.find('.')), .domain = after_dot(full)};
  if (found.domain.empty()) found.domain = domain_of_resolver();
  if (found.domain.empty()) found.domain = after_dot(canonical_name(full));
  return found;
}

std::expected<std::string, std::string> make_node_name(std::string_view name, name_domain domain,
                                                       const host_names& host) {
  const std::size_t at = std::min(name.find('@'), name.size());
  const std::string_view head = name.substr(0, at);
  if (head.empty()) return std::unexpected{"the name is empty"};
  if (!std::ranges::all_of(head, is_head_character))
    return std::unexpected{"the part before the @ may hold letters, digits, _ and - only"};
  auto rest = host_part(name, at, domain, host);
  if (!rest) return rest;
  std::string full = std::string{head} + "@" + *rest;
  const auto characters =
      std::ranges::count_if(full, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  if (static_cast<std::size_t>(characters) > atom::characters_max)
    return std::unexpected{"the name is longer than 255 characters"};
  return full;
}

} // namespace agner
