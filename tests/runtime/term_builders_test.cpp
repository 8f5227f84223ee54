// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/error.hpp>
#include <agner/runtime/reasons.hpp>
#include <agner/runtime/reference.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_views.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace agner {
namespace {

std::vector<std::byte> bytes(std::initializer_list<unsigned> values) {
  std::vector<std::byte> made;
  for (const auto value : values)
    made.push_back(static_cast<std::byte>(value));
  return made;
}

std::vector<term> up_to(int count) {
  std::vector<term> made;
  for (int i = 0; i < count; ++i)
    made.emplace_back(i);
  return made;
}

// -- tuples and lists ---------------------------------------------------------------------------------------------------------------------

TEST(TermBuilders, TupleHoldsItsElements) {
  const term t = tuple("a"_atom, 1, 2.0, true, tuple());

  ASSERT_EQ(t.size(), 5U);
  EXPECT_EQ(t[0], term{"a"_atom});
  EXPECT_EQ(t[3], term{true});
  EXPECT_EQ(t[4].size(), 0U);
  EXPECT_TRUE(t[4].is_tuple());
}

TEST(TermBuilders, TupleIsDestroyedWhenAnElementCannotBeMade) {
  EXPECT_THROW(tuple(binary("first"), std::numeric_limits<double>::infinity(), 3), raised);
}

TEST(TermBuilders, TupleOfCopiesOrMoves) {
  auto elements = up_to(3);

  EXPECT_EQ(tuple_of(elements), tuple(0, 1, 2));
  EXPECT_EQ(tuple_of(std::move(elements)), tuple(0, 1, 2));
  EXPECT_EQ(tuple_of(std::vector<term>{}), tuple());
}

TEST(TermBuilders, TuplePastTheLimitIsRefused) {
  EXPECT_THROW(tuple_of(std::vector<term>(internal::heap_node::size_max + 1)), raised);
}

TEST(TermBuilders, ListsAreTheSameHoweverMade) {
  const term by_cons = cons(0, cons(1, cons(2, {})));

  EXPECT_EQ(list({0, 1, 2}), by_cons);
  EXPECT_EQ(list_of(up_to(3)), by_cons);
  EXPECT_EQ(list_of(std::vector<term>{0}, list({1, 2})), by_cons);
  EXPECT_EQ(list({}), term{});
  EXPECT_EQ(list_of(std::vector<term>{}, 7), term{7});
}

TEST(TermBuilders, ListLongerThanASegmentIsOneList) {
  constexpr std::size_t length = internal::heap_node::size_max + 5UL;

  const term made = list_of(std::vector<term>(length, term{1}), "end"_atom);

  EXPECT_EQ(made.as_list().size(), length);
  EXPECT_EQ(made.as_list().last_tail(), term{"end"_atom});
}

TEST(TermBuilders, StringIsTheListOfItsCodePoints) {
  EXPECT_EQ(string("a\xc3\xa5\xf0\x9f\x98\x80"), list({0x61, 0xe5, 0x1f600}));
  EXPECT_EQ(string(""), term{});
  EXPECT_THROW(string("\xff"), raised);
}

// -- maps ---------------------------------------------------------------------------------------------------------------------------------

TEST(TermBuilders, OfEqualKeysTheLastCounts) {
  const term made = map({{"a"_atom, 1}, {"b"_atom, 2}, {"a"_atom, 3}, {"a"_atom, 4}});

  EXPECT_EQ(made.size(), 2U);
  EXPECT_EQ(made, map({{"b"_atom, 2}, {"a"_atom, 4}}));
}

TEST(TermBuilders, MapKeysThatDifferExactlyAreTwo) {
  const term made = map({{1, "integer"_atom}, {1.0, "float"_atom}, {0.0, 0}, {-0.0, 1}});

  EXPECT_EQ(made.size(), 4U);
  EXPECT_EQ(*made.as_map().find(1.0), term{"float"_atom});
  EXPECT_EQ(*made.as_map().find(1), term{"integer"_atom});
}

TEST(TermBuilders, MapPutAddsOrReplaces) {
  const term one = map({{"b"_atom, 1}});

  EXPECT_EQ(map_put(one, "a"_atom, 2), map({{"a"_atom, 2}, {"b"_atom, 1}}));
  EXPECT_EQ(map_put(one, "b"_atom, 2), map({{"b"_atom, 2}}));
  EXPECT_EQ(map_put(map({}), "b"_atom, 1), one);
  EXPECT_THROW(map_put(1, 2, 3), raised);
}

TEST(TermBuilders, MapRemoveTakesAwayOrLeavesAsItWas) {
  const term two = map({{"a"_atom, 2}, {"b"_atom, 1}});

  EXPECT_EQ(map_remove(two, "a"_atom), map({{"b"_atom, 1}}));
  EXPECT_EQ(map_remove(two, "c"_atom), two);
  EXPECT_EQ(map_remove(map({{1, 2}}), 1), map({}));
}

// -- binaries -----------------------------------------------------------------------------------------------------------------------------

TEST(TermBuilders, BinaryHoldsItsBytes) {
  const term made = binary(std::string_view{"a\0b", 3});

  EXPECT_TRUE(made.is_binary());
  EXPECT_EQ(made.text(), (std::string_view{"a\0b", 3}));
  EXPECT_EQ(made.bit_size(), 24U);
  EXPECT_TRUE(binary("").is_binary());
  EXPECT_EQ(binary("").bit_size(), 0U);
}

TEST(TermBuilders, BitstringClearsUnusedBits) {
  const term made = bitstring(bytes({0xff, 0xff}), 3);

  EXPECT_TRUE(made.is_bitstring());
  EXPECT_FALSE(made.is_binary());
  EXPECT_EQ(made.bit_size(), 11U);
  EXPECT_EQ(made, bitstring(bytes({0xff, 0xe0}), 3));
  EXPECT_EQ(std::to_integer<unsigned>(made.bytes()[1]), 0xe0U);
}

TEST(TermBuilders, BitstringRefusesBitsWithoutAByte) {
  EXPECT_THROW(bitstring({}, 1), raised);
  EXPECT_THROW(bitstring(bytes({1}), 8), raised);
  EXPECT_EQ(bitstring({}, 0), binary(""));
}

TEST(TermBuilders, BinaryPartIsThatPart) {
  std::string text(1000, 'x');
  text[500] = 'y';
  const term whole = binary(text);

  const term big = binary_part(whole, 400, 200);
  const term part_of_part = binary_part(big, 100, 100);

  EXPECT_EQ(big.text(), text.substr(400, 200));
  EXPECT_EQ(part_of_part.text(), text.substr(500, 100));
  EXPECT_EQ(binary_part(whole, 499, 3).text(), "xyx");
  EXPECT_EQ(binary_part(whole, 1000, 0), binary(""));
}

TEST(TermBuilders, BinaryPartSharesTheBytesAndKeepsThem) {
  term part;
  const std::byte* where = nullptr;
  {
    const term whole = binary(std::string(1000, 'x'));
    where = whole.bytes().data() + 100;
    part = binary_part(binary_part(whole, 50, 900), 50, 800);
  }

  EXPECT_EQ(part.bytes().data(), where);
  EXPECT_EQ(part.text(), std::string(800, 'x'));
}

TEST(TermBuilders, BinaryPartStaysWithinWholeBytes) {
  EXPECT_THROW(binary_part(binary("abc"), 2, 2), raised);
  EXPECT_THROW(binary_part(binary("abc"), 4, 0), raised);
  EXPECT_THROW(binary_part(binary("abc"), 1, SIZE_MAX), raised);
  EXPECT_THROW(binary_part(bitstring(bytes({1, 2}), 4), 0, 2), raised);
  EXPECT_EQ(binary_part(bitstring(bytes({1, 0xf0}), 4), 0, 1), binary(bytes({1})));
}

TEST(TermBuilders, BinaryBuilderCutsWhatIsNotUsed) {
  binary_builder builder{100};
  std::memcpy(builder.bytes().data(), "abc", 3);

  const term made = std::move(builder).finish(3);

  EXPECT_EQ(made, binary("abc"));
  EXPECT_TRUE(builder.bytes().empty()); // NOLINT(bugprone-use-after-move): that is the rule
  EXPECT_EQ(binary_builder{5}.finish(0), binary(""));
  EXPECT_EQ(binary_builder{0}.finish(0), binary(""));
  EXPECT_THROW(binary_builder{5}.finish(6), raised);
}

// -- integers and funs --------------------------------------------------------------------------------------------------------------------

TEST(TermBuilders, IntegerThatFitsIsSmall) {
  EXPECT_EQ(integer(false, bytes({5, 0, 0, 0, 0, 0, 0, 0, 0, 0})), term{5});
  EXPECT_EQ(integer(true, bytes({0, 0, 0, 0, 0, 0, 0, 0x80})), term{std::numeric_limits<std::int64_t>::min()});
  EXPECT_EQ(integer(false, bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})),
            term{std::numeric_limits<std::int64_t>::max()});
  EXPECT_EQ(integer(true, {}), term{0});
  EXPECT_EQ(integer(true, bytes({0})), term{0});
}

TEST(TermBuilders, IntegerThatDoesNotFitIsBig) {
  const term made = integer(true, bytes({1, 0, 0, 0, 0, 0, 0, 0x80, 0}));

  EXPECT_EQ(made.kind(), term_kind::big_integer);
  EXPECT_TRUE(made.as_integer().negative);
  EXPECT_EQ(made.as_integer().big.size(), 8U);
  EXPECT_EQ(made.to_uint64(), std::nullopt);
  EXPECT_NE(made, integer(false, bytes({1, 0, 0, 0, 0, 0, 0, 0x80})));
}

TEST(TermBuilders, IntegerPastTheLimitIsRefused) {
  EXPECT_THROW(integer(false, std::vector<std::byte>(5'000'000, std::byte{1})), raised);
}

TEST(TermBuilders, ExportFunKeepsItsParts) {
  const term made = export_fun("lists"_atom, "map"_atom, 2);

  EXPECT_TRUE(made.is_fun());
  EXPECT_EQ(made.as_fun().what, fun_view::form::external);
  EXPECT_EQ(made.as_fun().module, "lists"_atom);
  EXPECT_EQ(made.as_fun().function, "map"_atom);
  EXPECT_EQ(made.as_fun().arity, 2U);
  EXPECT_EQ(made, export_fun("lists"_atom, "map"_atom, 2));
  EXPECT_NE(made, export_fun("lists"_atom, "map"_atom, 3));
}

TEST(TermBuilders, ClosureKeepsItsParts) {
  std::array<std::byte, 16> uniq{};
  uniq[3] = std::byte{7};
  const std::vector<term> free_variables{1, binary("x")};
  const pid creator{1, 2, {}};
  const closure_parts parts{.module = "m"_atom,
                            .arity = 1,
                            .uniq = uniq,
                            .index = 5,
                            .old_index = 6,
                            .old_uniq = 7,
                            .creator = creator,
                            .free_variables = free_variables};

  const term made = closure(parts);
  const fun_view view = made.as_fun();

  EXPECT_EQ(view.what, fun_view::form::closure);
  EXPECT_EQ(view.uniq[3], std::byte{7});
  EXPECT_EQ(view.index, 5U);
  EXPECT_EQ(*view.old_index, term{6});
  EXPECT_EQ(*view.old_uniq, term{7});
  EXPECT_EQ(view.creator->as_pid(), creator);
  EXPECT_EQ(view.free_variables[1].text(), "x");
  EXPECT_EQ(made, closure(parts));
}

TEST(TermBuilders, ClosureRefusesPartsOfAnotherKind) {
  const std::array<std::byte, 16> uniq{};

  EXPECT_THROW(closure({.module = {},
                        .arity = 0,
                        .uniq = uniq,
                        .index = 0,
                        .old_index = 1.0,
                        .old_uniq = 0,
                        .creator = pid{},
                        .free_variables = {}}),
               raised);
  EXPECT_THROW(closure({.module = {},
                        .arity = 0,
                        .uniq = uniq,
                        .index = 0,
                        .old_index = 0,
                        .old_uniq = {},
                        .creator = pid{},
                        .free_variables = {}}),
               raised);
  EXPECT_THROW(closure({.module = {},
                        .arity = 0,
                        .uniq = uniq,
                        .index = 0,
                        .old_index = 0,
                        .old_uniq = 0,
                        .creator = 1,
                        .free_variables = {}}),
               raised);
}

} // namespace
} // namespace agner
