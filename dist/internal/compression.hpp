// SPDX-License-Identifier: Apache-2.0
// zlib streams, for compressed terms.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "../gather_buffer.hpp"

namespace agner::dist::internal {

/// Most that a byte of a zlib stream can become. @source zlib technical details, "Maximum Compression Factor"
inline constexpr std::size_t inflation_max = 1032;

/// @param level  1 (fast) to 9 (small)
std::vector<std::byte> deflated(const gather_buffer& plain, int level);

/// Fills @p into from @p packed.
/// @returns how many of @p packed were used; nothing where they do not begin with a zlib stream of exactly the size of @p into
std::optional<std::size_t> inflate_exactly(std::span<const std::byte> packed, std::span<std::byte> into);

} // namespace agner::dist::internal
