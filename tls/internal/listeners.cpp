// SPDX-License-Identifier: Apache-2.0

#include "listeners.hpp"

#include <utility>

namespace agner::ssl::internal {

void listeners::keep(const pid& listening, std::shared_ptr<const option_set> options) {
  const std::scoped_lock lock{mutex_};
  // A socket that ended with its controlling process said nothing here. There are few, and new ones are rare.
  std::erase_if(sets_, [this](const auto& each) { return !node_.is_alive(each.first); });
  sets_.insert_or_assign(listening, std::move(options));
}

std::shared_ptr<const option_set> listeners::options_of(const pid& listening) const {
  const std::scoped_lock lock{mutex_};
  const auto found = sets_.find(listening);
  return found == sets_.end() ? nullptr : found->second;
}

void listeners::forget(const pid& listening) {
  const std::scoped_lock lock{mutex_};
  sets_.erase(listening);
}

} // namespace agner::ssl::internal
