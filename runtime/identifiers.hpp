// SPDX-License-Identifier: Apache-2.0
// The names of things that live: pid and port. They are values; whether what they name is alive is another question. (A reference may need the heap: reference.hpp.)

#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include "incarnation.hpp"

namespace agner {

/// The name of a process. @p id is the index of its slot, @p serial counts the lives of that slot; both mean something only to the node that made the pid.
struct pid {
  std::uint32_t id = 0;
  std::uint32_t serial = 0;
  incarnation home;

  /// The name of the node the process lives on. @erlang node/1
  [[nodiscard]] atom node() const noexcept { return home.node(); }
  friend constexpr bool operator==(const pid&, const pid&) noexcept = default;
  /// Erlang's order of pids: serial, id, name of the node, creation. @source OTP 25.2.3, asked
  friend std::strong_ordering operator<=>(const pid& left, const pid& right) noexcept {
    if (const auto order = left.serial <=> right.serial; order != 0) return order;
    if (const auto order = left.id <=> right.id; order != 0) return order;
    return left.home <=> right.home;
  }
};

/// The name of a port. agner makes none (a socket is a process); those of peers pass through unchanged.
struct port {
  std::uint64_t id = 0;
  incarnation home;

  [[nodiscard]] atom node() const noexcept { return home.node(); }
  friend constexpr bool operator==(const port&, const port&) noexcept = default;
};

} // namespace agner

template <>
struct std::hash<agner::pid> {
  std::size_t operator()(const agner::pid& p) const noexcept {
    return ((std::uint64_t{p.serial} << 32U | p.id) ^ (std::uint64_t{p.home.index()} << 17U)) * 0x9e3779b97f4a7c15ULL;
  }
};
