// SPDX-License-Identifier: Apache-2.0
// Random match specifications and rows of operations on tables, here and on the installed Erlang/OTP: both must give the same.

#include <agner/actors/ets.hpp>
#include <agner/actors/process.hpp>
#include <agner/runtime/term_order.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "../support/deterministic_node.hpp"
#include "../support/erl_peer.hpp"

namespace agner::test {
namespace {

std::string text(const term& of) { return print(of, {.plain = true, .line_characters = 0}); }

term sorted_list(std::vector<term> of) {
  std::ranges::sort(of, [](const term& l, const term& r) { return compare_exact(l, r) < 0; });
  return list_of(std::move(of));
}

/// Random terms, patterns and expressions, few values of each kind, so that they meet.
class generator {
public:
  explicit generator(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>{0, end - 1}(random_); }

  template <class... Choices>
  term one_of(Choices... choices) {
    const std::array<term, sizeof...(Choices)> all{term{choices}...};
    return all[below(all.size())];
  }

  term scalar() {
    switch (below(6)) {
    case 0: return static_cast<std::int64_t>(below(4)) + 1;
    case 1: return static_cast<double>(below(3)) + 1.0;
    case 2: return one_of("a"_atom, "b"_atom, true, false);
    case 3: return binary(std::string(below(3), 'x'));
    case 4: return one_of(2.5, -3, 7);
    default: return must(parse_term("36893488147419103232"));
    }
  }
  std::vector<term> several(term (generator::*what)(int), int depth) {
    std::vector<term> all(below(4));
    for (term& each : all)
      each = (this->*what)(depth);
    return all;
  }
  term compound(term (generator::*what)(int), int depth) {
    switch (below(4)) {
    case 0: return tuple_of(several(what, depth - 1));
    case 1: return list_of(several(what, depth - 1));
    case 2: return list_of({(this->*what)(depth - 1)}, (this->*what)(depth - 1));
    default: return map({{one_of(1, "a"_atom), (this->*what)(depth - 1)}});
    }
  }
  term value(int depth) { return depth == 0 || below(2) == 0 ? scalar() : compound(&generator::value, depth); }
  term variable() { return one_of("$1"_atom, "$2"_atom, "$10"_atom); }
  term pattern(int depth) {
    const auto which = below(5);
    if (which == 0) return "_"_atom;
    if (which <= 2) return variable();
    return depth == 0 ? scalar() : compound(&generator::pattern, depth);
  }
  term expression(int depth) {
    switch (below(depth == 0 ? 4 : 9)) {
    case 0:
    case 1: return variable();
    case 2: return scalar();
    case 3: return one_of("$_"_atom, "$$"_atom, "$1"_atom, "_"_atom);
    case 4: return tuple(tuple_of(several(&generator::expression, depth - 1)));
    case 5: return tuple("const"_atom, pattern(1));
    case 6: return list_of(several(&generator::expression, depth - 1));
    default: return call(depth - 1);
    }
  }
  term call(int depth) {
    static const std::vector<std::pair<const char*, std::size_t>> functions{
        {"is_atom", 1},    {"is_float", 1},  {"is_integer", 1}, {"is_list", 1},   {"is_number", 1},   {"is_tuple", 1},
        {"is_map", 1},     {"is_binary", 1}, {"is_map_key", 2}, {"is_record", 3}, {"abs", 1},         {"element", 2},
        {"hd", 1},         {"tl", 1},        {"length", 1},     {"round", 1},     {"trunc", 1},       {"float", 1},
        {"size", 1},       {"map_size", 1},  {"map_get", 2},    {"bit_size", 1},  {"byte_size", 1},   {"+", 1},
        {"-", 1},          {"+", 2},         {"-", 2},          {"*", 2},         {"/", 2},           {"div", 2},
        {"rem", 2},        {"band", 2},      {"bor", 2},        {"bxor", 2},      {"bnot", 1},        {"bsr", 2},
        {">", 2},          {">=", 2},        {"<", 2},          {"=<", 2},        {"=:=", 2},         {"==", 2},
        {"=/=", 2},        {"/=", 2},        {"not", 1},        {"xor", 2},       {"and", 2},         {"or", 2},
        {"andalso", 2},    {"orelse", 2},    {"and", 3},        {"orelse", 3},    {"binary_part", 3}, {"max", 2},
        {"tuple_size", 1}, {"foo", 1}};
    // The last three do not exist; they are seldom wanted.
    const auto& [name, arity] = functions[below(below(20) == 0 ? functions.size() : functions.size() - 3)];
    std::vector<term> all{atom{name}};
    for (std::size_t i = 0; i < arity; ++i)
      all.push_back(expression(depth));
    return tuple_of(std::move(all));
  }
  term specification() {
    std::vector<term> clauses;
    for (std::size_t i = below(2); i < 2; ++i) {
      const term head = below(8) == 0 ? one_of("_"_atom, "$1"_atom) : tuple(pattern(2), pattern(2), "$1"_atom);
      std::vector<term> guards;
      for (std::size_t guard = below(3); guard < 2; ++guard)
        guards.push_back(below(2) == 0 ? call(1) : tuple("is_integer"_atom, "$1"_atom));
      clauses.push_back(tuple(head, list_of(std::move(guards)), list({expression(3)})));
    }
    return list_of(std::move(clauses));
  }

private:
  std::mt19937 random_;
};

erl_peer& erlang() {
  static erl_peer peer{std::vector<std::string>{}};
  return peer;
}

template <class F>
void in_process(F body) {
  deterministic_node here;
  here->run([&]() -> task<> {
    body();
    co_return;
  });
}

TEST(EtsAgainstErlang, RandomMatchSpecificationsGiveTheSame) {
  in_process([] {
    generator make{1};
    std::size_t matched = 0;
    std::size_t valid = 0;
    for (int batch = 0; batch < 40; ++batch) {
      std::vector<term> cases;
      for (int i = 0; i < 100; ++i) {
        const term specification = make.specification();
        for (int j = 0; j < 3; ++j)
          cases.push_back(tuple(tuple(make.value(2), make.value(2), make.value(1)), specification));
      }
      const std::string answer =
          erlang().eval("[case ets:test_ms(O, M) of {ok, R} -> {ok, R}; {error, _} -> error end || {O, M} <- " +
                        text(list_of(cases)) + "]");
      const auto theirs = parse_term(answer);
      ASSERT_TRUE(theirs.has_value()) << answer.substr(0, 300);
      std::size_t at = 0;
      for (const term& their : theirs->as_list()) {
        const term& each = cases[at++];
        const auto mine = ets::test_ms(each[0], each[1]);
        const term our = mine ? tuple("ok"_atom, *mine) : term{"error"_atom};
        EXPECT_EQ(our, their) << text(each);
        valid += mine ? 1 : 0;
        matched += mine && !mine->is("false"_atom) ? 1 : 0;
      }
    }
    EXPECT_GT(valid, 2000U); // or the test says little
    EXPECT_GT(matched, 500U);
  });
}

/// One operation as {Function, Arguments behind the table}.
term operation(generator& make) {
  const term key = make.below(3) == 0 ? make.value(1) : make.one_of(1, 1.0, 2, 2.0, "a"_atom, 3);
  const term object = tuple(key, make.one_of(1, 2, 3, 0.5), make.value(1));
  switch (make.below(16)) {
  case 0:
  case 1:
  case 2: return tuple("insert"_atom, list({object}));
  case 3: return tuple("insert_new"_atom, list({object}));
  case 4: return tuple("lookup"_atom, list({key}));
  case 5: return tuple("delete"_atom, list({key}));
  case 6: return tuple("delete_object"_atom, list({object}));
  case 7: return tuple("take"_atom, list({key}));
  case 8: return tuple("member"_atom, list({key}));
  case 9: return tuple("lookup_element"_atom, list({key, make.one_of(1, 2, 3, 4)}));
  case 10:
    return tuple("update_counter"_atom,
                 list({key, make.below(2) == 0 ? tuple(make.one_of(1, 2, 3, 4), make.one_of(1, -2))
                                               : tuple(2, make.one_of(1, -1), make.one_of(1, 2), 0)}));
  case 11: return tuple("update_counter"_atom, list({key, make.one_of(1, 5), tuple("default"_atom, 7, "x"_atom)}));
  case 12: return tuple("update_element"_atom, list({key, tuple(make.one_of(1, 2, 3, 4), make.value(1))}));
  case 13: return tuple("match"_atom, list({tuple(make.pattern(1), "$1"_atom, make.pattern(1))}));
  case 14:
    return tuple("select_delete"_atom, list({list({tuple(tuple("$1"_atom, "$2"_atom, "_"_atom), term{},
                                                         list({tuple("=="_atom, "$1"_atom, "$2"_atom)}))})}));
  default:
    return tuple(
        "select_replace"_atom,
        list({list({tuple(tuple("$1"_atom, 1, "$2"_atom), term{}, list({tuple(tuple("$1"_atom, 2, "$2"_atom))}))})}));
  }
}

term ours(const ets::table& tab, const term& what) {
  const atom name = what[0].as_atom();
  const term all = what[1];
  const std::vector<term> a{all.as_list().begin(), all.as_list().end()};
  if (name == "insert"_atom) return ets::insert(tab, a[0]), term{true};
  if (name == "insert_new"_atom) return ets::insert_new(tab, a[0]);
  if (name == "lookup"_atom) return list_of(ets::lookup(tab, a[0]));
  if (name == "delete"_atom) return ets::delete_(tab, a[0]), term{true};
  if (name == "delete_object"_atom) return ets::delete_object(tab, a[0]), term{true};
  if (name == "take"_atom) return list_of(ets::take(tab, a[0]));
  if (name == "member"_atom) return ets::member(tab, a[0]);
  if (name == "lookup_element"_atom) return ets::lookup_element(tab, a[0], static_cast<std::size_t>(a[1].as_int64()));
  if (name == "update_counter"_atom && a.size() == 2) return ets::update_counter(tab, a[0], a[1]);
  if (name == "update_counter"_atom) return ets::update_counter(tab, a[0], a[1], a[2]);
  if (name == "update_element"_atom) return ets::update_element(tab, a[0], a[1]);
  if (name == "match"_atom) return sorted_list(ets::match(tab, a[0]));
  if (name == "select_delete"_atom) return ets::select_delete(tab, a[0]);
  if (name == "select_replace"_atom) return ets::select_replace(tab, a[0]);
  return "unknown"_atom;
}

/// What both give of each operation, and what is in the table at the end.
TEST(EtsAgainstErlang, RandomOperationsGiveTheSame) {
  // Bindings come in any order: only how many there are is compared.
  erlang().eval("Do = fun(T, {F, A}) -> try apply(ets, F, [T | A]) of R when F =:= match -> length(R); R -> R catch "
                "error:badarg -> badarg end end");
  for (const ets::type type : {ets::type::set, ets::type::ordered_set, ets::type::bag, ets::type::duplicate_bag}) {
    static constexpr std::array names{"set", "ordered_set", "bag", "duplicate_bag"};
    const std::string name = names[static_cast<std::size_t>(type)];
    for (std::uint32_t seed = 1; seed <= 10; ++seed) {
      in_process([&] {
        generator make{seed};
        std::vector<term> operations;
        for (int i = 0; i < 300; ++i)
          operations.push_back(operation(make));
        const std::string answer = erlang().eval(
            "T" + name + std::to_string(seed) + " = ets:new(t, [" + name + "]), {[Do(T" + name + std::to_string(seed) +
            ", O) || O <- " + text(list_of(operations)) + "], ets:tab2list(T" + name + std::to_string(seed) + ")}");
        const auto theirs = parse_term(answer);
        ASSERT_TRUE(theirs.has_value()) << answer.substr(0, 300);

        const ets::table tab = ets::new_("t"_atom, {.type = type});
        std::size_t at = 0;
        for (const term& their : (*theirs)[0].as_list()) {
          const term& each = operations[at++];
          term our;
          try {
            our = ours(tab, each);
            if (each[0].is("match"_atom)) our = our.as_list().size();
          } catch (const raised& r) {
            our = r.reason();
          }
          ASSERT_EQ(our, their) << name << " " << seed << " " << text(each);
        }
        const auto left = (*theirs)[1].as_list();
        if (type == ets::type::ordered_set)
          EXPECT_EQ(list_of(ets::tab2list(tab)), (*theirs)[1]);
        else
          EXPECT_EQ(sorted_list(ets::tab2list(tab)), sorted_list({left.begin(), left.end()}));
      });
    }
  }
}

} // namespace
} // namespace agner::test
