// SPDX-License-Identifier: Apache-2.0
// How often memory was asked for: of the C allocator, or of what threads keep for nodes (docs/memory.md). agner_bench replaces malloc by one that counts while it is told to; nothing else of the project does that.

#pragma once

#include <cstdint>

namespace agner::bench {

/// Starts counting the allocations of all threads from 0.
void count_allocations() noexcept;
/// Stops, and says how many there were.
std::uint64_t allocations_counted() noexcept;

} // namespace agner::bench
