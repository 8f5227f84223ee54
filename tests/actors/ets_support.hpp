// SPDX-License-Identifier: Apache-2.0
// What tests of ets share: terms as Erlang text, tables of each type, and what must raise badarg.

#pragma once

#include <agner/actors/ets.hpp>
#include <agner/actors/process.hpp>
#include <agner/runtime/term_order.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "../support/deterministic_node.hpp"

namespace agner::test {

/// The term that @p text says.
inline term t(std::string_view text) { return must(parse_term(text)); }

inline constexpr std::array all_types{ets::type::set, ets::type::ordered_set, ets::type::bag, ets::type::duplicate_bag};
inline constexpr std::array set_types{ets::type::set, ets::type::ordered_set};
inline constexpr std::array bag_types{ets::type::bag, ets::type::duplicate_bag};

inline std::vector<term> sorted(std::vector<term> of) {
  std::ranges::sort(of, [](const term& l, const term& r) { return compare_exact(l, r) < 0; });
  return of;
}
/// The elements of the list that @p text says, sorted.
inline std::vector<term> terms(std::string_view text) {
  const term all = t(text);
  return sorted({all.as_list().begin(), all.as_list().end()});
}

/// Runs @p body in a process of a fresh node.
template <class F>
void in_process(F body) {
  deterministic_node here;
  here->run([&]() -> task<> {
    body();
    co_return;
  });
}

template <class F>
bool raises_badarg(F f) {
  try {
    f();
    return false;
  } catch (const raised& r) {
    return r.cls() == raised_class::error && r.reason().is("badarg"_atom);
  }
}

} // namespace agner::test

#define EXPECT_BADARG(...) EXPECT_TRUE(agner::test::raises_badarg([&] { (void)(__VA_ARGS__); }))
