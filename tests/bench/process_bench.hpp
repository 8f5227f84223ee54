// SPDX-License-Identifier: Apache-2.0
// The benchmarks process/*.

#pragma once

namespace agner::bench {

/// Registers messages, processes and calls.
void add_process_benchmarks();

/// Registers process/bytes_idle.
void add_idle_benchmark();
/// Registers process/million.
void add_million_benchmark();
/// What the OS process that process/bytes_idle starts does: makes processes, and prints on standard output what one costs. @returns its exit code
int measure_idle();
/// The same for process/million: the seconds that starting and ending took, and the bytes while all lived.
int measure_million();
/// The arguments by which these OS processes know.
inline constexpr const char* measure_idle_argument = "--measure-idle";
inline constexpr const char* measure_million_argument = "--measure-million";

} // namespace agner::bench
