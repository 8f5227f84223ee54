// SPDX-License-Identifier: Apache-2.0
// Rules that hold for all terms.

#include <agner/runtime/term_order.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <compare>

#include "alike_terms.hpp"

namespace agner {
namespace {

using test::alike_terms;
using test::generated;

/// Another term of the same value that shares nothing with it.
term rebuilt(const term& of) {
  if (of.is_tuple()) {
    std::vector<term> parts;
    for (const term& part : of.elements())
      parts.push_back(rebuilt(part));
    return tuple_of(std::move(parts));
  }
  if (of.is_cons()) return cons(rebuilt(of.head()), rebuilt(of.tail()));
  if (of.is_map()) {
    term made = map({});
    for (const auto& [key, value] : of.as_map())
      made = map_put(made, rebuilt(key), rebuilt(value));
    return made;
  }
  if (of.is_bitstring()) return bitstring(of.bytes(), static_cast<unsigned>(of.bit_size() % 8));
  if (of.kind() == term_kind::big_integer) return integer(of.as_integer().negative, of.as_integer().big);
  if (of.kind() == term_kind::long_reference) {
    std::array<std::uint32_t, reference::words_max> words{};
    const auto count = of.as_reference().words(words);
    return reference{std::span{words}.first(count), of.as_reference().home()};
  }
  return of;
}

RC_GTEST_PROP(TermProperty, EqualsItselfBuiltAnew, ()) {
  const auto of = *alike_terms(generated::all);

  RC_ASSERT(rebuilt(of) == of);
  RC_ASSERT(std::is_eq(compare(rebuilt(of), of)));
  RC_ASSERT(std::is_eq(compare_exact(rebuilt(of), of)));
  RC_ASSERT(hash(rebuilt(of)) == hash(of));
}

RC_GTEST_PROP(TermProperty, ReadsBackWhatItPrints, ()) {
  const auto of = *alike_terms(generated::with_text);
  const bool plain = *rc::gen::arbitrary<bool>();
  const bool unicode = *rc::gen::arbitrary<bool>();
  const std::size_t line = *rc::gen::inRange<std::size_t>(0, 120);

  const std::string text = print(of, {.plain = plain, .unicode = unicode, .line_characters = line});
  const auto read = parse_term(text);

  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == of);
}

RC_GTEST_PROP(TermProperty, OrdersAreTotal, ()) {
  const auto a = *alike_terms(generated::all);
  const auto b = *alike_terms(generated::all);
  const auto c = *alike_terms(generated::all);

  RC_ASSERT((compare(a, b) < 0) == (compare(b, a) > 0));
  RC_ASSERT((compare_exact(a, b) < 0) == (compare_exact(b, a) > 0));
  if (compare(a, b) <= 0 && compare(b, c) <= 0) RC_ASSERT(std::is_lteq(compare(a, c)));
  if (compare_exact(a, b) <= 0 && compare_exact(b, c) <= 0) RC_ASSERT(std::is_lteq(compare_exact(a, c)));
}

RC_GTEST_PROP(TermProperty, ExactlyEquivalentIsEqual, ()) {
  const auto a = *alike_terms(generated::all);
  const auto b = *alike_terms(generated::all);

  RC_ASSERT((compare_exact(a, b) == 0) == (a == b));
  if (a == b) RC_ASSERT(hash(a) == hash(b));
  if (a == b) RC_ASSERT(equal(a, b));
}

RC_GTEST_PROP(TermProperty, IntegersAndFloatsOrderByValue, ()) {
  // Near each other, where rounding would tell: around the float's own value.
  const double floating =
      std::bit_cast<double>(*rc::gen::inRange<std::uint64_t>(0x4340'0000'0000'0000, 0x4400'0000'0000'0000));
  const auto near = static_cast<__int128>(floating) + *rc::gen::inRange(-3, 4);
  const term integral = integer(near < 0, std::as_bytes(std::span{&near, 1}));

  const auto whole = static_cast<__int128>(floating);
  RC_ASSERT(std::is_lt(compare(integral, floating)) == (near < whole));
  RC_ASSERT(std::is_gt(compare(integral, floating)) == (near > whole));
}

RC_GTEST_PROP(TermProperty, MapsFindWhatWasPutAndNothingElse, ()) {
  term of = map({});
  std::vector<std::pair<term, term>> put;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i)
    put.emplace_back(*alike_terms(generated::all), i);
  for (const auto& [key, value] : put)
    of = map_put(of, key, value);

  RC_ASSERT(of == map_of(std::vector{put}));
  for (const auto& [key, value] : put)
    RC_ASSERT(of.as_map().find(key) != nullptr);
  const auto other = *alike_terms(generated::all);
  const bool known = std::ranges::any_of(put, [&other](const auto& pair) { return pair.first == other; });
  RC_ASSERT((of.as_map().find(other) != nullptr) == known);
  for (const auto& [key, value] : put)
    of = map_remove(of, key);
  RC_ASSERT(of == map({}));
}

} // namespace
} // namespace agner
