// SPDX-License-Identifier: Apache-2.0

#include "ets_table.hpp"

#include <utility>

namespace agner::internal {

std::size_t ets_table::size() const noexcept {
  std::size_t sum = tree_.size();
  for (const ets_hash& each : hashes_)
    sum += each.size();
  return sum;
}

std::size_t ets_table::bytes() const noexcept {
  std::size_t sum = sizeof *this + tree_.bytes();
  for (const ets_hash& each : hashes_)
    sum += each.bytes();
  return sum;
}

ets_table::contents ets_table::take_all() noexcept {
  return [this]<std::size_t... I>(std::index_sequence<I...>) {
    return contents{{std::move(hashes_[I])...}, std::move(tree_)};
  }(std::make_index_sequence<parts>{});
}

} // namespace agner::internal
