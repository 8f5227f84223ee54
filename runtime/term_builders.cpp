// SPDX-License-Identifier: Apache-2.0

#include "term_builders.hpp"

#include <algorithm>
#include <cstring>

#include "error.hpp"
#include "internal/term_layout.hpp"
#include "internal/utf8.hpp"
#include "reasons.hpp"

namespace agner {

using internal::allocate_node;
using internal::heap_node;
using internal::node_kind;
using internal::term_access;

// -- tuples -------------------------------------------------------------------------------------------------------------------------

term internal::new_tuple(std::size_t arity, term*& elements) {
  elements = nullptr;
  if (arity == 0) return term_access::make(term_kind::tuple, 0);
  if (arity > heap_node::size_max) raise_error(reasons::system_limit);
  auto* const node = static_cast<tuple_node*>(allocate_node(sizeof(tuple_node) + arity * sizeof(term)));
  std::construct_at(&node->head, node_kind::tuple, static_cast<std::uint32_t>(arity));
  elements = node->elements();
  std::uninitialized_default_construct_n(elements, arity);
  return term_access::adopt(term_kind::tuple, node, static_cast<std::uint32_t>(arity));
}

term tuple_of(std::span<const term> elements) {
  term* into = nullptr;
  term made = internal::new_tuple(elements.size(), into);
  std::uninitialized_copy(elements.begin(), elements.end(), into);
  return made;
}

term tuple_of(std::vector<term>&& elements) {
  term* into = nullptr;
  term made = internal::new_tuple(elements.size(), into);
  std::uninitialized_move(elements.begin(), elements.end(), into);
  return made;
}

// -- lists --------------------------------------------------------------------------------------------------------------------------

namespace {

/// A segment of @p length elements, all `[]`, which @p elements then points to.
term new_segment(std::size_t length, term tail, term*& elements) {
  using internal::segment_node;
  auto* const node = static_cast<segment_node*>(allocate_node(sizeof(segment_node) + length * sizeof(term)));
  std::construct_at(&node->head, node_kind::segment, static_cast<std::uint32_t>(length));
  std::construct_at(&node->tail, std::move(tail));
  elements = node->elements();
  std::uninitialized_default_construct_n(elements, length);
  return term_access::adopt(term_kind::list, node, 0);
}

/// Fills segments from the last to the first with @p fill(into, from, count).
template <class Fill>
term in_segments(std::size_t length, term tail, Fill fill) {
  while (length > 0) {
    const std::size_t count = (length - 1) % heap_node::size_max + 1;
    term* into = nullptr;
    tail = new_segment(count, std::move(tail), into);
    length -= count;
    fill(into, length, count);
  }
  return tail;
}

} // namespace

term internal::new_list(std::size_t length, term*& elements) {
  elements = nullptr;
  if (length == 0) return {};
  return new_segment(length, {}, elements);
}

term list_of(std::span<const term> elements, term tail) {
  return in_segments(elements.size(), std::move(tail), [elements](term* into, std::size_t from, std::size_t count) {
    const auto part = elements.subspan(from, count);
    std::uninitialized_copy(part.begin(), part.end(), into);
  });
}

term list_of(std::vector<term>&& elements, term tail) {
  return in_segments(elements.size(), std::move(tail), [&elements](term* into, std::size_t from, std::size_t count) {
    std::uninitialized_move_n(elements.begin() + static_cast<std::ptrdiff_t>(from), count, into);
  });
}

term list(std::initializer_list<term> elements) { return list_of(std::span{elements.begin(), elements.size()}); }

term cons(term head, term tail) {
  term* into = nullptr;
  term made = new_segment(1, std::move(tail), into);
  into->swap(head);
  return made;
}

term string(std::string_view utf8) {
  const auto length = internal::count_code_points(utf8);
  if (!length) raise_error(reasons::badarg);
  std::vector<term> points;
  points.reserve(*length);
  while (!utf8.empty())
    points.emplace_back(static_cast<std::uint32_t>(internal::take_code_point(utf8)));
  return list_of(std::move(points));
}

// -- binaries -----------------------------------------------------------------------------------------------------------------------

namespace {

using internal::bits_node;

/// Parts up to this size are copied: what they would save is less than what the rest of the bytes may cost while the part lives.
constexpr std::size_t shared_part_min_bytes = 65;

bits_node& new_bits(std::size_t size_bytes) {
  auto* const node = static_cast<bits_node*>(allocate_node(sizeof(bits_node) + size_bytes));
  std::construct_at(&node->head, node_kind::bits, 0U);
  node->data = node->own_bytes();
  node->length_bytes = size_bytes;
  node->capacity_bytes = size_bytes;
  return *node;
}

term empty_bits() noexcept { return term_access::make(term_kind::bits, 0); }

term part_of(const term& whole, std::span<const std::byte> part) {
  auto* owner = &term_access::as<bits_node>(whole).head;
  if (!term_access::as<bits_node>(whole).owns()) owner = term_access::as<bits_node>(whole).owner;
  auto* const node = static_cast<bits_node*>(allocate_node(sizeof(bits_node)));
  std::construct_at(&node->head, node_kind::bits, 1U);
  node->data = part.data();
  node->length_bytes = part.size();
  internal::retain(owner);
  node->owner = owner;
  return term_access::adopt(term_kind::bits, node);
}

} // namespace

term binary(std::span<const std::byte> bytes) {
  if (bytes.empty()) return empty_bits();
  bits_node& node = new_bits(bytes.size());
  std::memcpy(node.own_bytes(), bytes.data(), bytes.size());
  return term_access::adopt(term_kind::bits, &node);
}

term binary(std::string_view bytes) { return binary(std::as_bytes(std::span{bytes})); }

term bitstring(std::span<const std::byte> bytes, unsigned trailing_bits) {
  if (trailing_bits > 7 || (bytes.empty() && trailing_bits != 0)) raise_error(reasons::badarg);
  if (trailing_bits == 0) return binary(bytes);
  bits_node& node = new_bits(bytes.size());
  std::memcpy(node.own_bytes(), bytes.data(), bytes.size());
  node.own_bytes()[bytes.size() - 1] &= std::byte{0xff} << (8 - trailing_bits);
  return term_access::adopt(term_kind::bits, &node, trailing_bits);
}

term binary_part(const term& of, std::size_t offset_bytes, std::size_t length_bytes) {
  const auto whole = of.bytes().first(of.bit_size() / 8);
  if (offset_bytes > whole.size() || length_bytes > whole.size() - offset_bytes) raise_error(reasons::badarg);
  const auto part = whole.subspan(offset_bytes, length_bytes);
  return part.size() < shared_part_min_bytes ? binary(part) : part_of(of, part);
}

binary_builder::binary_builder(std::size_t size_bytes)
    : term_(size_bytes == 0 ? empty_bits() : term_access::adopt(term_kind::bits, &new_bits(size_bytes))) {}

std::span<std::byte> binary_builder::bytes() noexcept {
  if (!term_access::on_heap(term_)) return {};
  auto& node = term_access::as<bits_node>(term_);
  return {node.own_bytes(), node.length_bytes};
}

term binary_builder::finish(std::size_t size_bytes) && {
  if (size_bytes > bytes().size()) raise_error(reasons::badarg);
  term made = std::exchange(term_, empty_bits());
  if (size_bytes == 0) return empty_bits();
  term_access::as<bits_node>(made).length_bytes = size_bytes;
  return made;
}

// -- integers and funs --------------------------------------------------------------------------------------------------------------

namespace {

std::span<const std::byte> without_leading_zeros(std::span<const std::byte> magnitude) noexcept {
  while (!magnitude.empty() && magnitude.back() == std::byte{0})
    magnitude = magnitude.first(magnitude.size() - 1);
  return magnitude;
}

std::optional<std::int64_t> small_of(bool negative, std::span<const std::byte> magnitude) noexcept {
  if (magnitude.size() > 8) return std::nullopt;
  std::uint64_t value = 0;
  std::memcpy(&value, magnitude.data(), magnitude.size());
  if (value > std::uint64_t{INT64_MAX} + (negative ? 1 : 0)) return std::nullopt;
  return static_cast<std::int64_t>(negative ? 0 - value : value);
}

} // namespace

term integer(bool negative, std::span<const std::byte> magnitude) {
  magnitude = without_leading_zeros(magnitude);
  if (magnitude.empty()) return 0;
  if (const auto small = small_of(negative, magnitude)) return *small;
  if (magnitude.size() > internal::integer_bytes_max) raise_error(reasons::system_limit);
  auto* const node = static_cast<internal::big_node*>(allocate_node(sizeof(internal::big_node) + magnitude.size()));
  std::construct_at(&node->head, node_kind::big_integer, static_cast<std::uint32_t>(magnitude.size()));
  std::ranges::copy(magnitude, node->bytes());
  return term_access::adopt(term_kind::big_integer, node, negative ? 1U : 0U);
}

namespace {

internal::fun_node& new_fun(fun_view::form what, atom module, std::uint32_t arity,
                            std::span<const term> free_variables) {
  if (free_variables.size() > heap_node::size_max) raise_error(reasons::system_limit);
  using internal::fun_node;
  void* const memory = allocate_node(sizeof(fun_node) + free_variables.size() * sizeof(term));
  auto* const node =
      ::new (memory) fun_node{.head = {node_kind::fun, static_cast<std::uint32_t>(free_variables.size())},
                              .what = what,
                              .uniq = {},
                              .arity = arity,
                              .index = 0,
                              .module = module,
                              .function = {},
                              .old_index = {},
                              .old_uniq = {},
                              .creator = {}};
  std::uninitialized_copy(free_variables.begin(), free_variables.end(), node->free_variables());
  return *node;
}

} // namespace

term export_fun(atom module, atom function, std::uint32_t arity) {
  auto& node = new_fun(fun_view::form::external, module, arity, {});
  node.function = function;
  return term_access::adopt(term_kind::fun, &node);
}

term closure(const closure_parts& parts) {
  if (!parts.old_index.is_integer() || !parts.old_uniq.is_integer() || !parts.creator.is_pid())
    raise_error(reasons::badarg);
  auto& node = new_fun(fun_view::form::closure, parts.module, parts.arity, parts.free_variables);
  std::ranges::copy(parts.uniq, node.uniq.begin());
  node.index = parts.index;
  node.old_index = parts.old_index;
  node.old_uniq = parts.old_uniq;
  node.creator = parts.creator;
  return term_access::adopt(term_kind::fun, &node);
}

} // namespace agner
