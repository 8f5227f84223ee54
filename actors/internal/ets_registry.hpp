// SPDX-License-Identifier: Apache-2.0
// All tables of one node: where they are, their names, whose they are, and what becomes of them when a process ends. Any thread. Mechanism: docs/ets.md.

#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

#include "../../runtime/node.hpp"
#include "ets_table.hpp"

namespace agner::internal {

class ets_registry final : public process_keeper {
public:
  explicit ets_registry(node& on);
  ~ets_registry();
  ets_registry(const ets_registry&) = delete;
  ets_registry& operator=(const ets_registry&) = delete;

  static ets_registry& of(node& on) {
    if (process_keeper* const known = on.keeper()) return static_cast<ets_registry&>(*known);
    return on.service<ets_registry>();
  }

  // -- looking up: without locks ------------------------------------------------------------------------------------------------------

  /// The id of the table with this name or reference; 0 where there is none. @errors raises `badarg`  neither name nor reference
  [[nodiscard]] ets_id find(const term& table) const;
  /// Which element is the key, without a look at whether the table is still the same. @errors raises `badarg`  no such table
  [[nodiscard]] std::size_t keypos(const term& table) const;
  /// The slot of @p id, whoever is in it now; null where there is no such slot.
  [[nodiscard]] ets_table* at(ets_id id) const noexcept;

  // -- life of tables -------------------------------------------------------------------------------------------------------------------

  /// A table of the current process. @returns its name if it is a named table, else its reference
  /// @errors raises `badarg`  the name is taken; `system_limit`  too many tables
  term create(atom name, const ets::table_options& options);
  /// @errors raises `badarg`  no such table, or the current process may not write it
  void remove(const term& table);
  /// @errors raises `badarg`  as above, or the name is taken
  void rename(const term& table, atom to);
  /// @errors raises `badarg`  the current process does not own the table, or @p to is no other living local process
  void give_away(const term& table, const pid& to, const term& gift);
  /// Announces a traversal by the current process, or the end of one. @errors raises `badarg`
  void fix(const term& table, bool on);
  /// Names of named tables and references of others.
  [[nodiscard]] std::vector<term> all() const;

  void ended(const pid& who) noexcept override;

private:
  static constexpr unsigned slot_bits = 20;
  static constexpr std::size_t chunk_slots = 1024;
  static constexpr std::size_t name_chunk = 4096;
  static constexpr std::uint32_t tid_mark =
      0xe7500000; // third word of a table's reference: no slot of a process, no timer

  struct holding {
    std::set<ets_id> owned;
    std::set<ets_id> fixed;
  };
  using slots = std::array<std::atomic<ets_table*>, chunk_slots>;
  using names = std::array<std::atomic<ets_id>, name_chunk>;

  [[nodiscard]] ets_id named(atom name) const noexcept;
  void set_name(atom name, ets_id id);
  ets_table& vacant(ets_id& id);
  void disown(const pid& owner, ets_id id) noexcept;
  bool hand_over(ets_table& table, ets_id id, const pid& from, const pid& to);
  /// With the table held, and mutex_: takes it out of everything. What is to be destroyed comes back.
  [[nodiscard]] ets_table::contents detach(ets_table& table);
  bool bequeath(ets_table& table, ets_id id, const pid& ended);
  void leave(const pid& ended, ets_id id) noexcept;
  void release_fixations(const pid& of, ets_id id) noexcept;
  void unfixed(ets_table& table, ets_id id) noexcept;

  node& node_;
  std::unique_ptr<std::array<std::atomic<slots*>, (std::size_t{1} << slot_bits) / chunk_slots>> chunks_;
  std::array<std::atomic<names*>, atom::count_max / name_chunk> names_{};
  mutable std::mutex mutex_;   // held before any lock of a table; guards what follows, and changes of names
  std::vector<ets_id> free_;   // last ids of empty slots
  std::size_t slots_used_ = 0; // slots ever used
  std::unordered_map<pid, holding> holdings_; // of processes that have tables or fixations
};

} // namespace agner::internal
