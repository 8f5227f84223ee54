// SPDX-License-Identifier: Apache-2.0
// The objects of an ordered_set, by key in Erlang's order: 1 and 1.0 are one key. Not synchronised: the table's locks guard it. Mechanism: docs/ets.md.

#pragma once

#include <atomic>
#include <cstddef>
#include <iterator>
#include <map>
#include <span>
#include <utility>

#include "../../runtime/term_order.hpp"
#include "ets_objects.hpp"

namespace agner::internal {

struct ets_key_less {
  bool operator()(const term& left, const term& right) const noexcept {
    const auto l = left.to_int64();
    const auto r = right.to_int64();
    if (l && r) return *l < *r;
    return compare(left, right) < 0;
  }
};

class ets_tree {
public:
  using map = std::map<term, term, ets_key_less>;

  ets_tree() = default;
  /// Takes everything out of @p other.
  ets_tree(ets_tree&& other) noexcept
      : objects_(std::move(other.objects_)), size_(other.size_.exchange(0, std::memory_order_relaxed)) {
    other.objects_.clear();
  }

  [[nodiscard]] const map& objects() const noexcept { return objects_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); } // any thread
  [[nodiscard]] std::size_t bytes() const noexcept { return size() * (sizeof(map::value_type) + 4 * sizeof(void*)); }

  [[nodiscard]] std::span<const term> find(const term& key) const noexcept {
    const auto found = objects_.find(key);
    if (found == objects_.end()) return {};
    return {&found->second, 1};
  }

  void put(const term& object, std::size_t keypos, discarded_terms& out) {
    const term& key = object.elements()[keypos - 1];
    const auto [at, fresh] = objects_.try_emplace(key, object);
    if (fresh) {
      size_.store(objects_.size(), std::memory_order_relaxed);
      return;
    }
    out.push_back(std::exchange(at->second, object));
    if (at->first == key) return;
    auto node = objects_.extract(at); // equal, not the same: 1 and 1.0
    out.push_back(std::exchange(node.key(), key));
    objects_.insert(std::move(node));
  }

  void remove(const term& key, discarded_terms& out) {
    const auto found = objects_.find(key);
    if (found != objects_.end()) erase(found, out);
  }

  /// Calls @p visit(objects) for each key behind @p after, all if null, until it returns false. False then.
  template <class Visit>
  bool visit(const ets_position* after, Visit&& visit) const {
    for (auto at = after == nullptr ? objects_.begin() : objects_.upper_bound(after->key); at != objects_.end(); ++at)
      if (!visit(0, std::span<const term>{&at->second, 1})) return false;
    return true;
  }
  /// The same from the last key, or the last before @p after, to the first.
  template <class Visit>
  bool visit_back(const ets_position* after, Visit&& visit) const {
    auto at = after == nullptr ? objects_.end() : objects_.lower_bound(after->key);
    while (at != objects_.begin()) {
      --at;
      if (!visit(0, std::span<const term>{&at->second, 1})) return false;
    }
    return true;
  }

  template <class Judge>
  void sweep(discarded_terms& out, Judge&& judge) {
    for (auto at = objects_.begin(); at != objects_.end();)
      at = obey(judge(std::as_const(at->second)), at, out);
  }
  template <class Judge>
  void sweep_key(const term& key, discarded_terms& out, Judge&& judge) {
    if (const auto at = objects_.find(key); at != objects_.end()) obey(judge(std::as_const(at->second)), at, out);
  }

private:
  map::iterator obey(ets_verdict verdict, map::iterator at, discarded_terms& out) {
    if (verdict.is == ets_verdict::what::remove) return erase(at, out);
    if (verdict.is == ets_verdict::what::replace)
      out.push_back(std::exchange(at->second, std::move(verdict.replacement)));
    return std::next(at);
  }
  map::iterator erase(map::iterator at, discarded_terms& out) {
    out.push_back(std::move(at->second));
    const auto next = objects_.erase(at);
    size_.store(objects_.size(), std::memory_order_relaxed);
    return next;
  }

  map objects_;
  std::atomic<std::size_t> size_{0};
};

} // namespace agner::internal
