// SPDX-License-Identifier: Apache-2.0
// A map for the links and monitors of one process: most have few, a supervisor may have a hundred thousand. A plain array while small, a hash table beyond.

#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace agner::internal {

template <class Key, class Value>
class bond_map {
public:
  [[nodiscard]] Value* find(const Key& key) {
    if (large_) {
      const auto at = large_->find(key);
      return at == large_->end() ? nullptr : &at->second;
    }
    for (auto& [k, v] : small_)
      if (k == key) return &v;
    return nullptr;
  }

  /// Adds what is not there yet.
  Value& add(const Key& key, Value value) {
    if (!large_ && small_.size() == small_max) {
      large_ = std::make_unique<table>();
      for (auto& [k, v] : small_)
        large_->emplace(std::move(k), std::move(v));
      small_ = {};
    }
    if (large_) return large_->emplace(key, std::move(value)).first->second;
    return small_.emplace_back(key, std::move(value)).second;
  }

  bool erase(const Key& key) {
    return erase_if(key, [](const Value&) { return true; });
  }

  /// Erases what is there under @p key if @p gone says so of it.
  template <class Predicate>
  bool erase_if(const Key& key, Predicate&& gone) {
    if (large_) {
      const auto at = large_->find(key);
      if (at == large_->end() || !gone(at->second)) return false;
      large_->erase(at);
      return true;
    }
    for (auto& entry : small_) {
      if (!(entry.first == key)) continue;
      if (!gone(entry.second)) return false;
      if (&entry != &small_.back()) entry = std::move(small_.back());
      small_.pop_back();
      return true;
    }
    return false;
  }

  void clear() noexcept {
    small_ = {};
    large_.reset();
  }

  /// Gives back the room that no entry takes.
  void shrink() {
    if (!large_) return small_.shrink_to_fit();
    if (large_->size() > small_max) return large_->rehash(0);
    small_.reserve(large_->size());
    for (auto& [k, v] : *large_)
      small_.emplace_back(k, std::move(v));
    large_.reset();
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    constexpr std::size_t each = sizeof(std::pair<Key, Value>);
    return large_ ? sizeof(table) + large_->bucket_count() * (each + 1) : small_.capacity() * each;
  }

  template <class F>
  void for_each(F&& f) {
    if (large_)
      for (auto& [k, v] : *large_)
        f(k, v);
    else
      for (auto& [k, v] : small_)
        f(k, v);
  }

  [[nodiscard]] std::size_t size() const noexcept { return large_ ? large_->size() : small_.size(); }

private:
  static constexpr std::size_t small_max = 16;
  using table = boost::unordered_flat_map<Key, Value, std::hash<Key>>;

  std::vector<std::pair<Key, Value>> small_;
  std::unique_ptr<table> large_;
};

} // namespace agner::internal
