// SPDX-License-Identifier: Apache-2.0
// The name of a node as `erl` makes it out of -sname or -name and the name of the host. Pure but for `host_names::here`. Any thread.

#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace agner {

/// How much of the host's name is in the node's name. Nodes of the two kinds do not talk to each other.
enum class name_domain : unsigned char { shortnames, longnames };

/// What the host is called.
struct host_names {
  std::string host;   // up to the first dot
  std::string domain; // empty where it has none

  /// As gethostname says; the domain, if that has none, from /etc/resolv.conf, else from the resolver.
  /// @source OTP 25 kernel, inet_config: set_hostname, longnames
  static host_names here();
};

/// `head@host` for @p name, which may have its host already.
///
/// @param name  `a` or `a@host`
/// @returns     the node's name
/// @errors      why not, as one sentence: a head of other than letters, digits, `_` and `-`; a short name with a dot in its host; a long one where the host has no domain; more
///              than one `@`; a host with blanks or control characters; more than 255 characters
/// @source      OTP 25 net_kernel: create_name, create_hostpart, validate_hostname, valid_name_head
std::expected<std::string, std::string> make_node_name(std::string_view name, name_domain domain,
                                                       const host_names& host);

} // namespace agner
