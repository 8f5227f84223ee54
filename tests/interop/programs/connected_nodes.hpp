// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <agner/runtime/term.hpp>

namespace agner::interop {

/// `nodes(connected)` of the current process' node, as a list.
term connected_nodes();

} // namespace agner::interop
