// SPDX-License-Identifier: Apache-2.0

#include "ets_hold.hpp"

#include <utility>

#include "../../runtime/error.hpp"
#include "../../runtime/reasons.hpp"
#include "../send.hpp"
#include "ets_registry.hpp"

namespace agner::internal {

ets_hold::ets_hold(const term& table, ets_right needed, mode how, std::uint64_t hash)
    : part_(ets_table::part_of(hash)), mode_(how), whole_(false) {
  take(table, needed);
}

ets_hold::ets_hold(const term& table, ets_right needed) { take(table, needed); }

ets_hold::ets_hold(ets_table& at, ets_id id) noexcept : table_(&at) {
  if (!lock(id)) table_ = nullptr;
}

// A name may lead to another table by the time its lock is held: then once more.
void ets_hold::take(const term& table, ets_right needed) {
  process_core& me = current_process();
  me.spend(1);
  ets_registry& all = ets_registry::of(me.home());
  for (ets_id id = all.find(table); id != 0; id = all.find(table)) {
    table_ = all.at(id);
    if (table_ != nullptr && lock(id)) {
      check(needed);
      return;
    }
    table_ = nullptr;
    if (!table.is_atom()) break;
  }
  if (needed != ets_right::info) raise_error(reasons::badarg);
}

bool ets_hold::lock(ets_id id) noexcept {
  if (mode_ == mode::shared) {
    first_ = table_->reader_lock(part_);
    end_ = first_ + 1;
    table_->lock(first_).lock_shared();
  } else {
    std::tie(first_, end_) = whole_ ? std::pair{std::size_t{0}, ets_table::parts} : table_->writer_locks(part_);
    for (std::size_t i = first_; i < end_; ++i)
      table_->lock(i).lock();
  }
  if (table_->id.load(std::memory_order_acquire) == id) return true;
  release();
  return false;
}

void ets_hold::check(ets_right needed) {
  if (needed == ets_right::info) return;
  const ets::access open = table_->options.access;
  if (open == ets::access::public_ && needed != ets_right::own) return;
  if (open == ets::access::protected_ && needed == ets_right::read) return;
  if (table_->owner == self()) return;
  release();
  raise_error(reasons::badarg);
}

void ets_hold::release() noexcept {
  if (table_ == nullptr) return;
  for (std::size_t i = first_; i < end_; ++i) {
    if (mode_ == mode::shared)
      table_->lock(i).unlock_shared();
    else
      table_->lock(i).unlock();
  }
  table_ = nullptr;
}

} // namespace agner::internal
