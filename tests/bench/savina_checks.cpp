// SPDX-License-Identifier: Apache-2.0
// What the programs of the Savina suite compute, without processes or actors.

#include "savina_bench.hpp"

namespace agner::bench {

bool savina::is_safe(const std::vector<int>& columns, int column) {
  const int row = static_cast<int>(columns.size());
  for (int i = 0; i < row; ++i) {
    const int there = columns[static_cast<std::size_t>(i)];
    if (there == column || there - column == row - i || column - there == row - i) return false;
  }
  return true;
}

std::int64_t savina::queens_from(std::vector<int>& columns) {
  if (columns.size() == queens) return 1;
  std::int64_t solutions = 0;
  for (int column = 0; column < queens; ++column) {
    if (!is_safe(columns, column)) continue;
    columns.push_back(column);
    solutions += queens_from(columns);
    columns.pop_back();
  }
  return solutions;
}

std::int64_t savina::primes_up_to(int limit) {
  std::vector<bool> composite(static_cast<std::size_t>(limit) + 1);
  std::int64_t found = 0;
  for (std::size_t i = 2; i < composite.size(); ++i) {
    if (composite[i]) continue;
    ++found;
    for (std::size_t j = i * i; j < composite.size(); j += i)
      composite[j] = true;
  }
  return found;
}

} // namespace agner::bench
