// SPDX-License-Identifier: Apache-2.0

#include <exception>

#include "dying.hpp"

namespace agner::internal {

// No signals exist yet, so none can die.
std::size_t dismantle_signal(heap_node*, dying&) noexcept { std::terminate(); }

} // namespace agner::internal
