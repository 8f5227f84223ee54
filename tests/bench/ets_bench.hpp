// SPDX-License-Identifier: Apache-2.0
// The benchmarks ets/*.

#pragma once

namespace agner::bench {

/// Registers what one process does with a table, and what several do with one at once.
void add_ets_benchmarks();

} // namespace agner::bench
