// SPDX-License-Identifier: Apache-2.0
// Distribution as a service of a node: give it to node_options::services, and the node listens, is published, connects and is connected to. Mechanism: docs/distribution.md.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../runtime/node.hpp"
#include "../runtime/socket_address.hpp"
#include "auto_connect.hpp"
#include "carrier.hpp"
#include "cookie.hpp"
#include "directory.hpp"

namespace agner::dist {

struct distribution_options {
  cookie secret;
  /// What certain peers are told instead. @erlang erlang:set_cookie/2, -setcookie NODE COOKIE
  std::vector<std::pair<std::string, cookie>> other_secrets = {};
  /// How bytes travel; TCP if null.
  std::shared_ptr<carrier> over = {};
  /// Where nodes find each other; epmd on each host if null.
  std::shared_ptr<directory> names = {};
  /// Whether others can connect. @erlang -dist_listen
  bool listens = true;
  /// Whether a signal to a node makes a connection. @erlang kernel dist_auto_connect
  auto_connect connects = auto_connect::always;
  /// Where to listen. @erlang kernel inet_dist_use_interface, inet_dist_listen_min, inet_dist_listen_max
  ip_address listen_ip = ip_address::any();
  std::uint16_t port_min = 0;
  std::uint16_t port_max = 0;
  /// Peers that may connect; everybody if empty. @erlang net_kernel:allow/1
  std::vector<std::string> allowed = {};
  /// A peer that is silent this long is gone. @erlang kernel net_ticktime
  std::chrono::milliseconds tick_time{60'000};
  /// Ticks in that time. @erlang kernel net_tickintensity
  int tick_intensity = 4;
  /// How long setting a connection up may take, in either role. @erlang kernel net_setuptime
  std::chrono::milliseconds setup_time{7'000};
  /// Most callers at once that have not proven themselves; one more, and the one that has been here longest without a word goes.
  std::size_t strangers_max = 128;
  /// Whether ALTACT_SIG of OTP 28 is offered, so that priority messages and exit signals to aliases cross to peers that offer it. Tried between nodes of agner only.
  bool priority_messages = false;
};

/// @returns the service; starting it fails with `{listen, Reason}`, or what the directory's publish fails with
std::shared_ptr<node_service> distribution(distribution_options options);

} // namespace agner::dist
