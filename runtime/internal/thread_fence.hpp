// SPDX-License-Identifier: Apache-2.0
// A memory fence that one thread makes for all: what a thread does often then needs none of its own, where another needs to see it rarely. Any thread.

#pragma once

namespace agner::internal {

/// Has every running thread of the program make a full memory fence before it returns, the caller too. False where the system cannot: only the caller's was made.
/// Costs some microseconds. @source Linux membarrier(2), MEMBARRIER_CMD_PRIVATE_EXPEDITED
bool fence_all_threads() noexcept;

} // namespace agner::internal
