// SPDX-License-Identifier: Apache-2.0

#include "label_table.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <mutex>
#include <shared_mutex>
#include <utility>

namespace agner::internal {

struct label_table::labels {
  mutable std::shared_mutex mutex; // guards of
  boost::unordered_flat_map<pid, term, std::hash<pid>> of;
};

label_table::label_table(node&) : labels_(std::make_unique<labels>()) {}
label_table::~label_table() = default;

// What a label was is destroyed without the lock: it may be large.

void label_table::set(const pid& of, term label) {
  const std::unique_lock lock{labels_->mutex};
  std::swap(labels_->of[of], label);
}

std::optional<term> label_table::find(const pid& of) const {
  const std::shared_lock lock{labels_->mutex};
  const auto at = labels_->of.find(of);
  if (at == labels_->of.end()) return std::nullopt;
  return at->second;
}

void label_table::forget(const pid& ended) noexcept {
  term label;
  const std::unique_lock lock{labels_->mutex};
  const auto at = labels_->of.find(ended);
  if (at == labels_->of.end()) return;
  label = std::move(at->second);
  labels_->of.erase(at);
}

} // namespace agner::internal
