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

class life_table {
public:
  life_table() { intern({}); } // index 0: no node

  [[nodiscard]] const life& operator[](std::uint32_t index) const noexcept { return lives_[index]; }

  std::optional<std::uint32_t> intern(life wanted) noexcept {
    return lives_.intern(
        hash_of(wanted), [wanted](life known) { return known == wanted; }, [wanted] { return wanted; });
  }
  [[nodiscard]] std::optional<std::uint32_t> find(life wanted) const noexcept {
    return lives_.find(hash_of(wanted), [wanted](life known) { return known == wanted; });
  }

private:
  static std::uint32_t hash_of(life wanted) noexcept {
    const auto hash = (wanted.node.index() * 0x9e3779b1U) ^ (wanted.creation * 0x85ebca6bU);
    return hash ^ hash >> 15U;
  }

  internal::interning_table<life, 10, 24, 12> lives_;
};

life_table& table() {
  static life_table& the_table = *new life_table;
  return the_table;
}

} // namespace

std::optional<incarnation> incarnation::intern(atom node, std::uint32_t creation) noexcept {
  const auto index = table().intern({node, creation});
  return index ? std::optional{from_index(*index)} : std::nullopt;
}

std::optional<incarnation> incarnation::existing(atom node, std::uint32_t creation) noexcept {
  const auto index = table().find({node, creation});
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
