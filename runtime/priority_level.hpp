// SPDX-License-Identifier: Apache-2.0
// How important a process is to the scheduler. What the levels mean is in docs/scheduling.md.

#pragma once

#include <cstdint>
#include <optional>

#include "term.hpp"

namespace agner {

/// Processes of a higher level run before those of a lower one, but `low` and `normal` take turns, `low` less often. As in OTP, `max` is for the run time's own.
/// @erlang process_flag(priority, Level), spawn_opt's {priority, Level}
enum class priority_level : std::uint8_t { low, normal, high, max };

namespace internal {
/// `low`, `normal`, `high`, `max`.
atom priority_name(priority_level of) noexcept;
std::optional<priority_level> priority_named(const term& name) noexcept;
} // namespace internal

} // namespace agner
