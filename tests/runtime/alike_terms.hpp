// SPDX-License-Identifier: Apache-2.0
// Random terms of few values, so that equal parts meet often: for rules about order and equality. (Terms of many values: tests/support/term_generators.hpp.)

#pragma once

#include <agner/runtime/reference.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/runtime/term_views.hpp>

#include <rapidcheck.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace agner::test {

/// Whether the terms may hold what has no text: pids, ports, references, closures.
enum class generated : std::uint8_t { with_text, all };

/// A random term of at most @p depth levels. Small values are frequent, so that equal parts meet.
inline term random_term(int depth, generated which) {
  using rc::gen::inRange;
  const auto some = [&] {
    std::vector<term> parts(static_cast<std::size_t>(*inRange(0, 5)));
    for (term& part : parts)
      part = random_term(depth - 1, which);
    return parts;
  };
  const incarnation home{"generated@host"_atom, *inRange(1U, 3U)};
  switch (*inRange(0, depth == 0 ? (which == generated::all ? 14 : 9) : (which == generated::all ? 19 : 14))) {
  case 0: return *inRange(-3, 4);
  case 1: return *rc::gen::arbitrary<std::int64_t>();
  case 2: {
    const auto magnitude = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
    return integer(*rc::gen::arbitrary<bool>(), std::as_bytes(std::span{magnitude}));
  }
  case 3: return static_cast<double>(*inRange(-3, 4));
  case 4: {
    const double value = *rc::gen::arbitrary<double>();
    return std::isfinite(value) ? value : -0.0;
  }
  case 5: return atom{"a" + std::to_string(*inRange(0, 4))};
  case 6: return *rc::gen::element(term{"Å 'x'"_atom}, term{""_atom}, term{true}, term{"and"_atom});
  case 7: return binary(*rc::gen::arbitrary<std::string>());
  case 8: {
    const auto bytes = *rc::gen::nonEmpty(rc::gen::arbitrary<std::vector<std::uint8_t>>());
    return bitstring(std::as_bytes(std::span{bytes}), *inRange(0U, 8U));
  }
  default: break;
  }
  if (depth == 0) {
    switch (*inRange(0, 4)) {
    case 0: return pid{*inRange(0U, 3U), *inRange(0U, 3U), home};
    case 1: return port{*inRange(0U, 3U), home};
    case 2: {
      std::vector<std::uint32_t> words(static_cast<std::size_t>(*inRange(1, 6)));
      for (auto& word : words)
        word = *inRange(0U, 3U);
      return reference{words, home};
    }
    default:
      return closure({.module = "m"_atom,
                      .arity = 1,
                      .uniq = std::array<std::byte, 16>{},
                      .index = 1,
                      .old_index = *inRange(0, 3),
                      .old_uniq = *inRange(0, 3),
                      .creator = pid{},
                      .free_variables = std::vector<term>{*inRange(0, 2)}});
    }
  }
  switch (*inRange(0, 6)) {
  case 0: return tuple_of(some());
  case 1: return list_of(some());
  case 2: return list_of(some(), random_term(depth - 1, which));
  case 3: {
    std::vector<std::pair<term, term>> pairs;
    for (term& key : some())
      pairs.emplace_back(std::move(key), random_term(depth - 1, which));
    return map_of(std::move(pairs));
  }
  case 4: return cons(random_term(depth - 1, which), random_term(depth - 1, which));
  default: return export_fun("lists"_atom, atom{"f" + std::to_string(*inRange(0, 3))}, *inRange(0U, 3U));
  }
}

inline rc::Gen<term> alike_terms(generated which) {
  return rc::gen::exec([which] { return random_term(*rc::gen::inRange(0, 4), which); });
}

} // namespace agner::test

namespace rc {

inline void showValue(const agner::term& of, std::ostream& out) { agner::PrintTo(of, &out); }

} // namespace rc
