// SPDX-License-Identifier: Apache-2.0
// Where nodes are found: a node publishes the port it listens on under its name, others look it up. epmd is one (epmd_directory.hpp); tests bring tables.
// Mechanism: docs/distribution.md.

#pragma once

#include <cstdint>
#include <string_view>

#include "../actors/inet.hpp"
#include "../actors/task.hpp"
#include "../runtime/error.hpp"

namespace agner::dist {

/// Where a node listens.
struct node_address {
  inet::host host;
  std::uint16_t port = 0;
};

class directory {
public:
  virtual ~directory() = default;

  /// Makes the port known under @p name (the part before the `@`), for as long as the node lives. Runs in a process of the node that lives as long as that.
  /// @errors `duplicate_name`  another node has the name; reasons of whoever keeps the names, if it cannot be reached
  virtual task<result<>> publish(std::string_view name, std::uint16_t port, std::uint32_t creation) = 0;

  /// @errors `nxdomain` and other reasons of the host; `noport`  no node of that name is known there
  virtual task<result<node_address>> find(std::string_view name, std::string_view host) = 0;
};

} // namespace agner::dist
