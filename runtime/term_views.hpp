// SPDX-License-Identifier: Apache-2.0
// Ways to look into lists, maps, integers and funs without copying. A view is valid while a term that shares what it shows lives.

#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>

#include "term.hpp"

namespace agner {

/// The elements of a list, in order, as a forward range of `const term&`. Ends at the last tail, proper or not.
class list_view {
public:
  class iterator {
  public:
    using value_type = term;
    using difference_type = std::ptrdiff_t;
    using reference = const term&;
    using pointer = const term*;
    using iterator_category = std::forward_iterator_tag;

    const term& operator*() const noexcept { return *at_; }
    const term* operator->() const noexcept { return at_; }
    iterator& operator++() noexcept {
      if (++at_ == end_) leave_segment();
      return *this;
    }
    iterator operator++(int) noexcept {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator&, const iterator&) noexcept = default;

  private:
    friend class list_view;
    void enter(const internal::heap_node* segment, std::size_t offset) noexcept;
    void leave_segment() noexcept;

    const term* at_ = nullptr;
    const term* end_ = nullptr; // end of this segment
    const internal::heap_node* segment_ = nullptr;
  };

  explicit list_view(const term& list) noexcept;
  [[nodiscard]] iterator begin() const noexcept { return begin_; }
  [[nodiscard]] iterator end() const noexcept { return {}; }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end(); }
  /// Counts the elements: time grows with the number of segments, not of elements.
  [[nodiscard]] std::size_t size() const noexcept;
  /// What follows the last element: `[]` for a proper list.
  [[nodiscard]] term last_tail() const;
  [[nodiscard]] bool is_proper() const { return last_tail().is_nil(); }

private:
  term list_;
  iterator begin_;
};

struct map_pair {
  term key;
  term value;
};

/// The pairs of a map in Erlang's exact term order of their keys.
class map_view {
public:
  explicit map_view(std::span<const map_pair> pairs) noexcept : pairs_(pairs) {}
  [[nodiscard]] std::span<const map_pair> pairs() const noexcept { return pairs_; }
  [[nodiscard]] auto begin() const noexcept { return pairs_.begin(); }
  [[nodiscard]] auto end() const noexcept { return pairs_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return pairs_.size(); }
  /// The value of the key that is `=:=` @p key; null where there is none.
  [[nodiscard]] const term* find(const term& key) const noexcept;

private:
  std::span<const map_pair> pairs_;
};

/// Sign and magnitude of an integer.
struct integer_view {
  bool negative = false;
  std::span<const std::byte>
      big; // magnitude where the integer is big, least significant byte first, without leading zeros; else empty
  std::uint64_t small = 0; // magnitude where it is small
};

/// A fun of a peer. agner cannot call it; it is kept whole, so that it can be sent back unchanged, and compares as OTP compares funs.
struct fun_view {
  enum class form : std::uint8_t { external, closure };
  form what;
  atom module;
  atom function; // external only
  std::uint32_t arity;
  // closures, as in NEW_FUN_EXT:
  std::span<const std::byte> uniq; // 16 bytes
  std::uint32_t index;
  const term* old_index;
  const term* old_uniq;
  const term* creator; // a pid
  std::span<const term> free_variables;
};

struct closure_parts {
  atom module;
  std::uint32_t arity;
  std::span<const std::byte, 16> uniq;
  std::uint32_t index;
  term old_index;
  term old_uniq;
  term creator;
  std::span<const term> free_variables;
};

/// A closure as a decoder reads it. @errors raises `badarg`  old_index or old_uniq is no integer, or creator is no pid
term closure(const closure_parts& parts);

} // namespace agner
