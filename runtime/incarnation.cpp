// SPDX-License-Identifier: Apache-2.0

#include "incarnation.hpp"

#include "error.hpp"
#include "internal/interning_table.hpp"

namespace agner {

namespace {

struct life {
  atom node;
  std::uint32_t creation;
  friend bool operator==(life, life) = default;
};

static_assert(incarnation::count_max == 1U << 24U);

using life_table = internal::interning_table<life, 10, 24, 12>;

// Neither constructed at run time nor destroyed, as the table of atoms.
constinit life_table lives;

std::uint32_t hash_of(life of) noexcept {
  const auto mixed = (of.node.index() * 0x9e3779b1U) ^ (of.creation * 0x85ebca6bU);
  return mixed ^ mixed >> 15U;
}

std::optional<std::uint32_t> intern_life(life wanted) noexcept {
  return lives.intern(hash_of(wanted), [wanted](life known) { return known == wanted; }, [wanted] { return wanted; });
}

/// The table, with no node at index 0.
life_table& table() noexcept {
  [[maybe_unused]] static const bool begun = [] { return intern_life({}).has_value(); }();
  return lives;
}

} // namespace

std::optional<incarnation> incarnation::intern(atom node, std::uint32_t creation) noexcept {
  table();
  const auto index = intern_life({node, creation});
  return index ? std::optional{from_index(*index)} : std::nullopt;
}

std::optional<incarnation> incarnation::existing(atom node, std::uint32_t creation) noexcept {
  const life wanted{node, creation};
  const auto index = table().find(hash_of(wanted), [wanted](life known) { return known == wanted; });
  return index ? std::optional{from_index(*index)} : std::nullopt;
}

incarnation::incarnation(atom node, std::uint32_t creation) {
  const auto interned = intern(node, creation);
  if (!interned) raise_error("system_limit"_atom);
  *this = *interned;
}

atom incarnation::node() const noexcept { return table()[index_].node; }

std::uint32_t incarnation::creation() const noexcept { return table()[index_].creation; }

} // namespace agner
