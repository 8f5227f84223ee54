// SPDX-License-Identifier: Apache-2.0
// epmd as the directory of nodes: registers with the one of this machine, starts one where none runs, and asks those of other machines. Mechanism: docs/epmd.md.

#pragma once

#include <cstdint>
#include <memory>

#include "../runtime/socket_address.hpp"
#include "directory.hpp"

namespace agner::dist {

struct epmd_options {
  /// Whether an epmd is started where none runs: `epmd -daemon` where that is installed, else one in this OS process. @erlang -start_epmd
  bool start = true;
  /// Where epmd listens, on every host; 0: ERL_EPMD_PORT, else 4369.
  std::uint16_t port = 0;
  /// Where our own one listens.
  ip_address listen_ip = ip_address::any();
  /// Whether the one that is installed is tried before our own.
  bool prefers_installed = true;
};

/// A node stays registered: when epmd vanishes, it registers again with whatever takes its place, and takes its place if nothing does.
std::shared_ptr<directory> epmd_directory(epmd_options options = {});

} // namespace agner::dist
