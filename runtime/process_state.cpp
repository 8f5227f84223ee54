// SPDX-License-Identifier: Apache-2.0
// What few processes have: flags, a dictionary, a label, a group leader. Rules: OTP 25, erts bif.c (process_flag/2) and the manual of erlang.

#include <cstdint>

#include "error.hpp"
#include "internal/label_table.hpp"
#include "internal/process_extras.hpp"
#include "node.hpp"
#include "process_core.hpp"
#include "reasons.hpp"

namespace agner::internal {

namespace {

/// @source OTP 25 erts, bif.c: SAVE_CALLS
constexpr std::int64_t saved_calls_max = 10'000;

bool boolean(const term& value) {
  if (!value.is_boolean()) raise_error(reasons::badarg);
  return value.is("true"_atom);
}

} // namespace

atom priority_name(priority_level of) noexcept {
  switch (of) {
  case priority_level::low: return "low"_atom;
  case priority_level::normal: return "normal"_atom;
  case priority_level::high: return "high"_atom;
  case priority_level::max: return "max"_atom;
  }
  return reasons::undefined;
}

std::optional<priority_level> priority_named(const term& name) noexcept {
  for (const auto level : {priority_level::low, priority_level::normal, priority_level::high, priority_level::max})
    if (name.is(priority_name(level))) return level;
  return std::nullopt;
}

// -- flags --------------------------------------------------------------------------------------------------------------------------------

term process_core::set_flag(const term& flag, const term& value) {
  if (flag.is("trap_exit"_atom)) {
    const bool before = traps_exit();
    trap_exit(boolean(value));
    return before;
  }
  if (flag.is("priority"_atom)) {
    const auto level = priority_named(value);
    if (!level) raise_error(reasons::badarg);
    const atom before = priority_name(priority());
    set_priority(*level);
    return before;
  }
  if (flag.is("sensitive"_atom)) return std::exchange(extras().sensitive, boolean(value));
  if (flag.is("message_queue_data"_atom)) {
    if (!value.is("on_heap"_atom) && !value.is("off_heap"_atom)) raise_error(reasons::badarg);
    return std::exchange(extras().message_queue_data, value.as_atom()).value_or("on_heap"_atom.value());
  }
  if (flag.is("save_calls"_atom)) {
    const auto calls = value.to_int64();
    if (!calls || *calls < 0 || *calls > saved_calls_max) raise_error(reasons::badarg);
    return std::exchange(extras().save_calls, *calls);
  }
  raise_error(reasons::badarg);
}

// -- whose child it is --------------------------------------------------------------------------------------------------------------------

void process_core::inherit(const process_core* parent) {
  parent_id_ = parent == nullptr ? 0 : parent->index_ + 1;
  parent_serial_ = parent == nullptr ? 0 : parent->serial();
  if (parent != nullptr && parent->extras_ && parent->extras_->group_leader)
    extras().group_leader = parent->extras_->group_leader;
}

pid process_core::parent() const noexcept {
  return parent_id_ == 0 ? pid{} : pid{parent_id_, parent_serial_, node_->identity()};
}

std::optional<pid> process_core::group_leader() const noexcept {
  return extras_ ? extras_->group_leader : std::nullopt;
}
void process_core::set_group_leader(const pid& leader) { extras().group_leader = leader; }

void process_core::set_label(term label) {
  extras().labelled = true;
  home().service<label_table>().set(self(), std::move(label));
}

std::optional<term> process_core::label() const {
  if (!extras_ || !extras_->labelled) return std::nullopt;
  return home().service<label_table>().find(self());
}

// -- dictionary ---------------------------------------------------------------------------------------------------------------------------

term process_core::put(const term& key, term value) {
  auto& entries = extras().dictionary;
  if (term* const old = entries.find(key)) return std::exchange(*old, std::move(value));
  entries.add(key, std::move(value));
  return reasons::undefined;
}

term process_core::get(const term& key) const {
  const term* const found = extras_ ? extras_->dictionary.find(key) : nullptr;
  return found == nullptr ? term{reasons::undefined} : *found;
}

std::vector<std::pair<term, term>> process_core::dictionary() const {
  std::vector<std::pair<term, term>> all;
  if (extras_) extras_->dictionary.for_each([&](const term& key, const term& value) { all.emplace_back(key, value); });
  return all;
}

term process_core::erase(const term& key) {
  term old = get(key);
  if (extras_) extras_->dictionary.erase(key);
  return old;
}

void process_core::erase_all() {
  if (extras_) extras_->dictionary.clear();
}

} // namespace agner::internal
