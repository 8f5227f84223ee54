// SPDX-License-Identifier: Apache-2.0

#include "ets_registry.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "../../runtime/error.hpp"
#include "../../runtime/reasons.hpp"
#include "../../runtime/term_builders.hpp"
#include "../send.hpp"
#include "ets_hold.hpp"

namespace agner::internal {

namespace {

constexpr std::size_t slot_of(ets_id id, unsigned bits) { return id & ((1U << bits) - 1); }

term transfer(const ets_table& table, const pid& from, const term& data) {
  return tuple("ETS-TRANSFER"_atom, table.options.named_table ? term{table.name} : table.tid, from, data);
}

} // namespace

ets_registry::ets_registry(node& on)
    : node_(on),
      chunks_(std::make_unique<std::array<std::atomic<slots*>, (std::size_t{1} << slot_bits) / chunk_slots>>()) {
  on.set_keeper(this);
}

ets_registry::~ets_registry() {
  node_.set_keeper(nullptr);
  for (auto& chunk : *chunks_) {
    const std::unique_ptr<slots> gone{chunk.load()};
    if (!gone) break;
    for (auto& slot : *gone)
      delete slot.load();
  }
  for (auto& chunk : names_)
    delete chunk.load();
}

// -- looking up -------------------------------------------------------------------------------------------------------------------------

ets_id ets_registry::named(atom name) const noexcept {
  const names* const chunk = names_[name.index() / name_chunk].load(std::memory_order_acquire);
  return chunk == nullptr ? 0 : (*chunk)[name.index() % name_chunk].load(std::memory_order_acquire);
}

void ets_registry::set_name(atom name, ets_id id) {
  auto& place = names_[name.index() / name_chunk];
  if (place.load(std::memory_order_relaxed) == nullptr) place.store(new names{}, std::memory_order_release);
  (*place.load(std::memory_order_relaxed))[name.index() % name_chunk].store(id, std::memory_order_release);
}

ets_id ets_registry::find(const term& table) const {
  if (const auto name = table.to_atom()) return named(*name);
  const auto tid = table.to_reference();
  if (!tid) raise_error(reasons::badarg);
  std::array<std::uint32_t, reference::words_max> words{};
  if (tid->words(words) != 3 || words[2] != tid_mark || tid->home() != node_.identity()) return 0;
  return std::uint64_t{words[1]} << 32U | words[0];
}

ets_table* ets_registry::at(ets_id id) const noexcept {
  const std::size_t slot = slot_of(id, slot_bits);
  const slots* const chunk = (*chunks_)[slot / chunk_slots].load(std::memory_order_acquire);
  return chunk == nullptr ? nullptr : (*chunk)[slot % chunk_slots].load(std::memory_order_acquire);
}

std::size_t ets_registry::keypos(const term& table) const {
  const ets_id id = find(table);
  const ets_table* const found = id == 0 ? nullptr : at(id);
  if (found == nullptr) raise_error(reasons::badarg);
  return found->keypos_hint.load(std::memory_order_relaxed);
}

std::vector<term> ets_registry::all() const {
  std::vector<term> found;
  const std::lock_guard lock{mutex_};
  for (std::size_t slot = 0; slot < slots_used_; ++slot) {
    ets_table* const table = at(slot);
    // Nobody changes a table's properties without the mutex.
    if (table->id.load() != 0) found.push_back(table->options.named_table ? term{table->name} : table->tid);
  }
  return found;
}

// -- life of tables -----------------------------------------------------------------------------------------------------------------------

// A slot without a table, and the id of the one to come.
ets_table& ets_registry::vacant(ets_id& id) {
  if (!free_.empty()) {
    id = free_.back() + (ets_id{1} << slot_bits);
    free_.pop_back();
    return *at(id);
  }
  if (slots_used_ >> slot_bits != 0) raise_error(reasons::system_limit);
  auto& chunk = (*chunks_)[slots_used_ / chunk_slots];
  if (chunk.load() == nullptr) chunk.store(new slots{}, std::memory_order_release);
  auto fresh = std::make_unique<ets_table>();
  free_.reserve(slots_used_ + 1); // so that giving a slot back needs no memory
  id = ets_id{1} << slot_bits | slots_used_;
  (*chunk.load())[slots_used_++ % chunk_slots].store(fresh.get(), std::memory_order_release);
  return *fresh.release();
}

term ets_registry::create(atom name, const ets::table_options& options) {
  const pid owner = self();
  const std::lock_guard lock{mutex_};
  if (options.named_table && named(name) != 0) raise_error(reasons::badarg);
  holding& mine = holdings_[owner];
  ets_id id = 0;
  ets_table& table = vacant(id);
  {
    const ets_hold held{table, 0};
    const bool divided = options.type != ets::type::ordered_set && !options.read_concurrency;
    table.set_readers(options.access == ets::access::private_ ? 1
                      : divided                               ? 0
                                : std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, ets_table::parts));
    table.options = options;
    table.keypos_hint.store(options.keypos, std::memory_order_relaxed);
    table.name = name;
    table.owner = owner;
    table.tid = reference{id, tid_mark, node_.identity()};
    table.id.store(id, std::memory_order_release);
  }
  mine.owned.insert(id);
  if (options.named_table) set_name(name, id);
  node_.keep_for(owner);
  return options.named_table ? term{name} : table.tid;
}

ets_table::contents ets_registry::detach(ets_table& table) {
  const ets_id id = table.id.load();
  if (table.options.named_table) set_name(table.name, 0);
  disown(table.owner, id);
  const std::lock_guard fixations{table.fixations_mutex};
  for (const auto& [process, count] : table.fixations.by_process)
    if (const auto held = holdings_.find(process); held != holdings_.end()) held->second.fixed.erase(id);
  table.fixations.by_process.clear();
  table.set_fixed(false);
  table.options.heir.reset();
  table.id.store(0, std::memory_order_release);
  free_.push_back(id);
  return table.take_all();
}

void ets_registry::disown(const pid& owner, ets_id id) noexcept {
  const auto held = holdings_.find(owner);
  if (held == holdings_.end()) return;
  held->second.owned.erase(id);
  if (held->second.owned.empty() && held->second.fixed.empty()) holdings_.erase(held);
}

void ets_registry::remove(const term& table) {
  std::unique_lock lock{mutex_};
  ets_hold held{table, ets_right::write};
  const auto gone = detach(*held);
  held.release();
  lock.unlock();
}

void ets_registry::rename(const term& table, atom to) {
  const std::lock_guard lock{mutex_};
  const ets_hold held{table, ets_right::write};
  if (held->options.named_table) {
    if (held->name == to) return;
    if (named(to) != 0) raise_error(reasons::badarg);
    set_name(to, held->id.load());
    set_name(held->name, 0);
  }
  held->name = to;
}

// Makes @p to the owner. False where that process may have ended without hearing of it: then it owns nothing.
// Whoever is written down as owner before his inbox closes finds the table when he looks; see node::keep_for.
bool ets_registry::hand_over(ets_table& table, ets_id id, const pid& from, const pid& to) {
  {
    const std::lock_guard lock{mutex_};
    const ets_hold held{table, id};
    if (!held || held->owner != from) return false;
    holdings_[to].owned.insert(id);
    disown(from, id);
    held->owner = to;
  }
  if (node_.keep_for(to)) return true;
  const std::lock_guard lock{mutex_};
  const ets_hold held{table, id};
  if (!held || held->owner != to) return true; // it has heard of it, and let go
  holdings_[from].owned.insert(id);
  disown(to, id);
  held->owner = from;
  return false;
}

void ets_registry::give_away(const term& table, const pid& to, const term& gift) {
  const pid me = self();
  ets_table* at = nullptr;
  ets_id id = 0;
  term message;
  {
    const ets_hold held{table, ets_right::own};
    at = &*held;
    id = held->id.load();
    message = transfer(*held, me, gift);
  }
  if (to == me || !node_.is_alive(to) || !hand_over(*at, id, me, to)) raise_error(reasons::badarg);
  node_.send(to, std::move(message));
}

// -- traversals -----------------------------------------------------------------------------------------------------------------------------

void ets_registry::fix(const term& table, bool on) {
  const pid me = self();
  std::unique_lock lock{mutex_};
  ets_hold held{table, ets_right::read, ets_hold::mode::shared, 0};
  ets_table& of = *held;
  const ets_id id = of.id.load();
  if (!on) {
    held.release();
    lock.unlock();
    const auto was = [&] {
      const std::lock_guard fixations{of.fixations_mutex};
      const auto mine = of.fixations.by_process.find(me);
      return mine != of.fixations.by_process.end() && --mine->second == 0;
    }();
    if (was) release_fixations(me, id);
    return;
  }
  const std::lock_guard fixations{of.fixations_mutex};
  if (of.fixations.by_process.empty()) {
    of.fixations.since = std::chrono::system_clock::now();
    of.fixations.monotonic_since = std::chrono::steady_clock::now();
  }
  if (of.fixations.by_process[me]++ == 0) holdings_[me].fixed.insert(id);
  of.set_fixed(true);
  held.release();
  node_.keep_for(me);
}

// Takes @p of out of those who have fixed the table; the last one clears away what was only kept for traversals.
void ets_registry::release_fixations(const pid& of, ets_id id) noexcept {
  ets_table* const table = at(id);
  bool last = false;
  {
    const std::lock_guard lock{mutex_};
    if (const auto held = holdings_.find(of); held != holdings_.end()) {
      held->second.fixed.erase(id);
      if (held->second.owned.empty() && held->second.fixed.empty()) holdings_.erase(held);
    }
    if (table->id.load() != id) return;
    const std::lock_guard fixations{table->fixations_mutex};
    last = table->fixations.by_process.erase(of) != 0 && table->fixations.by_process.empty();
    if (last) table->set_fixed(false);
  }
  if (last) unfixed(*table, id);
}

void ets_registry::unfixed(ets_table& table, ets_id id) noexcept {
  const ets_hold held{table, id};
  if (!held || held->is_fixed() || held->is_ordered()) return;
  for (std::size_t part = 0; part < held->part_count(); ++part)
    held->forget_places(part);
}

// -- when a process ends --------------------------------------------------------------------------------------------------------------------

void ets_registry::ended(const pid& who) noexcept {
  holding left;
  {
    const std::lock_guard lock{mutex_};
    const auto held = holdings_.find(who);
    if (held == holdings_.end()) return;
    left = std::move(held->second);
    holdings_.erase(held);
  }
  for (const ets_id id : left.owned)
    leave(who, id);
  for (const ets_id id : left.fixed)
    release_fixations(who, id);
}

// Gives the table to its heir. False where it has none that lives.
bool ets_registry::bequeath(ets_table& table, ets_id id, const pid& ended) {
  pid heir;
  term message;
  {
    const ets_hold held{table, id};
    if (!held || held->owner != ended || !held->options.heir) return false;
    heir = held->options.heir->process;
    message = transfer(*held, ended, held->options.heir->data);
  }
  if (heir == ended || !node_.is_alive(heir) || !hand_over(table, id, ended, heir)) return false;
  node_.send(heir, std::move(message));
  return true;
}

// Gives the table to its heir, or deletes it.
void ets_registry::leave(const pid& ended, ets_id id) noexcept {
  ets_table& table = *at(id);
  try {
    if (bequeath(table, id, ended)) return;
  } catch (...) { // without memory there is no inheritance
  }
  std::unique_lock lock{mutex_};
  ets_hold held{table, id};
  if (!held || held->owner != ended) return;
  const auto gone = detach(*held);
  held.release();
  lock.unlock();
}

} // namespace agner::internal
