// SPDX-License-Identifier: Apache-2.0
// The benchmarks process/*.

#pragma once

namespace agner::bench {

/// Registers messages, processes and calls.
void add_process_benchmarks();

/// Registers process/bytes_idle.
void add_idle_benchmark();
/// What the OS process that process/bytes_idle starts does: makes processes, and prints on standard output what one costs. @returns its exit code
int measure_idle();
/// The argument by which that OS process knows.
inline constexpr const char* measure_idle_argument = "--measure-idle";

} // namespace agner::bench
