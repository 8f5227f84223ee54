// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/reasons.hpp>
#include <agner/runtime/struct_mapping.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace agner {
namespace {

struct ping {
  static constexpr auto tag = "ping"_atom;
  pid from;
  friend bool operator==(const ping&, const ping&) = default;
};
struct pong {
  static constexpr auto tag = "pong"_atom;
  friend bool operator==(const pong&, const pong&) = default;
};
struct point {
  int x;
  double y;
  friend bool operator==(const point&, const point&) = default;
};
struct nothing {
  friend bool operator==(const nothing&, const nothing&) = default;
};
struct single {
  static constexpr auto tag = "single"_atom;
  std::string text;
  friend bool operator==(const single&, const single&) = default;
};
struct everything {
  static constexpr auto tag = "everything"_atom;
  bool flag;
  std::uint8_t small;
  std::int64_t large;
  double real;
  atom name;
  decltype("fixed"_atom) fixed;
  pid process;
  port door;
  reference ref;
  term any;
  std::string text;
  std::vector<std::byte> bytes;
  std::vector<point> points;
  std::array<int, 3> three;
  std::map<std::string, int> ordered;
  std::unordered_map<atom, std::vector<int>> hashed;
  std::tuple<int, atom> tuple;
  std::pair<std::string, pong> pair;
  std::optional<int> some;
  std::optional<std::string> none;
  std::variant<int, std::string, ping> choice;
  result<int> outcome;
  point nested;
  single wrapped;
  nothing empty;
  std::shared_ptr<int>* not_there() const = delete; // functions do not count
  friend bool operator==(const everything&, const everything&) = default;
};

enum class colour { red };
struct by_hand {
  explicit by_hand(int v) : value(v) {}
  int value;
};

} // namespace

template <>
struct term_traits<by_hand> {
  static term to(const by_hand& value) { return internal::tuple_from("by_hand"_atom, value.value); }
  static std::optional<by_hand> from(const term& from) {
    if (!shape.may_be(from)) return std::nullopt;
    const auto value = from_term<int>(from.elements()[1]);
    return value ? std::optional{by_hand{*value}} : std::nullopt;
  }
  static constexpr message_form shape{message_form::kind::tagged_tuple, 2, &decltype("by_hand"_atom)::value};
};

namespace {

pid some_pid() { return {7, 3, {"a@host"_atom, 5}}; }

template <class T>
void expect_round_trip(const T& value, const term& as) {
  EXPECT_EQ(to_term(value), as);
  EXPECT_EQ(to_term(T{value}), as);
  ASSERT_TRUE(from_term<T>(as).has_value());
  EXPECT_EQ(*from_term<T>(as), value);
}

TEST(StructMapping, StructIsATaggedTuple) { expect_round_trip(ping{some_pid()}, tuple("ping"_atom, some_pid())); }

TEST(StructMapping, StructWithoutMembersIsABareAtom) { expect_round_trip(pong{}, "pong"_atom); }

TEST(StructMapping, StructWithoutTagIsATuple) {
  expect_round_trip(point{1, 2.5}, tuple(1, 2.5));
  expect_round_trip(nothing{}, tuple());
}

TEST(StructMapping, OtherTermsAreNotTheStruct) {
  EXPECT_EQ(from_term<ping>(tuple("pong"_atom, some_pid())), std::nullopt);
  EXPECT_EQ(from_term<ping>(tuple("ping"_atom, 1)), std::nullopt);
  EXPECT_EQ(from_term<ping>(tuple("ping"_atom)), std::nullopt);
  EXPECT_EQ(from_term<ping>(tuple("ping"_atom, some_pid(), 1)), std::nullopt);
  EXPECT_EQ(from_term<ping>("ping"_atom), std::nullopt);
  EXPECT_EQ(from_term<pong>(tuple("pong"_atom)), std::nullopt);
  EXPECT_EQ(from_term<point>(tuple(1, 2)), std::nullopt);
  EXPECT_EQ(from_term<nothing>(tuple(1)), std::nullopt);
}

TEST(StructMapping, MembersOfEveryTypeGoThere) {
  const everything value{.flag = true,
                         .small = 255,
                         .large = -5,
                         .real = 0.5,
                         .name = "name"_atom,
                         .fixed = {},
                         .process = some_pid(),
                         .door = {9, some_pid().home},
                         .ref = {1, 2, some_pid().home},
                         .any = list({1, "two"_atom}),
                         .text = "text",
                         .bytes = {std::byte{0}, std::byte{255}},
                         .points = {{1, 2.0}, {3, 4.0}},
                         .three = {1, 2, 3},
                         .ordered = {{"b", 2}, {"a", 1}},
                         .hashed = {{"k"_atom, {1, 2}}},
                         .tuple = {5, "five"_atom},
                         .pair = {"p", {}},
                         .some = 6,
                         .none = std::nullopt,
                         .choice = "chosen",
                         .outcome = fail("no"_atom),
                         .nested = {8, 8.5},
                         .wrapped = {"w"},
                         .empty = {}};

  const term t = to_term(value);

  ASSERT_EQ(t.size(), 26U);
  EXPECT_EQ(t[6], term{"fixed"_atom});
  EXPECT_EQ(t[11], binary("text"));
  EXPECT_EQ(t[13], list({tuple(1, 2.0), tuple(3, 4.0)}));
  EXPECT_EQ(t[15], map({{binary("a"), 1}, {binary("b"), 2}}));
  EXPECT_EQ(t[20], term{"undefined"_atom});
  EXPECT_EQ(t[22], tuple("error"_atom, "no"_atom));
  EXPECT_EQ(from_term<everything>(t), value);
}

TEST(StructMapping, IntegersAreRangeChecked) {
  EXPECT_EQ(from_term<std::uint8_t>(255), 255);
  EXPECT_EQ(from_term<std::uint8_t>(256), std::nullopt);
  EXPECT_EQ(from_term<std::uint8_t>(-1), std::nullopt);
  EXPECT_EQ(from_term<std::int8_t>(-128), -128);
  EXPECT_EQ(from_term<std::int8_t>(-129), std::nullopt);
  EXPECT_EQ(from_term<std::uint64_t>(to_term(UINT64_MAX)), UINT64_MAX);
  EXPECT_EQ(from_term<std::int64_t>(to_term(UINT64_MAX)), std::nullopt);
  EXPECT_EQ(from_term<std::uint32_t>(std::int64_t{1} << 32), std::nullopt);
  EXPECT_EQ(from_term<int>(1.0), std::nullopt);
}

TEST(StructMapping, DoubleIsNoInteger) {
  EXPECT_EQ(from_term<double>(1.5), 1.5);
  EXPECT_EQ(from_term<double>(1), std::nullopt);
}

TEST(StructMapping, BooleanIsOneOfTwoAtoms) {
  EXPECT_EQ(from_term<bool>("true"_atom), true);
  EXPECT_EQ(from_term<bool>(false), false);
  EXPECT_EQ(from_term<bool>("yes"_atom), std::nullopt);
  EXPECT_EQ(from_term<bool>(1), std::nullopt);
}

TEST(StructMapping, LiteralIsThatAtomOnly) {
  using ok = decltype("ok"_atom);
  EXPECT_TRUE(from_term<ok>("ok"_atom).has_value());
  EXPECT_FALSE(from_term<ok>("error"_atom).has_value());
}

TEST(StructMapping, TextIsABinaryOrAListOfCodePoints) {
  EXPECT_EQ(to_term("literal"), binary("literal"));
  EXPECT_EQ(to_term(std::string_view{"view"}), binary("view"));
  EXPECT_EQ(from_term<std::string>(binary("\xff")), "\xff");
  EXPECT_EQ(from_term<std::string>(string("\xc3\xa5\xe2\x82\xac")), "\xc3\xa5\xe2\x82\xac");
  EXPECT_EQ(from_term<std::string>(term{}), "");
  EXPECT_EQ(from_term<std::string>(list({0xd800})), std::nullopt);
  EXPECT_EQ(from_term<std::string>(list({-1})), std::nullopt);
  EXPECT_EQ(from_term<std::string>(cons('a' + 0, 1)), std::nullopt);
  EXPECT_EQ(from_term<std::string>(bitstring(std::array{std::byte{1}}, 3)), std::nullopt);
  EXPECT_EQ(from_term<std::string>("atom"_atom), std::nullopt);
}

TEST(StructMapping, BytesAreABinaryOrAListOfBytes) {
  const std::vector<std::byte> bytes{std::byte{1}, std::byte{0xe5}};

  EXPECT_EQ(to_term(bytes), binary("\x01\xe5"));
  EXPECT_EQ(from_term<std::vector<std::byte>>(binary("\x01\xe5")), bytes);
  EXPECT_EQ(from_term<std::vector<std::byte>>(list({1, 0xe5})), bytes);
  EXPECT_EQ(from_term<std::vector<std::byte>>(list({256})), std::nullopt);
}

TEST(StructMapping, VectorsAreProperLists) {
  expect_round_trip(std::vector<int>{1, 2, 3}, list({1, 2, 3}));
  expect_round_trip(std::vector<int>{}, term{});
  expect_round_trip(std::vector<bool>{true, false}, list({true, false}));
  EXPECT_EQ(from_term<std::vector<int>>(list_of(std::vector<term>{1}, 2)), std::nullopt);
  EXPECT_EQ(from_term<std::vector<int>>(list({1, "a"_atom})), std::nullopt);
  EXPECT_EQ(from_term<std::vector<int>>(tuple(1)), std::nullopt);
}

TEST(StructMapping, ArraysAreListsOfTheirLength) {
  EXPECT_FALSE((from_term<std::array<int, 2>>(list({1}))));
  EXPECT_FALSE((from_term<std::array<int, 2>>(list({1, 2, 3}))));
  EXPECT_FALSE((from_term<std::array<int, 2>>(list_of(std::vector<term>{1, 2}, 3))));
  expect_round_trip(std::array<int, 2>{1, 2}, list({1, 2}));
}

TEST(StructMapping, MapsReadKeysAndValues) {
  using ages = std::map<atom, int>;
  expect_round_trip(ages{{"a"_atom, 1}, {"b"_atom, 2}}, map({{"b"_atom, 2}, {"a"_atom, 1}}));
  EXPECT_EQ(from_term<ages>(map({{1, 1}})), std::nullopt);
  EXPECT_EQ(from_term<ages>(map({{"a"_atom, "x"_atom}})), std::nullopt);
  EXPECT_EQ(from_term<ages>(term{}), std::nullopt);
}

TEST(StructMapping, TuplesAreTuples) {
  expect_round_trip(std::tuple<int, atom>{1, "a"_atom}, tuple(1, "a"_atom));
  expect_round_trip(std::tuple<>{}, tuple());
  expect_round_trip(std::pair<int, int>{1, 2}, tuple(1, 2));
  EXPECT_FALSE((from_term<std::pair<int, int>>(tuple(1, 2, 3))));
  EXPECT_FALSE((from_term<std::tuple<int>>(list({1}))));
}

TEST(StructMapping, OptionalIsTheValueOrUndefined) {
  expect_round_trip(std::optional<int>{}, "undefined"_atom);
  expect_round_trip(std::optional<int>{7}, 7);
  EXPECT_EQ(from_term<std::optional<int>>("else"_atom), std::nullopt);
}

TEST(StructMapping, VariantIsTheFirstAlternativeThatMatches) {
  using choice = std::variant<std::monostate, std::uint8_t, int, ping, term>;
  EXPECT_EQ(from_term<choice>(5)->index(), 1U);
  EXPECT_EQ(from_term<choice>(500)->index(), 2U);
  EXPECT_EQ(from_term<choice>(tuple("ping"_atom, some_pid()))->index(), 3U);
  EXPECT_EQ(from_term<choice>(1.0)->index(), 4U);
  EXPECT_EQ(from_term<choice>("undefined"_atom)->index(), 0U);
  EXPECT_FALSE((from_term<std::variant<int, ping>>(1.0)));
  EXPECT_EQ(to_term(choice{ping{some_pid()}}), tuple("ping"_atom, some_pid()));
}

TEST(StructMapping, ResultIsOkOrError) {
  expect_round_trip(result<int>{5}, tuple("ok"_atom, 5));
  expect_round_trip(result<int>{fail(reasons::closed)}, tuple("error"_atom, reasons::closed));
  expect_round_trip(result<>{}, "ok"_atom);
  EXPECT_FALSE(from_term<result<int>>(tuple("ok"_atom, "a"_atom)));
  EXPECT_FALSE(from_term<result<int>>("ok"_atom));
}

TEST(StructMapping, TraitsMaySpecialiseAClass) {
  EXPECT_EQ(to_term(by_hand{3}), tuple("by_hand"_atom, 3));
  EXPECT_EQ(from_term<by_hand>(tuple("by_hand"_atom, 3))->value, 3);
  EXPECT_FALSE(from_term<by_hand>(tuple("by_foot"_atom, 3)));
}

TEST(StructMapping, MovesTermsInsteadOfSharingThem) {
  struct holder {
    term held;
  };
  const term counted = tuple(1, 2);
  holder from{counted};

  const term made = to_term(std::move(from));

  EXPECT_TRUE(from.held.is_nil()); // NOLINT(bugprone-use-after-move): that is the rule
  EXPECT_EQ(made, tuple(counted));
}

TEST(StructMapping, ShapeOfAMessageIsKnownBeforeItIsRead) {
  using kind = message_form::kind;
  constexpr auto of_ping = message_shape<ping>;
  constexpr auto of_pong = message_shape<pong>;

  static_assert(of_ping.what == kind::tagged_tuple && of_ping.arity == 2);
  static_assert(of_pong.what == kind::atom);
  static_assert(message_shape<point>.what == kind::tuple && message_shape<point>.arity == 2);
  static_assert(message_shape<std::tuple<decltype("a"_atom), int, int>>.what == kind::tagged_tuple);
  static_assert(message_shape<std::pair<int, int>>.what == kind::tuple);
  static_assert(message_shape<by_hand>.what == kind::tagged_tuple);
  static_assert(message_shape<term>.what == kind::any && message_shape<int>.what == kind::any &&
                message_shape<std::variant<ping, pong>>.what == kind::any);
  EXPECT_EQ(of_ping.tag(), "ping"_atom);
  EXPECT_EQ(of_pong.tag(), "pong"_atom);
  EXPECT_TRUE(of_ping.may_be(tuple("ping"_atom, 1)));
  EXPECT_FALSE(of_ping.may_be("ping"_atom));
  EXPECT_TRUE(of_pong.may_be("pong"_atom));
  EXPECT_FALSE(of_pong.may_be("ping"_atom));
  EXPECT_TRUE(message_shape<int>.may_be(1.0));
}

} // namespace
} // namespace agner
