// SPDX-License-Identifier: Apache-2.0

#include "atom_limits.hpp"

namespace agner::dist {

namespace {

template <class Value, class Find, class Make>
std::optional<Value> spend(std::size_t& left, Find find, Make make) noexcept {
  if (std::optional<Value> known = find()) return known;
  if (left == 0) return std::nullopt;
  std::optional<Value> made = make();
  if (made) --left;
  return made;
}

} // namespace

std::optional<atom> atom_limits::intern(std::string_view name) noexcept {
  return spend<atom>(atoms_left_, [&] { return atom::existing(name); }, [&] { return atom::intern(name); });
}

std::optional<incarnation> atom_limits::intern(atom node, std::uint32_t creation) noexcept {
  return spend<incarnation>(
      incarnations_left_, [&] { return incarnation::existing(node, creation); },
      [&] { return incarnation::intern(node, creation); });
}

} // namespace agner::dist
