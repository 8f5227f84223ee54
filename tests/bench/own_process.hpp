// SPDX-License-Identifier: Apache-2.0
// Measuring in an OS process of its own, so that no memory that others have given back hides the growth.

#pragma once

#include <cstddef>
#include <vector>

namespace agner::bench {

/// What this OS process has in memory.
std::size_t resident_bytes();

/// Starts this program with @p argument. @returns the numbers it prints, @p count of them; none if it fails
std::vector<double> measure_in_own_process(const char* argument, std::size_t count);

} // namespace agner::bench
