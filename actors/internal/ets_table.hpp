// SPDX-License-Identifier: Apache-2.0
// One table of ets: its properties, its objects and the locks that guard them. It lives in a slot that is used again, never freed, so whoever looks it up needs no count: he
// locks, and then looks whether it still is the table he meant. Mechanism: docs/ets.md.

#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "../../runtime/identifiers.hpp"
#include "../ets_options.hpp"
#include "ets_hash.hpp"
#include "ets_tree.hpp"
#include "reader_writer_lock.hpp"

namespace agner::internal {

/// Names one table of one node for ever: its slot in the lower bits, the how-manieth in that slot above. 0 is none.
using ets_id = std::uint64_t;

/// Traversals that a process has announced. @erlang ets:safe_fixtable/2
struct ets_fixations {
  std::map<pid, std::size_t> by_process;
  std::chrono::system_clock::time_point since;
  std::chrono::steady_clock::time_point monotonic_since;
};

class ets_table {
public:
  static constexpr std::size_t parts = std::size_t{1} << ets_hash::part_bits;

  /// Set while all locks are held; read while one is, `id` by any thread at any time.
  std::atomic<ets_id> id{0};
  /// A copy of the option, for whoever has no lock yet. 1 while there was no table.
  std::atomic<std::size_t> keypos_hint{1};
  ets::table_options options;
  atom name;
  pid owner;
  term tid;

  [[nodiscard]] bool is_ordered() const noexcept { return options.type == ets::type::ordered_set; }
  [[nodiscard]] bool is_bag() const noexcept {
    return options.type == ets::type::bag || options.type == ets::type::duplicate_bag;
  }
  [[nodiscard]] std::size_t keypos() const noexcept { return options.keypos; }
  [[nodiscard]] const term& key_of(const term& object) const noexcept { return object.elements()[keypos() - 1]; }
  /// How many parts a traversal visits, one after the other.
  [[nodiscard]] std::size_t part_count() const noexcept { return is_ordered() ? 1 : parts; }
  [[nodiscard]] static std::size_t part_of(std::uint64_t hash) noexcept { return hash >> (64U - ets_hash::part_bits); }

  // -- locks: how to take them is decided when the table is made, so it holds for everybody who knows its id -------------------------

  /// @p readers: how many locks share the readers. 0: each part has its own lock; else a reader takes one of the first so many, a writer takes them all.
  void set_readers(std::size_t readers) noexcept { readers_.store(readers, std::memory_order_relaxed); }
  /// Which lock a reader of @p part takes.
  [[nodiscard]] std::size_t reader_lock(std::size_t part) const noexcept {
    const std::size_t readers = readers_.load(std::memory_order_relaxed);
    return readers == 0 ? part : readers == 1 ? 0 : thread_ordinal() % readers;
  }
  /// Which locks a writer of @p part takes: from the first to before the second.
  [[nodiscard]] std::pair<std::size_t, std::size_t> writer_locks(std::size_t part) const noexcept {
    const std::size_t readers = readers_.load(std::memory_order_relaxed);
    return readers == 0 ? std::pair{part, part + 1} : std::pair{std::size_t{0}, readers};
  }
  [[nodiscard]] reader_writer_lock& lock(std::size_t index) noexcept { return locks_[index]; }

  // -- objects: under a lock of the part; to change them, under the writer's -------------------------------------------------------------

  [[nodiscard]] std::size_t size() const noexcept; // any thread
  [[nodiscard]] std::size_t bytes() const noexcept;
  [[nodiscard]] std::span<const term> find(std::uint64_t hash, const term& key) const noexcept {
    return is_ordered() ? tree_.find(key) : part(hash).find(hash, key, keypos());
  }
  void put(std::uint64_t hash, const term& object, discarded_terms& out) {
    if (is_ordered()) return tree_.put(object, keypos(), out);
    part(hash).put(options.type, hash, object, keypos(), out);
  }
  void remove(std::uint64_t hash, const term& key, discarded_terms& out) {
    if (is_ordered()) return tree_.remove(key, out);
    part(hash).remove(hash, key, keypos(), is_fixed(), out);
  }
  /// @see ets_hash::visit; of @p part only.
  template <class Visit>
  bool visit(std::size_t part, const ets_position* after, Visit&& visit) const {
    return is_ordered() ? tree_.visit(after, visit) : hashes_[part].visit(after, keypos(), visit);
  }
  template <class Visit>
  bool visit_back(std::size_t part, const ets_position* after, Visit&& visit) const {
    return is_ordered() ? tree_.visit_back(after, visit) : hashes_[part].visit(after, keypos(), visit);
  }
  template <class Judge>
  void sweep(std::size_t part, discarded_terms& out, Judge&& judge) {
    if (is_ordered()) return tree_.sweep(out, judge);
    hashes_[part].sweep(keypos(), is_fixed(), out, judge);
  }
  template <class Judge>
  void sweep_key(std::uint64_t hash, const term& key, discarded_terms& out, Judge&& judge) {
    if (is_ordered()) return tree_.sweep_key(key, out, judge);
    part(hash).sweep_key(hash, key, keypos(), is_fixed(), out, judge);
  }
  /// A traversal may go on behind @p key.
  [[nodiscard]] bool has_place(std::uint64_t hash, const term& key) const noexcept {
    return is_ordered() || part(hash).has_place(hash, key, keypos());
  }

  /// All objects, for destruction when the locks are free again. Under all locks.
  struct contents {
    std::array<ets_hash, parts> hashes;
    ets_tree tree;
  };
  [[nodiscard]] contents take_all() noexcept;
  void forget_places(std::size_t part) noexcept { hashes_[part].forget_places(); }

  // -- fixations --------------------------------------------------------------------------------------------------------------------------

  [[nodiscard]] bool is_fixed() const noexcept { return fixed_.load(std::memory_order_relaxed); } // any thread
  std::mutex fixations_mutex;
  ets_fixations fixations; // guarded by fixations_mutex
  void set_fixed(bool to) noexcept { fixed_.store(to, std::memory_order_relaxed); }

private:
  [[nodiscard]] ets_hash& part(std::uint64_t hash) noexcept { return hashes_[part_of(hash)]; }
  [[nodiscard]] const ets_hash& part(std::uint64_t hash) const noexcept { return hashes_[part_of(hash)]; }

  std::array<reader_writer_lock, parts> locks_;
  std::array<ets_hash, parts> hashes_;
  ets_tree tree_;
  std::atomic<std::size_t> readers_{0};
  std::atomic<bool> fixed_{false};
};

} // namespace agner::internal
