// SPDX-License-Identifier: Apache-2.0

#include "allocation_counter.hpp"

#include <atomic>
#include <cstddef>

#include <agner/runtime/node_memory.hpp>

namespace {
std::atomic<bool> counting{false};
std::atomic<std::uint64_t> counted{0};

void note() noexcept {
  if (counting.load(std::memory_order_relaxed)) counted.fetch_add(1, std::memory_order_relaxed);
}
} // namespace

// glibc's own, under the names it keeps for those who replace malloc. NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) noexcept {
  note();
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) noexcept {
  note();
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) noexcept {
  note();
  return __libc_realloc(memory, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  note();
  return __libc_memalign(alignment, bytes);
}
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace agner::bench {

namespace {
// Pieces that a thread had kept never reach malloc, and are allocations all the same.
std::uint64_t kept_pieces_taken() noexcept {
  const internal::node_memory_use used = internal::node_memory_used();
  return used.pieces - used.from_malloc;
}
std::uint64_t taken_before = 0;
} // namespace

void count_allocations() noexcept {
  taken_before = kept_pieces_taken();
  counted.store(0);
  counting.store(true);
}

std::uint64_t allocations_counted() noexcept {
  counting.store(false);
  return counted.load() + kept_pieces_taken() - taken_before;
}

} // namespace agner::bench
