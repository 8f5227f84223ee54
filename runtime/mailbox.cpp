// SPDX-License-Identifier: Apache-2.0

#include "mailbox.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "inbox.hpp"
#include "internal/term_layout.hpp"

namespace agner::internal {

namespace {
constexpr std::uint32_t initial_entries = 4;
constexpr std::uint32_t keep_entries = 64; // an empty mailbox gives back a larger buffer than this
constexpr std::uint32_t read_ahead = 8;    // messages
constexpr message_key untagged = 0xffff'ffffULL;
constexpr message_key other_kind = whole_key;
} // namespace

message_key key_of(const term& message) noexcept {
  if (message.is_tuple()) {
    const auto elements = message.elements();
    const std::uint64_t arity = (std::uint64_t{elements.size()} + 1) << 32U;
    if (elements.empty()) return arity | untagged;
    const auto tag = elements.front().to_atom();
    return arity | (tag ? tag->index() : untagged);
  }
  if (const auto name = message.to_atom()) return name->index();
  return other_kind;
}

// Entries are moved with memcpy: a term is 16 bytes without a pointer into itself, so its bytes may move.

void mailbox::push(term message) {
  if (tail_ == capacity_) grow(0);
  const message_key key = key_of(message);
  ::new (entries_ + tail_) entry{key, std::move(message)};
  ++tail_;
}

// Each node is likely to lie in another core's cache, and its address known only from the one before: they are looked at once.
heap_node* mailbox::push_newest_first(heap_node* newest) noexcept {
  std::uint32_t staged = 0;
  heap_node* node = newest;
  while (node != nullptr && node->kind() == node_kind::tuple && (tail_ + staged < capacity_ || make_room(staged))) {
    heap_node* const older = node->next;
    entry* const at =
        ::new (entries_ + tail_ + staged) entry{0, term_access::adopt(term_kind::tuple, node, node->size())};
    at->key = key_of(at->message);
    ++staged;
    node = older;
  }
  entry* const from = entries_ + tail_;
  if (node == nullptr) {
    std::reverse(from, from + staged);
    tail_ += staged;
    return nullptr;
  }
  heap_node* behind = nullptr;
  for (std::uint32_t i = 0; i < staged; ++i) {
    heap_node* const back = term_access::leak(std::move(from[i].message));
    back->next = behind;
    behind = back;
  }
  return inbox::reversed(node, behind);
}

void mailbox::push_urgent(term message) {
  push(std::move(message));
  entry* const place = entries_ + head_ + urgent_;
  std::rotate(place, entries_ + tail_ - 1, entries_ + tail_);
  ++urgent_;
  last_urgent_ = pushed();
  rewound_ = true;
}

term mailbox::take(std::size_t index) noexcept {
  urgent_ -= index < urgent_ ? 1 : 0;
  entry* const at = entries_ + head_ + index;
  term taken = std::move(at->message);
  at->~entry();
  const std::size_t before = index;
  const std::size_t behind = size() - index - 1;
  if (before == 0) { // nearly always
    ++head_;
    if (behind > read_ahead) __builtin_prefetch(term_access::node(entries_[head_ + read_ahead].message), 1);
  } else if (before <= behind) {
    std::memmove(static_cast<void*>(entries_ + head_ + 1), static_cast<const void*>(entries_ + head_),
                 before * sizeof(entry));
    ++head_;
  } else {
    std::memmove(static_cast<void*>(at), static_cast<const void*>(at + 1), behind * sizeof(entry));
    --tail_;
  }
  taken_.store(this->taken() + 1, std::memory_order_relaxed);
  if (head_ == tail_) {
    head_ = tail_ = 0;
    if (capacity_ > keep_entries) {
      std::free(entries_);
      entries_ = nullptr;
      capacity_ = 0;
    }
  }
  return taken;
}

void mailbox::drop_oldest(std::size_t most) noexcept {
  const auto kept =
      std::count_if(entries_ + head_, entries_ + tail_, [](const entry& e) { return (e.key & kept_mark) != 0; });
  const std::size_t droppable = size() - static_cast<std::size_t>(kept);
  if (droppable <= most) return;
  const auto surplus = static_cast<std::uint32_t>(droppable - most);
  std::uint32_t dropped = drop_between(head_ + urgent_, tail_, surplus);
  const std::uint32_t urgent = drop_between(head_, head_ + urgent_, surplus - dropped);
  urgent_ -= urgent;
  dropped += urgent;
  rewound_ = true;
  taken_.store(taken() + dropped, std::memory_order_relaxed);
  if (head_ == tail_) head_ = tail_ = 0;
}

// Drops up to @p many of the places from @p from to @p to. All behind the last of them stay; those before it move up, and what stands before @p from with them.
std::uint32_t mailbox::drop_between(std::uint32_t from, std::uint32_t to, std::uint32_t many) noexcept {
  std::uint32_t end = from;
  std::uint32_t dropped = 0;
  for (; end < to && dropped < many; ++end)
    dropped += (entries_[end].key & kept_mark) == 0 ? 1 : 0;
  if (dropped == 0) return 0;
  std::uint32_t free = end;
  for (std::uint32_t at = end; at-- > head_;) {
    if (at >= from && (entries_[at].key & kept_mark) == 0)
      entries_[at].~entry();
    else if (--free != at)
      std::memcpy(static_cast<void*>(entries_ + free), static_cast<const void*>(entries_ + at), sizeof(entry));
  }
  head_ += dropped;
  return dropped;
}

bool mailbox::make_room(std::uint32_t behind) noexcept {
  try {
    grow(behind);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

// Room for one more entry behind @p behind of them that are not yet messages.
void mailbox::grow(std::uint32_t behind) {
  const std::uint32_t used = tail_ - head_ + behind;
  if (head_ > used) { // more room in front than entries: move them down instead
    std::memmove(static_cast<void*>(entries_), static_cast<const void*>(entries_ + head_), used * sizeof(entry));
    head_ = 0;
    tail_ = used - behind;
    return;
  }
  if (capacity_ > UINT32_MAX / 2) throw std::bad_alloc{};
  const std::uint32_t wanted = capacity_ == 0 ? initial_entries : capacity_ * 2;
  auto* larger = static_cast<entry*>(std::malloc(wanted * sizeof(entry)));
  if (larger == nullptr) throw std::bad_alloc{};
  if (used != 0)
    std::memcpy(static_cast<void*>(larger), static_cast<const void*>(entries_ + head_), used * sizeof(entry));
  std::free(entries_);
  entries_ = larger;
  head_ = 0;
  tail_ = used - behind;
  capacity_ = wanted;
}

void mailbox::shrink() noexcept {
  if (head_ == tail_) return clear();
  const std::uint32_t used = tail_ - head_;
  if (used == capacity_) return;
  std::memmove(static_cast<void*>(entries_), static_cast<const void*>(entries_ + head_), used * sizeof(entry));
  head_ = 0;
  tail_ = used;
  if (void* smaller = std::realloc(static_cast<void*>(entries_), used * sizeof(entry))) {
    entries_ = static_cast<entry*>(smaller);
    capacity_ = used;
  }
}

void mailbox::clear() noexcept {
  for (std::uint32_t i = head_; i < tail_; ++i)
    entries_[i].~entry();
  std::free(entries_);
  entries_ = nullptr;
  taken_.store(pushed(), std::memory_order_relaxed);
  head_ = tail_ = capacity_ = urgent_ = 0;
  rewound_ = false;
}

} // namespace agner::internal
