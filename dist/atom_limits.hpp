// SPDX-License-Identifier: Apache-2.0
// What one peer may add to the tables that are never emptied: atoms, and lives of nodes. One per peer, kept for as long as the peer's name is known.
// One thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "../runtime/atom.hpp"
#include "../runtime/incarnation.hpp"

namespace agner::dist {

class atom_limits {
public:
  /// An eighth of the table: eight hostile peers fill it, one does not. OTP has no such limit and dies of `binary_to_atom`.
  static constexpr std::size_t new_atoms_max = atom::count_max / 8;
  /// A node restarts seldom: 65,536 lives seen through one peer are years of a large cluster, and a 256th of the table.
  static constexpr std::size_t new_incarnations_max = incarnation::count_max / 256;

  constexpr atom_limits() noexcept = default;
  constexpr atom_limits(std::size_t new_atoms, std::size_t new_incarnations) noexcept
      : atoms_left_(new_atoms), incarnations_left_(new_incarnations) {}

  /// The atom called @p name, UTF-8. A new one is paid for. Nothing where the name is no atom's, the peer has spent its share, or the table is full.
  std::optional<atom> intern(std::string_view name) noexcept;
  /// The same for a life of a node.
  std::optional<incarnation> intern(atom node, std::uint32_t creation) noexcept;

  [[nodiscard]] std::size_t atoms_left() const noexcept { return atoms_left_; }
  [[nodiscard]] std::size_t incarnations_left() const noexcept { return incarnations_left_; }

private:
  std::size_t atoms_left_ = new_atoms_max;
  std::size_t incarnations_left_ = new_incarnations_max;
};

} // namespace agner::dist
