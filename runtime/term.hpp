// SPDX-License-Identifier: Apache-2.0
// The term: the one data model of mailboxes, wires and options. An immutable value of 16 bytes, shared by reference count where it does not fit.
// A term object belongs to one thread at a time; copies may be used by any. Mechanism: docs/terms.md. How terms are built: term_builders.hpp; order and hash: term_order.hpp;
// text: term_text.hpp; C++ structs: struct_mapping.hpp.

#pragma once

#include <atomic>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "atom.hpp"
#include "heap_node.hpp"
#include "identifiers.hpp"

namespace agner {

namespace internal {
[[noreturn]] void raise_not_finite();
} // namespace internal

class reference;
class map_view;
class list_view;
struct integer_view;
struct fun_view;

/// What a term is.
enum class term_kind : std::uint8_t {
  nil,
  integer,
  big_integer,
  floating,
  atom,
  pid,
  port,
  reference,
  long_reference,
  tuple,
  list,
  map,
  bits,
  fun
};

class term {
public:
  /// The empty list `[]`.
  constexpr term() noexcept = default;

  term(const term& other) noexcept : payload_(other.payload_), aux_(other.aux_), meta_(other.meta_) {
    if (on_heap()) internal::retain(node());
  }
  term(term&& other) noexcept : payload_(other.payload_), aux_(other.aux_), meta_(other.meta_) {
    other.payload_ = 0;
    other.aux_ = 0;
    other.meta_ = 0;
  }
  term& operator=(const term& other) noexcept {
    term copy{other};
    swap(copy);
    return *this;
  }
  term& operator=(term&& other) noexcept {
    term moved{std::move(other)};
    swap(moved);
    return *this;
  }
  ~term() {
    if (on_heap()) internal::release(node());
  }
  void swap(term& other) noexcept {
    std::swap(payload_, other.payload_);
    std::swap(aux_, other.aux_);
    std::swap(meta_, other.meta_);
  }

  // -- values that fit ------------------------------------------------------------------------------------------------------------

  template <std::integral Integer>
    requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>)
  term(Integer value) noexcept(sizeof(Integer) < 8 || std::is_signed_v<Integer>) {
    if constexpr (std::is_unsigned_v<Integer> && sizeof(Integer) == 8) {
      if (value > static_cast<Integer>(INT64_MAX)) {
        *this = big_from_unsigned(value);
        return;
      }
    }
    static_assert(sizeof(Integer) <= 8, "agner::integer() makes integers of more than 64 bits");
    payload_ = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
    meta_ = static_cast<std::uint32_t>(term_kind::integer);
  }
  /// @errors raises `badarith`  @p value is not finite: Erlang has no such floats
  term(double value)
      : payload_(std::bit_cast<std::uint64_t>(value)), meta_(static_cast<std::uint32_t>(term_kind::floating)) {
    if (!std::isfinite(value)) internal::raise_not_finite();
  }
  term(atom value) noexcept : payload_(value.index()), meta_(static_cast<std::uint32_t>(term_kind::atom)) {}
  template <internal::literal_text Text>
  term(atom_literal<Text> value) : term(value.value()) {}
  /// The atoms `true` and `false`.
  term(bool value) noexcept : term(value ? internal::true_atom : internal::false_atom) {}
  term(const pid& value) noexcept
      : payload_(std::uint64_t{value.serial} << 32U | value.id), meta_(with_home(term_kind::pid, value.home)) {}
  term(const port& value) noexcept : payload_(value.id), meta_(with_home(term_kind::port, value.home)) {}
  term(const reference& value) noexcept;
  /// A pointer is no term: without this, a string literal would become `true`. Use `binary("...")` or `string("...")`.
  template <class T>
  term(const T*) = delete;

  // -- what it is -----------------------------------------------------------------------------------------------------------------

  [[nodiscard]] term_kind kind() const noexcept { return static_cast<term_kind>(meta_ & 0xffU); }
  [[nodiscard]] bool is_nil() const noexcept { return kind() == term_kind::nil; }
  [[nodiscard]] bool is_integer() const noexcept {
    return kind() == term_kind::integer || kind() == term_kind::big_integer;
  }
  [[nodiscard]] bool is_float() const noexcept { return kind() == term_kind::floating; }
  [[nodiscard]] bool is_number() const noexcept { return is_integer() || is_float(); }
  [[nodiscard]] bool is_atom() const noexcept { return kind() == term_kind::atom; }
  [[nodiscard]] bool is_boolean() const noexcept { return is(internal::true_atom) || is(internal::false_atom); }
  [[nodiscard]] bool is_pid() const noexcept { return kind() == term_kind::pid; }
  [[nodiscard]] bool is_port() const noexcept { return kind() == term_kind::port; }
  [[nodiscard]] bool is_reference() const noexcept {
    return kind() == term_kind::reference || kind() == term_kind::long_reference;
  }
  [[nodiscard]] bool is_tuple() const noexcept { return kind() == term_kind::tuple; }
  [[nodiscard]] bool is_cons() const noexcept { return kind() == term_kind::list; }
  [[nodiscard]] bool is_list() const noexcept { return is_nil() || is_cons(); }
  [[nodiscard]] bool is_map() const noexcept { return kind() == term_kind::map; }
  [[nodiscard]] bool is_bitstring() const noexcept { return kind() == term_kind::bits; }
  [[nodiscard]] bool is_binary() const noexcept { return is_bitstring() && aux_ == 0; }
  [[nodiscard]] bool is_fun() const noexcept { return kind() == term_kind::fun; }
  [[nodiscard]] bool is(atom value) const noexcept { return is_atom() && payload_ == value.index(); }

  // -- reading: each raises badarg on a term of another kind, the `to_` forms return nothing instead ---------------------------------

  [[nodiscard]] std::optional<std::int64_t> to_int64() const noexcept {
    if (kind() == term_kind::integer) return static_cast<std::int64_t>(payload_);
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::uint64_t> to_uint64() const noexcept;
  [[nodiscard]] std::optional<double> to_double() const noexcept {
    if (is_float()) return std::bit_cast<double>(payload_);
    return std::nullopt;
  }
  [[nodiscard]] std::optional<atom> to_atom() const noexcept {
    if (is_atom()) return atom::from_index(static_cast<std::uint32_t>(payload_));
    return std::nullopt;
  }
  [[nodiscard]] std::optional<pid> to_pid() const noexcept {
    if (is_pid()) return pid{static_cast<std::uint32_t>(payload_), static_cast<std::uint32_t>(payload_ >> 32U), home()};
    return std::nullopt;
  }
  [[nodiscard]] std::optional<port> to_port() const noexcept {
    if (is_port()) return port{payload_, home()};
    return std::nullopt;
  }
  [[nodiscard]] std::optional<reference> to_reference() const noexcept;

  [[nodiscard]] std::int64_t as_int64() const;
  [[nodiscard]] double as_double() const;
  [[nodiscard]] atom as_atom() const;
  [[nodiscard]] pid as_pid() const;
  [[nodiscard]] reference as_reference() const;
  /// Sign and magnitude of any integer, small or big. The view lives as long as this term.
  [[nodiscard]] integer_view as_integer() const;

  /// Elements of a tuple; empty for other terms. Valid while a term that shares the tuple lives.
  [[nodiscard]] std::span<const term> elements() const noexcept {
    if (!is_tuple() || aux_ == 0) return {};
    return {reinterpret_cast<const term*>(node() + 1), aux_};
  }
  /// Number of elements of a tuple, of pairs of a map; 0 for other terms.
  [[nodiscard]] std::size_t size() const noexcept { return is_tuple() || is_map() ? aux_ : 0; }
  /// Element @p index, from 0, of a tuple. @errors raises `badarg`
  [[nodiscard]] const term& operator[](std::size_t index) const;
  /// True for a tuple of @p arity elements whose first is @p tag: the shape of a tagged message.
  [[nodiscard]] bool is_tagged(atom tag, std::size_t arity) const noexcept {
    return is_tuple() && aux_ == arity && elements()[0].is(tag);
  }

  /// Head and tail of a non-empty list. The head is valid while a term that shares the list lives. @errors raises `badarg`
  [[nodiscard]] const term& head() const;
  [[nodiscard]] term tail() const;
  /// The list as a range of its elements, and its last tail (`[]` for a proper list). Allocates nothing.
  [[nodiscard]] list_view as_list() const;

  [[nodiscard]] map_view as_map() const;

  /// Bytes of a bitstring: the last byte holds `bit_size() % 8` bits at its high end where that is not 0. Valid while a term that shares it lives.
  [[nodiscard]] std::span<const std::byte> bytes() const;
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] std::uint64_t bit_size() const;

  [[nodiscard]] fun_view as_fun() const;

  /// Exactly equal, Erlang's `=:=`: `1` and `1.0` differ. So do `0.0` and `-0.0`, as in OTP 27 and unlike OTP 25 (docs/differences.md).
  friend bool operator==(const term& left, const term& right) noexcept {
    if (left.payload_ == right.payload_ && left.aux_ == right.aux_ && left.meta_ == right.meta_) return true;
    return left.on_heap() && right.on_heap() && left.meta_ == right.meta_ && equal_on_heap(left, right);
  }

private:
  friend struct internal::term_access;
  friend class internal::tuple_maker;

  static constexpr std::uint32_t with_home(term_kind kind, incarnation home) noexcept {
    return static_cast<std::uint32_t>(kind) | home.index() << 8U;
  }
  static constexpr std::uint32_t heap_kinds =
      1U << static_cast<unsigned>(term_kind::big_integer) | 1U << static_cast<unsigned>(term_kind::long_reference) |
      1U << static_cast<unsigned>(term_kind::tuple) | 1U << static_cast<unsigned>(term_kind::list) |
      1U << static_cast<unsigned>(term_kind::map) | 1U << static_cast<unsigned>(term_kind::bits) |
      1U << static_cast<unsigned>(term_kind::fun);
  [[nodiscard]] bool on_heap() const noexcept { return (heap_kinds >> (meta_ & 0xffU) & 1U) != 0 && payload_ != 0; }
  [[nodiscard]] internal::heap_node* node() const noexcept { return std::bit_cast<internal::heap_node*>(payload_); }
  [[nodiscard]] incarnation home() const noexcept { return incarnation::from_index(meta_ >> 8U); }
  static bool equal_on_heap(const term& left, const term& right) noexcept;
  static term big_from_unsigned(std::uint64_t value);

  std::uint64_t payload_ = 0; // value, or pointer to a heap_node
  std::uint32_t aux_ =
      0; // tuple: arity; map: pairs; list: offset into the segment; reference: third word; bits: trailing bits; big: 1 if negative
  std::uint32_t meta_ = 0; // term_kind in the low byte, incarnation index above
};

static_assert(sizeof(term) == 16);

} // namespace agner
