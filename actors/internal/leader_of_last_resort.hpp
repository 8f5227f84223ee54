// SPDX-License-Identifier: Apache-2.0
// The group leader of processes that were given none. Any thread.

#pragma once

#include "../../runtime/node.hpp"

namespace agner::internal {

/// Started when first asked for, one a node. It obeys requests of Erlang's I/O protocol to write, to standard output, and refuses all others.
pid leader_of_last_resort(node& on);

} // namespace agner::internal
