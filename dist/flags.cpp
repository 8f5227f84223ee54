// SPDX-License-Identifier: Apache-2.0

#include "flags.hpp"

#include <algorithm>

namespace agner::dist {

std::string names_of(flag_set set) {
  std::string names;
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t mask = std::uint64_t{1} << bit;
    if ((set.bits & mask) == 0) continue;
    const auto* row = std::ranges::find(flag_table, static_cast<flag>(mask), &flag_row::bit);
    if (!names.empty()) names += ' ';
    names += row != flag_table.end() ? std::string{row->name} : "bit " + std::to_string(bit);
  }
  return names;
}

} // namespace agner::dist
