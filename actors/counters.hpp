// SPDX-License-Identifier: Apache-2.0
// Arrays of 64 bit counters that any number of processes count in at once: Erlang's counters. Any thread. Limits: docs/shared-state.md.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "../runtime/reference.hpp"
#include "../runtime/term_traits.hpp"

namespace agner::counters {

namespace internal {
class array;
}

/// An array, alive as long as somebody holds it, in C++ or in a term: it maps to a reference and may be sent, kept in a table, or captured. On another node it is a mere name.
class counters_ref {
public:
  /// What a term holds. @errors raises `badarg`  no counters of this node
  explicit counters_ref(term of);
  [[nodiscard]] const term& as_term() const noexcept { return term_; }
  [[nodiscard]] internal::array& of() const noexcept { return *array_; }
  friend bool operator==(const counters_ref& l, const counters_ref& r) noexcept { return l.array_ == r.array_; }

private:
  term term_;
  internal::array* array_;
};

/// `atomics`: each read sees all that was counted before. `write_concurrency`: counting never meets in a cache line; a read may miss what is counted meanwhile, and put races
/// with counting. @erlang counters:new/2
enum class kind : std::uint8_t { atomics, write_concurrency };

/// @p size counters, all 0. @errors raises `badarg`  @p size is 0; `system_limit`  more than 2^32 of them @erlang counters:new/2
[[nodiscard]] counters_ref new_(std::size_t size, kind how = kind::atomics);
/// Adds to counter @p index, from 1; past the end of 64 bits it goes on from the other one. @errors raises `badarg`  no such counter @erlang counters:add/3, counters:sub/3
void add(const counters_ref& in, std::size_t index, std::int64_t increment);
void sub(const counters_ref& in, std::size_t index, std::int64_t decrement);
/// @errors raises `badarg` @erlang counters:get/2, counters:put/3
[[nodiscard]] std::int64_t get(const counters_ref& in, std::size_t index);
void put(const counters_ref& in, std::size_t index, std::int64_t value);
/// `#{size => N, memory => Bytes}` @erlang counters:info/1
[[nodiscard]] term info(const counters_ref& of);

} // namespace agner::counters

namespace agner {

template <>
struct term_traits<counters::counters_ref> {
  static term to(const counters::counters_ref& of) noexcept { return of.as_term(); }
  static std::optional<counters::counters_ref> from(const term& from);
};

} // namespace agner
