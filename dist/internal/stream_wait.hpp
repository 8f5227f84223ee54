// SPDX-License-Identifier: Apache-2.0
// Reading from and writing to a transport until something is there or a deadline passes. Runs in the process that owns it; leaves all messages but its own.

#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include "../../actors/task.hpp"
#include "../../actors/transport.hpp"
#include "../../runtime/clock.hpp"
#include "../../runtime/error.hpp"

namespace agner::dist::internal {

/// A deadline that never comes.
inline constexpr clock::time_point no_deadline = clock::time_point::max();

/// What is left until @p deadline, zero if it has passed.
std::chrono::milliseconds time_left(clock::time_point deadline);

/// Waits until there is something to read, or the peer sends no more. @errors `timeout`
task<result<>> readable(transport& from, clock::time_point deadline);

/// Appends what comes next to @p into, which may have @p bytes_max bytes.
/// @returns false if the peer sends no more
/// @errors `timeout`; `too_long`  there are @p bytes_max bytes and more would come; POSIX reasons
task<result<bool>> read_some(transport& from, std::vector<std::byte>& into, std::size_t bytes_max,
                             clock::time_point deadline);

/// Writes all of @p bytes. @errors `timeout`, `closed`, POSIX reasons
task<result<>> write_all(transport& to, std::span<const std::byte> bytes, clock::time_point deadline);

} // namespace agner::dist::internal
