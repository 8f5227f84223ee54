// SPDX-License-Identifier: Apache-2.0
// An incarnation: one life of one node, its name with its creation, interned so that a pid fits in a term. Any thread may use everything here.

#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "atom.hpp"

namespace agner {

/// One life of a node: (name, creation). Interned process-wide like an atom; the index has 24 bits.
class incarnation {
public:
  static constexpr std::uint32_t count_max = 1U << 24U;

  /// No node: what a default constructed pid carries.
  constexpr incarnation() noexcept = default;

  /// Interns the pair. @errors raises `system_limit`  the table is full
  incarnation(atom node, std::uint32_t creation);

  /// The same without raising: nothing where the table is full. For decoders.
  static std::optional<incarnation> intern(atom node, std::uint32_t creation) noexcept;

  /// The pair's incarnation if it is interned already. For decoders that count what is new.
  static std::optional<incarnation> existing(atom node, std::uint32_t creation) noexcept;

  [[nodiscard]] atom node() const noexcept;
  [[nodiscard]] std::uint32_t creation() const noexcept;

  [[nodiscard]] constexpr std::uint32_t index() const noexcept { return index_; }
  static constexpr incarnation from_index(std::uint32_t index) noexcept {
    incarnation i;
    i.index_ = index;
    return i;
  }

  friend constexpr bool operator==(incarnation, incarnation) noexcept = default;
  /// By name, then by creation.
  friend std::strong_ordering operator<=>(incarnation left, incarnation right) noexcept {
    if (left == right) return std::strong_ordering::equal;
    if (const auto order = left.node() <=> right.node(); order != 0) return order;
    return left.creation() <=> right.creation();
  }

private:
  std::uint32_t index_ = 0;
};

} // namespace agner
