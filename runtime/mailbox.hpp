// SPDX-License-Identifier: Apache-2.0
// Messages that arrived and were not yet received, in order. A receive scans their keys (arity and first element) without touching the messages.
// Only the owning process touches it.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "term.hpp"

namespace agner::internal {

/// Arity and first element of a message, as one number that a clause compares under a mask. Its highest bit is no part of that.
using message_key = std::uint64_t;

/// Set in the key of a message that no limit drops. No filter looks at it.
inline constexpr message_key kept_mark = 1ULL << 63U;
inline constexpr message_key whole_key = ~kept_mark;

/// What a clause knows of its messages before it looks into them: `(key & mask) == value`.
struct message_filter {
  message_key mask = 0;
  message_key value = 0;

  [[nodiscard]] constexpr bool passes(message_key key) const noexcept { return (key & mask) == value; }

  static constexpr message_filter anything() noexcept { return {}; }
  static constexpr message_filter tuple(std::uint32_t arity) noexcept {
    return {whole_key & ~0xffff'ffffULL, std::uint64_t{arity + 1U} << 32U};
  }
  static message_filter tagged(std::uint32_t arity, atom tag) noexcept {
    return {whole_key, std::uint64_t{arity + 1U} << 32U | tag.index()};
  }
  static message_filter bare(atom name) noexcept { return {whole_key, name.index()}; }
};

message_key key_of(const term& message) noexcept;

class mailbox {
public:
  mailbox() noexcept = default;
  mailbox(const mailbox&) = delete;
  mailbox& operator=(const mailbox&) = delete;
  ~mailbox() { clear(); }

  struct entry {
    message_key key;
    term message;
  };

  [[nodiscard]] std::size_t size() const noexcept { return tail_ - head_; }
  [[nodiscard]] entry& operator[](std::size_t index) noexcept { return entries_[head_ + index]; }
  void push(term message);
  /// Takes in a list of messages on their way that came newest first, as inbox gives it, if they are tuples and there is memory: what is then needed of each is read in one walk.
  /// @returns null; else nothing was taken in, and the list is oldest first
  heap_node* push_newest_first(heap_node* newest) noexcept;
  /// Puts a message before all ordinary ones, behind those that were put there before. Places change: markers are void, and whoever has looked must look again.
  void push_urgent(term message);
  /// Whether places have changed since the last call, so that a search is to begin anew.
  [[nodiscard]] bool take_rewound() noexcept {
    if (!rewound_) [[likely]]
      return false;
    rewound_ = false;
    return true;
  }
  /// Takes the message at @p index out; those behind it move up.
  term take(std::size_t index) noexcept;
  /// Marks the message that was pushed last, by `push` or, if @p urgent, by `push_urgent`, as one that drop_oldest passes over.
  void keep_last(bool urgent) noexcept { entries_[urgent ? head_ + urgent_ - 1 : tail_ - 1].key |= kept_mark; }
  /// Drops until no more than @p most are left of those that may be dropped: the ones that have waited longest among those that overtook none, then among the others. Places
  /// change, as by push_urgent. For a mailbox of more than @p most messages it looks at all.
  void drop_oldest(std::size_t most) noexcept;
  /// How many messages were ever taken out. Any thread may ask, and gets an old answer.
  [[nodiscard]] std::uint32_t taken() const noexcept { return taken_.load(std::memory_order_relaxed); }
  /// How many messages have ever come.
  [[nodiscard]] std::uint32_t pushed() const noexcept { return taken() + (tail_ - head_); }
  /// A place that no message which came since @p mark, an earlier `pushed`, stands before: they are at the end, some of them taken, unless one of them overtook others.
  [[nodiscard]] std::uint32_t first_since(std::uint32_t mark) const noexcept {
    const std::uint32_t came = pushed() - mark;
    const std::uint32_t there = tail_ - head_;
    const bool overtaken = last_urgent_ - mark - 1 < came;
    return overtaken || there <= came ? 0 : there - came;
  }
  void clear() noexcept;
  /// Gives back the room that no message takes.
  void shrink() noexcept;
  [[nodiscard]] std::size_t capacity_bytes() const noexcept { return capacity_ * sizeof(entry); }

private:
  std::uint32_t drop_between(std::uint32_t from, std::uint32_t to, std::uint32_t many) noexcept;
  void grow(std::uint32_t behind);
  [[nodiscard]] bool make_room(std::uint32_t behind) noexcept;

  entry* entries_ = nullptr;
  std::uint32_t head_ = 0;
  std::uint32_t tail_ = 0;
  std::uint32_t capacity_ = 0;
  std::atomic<std::uint32_t> taken_{0}; // only the process writes it
  std::uint32_t urgent_ = 0;            // so many at the front overtook the rest
  std::uint32_t last_urgent_ = 0;       // what `pushed` was after the last of them came
  bool rewound_ = false;
};

} // namespace agner::internal
