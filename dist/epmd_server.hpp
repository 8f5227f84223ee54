// SPDX-License-Identifier: Apache-2.0
// A port mapper in this OS process, where none is installed: answers ALIVE2, PORT_PLEASE2 and NAMES as epmd does, refuses to be killed or dumped. Mechanism: docs/epmd.md.

#pragma once

#include <cstdint>

#include "../runtime/error.hpp"
#include "../runtime/node.hpp"
#include "../runtime/socket_address.hpp"

namespace agner::dist::epmd {

/// Starts a server at @p at on @p on, which ends with the node. Any thread.
/// @errors `eaddrinuse`  an epmd runs there already; POSIX reasons
result<pid> start_server(node& on, const socket_address& at);

} // namespace agner::dist::epmd
