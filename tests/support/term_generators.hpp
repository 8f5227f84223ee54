// SPDX-License-Identifier: Apache-2.0
// Arbitrary terms of every kind for property tests.

#pragma once

#include <rapidcheck.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <agner/runtime/reference.hpp>
#include <agner/runtime/term.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/runtime/term_views.hpp>

namespace agner::test {

inline rc::Gen<std::vector<std::byte>> any_bytes() {
  return rc::gen::container<std::vector<std::byte>>(rc::gen::cast<std::byte>(rc::gen::arbitrary<std::uint8_t>()));
}

/// One of few atoms: the table is never emptied.
inline rc::Gen<atom> any_atom() {
  return rc::gen::element(atom{""}, atom{"ok"}, atom{"true"}, atom{"with space"}, atom{"h\xc3\xa4"},
                          atom{"\xf0\x9f\x98\x80"}, atom{std::string(255, 'x')}, atom{"a@b"});
}

inline rc::Gen<incarnation> any_incarnation() {
  return rc::gen::map(rc::gen::pair(rc::gen::element("a@b", "c@d"), rc::gen::inRange<std::uint32_t>(0, 9)),
                      [](const auto& p) { return incarnation{atom{p.first}, p.second}; });
}

inline rc::Gen<term> any_integer() {
  return rc::gen::oneOf(rc::gen::map(rc::gen::inRange<std::int64_t>(-2, 300), [](std::int64_t i) { return term{i}; }),
                        rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t i) { return term{i}; }),
                        rc::gen::map(rc::gen::pair(rc::gen::arbitrary<bool>(), any_bytes()),
                                     [](const auto& p) { return integer(p.first, p.second); }));
}

inline rc::Gen<term> any_float() {
  return rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), [](std::uint64_t bits) {
    const auto value = std::bit_cast<double>(bits);
    return term{std::isfinite(value) ? value : -0.0};
  });
}

inline rc::Gen<term> any_identifier() {
  return rc::gen::oneOf(
      rc::gen::map(
          rc::gen::tuple(rc::gen::arbitrary<std::uint32_t>(), rc::gen::arbitrary<std::uint32_t>(), any_incarnation()),
          [](const auto& t) { return term{pid{std::get<0>(t), std::get<1>(t), std::get<2>(t)}}; }),
      rc::gen::map(rc::gen::pair(rc::gen::arbitrary<std::uint64_t>(), any_incarnation()),
                   [](const auto& p) { return term{port{p.first, p.second}}; }),
      rc::gen::map(rc::gen::pair(rc::gen::nonEmpty<std::vector<std::uint32_t>>(), any_incarnation()),
                   [](const auto& p) {
                     auto words = p.first;
                     words.resize(std::min(words.size(), reference::words_max));
                     return term{reference{words, p.second}};
                   }));
}

inline rc::Gen<term> any_bits() {
  return rc::gen::map(rc::gen::pair(any_bytes(), rc::gen::inRange(0U, 8U)),
                      [](const auto& p) { return bitstring(p.first, p.first.empty() ? 0 : p.second); });
}

inline rc::Gen<term> any_leaf() {
  return rc::gen::oneOf(rc::gen::just(term{}), any_integer(), any_float(),
                        rc::gen::map(any_atom(), [](atom a) { return term{a}; }), any_identifier(), any_bits(),
                        rc::gen::map(rc::gen::pair(any_atom(), any_atom()),
                                     [](const auto& p) { return export_fun(p.first, p.second, 3); }));
}

/// A term at most @p depth containers deep.
inline rc::Gen<term> any_term(int depth = 4) {
  if (depth == 0) return any_leaf();
  auto inner = rc::gen::lazy([depth] { return any_term(depth - 1); });
  auto several = rc::gen::scale(0.3, rc::gen::container<std::vector<term>>(inner));
  return rc::gen::oneOf(
      any_leaf(), any_leaf(), rc::gen::map(several, [](std::vector<term> v) { return tuple_of(std::move(v)); }),
      rc::gen::map(several, [](std::vector<term> v) { return list_of(std::move(v)); }),
      rc::gen::map(
          rc::gen::pair(several, inner),
          [](std::pair<std::vector<term>, term> p) { return list_of(std::move(p.first), std::move(p.second)); }),
      rc::gen::map(rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>()),
                   [](const std::vector<std::uint8_t>& v) { return list_of(std::vector<term>(v.begin(), v.end())); }),
      rc::gen::map(
          rc::gen::scale(0.3, rc::gen::container<std::vector<std::pair<term, term>>>(rc::gen::pair(inner, inner))),
          [](std::vector<std::pair<term, term>> v) { return map_of(std::move(v)); }),
      rc::gen::map(several, [](const std::vector<term>& free_variables) {
        static constexpr std::array<std::byte, 16> uniq{std::byte{1}, std::byte{2}};
        return closure({.module = atom{"m"},
                        .arity = 2,
                        .uniq = uniq,
                        .index = 7,
                        .old_index = term{1},
                        .old_uniq = term{-12345},
                        .creator = term{pid{1, 2, incarnation{atom{"a@b"}, 3}}},
                        .free_variables = free_variables});
      }));
}

} // namespace agner::test

namespace rc {

template <>
struct Arbitrary<agner::term> {
  static Gen<agner::term> arbitrary() { return agner::test::any_term(); }
};

inline void showValue(const agner::term& value, std::ostream& out) { out << agner::print_short(value); }

} // namespace rc
