// SPDX-License-Identifier: Apache-2.0

#include "match_functions.hpp"

#include <algorithm>
#include <array>
#include <functional>
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

/// What @p Value gives of an argument that is a @p Is.
template <auto Is, auto Value>
answer of_a(arguments a, const match_caller&) {
  if (!std::invoke(Is, a[0])) return std::nullopt;
  return std::invoke(Value, a[0]);
}
/// The same of two, which are the same kind of thing.
template <auto Are, auto Value>
answer of_two(arguments a, const match_caller&) {
  if (!std::invoke(Are, a[0]) || !std::invoke(Are, a[1])) return std::nullopt; // without the cost of an exception
  return Value(a[0], a[1]);
}
template <auto Holds>
answer compared(arguments a, const match_caller&) {
  return Holds(a[0], a[1]);
}

constexpr auto number = &term::is_number;
constexpr auto identity = [](const term& of) { return of; };
constexpr auto whole_bytes = [](const term& of) { return of.bit_size() / 8; };
constexpr auto bytes_begun = [](const term& of) { return (of.bit_size() + 7) / 8; };

// -- tuples, lists, maps, binaries ------------------------------------------------------------------------------------------------------

answer element(arguments a, const match_caller&) {
  const auto at = a[0].to_int64();
  if (!at || !a[1].is_tuple() || *at < 1 || static_cast<std::uint64_t>(*at) > a[1].size()) return std::nullopt;
  return a[1][static_cast<std::size_t>(*at) - 1];
}
answer is_record(arguments a, const match_caller&) {
  return a[0].is_tuple() && a[0].size() > 0 && a[0][0] == a[1] && term{a[0].size()} == a[2];
}
answer length(arguments a, const match_caller&) {
  if (!a[0].is_list()) return std::nullopt;
  const list_view elements{a[0]};
  if (!elements.is_proper()) return std::nullopt;
  return elements.size();
}
answer size(arguments a, const match_caller& by) {
  if (a[0].is_tuple()) return a[0].size();
  return of_a<&term::is_bitstring, whole_bytes>(a, by);
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

constexpr auto less = [](const term& l, const term& r) { return compare(l, r) < 0; };
constexpr auto at_most = [](const term& l, const term& r) { return compare(l, r) <= 0; };
constexpr auto more = [](const term& l, const term& r) { return compare(l, r) > 0; };
constexpr auto at_least = [](const term& l, const term& r) { return compare(l, r) >= 0; };
constexpr auto same = [](const term& l, const term& r) { return l == r; };
constexpr auto not_same = [](const term& l, const term& r) { return l != r; };
constexpr auto equals = [](const term& l, const term& r) { return equal(l, r); };
constexpr auto not_equals = [](const term& l, const term& r) { return !equal(l, r); };
constexpr auto negated = [](const term& of) { return of.is(false_atom); };

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
    entry{"abs", 1, of_a<number, arithmetic::absolute>},
    entry{"element", 2, element},
    entry{"hd", 1, of_a<&term::is_cons, &term::head>},
    entry{"tl", 1, of_a<&term::is_cons, &term::tail>},
    entry{"length", 1, length},
    entry{"node", 0, node},
    entry{"node", 1, node_of},
    entry{"self", 0, self},
    entry{"round", 1, of_a<number, arithmetic::round>},
    entry{"trunc", 1, of_a<number, arithmetic::truncate>},
    entry{"float", 1, of_a<number, arithmetic::to_float>},
    entry{"size", 1, size},
    entry{"map_size", 1, of_a<&term::is_map, &term::size>},
    entry{"map_get", 2, map_get},
    entry{"bit_size", 1, of_a<&term::is_bitstring, &term::bit_size>},
    entry{"byte_size", 1, of_a<&term::is_bitstring, bytes_begun>},
    entry{"binary_part", 2, binary_part_2},
    entry{"binary_part", 3, binary_part_3},
    entry{"+", 1, of_a<number, identity>},
    entry{"-", 1, of_a<number, arithmetic::negate>},
    entry{"+", 2, of_two<number, arithmetic::add>},
    entry{"-", 2, of_two<number, arithmetic::subtract>},
    entry{"*", 2, of_two<number, arithmetic::multiply>},
    entry{"/", 2, of_two<number, arithmetic::divide>},
    entry{"div", 2, of_two<number, arithmetic::quotient>},
    entry{"rem", 2, of_two<number, arithmetic::remainder>},
    entry{"band", 2, of_two<number, arithmetic::bit_and>},
    entry{"bor", 2, of_two<number, arithmetic::bit_or>},
    entry{"bxor", 2, of_two<number, arithmetic::bit_xor>},
    entry{"bnot", 1, of_a<number, arithmetic::bit_not>},
    entry{"bsl", 2, of_two<number, arithmetic::shift_left>},
    entry{"bsr", 2, of_two<number, arithmetic::shift_right>},
    entry{">", 2, compared<more>},
    entry{">=", 2, compared<at_least>},
    entry{"<", 2, compared<less>},
    entry{"=<", 2, compared<at_most>},
    entry{"=:=", 2, compared<same>},
    entry{"==", 2, compared<equals>},
    entry{"=/=", 2, compared<not_same>},
    entry{"/=", 2, compared<not_equals>},
    entry{"not", 1, of_a<&term::is_boolean, negated>},
    entry{"xor", 2, of_two<&term::is_boolean, not_same>},
};

} // namespace

match_function find_match_function(atom name, std::size_t arity) {
  const auto* const at =
      std::ranges::find_if(table, [&](const entry& each) { return each.arity == arity && each.name == name.name(); });
  return at == table.end() ? nullptr : at->function;
}

} // namespace agner::internal
