// SPDX-License-Identifier: Apache-2.0
// How compound terms are made. One allocation each; elements move in. Any thread.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "term.hpp"

namespace agner {

namespace internal {
/// A tuple of @p arity elements, all `[]`, for writing through the returned pointer before anybody else sees the term.
term new_tuple(std::size_t arity, term*& elements);
/// The same for a proper list, of at most `heap_node::size_max` elements.
term new_list(std::size_t length, term*& elements);

/// A tuple of known arity in the making: its places are filled in order. Given up before the last is filled, it takes what it holds with it.
class tuple_maker {
public:
  /// @p arity is neither 0 nor more than `heap_node::size_max`.
  explicit tuple_maker(std::uint32_t arity)
      : node_(::new(allocate_node(sizeof(heap_node) + arity * sizeof(term))) heap_node(node_kind::tuple, arity)) {}
  tuple_maker(const tuple_maker&) = delete;
  tuple_maker& operator=(const tuple_maker&) = delete;
  ~tuple_maker() {
    if (node_ == nullptr) return;
    std::destroy_n(elements(), filled_);
    free_node(node_, sizeof(heap_node) + node_->size() * sizeof(term));
  }

  void add(term element) noexcept { ::new (static_cast<void*>(elements() + filled_++)) term(std::move(element)); }
  /// The tuple, once every place is filled.
  term finish() noexcept {
    term made;
    made.payload_ = std::bit_cast<std::uint64_t>(node_);
    made.aux_ = filled_;
    made.meta_ = static_cast<std::uint32_t>(term_kind::tuple);
    node_ = nullptr;
    return made;
  }

private:
  [[nodiscard]] term* elements() noexcept { return reinterpret_cast<term*>(node_ + 1); }

  heap_node* node_;
  std::uint32_t filled_ = 0;
};
} // namespace internal

/// `{A, B, ...}`. @errors raises `system_limit`  more than 2^24 - 1 elements
template <class... Elements>
term tuple(Elements&&... elements);
term tuple_of(std::span<const term> elements);
term tuple_of(std::vector<term>&& elements);

/// `[A, B, ... | Tail]`.
term list(std::initializer_list<term> elements);
term list_of(std::span<const term> elements, term tail = {});
term list_of(std::vector<term>&& elements, term tail = {});
/// `[Head | Tail]`.
term cons(term head, term tail);

/// `#{K => V, ...}`; of equal keys (`=:=`) the last counts.
term map(std::initializer_list<std::pair<term, term>> pairs);
term map_of(std::vector<std::pair<term, term>>&& pairs);
/// @erlang maps:put/3, maps:remove/2. The map given stays as it is.
term map_put(const term& map, term key, term value);
term map_remove(const term& map, const term& key);

/// `<<...>>` with a copy of the bytes.
term binary(std::span<const std::byte> bytes);
term binary(std::string_view bytes);
/// Bits that end within a byte: @p trailing_bits (1 to 7) of the last byte count, from its high end; 0 means all 8. Unused bits become 0.
term bitstring(std::span<const std::byte> bytes, unsigned trailing_bits);
/// @p length_bytes of @p of, which must be a bitstring, from @p offset_bytes; shares the bytes. @erlang binary:part/3
term binary_part(const term& of, std::size_t offset_bytes, std::size_t length_bytes);

/// A binary that is written before it is shared.
class binary_builder {
public:
  explicit binary_builder(std::size_t size_bytes);
  [[nodiscard]] std::span<std::byte> bytes() noexcept;
  /// The binary, cut to its first @p size_bytes; the builder is empty afterwards.
  term finish(std::size_t size_bytes) &&;

private:
  term term_;
};

/// An Erlang string: the list of the code points of @p utf8. @errors raises `badarg`  not UTF-8
term string(std::string_view utf8);

/// An integer of any size from its magnitude, least significant byte first. What fits in 64 bits with sign becomes a small one.
term integer(bool negative, std::span<const std::byte> magnitude);

/// `fun Module:Function/Arity`.
term export_fun(atom module, atom function, std::uint32_t arity);

// -- implementation of tuple() ------------------------------------------------------------------------------------------------------

template <class... Elements>
term tuple(Elements&&... elements) {
  if constexpr (sizeof...(Elements) == 0) {
    [[maybe_unused]] term* none = nullptr;
    return internal::new_tuple(0, none);
  } else {
    internal::tuple_maker made{sizeof...(Elements)};
    (made.add(term(std::forward<Elements>(elements))), ...);
    return made.finish();
  }
}

} // namespace agner
