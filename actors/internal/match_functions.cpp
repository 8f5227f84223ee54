// SPDX-License-Identifier: Apache-2.0

#include "match_functions.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "../../runtime/arithmetic.hpp"
#include "../../runtime/error.hpp"
#include "../../runtime/reference.hpp"
#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_order.hpp"
#include "../../runtime/term_views.hpp"

namespace agner::internal {

namespace {

using arguments = std::span<const term>;
using answer = std::optional<term>;

template <bool (term::*Test)() const noexcept>
answer test(arguments a, const match_caller&) {
  return (a[0].*Test)();
}

template <term (*Operation)(const term&, const term&)>
answer arithmetic_of_two(arguments a, const match_caller&) {
  if (!a[0].is_number() || !a[1].is_number()) return std::nullopt; // without the cost of an exception
  return Operation(a[0], a[1]);
}
template <term (*Operation)(const term&)>
answer arithmetic_of_one(arguments a, const match_caller&) {
  if (!a[0].is_number()) return std::nullopt;
  return Operation(a[0]);
}
answer identity(arguments a, const match_caller&) {
  if (!a[0].is_number()) return std::nullopt;
  return a[0];
}

// -- tuples, lists, maps, binaries ------------------------------------------------------------------------------------------------------

answer element(arguments a, const match_caller&) {
  const auto at = a[0].to_int64();
  if (!at || !a[1].is_tuple() || *at < 1 || static_cast<std::uint64_t>(*at) > a[1].size()) return std::nullopt;
  return a[1][static_cast<std::size_t>(*at) - 1];
}
answer is_record(arguments a, const match_caller&) {
  return a[0].is_tuple() && a[0].size() > 0 && a[0][0] == a[1] && term{a[0].size()} == a[2];
}
answer head(arguments a, const match_caller&) {
  if (!a[0].is_cons()) return std::nullopt;
  return a[0].head();
}
answer tail(arguments a, const match_caller&) {
  if (!a[0].is_cons()) return std::nullopt;
  return a[0].tail();
}
answer length(arguments a, const match_caller&) {
  if (!a[0].is_list()) return std::nullopt;
  const list_view elements{a[0]};
  if (!elements.is_proper()) return std::nullopt;
  return elements.size();
}
answer bit_size(arguments a, const match_caller&) {
  if (!a[0].is_bitstring()) return std::nullopt;
  return a[0].bit_size();
}
answer byte_size(arguments a, const match_caller&) {
  if (!a[0].is_bitstring()) return std::nullopt;
  return (a[0].bit_size() + 7) / 8;
}
answer size(arguments a, const match_caller&) {
  if (a[0].is_tuple()) return a[0].size();
  if (!a[0].is_bitstring()) return std::nullopt;
  return a[0].bit_size() / 8;
}
answer map_size(arguments a, const match_caller&) {
  if (!a[0].is_map()) return std::nullopt;
  return a[0].size();
}
answer map_get(arguments a, const match_caller&) {
  const term* const value = a[1].is_map() ? a[1].as_map().find(a[0]) : nullptr;
  if (value == nullptr) return std::nullopt;
  return *value;
}
answer is_map_key(arguments a, const match_caller&) {
  if (!a[1].is_map()) return std::nullopt;
  return a[1].as_map().find(a[0]) != nullptr;
}
answer part_of(const term& of, const term& at, const term& length) {
  const auto start = at.to_int64();
  auto count = length.to_int64();
  if (!of.is_binary() || !start || !count) return std::nullopt;
  const auto size = static_cast<std::int64_t>(of.bytes().size());
  const std::int64_t first = *count < 0 ? *start + *count : *start;
  const std::int64_t last = *count < 0 ? *start : *start + *count;
  if (*start < 0 || *start > size || *count > size || *count < -size || first < 0 || last > size) return std::nullopt;
  return binary_part(of, static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
}
answer binary_part_2(arguments a, const match_caller&) {
  if (!a[1].is_tuple() || a[1].size() != 2) return std::nullopt;
  return part_of(a[0], a[1][0], a[1][1]);
}
answer binary_part_3(arguments a, const match_caller&) { return part_of(a[0], a[1], a[2]); }

// -- order and logic --------------------------------------------------------------------------------------------------------------------

answer less(arguments a, const match_caller&) { return compare(a[0], a[1]) < 0; }
answer at_most(arguments a, const match_caller&) { return compare(a[0], a[1]) <= 0; }
answer more(arguments a, const match_caller&) { return compare(a[0], a[1]) > 0; }
answer at_least(arguments a, const match_caller&) { return compare(a[0], a[1]) >= 0; }
answer same(arguments a, const match_caller&) { return a[0] == a[1]; }
answer not_same(arguments a, const match_caller&) { return a[0] != a[1]; }
answer equals(arguments a, const match_caller&) { return equal(a[0], a[1]); }
answer not_equals(arguments a, const match_caller&) { return !equal(a[0], a[1]); }
answer not_(arguments a, const match_caller&) {
  if (!a[0].is_boolean()) return std::nullopt;
  return a[0].is(false_atom);
}
answer xor_(arguments a, const match_caller&) {
  if (!a[0].is_boolean() || !a[1].is_boolean()) return std::nullopt;
  return a[0] != a[1];
}

// -- places -----------------------------------------------------------------------------------------------------------------------------

answer self(arguments, const match_caller& by) { return by.self; }
answer node(arguments, const match_caller& by) { return by.node; }
answer node_of(arguments a, const match_caller&) {
  if (const auto p = a[0].to_pid()) return p->node();
  if (const auto p = a[0].to_port()) return p->node();
  if (const auto r = a[0].to_reference()) return r->node();
  return std::nullopt;
}

struct entry {
  std::string_view name;
  std::size_t arity;
  match_function function;
};

constexpr std::array table{
    entry{"is_atom", 1, test<&term::is_atom>},
    entry{"is_float", 1, test<&term::is_float>},
    entry{"is_integer", 1, test<&term::is_integer>},
    entry{"is_list", 1, test<&term::is_list>},
    entry{"is_number", 1, test<&term::is_number>},
    entry{"is_pid", 1, test<&term::is_pid>},
    entry{"is_port", 1, test<&term::is_port>},
    entry{"is_reference", 1, test<&term::is_reference>},
    entry{"is_tuple", 1, test<&term::is_tuple>},
    entry{"is_map", 1, test<&term::is_map>},
    entry{"is_binary", 1, test<&term::is_binary>},
    entry{"is_function", 1, test<&term::is_fun>},
    entry{"is_map_key", 2, is_map_key},
    entry{"is_record", 3, is_record},
    entry{"abs", 1, arithmetic_of_one<arithmetic::absolute>},
    entry{"element", 2, element},
    entry{"hd", 1, head},
    entry{"tl", 1, tail},
    entry{"length", 1, length},
    entry{"node", 0, node},
    entry{"node", 1, node_of},
    entry{"self", 0, self},
    entry{"round", 1, arithmetic_of_one<arithmetic::round>},
    entry{"trunc", 1, arithmetic_of_one<arithmetic::truncate>},
    entry{"float", 1, arithmetic_of_one<arithmetic::to_float>},
    entry{"size", 1, size},
    entry{"map_size", 1, map_size},
    entry{"map_get", 2, map_get},
    entry{"bit_size", 1, bit_size},
    entry{"byte_size", 1, byte_size},
    entry{"binary_part", 2, binary_part_2},
    entry{"binary_part", 3, binary_part_3},
    entry{"+", 1, identity},
    entry{"-", 1, arithmetic_of_one<arithmetic::negate>},
    entry{"+", 2, arithmetic_of_two<arithmetic::add>},
    entry{"-", 2, arithmetic_of_two<arithmetic::subtract>},
    entry{"*", 2, arithmetic_of_two<arithmetic::multiply>},
    entry{"/", 2, arithmetic_of_two<arithmetic::divide>},
    entry{"div", 2, arithmetic_of_two<arithmetic::quotient>},
    entry{"rem", 2, arithmetic_of_two<arithmetic::remainder>},
    entry{"band", 2, arithmetic_of_two<arithmetic::bit_and>},
    entry{"bor", 2, arithmetic_of_two<arithmetic::bit_or>},
    entry{"bxor", 2, arithmetic_of_two<arithmetic::bit_xor>},
    entry{"bnot", 1, arithmetic_of_one<arithmetic::bit_not>},
    entry{"bsl", 2, arithmetic_of_two<arithmetic::shift_left>},
    entry{"bsr", 2, arithmetic_of_two<arithmetic::shift_right>},
    entry{">", 2, more},
    entry{">=", 2, at_least},
    entry{"<", 2, less},
    entry{"=<", 2, at_most},
    entry{"=:=", 2, same},
    entry{"==", 2, equals},
    entry{"=/=", 2, not_same},
    entry{"/=", 2, not_equals},
    entry{"not", 1, not_},
    entry{"xor", 2, xor_},
};

} // namespace

match_function find_match_function(atom name, std::size_t arity) {
  const auto* const at =
      std::ranges::find_if(table, [&](const entry& each) { return each.arity == arity && each.name == name.name(); });
  return at == table.end() ? nullptr : at->function;
}

} // namespace agner::internal
