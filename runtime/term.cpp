// SPDX-License-Identifier: Apache-2.0

#include "term.hpp"

#include "error.hpp"
#include "internal/term_layout.hpp"
#include "reasons.hpp"
#include "reference.hpp"
#include "term_builders.hpp"
#include "term_order.hpp"
#include "term_views.hpp"

namespace agner {

using internal::term_access;

namespace internal {

void raise_not_finite() { raise_error(reasons::badarith); }

} // namespace internal

namespace {

/// The value, or badarg.
template <class T>
T known(std::optional<T> value) {
  if (!value) raise_error(reasons::badarg);
  return *std::move(value);
}

void demand(bool condition) {
  if (!condition) raise_error(reasons::badarg);
}

/// The bytes of a bitstring that is not empty.
const internal::bits_node& bits_of(const term& t) noexcept { return term_access::as<const internal::bits_node>(t); }

std::uint64_t magnitude_of(std::int64_t value) noexcept {
  const auto bits = static_cast<std::uint64_t>(value);
  return value < 0 ? 0 - bits : bits;
}

} // namespace

// -- numbers ------------------------------------------------------------------------------------------------------------------------

term term::big_from_unsigned(std::uint64_t value) {
  return integer(false,
                 std::as_bytes(std::span{&value, 1})); // agner runs on little-endian machines only (docs/terms.md)
}

std::optional<std::uint64_t> term::to_uint64() const noexcept {
  if (const auto value = to_int64())
    return *value < 0 ? std::nullopt : std::optional{static_cast<std::uint64_t>(*value)};
  if (kind() != term_kind::big_integer || aux_ != 0 || node()->size() > sizeof(std::uint64_t)) return std::nullopt;
  std::uint64_t value = 0;
  const auto* const bytes = term_access::as<const internal::big_node>(*this).bytes();
  for (std::uint32_t i = node()->size(); i > 0; --i)
    value = value << 8U | std::to_integer<std::uint64_t>(bytes[i - 1]);
  return value;
}

std::int64_t term::as_int64() const { return known(to_int64()); }
double term::as_double() const { return known(to_double()); }

integer_view term::as_integer() const {
  if (const auto value = to_int64()) return {.negative = *value < 0, .big = {}, .small = magnitude_of(*value)};
  demand(kind() == term_kind::big_integer);
  return {.negative = aux_ != 0,
          .big = {term_access::as<const internal::big_node>(*this).bytes(), node()->size()},
          .small = 0};
}

// -- names --------------------------------------------------------------------------------------------------------------------------

atom term::as_atom() const { return known(to_atom()); }
pid term::as_pid() const { return known(to_pid()); }

std::optional<reference> term::to_reference() const noexcept {
  if (!is_reference()) return std::nullopt;
  return reference{*this};
}

reference term::as_reference() const { return known(to_reference()); }

// -- compound terms -----------------------------------------------------------------------------------------------------------------

const term& term::operator[](std::size_t index) const {
  const auto all = elements();
  demand(index < all.size());
  return all[index];
}

const term& term::head() const {
  demand(is_cons());
  return term_access::as<const internal::segment_node>(*this).elements()[aux_];
}

term term::tail() const {
  demand(is_cons());
  if (aux_ + 1 < node()->size()) return term_access::share(*this, aux_ + 1);
  return term_access::as<const internal::segment_node>(*this).tail;
}

list_view term::as_list() const {
  demand(is_list());
  return list_view{*this};
}

map_view term::as_map() const {
  demand(is_map());
  if (aux_ == 0) return map_view{{}};
  return map_view{{term_access::as<const internal::map_node>(*this).pairs(), aux_}};
}

std::span<const std::byte> term::bytes() const {
  demand(is_bitstring());
  if (payload_ == 0) return {};
  return {bits_of(*this).data, bits_of(*this).length_bytes};
}

std::string_view term::text() const {
  const auto all = bytes();
  return {reinterpret_cast<const char*>(all.data()), all.size()};
}

std::uint64_t term::bit_size() const {
  const auto length = bytes().size();
  return aux_ == 0 ? length * 8 : (length - 1) * 8 + aux_;
}

fun_view term::as_fun() const {
  demand(is_fun());
  const auto& fun = term_access::as<const internal::fun_node>(*this);
  return {.what = fun.what,
          .module = fun.module,
          .function = fun.function,
          .arity = fun.arity,
          .uniq = fun.uniq,
          .index = fun.index,
          .old_index = &fun.old_index,
          .old_uniq = &fun.old_uniq,
          .creator = &fun.creator,
          .free_variables = {fun.free_variables(), fun.head.size()}};
}

} // namespace agner
