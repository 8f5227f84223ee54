// SPDX-License-Identifier: Apache-2.0
// The benchmarks savina/*, on processes and, in a program of their own, on CAF's event-based actors: what both must do alike.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace agner::bench {

/// Registers savina/*.
void add_savina_benchmarks();
/// Registers caf/*.
void add_bridge_benchmarks();

namespace savina {

inline constexpr int fork_join_workers = 60;
inline constexpr int ring_members = 100;
inline constexpr int creatures = 100;
inline constexpr int big_members = 120;
inline constexpr int buffer_places = 50;
inline constexpr int producers = 40;
inline constexpr int consumers = 40;
inline constexpr int philosophers = 20;
inline constexpr int accounts = 1000;
inline constexpr std::int64_t balance_at_first = 1000;
inline constexpr std::size_t primes_per_filter = 1000;
inline constexpr int tree_children = 4;
inline constexpr int queens = 10;
inline constexpr std::int64_t queens_solutions = 724;
inline constexpr int queens_workers = 20;
inline constexpr int queens_split_depth = 4;

/// The same numbers everywhere: 31 bits, of which the lower ones are poor.
inline std::int64_t next_random(std::int64_t& state) {
  state = (state * 1103515245 + 12345) & 0x7fff'ffff;
  return state >> 8;
}

/// What two of the colours 0, 1 and 2 become who meet: the same if they are alike, else the third.
constexpr int complement(int one, int other) { return one == other ? one : 3 - one - other; }

constexpr std::int64_t sum_below(std::int64_t n) { return n * (n - 1) / 2; }

/// How many primes there are up to @p limit.
std::int64_t primes_up_to(int limit);

/// Whether a queen may stand in the next row at @p column; the rows before have theirs at @p columns.
bool is_safe(const std::vector<int>& columns, int column);
/// How many solutions begin with @p columns, which is as before when this returns.
std::int64_t queens_from(std::vector<int>& columns);

} // namespace savina

} // namespace agner::bench
