// SPDX-License-Identifier: Apache-2.0
// Whether a signal to a node that is not connected makes a connection.

#pragma once

#include <cstdint>

namespace agner {

/// Every signal does; only the first for each name does; none does, so that only net_kernel::connect_node connects. @erlang kernel's dist_auto_connect
enum class auto_connect : std::uint8_t { always, once, never };

} // namespace agner
