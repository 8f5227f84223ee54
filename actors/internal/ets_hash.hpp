// SPDX-License-Identifier: Apache-2.0
// A part of a hash table: the objects whose hashes have the same upper bits. Entries lie in the order of their hashes, and stay in it when the part grows, so that a traversal
// goes on behind any key, whatever happened since. Not synchronised: the table's locks guard it. Mechanism: docs/ets.md.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "ets_objects.hpp"

namespace agner::internal {

/// The hash of a key, with equal parts of all its bits in the upper ones.
[[nodiscard]] std::uint64_t ets_key_hash(const term& key) noexcept;

class ets_hash {
public:
  /// Upper bits of a hash that say which part it belongs to.
  static constexpr unsigned part_bits = 4;

  ets_hash() noexcept = default;
  /// Takes everything out of @p other.
  ets_hash(ets_hash&& other) noexcept;
  ets_hash(const ets_hash&) = delete;
  ets_hash& operator=(ets_hash&&) = delete;
  ~ets_hash();

  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); } // any thread
  [[nodiscard]] std::size_t bytes() const noexcept;

  /// The objects with @p key; empty where there are none. Valid until the next change.
  [[nodiscard]] std::span<const term> find(std::uint64_t hash, const term& key, std::size_t keypos) const noexcept;
  /// Inserts as the type of the table says: instead of what has the key, or beside it.
  void put(ets::type type, std::uint64_t hash, const term& object, std::size_t keypos, discarded_terms& out);
  /// Removes all objects with @p key. @p fixed: the key stays as a place.
  void remove(std::uint64_t hash, const term& key, std::size_t keypos, bool fixed, discarded_terms& out);

  /// A key was here, and be it that its objects were removed while the table was fixed.
  [[nodiscard]] bool has_place(std::uint64_t hash, const term& key, std::size_t keypos) const noexcept;
  /// Calls @p visit(key's hash, objects) for each key behind @p after, all if null, until it returns false. False then.
  template <class Visit>
  bool visit(const ets_position* after, std::size_t keypos, Visit&& visit) const;
  /// Does what @p judge(object) says with each object, of one key or of all.
  template <class Judge>
  void sweep(std::size_t keypos, bool fixed, discarded_terms& out, Judge&& judge);
  template <class Judge>
  void sweep_key(std::uint64_t hash, const term& key, std::size_t keypos, bool fixed, discarded_terms& out,
                 Judge&& judge);
  /// Forgets places without objects: no traversal needs them any more.
  void forget_places() noexcept;

private:
  struct entry {
    entry* next;
    std::uint64_t hash;
    ets_objects objects;   // never empty: of a place without objects, the last one
    bool is_place = false; // without objects
  };

  [[nodiscard]] std::size_t bucket(std::uint64_t hash) const noexcept {
    return bits_ == 0 ? 0 : hash << part_bits >> (64U - bits_);
  }
  /// The link to the first entry that is not before (hash, key).
  entry** lower(std::uint64_t hash, const term& key, std::size_t keypos) const noexcept;
  [[nodiscard]] entry* at(std::uint64_t hash, const term& key, std::size_t keypos) const noexcept;
  void resize(unsigned bits);
  void drop(entry** link, bool fixed, discarded_terms& out);
  template <class Judge>
  void judge_entry(entry& of, discarded_terms& out, Judge&& judge);
  void shrink_if_sparse() noexcept;

  std::unique_ptr<entry*[]> buckets_; // 2^bits_, null while there has been nothing
  unsigned bits_ = 0;
  std::size_t entries_ = 0;
  std::size_t places_ = 0; // of them, without objects
  std::atomic<std::size_t> size_{0};
};

template <class Visit>
bool ets_hash::visit(const ets_position* after, std::size_t keypos, Visit&& visit) const {
  if (!buckets_) return true;
  const std::size_t first = after == nullptr ? 0 : bucket(after->hash);
  entry* from = buckets_[first];
  if (after != nullptr) {
    from = *lower(after->hash, after->key, keypos);
    if (from != nullptr && from->hash == after->hash && from->objects[0].elements()[keypos - 1] == after->key)
      from = from->next;
  }
  for (std::size_t i = first;;) {
    for (const entry* each = from; each != nullptr; each = each->next)
      if (!each->is_place && !visit(each->hash, std::span<const term>{each->objects.data(), each->objects.size()}))
        return false;
    if (++i >> bits_ != 0) return true;
    from = buckets_[i];
  }
}

template <class Judge>
void ets_hash::judge_entry(entry& of, discarded_terms& out, Judge&& judge) {
  std::size_t kept = 0;
  std::size_t removed = 0;
  const std::size_t before = of.objects.size();
  term last;
  for (term& object : of.objects) {
    ets_verdict verdict = judge(object);
    if (verdict.is == ets_verdict::what::remove) {
      ++removed;
      last = std::move(object);
      out.push_back(last);
      continue;
    }
    if (verdict.is == ets_verdict::what::replace) out.push_back(std::exchange(object, std::move(verdict.replacement)));
    if (&of.objects[kept] != &object) of.objects[kept] = std::move(object);
    ++kept;
  }
  size_.store(size() - removed, std::memory_order_relaxed);
  if (kept == 0) {
    of.objects.resize(1);
    of.objects[0] = std::move(last);
    of.is_place = true;
    ++places_;
  } else if (kept < before) {
    of.objects.resize(kept);
  }
}

template <class Judge>
void ets_hash::sweep(std::size_t, bool fixed, discarded_terms& out, Judge&& judge) {
  if (!buckets_) return;
  for (std::size_t i = 0; i >> bits_ == 0; ++i)
    for (entry* each = buckets_[i]; each != nullptr; each = each->next)
      if (!each->is_place) judge_entry(*each, out, judge);
  if (!fixed) forget_places();
}

template <class Judge>
void ets_hash::sweep_key(std::uint64_t hash, const term& key, std::size_t keypos, bool fixed, discarded_terms& out,
                         Judge&& judge) {
  entry* const found = at(hash, key, keypos);
  if (found == nullptr || found->is_place) return;
  judge_entry(*found, out, judge);
  if (found->is_place && !fixed) drop(lower(hash, key, keypos), false, out);
}

} // namespace agner::internal
