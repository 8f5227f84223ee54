// SPDX-License-Identifier: Apache-2.0

#include "name_registry.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <atomic>
#include <mutex>
#include <shared_mutex>

namespace agner::internal {

struct name_registry::tables {
  mutable std::shared_mutex mutex; // guards both maps
  boost::unordered_flat_map<atom, pid, std::hash<atom>> by_name;
  boost::unordered_flat_map<pid, atom, std::hash<pid>> by_pid;
  std::atomic<std::size_t> count{0}; // so that a process without a name ends without the lock
};

name_registry::name_registry() : tables_(std::make_unique<tables>()) {}
name_registry::~name_registry() = default;

result<> name_registry::add(atom name, const pid& of) {
  if (name == "undefined"_atom) return fail("badarg"_atom);
  const std::unique_lock lock{tables_->mutex};
  if (tables_->by_name.contains(name) || tables_->by_pid.contains(of)) return fail("badarg"_atom);
  tables_->by_name.emplace(name, of);
  tables_->by_pid.emplace(of, name);
  tables_->count.store(tables_->by_name.size());
  return {};
}

result<> name_registry::remove(atom name) {
  const std::unique_lock lock{tables_->mutex};
  const auto at = tables_->by_name.find(name);
  if (at == tables_->by_name.end()) return fail("badarg"_atom);
  tables_->by_pid.erase(at->second);
  tables_->by_name.erase(at);
  tables_->count.store(tables_->by_name.size());
  return {};
}

void name_registry::forget(const pid& ended) noexcept {
  if (tables_->count.load() == 0) return;
  const std::unique_lock lock{tables_->mutex};
  const auto at = tables_->by_pid.find(ended);
  if (at == tables_->by_pid.end()) return;
  tables_->by_name.erase(at->second);
  tables_->by_pid.erase(at);
  tables_->count.store(tables_->by_name.size());
}

std::optional<pid> name_registry::find(atom name) const noexcept {
  const std::shared_lock lock{tables_->mutex};
  const auto at = tables_->by_name.find(name);
  if (at == tables_->by_name.end()) return std::nullopt;
  return at->second;
}

std::optional<atom> name_registry::name_of(const pid& p) const {
  const std::shared_lock lock{tables_->mutex};
  const auto at = tables_->by_pid.find(p);
  if (at == tables_->by_pid.end()) return std::nullopt;
  return at->second;
}

std::vector<atom> name_registry::names() const {
  const std::shared_lock lock{tables_->mutex};
  std::vector<atom> all;
  all.reserve(tables_->by_name.size());
  for (const auto& [name, who] : tables_->by_name)
    all.push_back(name);
  return all;
}

} // namespace agner::internal
