// SPDX-License-Identifier: Apache-2.0
// An append-only table of distinct entries that are known by a dense index. Reading and finding take no lock; adding takes one.

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <optional>

namespace agner::internal {

/// Entries live in chunks that never move; equal hashes are chained by index. An entry is written once, before anybody can learn its index.
///
/// @tparam Entry        trivially destructible
/// @tparam ChunkBits    log2 of the entries of a chunk
/// @tparam IndexBits    log2 of the most entries
/// @tparam BucketBits   log2 of the hash chains
template <class Entry, unsigned ChunkBits, unsigned IndexBits, unsigned BucketBits>
class interning_table {
public:
  static constexpr std::uint32_t capacity = 1U << IndexBits;

  constexpr interning_table() noexcept = default;
  interning_table(const interning_table&) = delete;
  interning_table& operator=(const interning_table&) = delete;

  [[nodiscard]] const Entry& operator[](std::uint32_t index) const noexcept { return at(index).entry; }
  [[nodiscard]] std::uint32_t count() const noexcept { return count_.load(std::memory_order_acquire); }

  /// The index of the entry of hash @p hash for which @p is_it holds.
  template <class Predicate>
  [[nodiscard]] std::optional<std::uint32_t> find(std::uint32_t hash, Predicate is_it) const noexcept {
    for (std::uint32_t link = bucket(hash).load(std::memory_order_acquire); link != 0; link = at(link - 1).chain) {
      if (at(link - 1).hash == hash && is_it(at(link - 1).entry)) return link - 1;
    }
    return std::nullopt;
  }

  /// As `find`; where there is none adds what @p make returns. Nothing where the table or memory is full.
  template <class Predicate, class Make>
  std::optional<std::uint32_t> intern(std::uint32_t hash, Predicate is_it, Make make) noexcept {
    if (auto known = find(hash, is_it)) return known;
    const std::lock_guard guard{adding_};
    if (auto known = find(hash, is_it)) return known;
    try {
      return add(hash, make);
    } catch (const std::bad_alloc&) {
      return std::nullopt;
    }
  }

private:
  struct slot {
    Entry entry;
    std::uint32_t hash;
    std::uint32_t chain; // 1 + the index of the next entry of this bucket, or 0
  };
  static constexpr std::uint32_t chunk_size = 1U << ChunkBits;

  [[nodiscard]] const slot& at(std::uint32_t index) const noexcept {
    return chunks_[index >> ChunkBits].load(std::memory_order_acquire)[index & (chunk_size - 1)];
  }
  [[nodiscard]] const std::atomic<std::uint32_t>& bucket(std::uint32_t hash) const noexcept {
    return buckets_[hash & ((1U << BucketBits) - 1)];
  }
  [[nodiscard]] std::atomic<std::uint32_t>& bucket(std::uint32_t hash) noexcept {
    return buckets_[hash & ((1U << BucketBits) - 1)];
  }

  template <class Make>
  std::optional<std::uint32_t> add(std::uint32_t hash, Make make) {
    const std::uint32_t index = count_.load(std::memory_order_relaxed);
    if (index == capacity) return std::nullopt;
    auto& chunk = chunks_[index >> ChunkBits];
    slot* memory = chunk.load(std::memory_order_relaxed);
    if (memory == nullptr) {
      memory = std::allocator<slot>{}.allocate(chunk_size); // kept for the life of the OS process
      chunk.store(memory, std::memory_order_release);
    }
    std::construct_at(memory + (index & (chunk_size - 1)), make(), hash, bucket(hash).load(std::memory_order_relaxed));
    bucket(hash).store(index + 1, std::memory_order_release);
    count_.store(index + 1, std::memory_order_release);
    return index;
  }

  std::array<std::atomic<slot*>, (1U << (IndexBits - ChunkBits))> chunks_{};
  std::array<std::atomic<std::uint32_t>, (1U << BucketBits)> buckets_{};
  std::atomic<std::uint32_t> count_{0};
  std::mutex adding_; // guards add()
};

} // namespace agner::internal
