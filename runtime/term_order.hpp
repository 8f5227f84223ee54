// SPDX-License-Identifier: Apache-2.0
// Erlang's two orders and two equalities, and a hash that agrees with `=:=`. Iterative: depth costs memory, not stack. Any thread.

#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include "term.hpp"

namespace agner {

/// Erlang's order of terms: number < atom < reference < fun < port < pid < tuple < map < nil < list < bitstring; 1 and 1.0 are equivalent.
/// @erlang `<`, `=<`, `==`
std::weak_ordering compare(const term& left, const term& right) noexcept;

/// The order of map keys: as `compare`, but every integer comes before every float, at any depth. Equivalent means `=:=`.
std::strong_ordering compare_exact(const term& left, const term& right) noexcept;

/// `==`: 1 and 1.0 are equal. (`term::operator==` is `=:=`.)
inline bool equal(const term& left, const term& right) noexcept { return compare(left, right) == 0; }

/// A hash that is the same for terms that are `=:=`, within one OS process.
std::uint64_t hash(const term& of) noexcept;

} // namespace agner

template <>
struct std::hash<agner::term> {
  std::size_t operator()(const agner::term& t) const noexcept { return agner::hash(t); }
};
