// SPDX-License-Identifier: Apache-2.0
// A reference: a name made once. Those of three words, all that agner and most that OTP makes, are inline; others (a peer may send one to five words) are on the heap.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "term.hpp"

namespace agner {

class resource;

class reference {
public:
  /// Most words on the wire. @source OTP 25 erl_ext_dist, NEWER_REFERENCE_EXT: Len is at most 5
  static constexpr std::size_t words_max = 5;

  /// A reference that equals only its like: no node, no words.
  reference() noexcept;
  /// Three words, in wire order. agner's own: unique number (low, high), then 1 + the slot of the process that an alias leads to, or 0.
  reference(std::uint64_t unique, std::uint32_t third, incarnation home) noexcept;
  /// Any number of words from 1 to 5, in wire order. @errors raises `badarg`
  reference(std::span<const std::uint32_t> words, incarnation home);

  [[nodiscard]] incarnation home() const noexcept;
  [[nodiscard]] atom node() const noexcept { return home().node(); }
  /// Copies the words, in wire order, and returns how many there are.
  std::size_t words(std::span<std::uint32_t, words_max> into) const noexcept;
  [[nodiscard]] const term& as_term() const noexcept { return term_; }

  friend bool operator==(const reference& left, const reference& right) noexcept { return left.term_ == right.term_; }

private:
  friend class term;
  friend reference resource_reference(const reference& fresh, std::unique_ptr<resource> what);
  explicit reference(term of) noexcept : term_(std::move(of)) {}
  term term_;
};

inline term::term(const reference& value) noexcept : term(value.as_term()) {}

} // namespace agner

template <>
struct std::hash<agner::reference> {
  std::size_t operator()(const agner::reference& r) const noexcept;
};
