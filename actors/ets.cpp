// SPDX-License-Identifier: Apache-2.0
// Single objects: inserting, reading, removing, and stepping from key to key.

#include "ets.hpp"

#include <algorithm>
#include <mutex>

#include "../runtime/reasons.hpp"
#include "../runtime/term_views.hpp"
#include "internal/ets_hold.hpp"
#include "internal/ets_registry.hpp"
#include "send.hpp"

namespace agner::ets {

using agner::internal::discarded_terms;
using agner::internal::ets_hold;
using agner::internal::ets_key_hash;
using agner::internal::ets_position;
using agner::internal::ets_registry;
using agner::internal::ets_right;
using agner::internal::ets_table;
using agner::internal::ets_verdict;
using mode = ets_hold::mode;

namespace {

[[noreturn]] void refuse() { raise_error(reasons::badarg); }

/// Raises where @p object cannot be in the table.
void require_object(const ets_table& in, const term& object) {
  if (!object.is_tuple() || object.size() < in.keypos()) refuse();
}

/// What is inserted together.
std::vector<term> objects_of(const term& objects) {
  if (!objects.is_list()) return {objects};
  const list_view all{objects};
  if (!all.is_proper()) refuse();
  return {all.begin(), all.end()};
}

ets_registry& tables() { return ets_registry::of(this_node()); }

} // namespace

table::table(term of) : term_(std::move(of)) {
  if (!term_.is_atom() && !term_.is_reference()) refuse();
}

// -- inserting --------------------------------------------------------------------------------------------------------------------------

void internal::insert(const table& into, const term& objects) {
  discarded_terms gone;
  if (objects.is_tuple()) {
    const std::size_t keypos = tables().keypos(into.as_term()); // to know which part to hold; looked at again then
    if (objects.size() < keypos) refuse();
    const std::uint64_t hash = ets_key_hash(objects[keypos - 1]);
    const ets_hold held{into.as_term(), ets_right::write, mode::exclusive, hash};
    if (held->keypos() == keypos) return held->put(hash, objects, gone);
  }
  const std::vector<term> all = objects_of(objects);
  const ets_hold held{into.as_term(), ets_right::write};
  for (const term& each : all)
    require_object(*held, each);
  for (const term& each : all)
    held->put(ets_key_hash(held->key_of(each)), each, gone);
}

bool internal::insert_new(const table& into, const term& objects) {
  discarded_terms gone;
  const std::vector<term> all = objects_of(objects);
  const ets_hold held{into.as_term(), ets_right::write};
  for (const term& each : all)
    require_object(*held, each);
  for (const term& each : all)
    if (!held->find(ets_key_hash(held->key_of(each)), held->key_of(each)).empty()) return false;
  for (const term& each : all)
    held->put(ets_key_hash(held->key_of(each)), each, gone);
  return true;
}

// -- reading ----------------------------------------------------------------------------------------------------------------------------

std::vector<term> lookup(const table& in, const term& key) {
  const std::uint64_t hash = ets_key_hash(key);
  const ets_hold held{in.as_term(), ets_right::read, mode::shared, hash};
  const auto found = held->find(hash, key);
  return {found.begin(), found.end()};
}

namespace {

std::optional<term> find_element(const table& in, const term& key, std::size_t position) {
  const std::uint64_t hash = ets_key_hash(key);
  const ets_hold held{in.as_term(), ets_right::read, mode::shared, hash};
  const auto found = held->find(hash, key);
  if (position == 0) refuse();
  if (found.empty()) return std::nullopt;
  if (!std::ranges::all_of(found, [&](const term& each) { return position <= each.size(); })) refuse();
  if (!held->is_bag()) return found[0][position - 1];
  std::vector<term> all;
  for (const term& each : found)
    all.push_back(each[position - 1]);
  return list_of(std::move(all));
}

} // namespace

term lookup_element(const table& in, const term& key, std::size_t position) {
  auto found = find_element(in, key, position);
  if (!found) refuse();
  return *std::move(found);
}
term lookup_element(const table& in, const term& key, std::size_t position, const term& otherwise) {
  return find_element(in, key, position).value_or(otherwise);
}

bool member(const table& in, const term& key) {
  const std::uint64_t hash = ets_key_hash(key);
  const ets_hold held{in.as_term(), ets_right::read, mode::shared, hash};
  return !held->find(hash, key).empty();
}

// -- removing -----------------------------------------------------------------------------------------------------------------------------

void delete_(const table& from, const term& key) {
  discarded_terms gone;
  const std::uint64_t hash = ets_key_hash(key);
  const ets_hold held{from.as_term(), ets_right::write, mode::exclusive, hash};
  held->remove(hash, key, gone);
}

void delete_object(const table& from, const term& object) {
  discarded_terms gone;
  if (!object.is_tuple()) refuse();
  const std::size_t keypos = tables().keypos(from.as_term());
  const term& key = object.size() < keypos ? object : object[keypos - 1]; // too short: nothing like it is there
  const std::uint64_t hash = ets_key_hash(key);
  const ets_hold held{from.as_term(), ets_right::write, mode::exclusive, hash};
  if (held->keypos() != keypos) refuse(); // the name has come to mean another table meanwhile
  held->sweep_key(hash, key, gone, [&](const term& each) {
    return ets_verdict{each == object ? ets_verdict::what::remove : ets_verdict::what::keep, {}};
  });
}

std::vector<term> take(const table& from, const term& key) {
  discarded_terms gone;
  const std::uint64_t hash = ets_key_hash(key);
  const ets_hold held{from.as_term(), ets_right::write, mode::exclusive, hash};
  const auto found = held->find(hash, key);
  std::vector<term> taken{found.begin(), found.end()};
  held->remove(hash, key, gone);
  return taken;
}

void delete_all_objects(const table& of) {
  discarded_terms gone;
  std::unique_ptr<const ets_table::contents> all;
  const ets_hold held{of.as_term(), ets_right::write};
  if (!held->is_fixed() || held->is_ordered()) {
    all = std::make_unique<const ets_table::contents>(held->take_all());
    return;
  }
  for (std::size_t part = 0; part < held->part_count(); ++part)
    held->sweep(part, gone, [](const term&) { return ets_verdict{ets_verdict::what::remove, {}}; });
}

// -- from key to key ----------------------------------------------------------------------------------------------------------------------

namespace {

enum class direction : bool { forward, back };

/// The first key from part @p part on, behind @p after, in a row of traversals that each hold one part.
std::optional<term> step(const table& of, std::size_t part, std::optional<ets_position> after, direction where) {
  std::optional<term> found;
  for (std::size_t count = part + 1; part < count && !found; ++part) {
    const ets_hold held{of.as_term(), ets_right::read, mode::shared,
                        std::uint64_t{part} << (64U - agner::internal::ets_hash::part_bits)};
    count = held->part_count();
    const auto note = [&](std::uint64_t, std::span<const term> objects) {
      found = held->key_of(objects[0]);
      return false;
    };
    const ets_position* const from = after ? &*after : nullptr;
    if (where == direction::forward)
      held->visit(part, from, note);
    else
      held->visit_back(part, from, note);
    after.reset();
  }
  return found;
}

std::optional<term> step_from(const table& of, const term& key, direction where) {
  const std::uint64_t hash = ets_key_hash(key);
  bool ordered = false;
  {
    const ets_hold held{of.as_term(), ets_right::read, mode::shared, hash};
    if (!held->has_place(hash, key)) refuse();
    ordered = held->is_ordered();
  }
  return step(of, ordered ? 0 : ets_table::part_of(hash), ets_position{hash, key}, where);
}

} // namespace

std::optional<term> first(const table& of) { return step(of, 0, std::nullopt, direction::forward); }
std::optional<term> last(const table& of) { return step(of, 0, std::nullopt, direction::back); }
std::optional<term> next(const table& of, const term& key) { return step_from(of, key, direction::forward); }
std::optional<term> prev(const table& of, const term& key) { return step_from(of, key, direction::back); }

namespace {
std::optional<entry> with_objects(const table& of, std::optional<term> key) {
  if (!key) return std::nullopt;
  std::vector<term> objects = lookup(of, *key);
  return entry{*std::move(key), std::move(objects)};
}
} // namespace

std::optional<entry> first_lookup(const table& of) { return with_objects(of, first(of)); }
std::optional<entry> last_lookup(const table& of) { return with_objects(of, last(of)); }
std::optional<entry> next_lookup(const table& of, const term& key) { return with_objects(of, next(of, key)); }
std::optional<entry> prev_lookup(const table& of, const term& key) { return with_objects(of, prev(of, key)); }

// -- tables -------------------------------------------------------------------------------------------------------------------------------

table new_(atom name, const table_options& options) {
  if (options.keypos == 0) refuse();
  return table{tables().create(name, options)};
}
void delete_(const table& of) { tables().remove(of.as_term()); }
void rename(const table& of, atom to) { tables().rename(of.as_term(), to); }
void give_away(const table& of, const pid& to, const term& gift) { tables().give_away(of.as_term(), to, gift); }
void safe_fixtable(const table& of, bool on) { tables().fix(of.as_term(), on); }

std::optional<table> whereis(atom name) {
  const ets_hold held{name, ets_right::info, mode::shared, 0};
  if (!held) return std::nullopt;
  return table{held->tid};
}

std::vector<table> all() {
  std::vector<table> found;
  for (term& each : tables().all())
    found.emplace_back(std::move(each));
  return found;
}

internal::fixation::~fixation() {
  try {
    safe_fixtable(of_, false);
  } catch (const raised&) { // the table is gone
  }
}

} // namespace agner::ets
