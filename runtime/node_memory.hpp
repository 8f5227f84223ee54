// SPDX-License-Identifier: Apache-2.0
// Memory of heap nodes and coroutine frames: each thread keeps what it gave back, by size, and hands batches to others. Any thread. Mechanism: docs/memory.md.

#pragma once

#include <cstddef>
#include <cstdint>

namespace agner::internal {

/// False under a sanitizer, which is to see every malloc and free: then nothing is kept.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
inline constexpr bool keeps_pieces = false;
#else
inline constexpr bool keeps_pieces = true;
#endif
#else
inline constexpr bool keeps_pieces = true;
#endif

/// Pieces larger than this come from malloc and go back to it.
inline constexpr std::size_t kept_piece_max = 512;
/// What all threads share of pieces given back, at most: beyond it they go back to malloc. What the threads keep for themselves comes on top: 63 pieces of a size each.
inline constexpr std::size_t shared_bytes_max = std::size_t{32} << 20U;

/// What was asked for since the program started. A hint while other threads run.
struct node_memory_use {
  std::uint64_t pieces = 0;      // of `kept_piece_max` bytes at most
  std::uint64_t from_malloc = 0; // of those, the ones that nobody had given back
  std::size_t shared_bytes = 0;  // given back, for any thread to take
};
[[nodiscard]] node_memory_use node_memory_used() noexcept;

} // namespace agner::internal
