// SPDX-License-Identifier: Apache-2.0
// Single objects and steps from key to key. Cases after ets_SUITE, groups insert, lookup, delete, lookup_element, insert_list, fold, and its cases of counters.

#include "../support/deterministic_node.hpp"
#include "ets_support.hpp"

namespace agner {
namespace {

using test::deterministic_node;
using test::sorted;
using test::t;
using test::terms;

/// Runs @p body(table) in a process, with a table of each of @p types.
template <class Types, class F>
void with_each(const Types& types, F body, std::size_t keypos = 1) {
  for (const ets::type type : types)
    for (const bool read_concurrency : {false, true}) {
      deterministic_node here;
      here->run([&]() -> task<> {
        body(ets::new_("x"_atom, {.type = type, .keypos = keypos, .read_concurrency = read_concurrency}));
        co_return;
      });
    }
}

std::vector<term> in_order(const char* text) {
  const term all = t(text);
  return {all.as_list().begin(), all.as_list().end()};
}

TEST(EtsInsert, OfASetReplacesByKey) {
  with_each(test::set_types, [](const ets::table& tab) {
    ets::insert(tab, t("{a, 1}"));
    ets::insert(tab, t("{a, 2, 3}"));
    ets::insert(tab, t("{b, 1}"));

    EXPECT_EQ(ets::lookup(tab, "a"_atom), in_order("[{a, 2, 3}]"));
    EXPECT_EQ(ets::info(tab, "size"_atom), term{2});
    EXPECT_TRUE(ets::lookup(tab, "c"_atom).empty());
  });
}

// setbag, dups, lookup_order
TEST(EtsInsert, OfABagKeepsOrder) {
  with_each(std::array{ets::type::bag}, [](const ets::table& tab) {
    ets::insert(tab, t("[{1,a},{1,b},{1,a},{1,1},{1,1.0},{2,a}]"));
    EXPECT_EQ(ets::lookup(tab, 1), in_order("[{1,a},{1,b},{1,1},{1,1.0}]"));
    EXPECT_EQ(ets::info(tab, "size"_atom), term{5});
  });
  with_each(std::array{ets::type::duplicate_bag}, [](const ets::table& tab) {
    ets::insert(tab, t("[{1,a},{1,b},{1,a}]"));
    EXPECT_EQ(ets::lookup(tab, 1), in_order("[{1,a},{1,b},{1,a}]"));
    ets::delete_object(tab, t("{1,a}"));
    EXPECT_EQ(ets::lookup(tab, 1), in_order("[{1,b}]"));
    EXPECT_EQ(ets::info(tab, "size"_atom), term{1});
  });
}

TEST(EtsKeys, CompareExactlyButInAnOrderedSet) {
  with_each(std::array{ets::type::set, ets::type::bag, ets::type::duplicate_bag}, [](const ets::table& tab) {
    ets::insert(tab, t("[{1,a},{1.0,b}]"));
    EXPECT_EQ(ets::lookup(tab, 1), in_order("[{1,a}]"));
    EXPECT_EQ(ets::lookup(tab, 1.0), in_order("[{1.0,b}]"));
  });
  with_each(std::array{ets::type::ordered_set}, [](const ets::table& tab) {
    ets::insert(tab, t("[{1,a},{2.0,b}]"));
    EXPECT_EQ(ets::lookup(tab, 2), in_order("[{2.0,b}]"));
    ets::insert(tab, t("{1.0,c}"));
    EXPECT_EQ(ets::tab2list(tab), in_order("[{1.0,c},{2.0,b}]"));
    EXPECT_FALSE(ets::insert_new(tab, t("{1,d}")));
    EXPECT_FALSE(ets::match_object(tab, t("{1.0,'_'}")).empty());
    EXPECT_TRUE(ets::match_object(tab, t("{1,'_'}")).empty());
    ets::delete_object(tab, t("{1,c}"));
    EXPECT_EQ(ets::take(tab, 1), in_order("[{1.0,c}]"));
  });
}

// keypos2, badinsert
TEST(EtsInsert, RefusesWhatHasNoKey) {
  with_each(
      test::all_types,
      [](const ets::table& tab) {
        for (const char* wrong : {"{a}", "x", "[{1,2},x]", "[{1,2},{1}]", "[{1,2}|x]", "{}"})
          EXPECT_BADARG(ets::insert(tab, t(wrong))) << wrong;
        EXPECT_EQ(ets::info(tab, "size"_atom), term{0});
        ets::insert(tab, t("{a, key}"));
        EXPECT_EQ(ets::lookup(tab, "key"_atom), in_order("[{a, key}]"));
        EXPECT_TRUE(ets::lookup(tab, "a"_atom).empty());
      },
      2);
}

TEST(EtsInsert, TakesStructsAndVectors) {
  struct point {
    std::int64_t x;
    std::int64_t y;
  };
  with_each(test::all_types, [](const ets::table& tab) {
    ets::insert(tab, point{1, 2});
    ets::insert(tab, std::vector<point>{{3, 4}, {5, 6}});
    EXPECT_EQ(sorted(ets::tab2list(tab)), terms("[{1,2},{3,4},{5,6}]"));
  });
}

// t_insert_new
TEST(EtsInsertNew, IsAllOrNothing) {
  with_each(test::all_types, [](const ets::table& tab) {
    EXPECT_TRUE(ets::insert_new(tab, t("{a, 1}")));
    EXPECT_FALSE(ets::insert_new(tab, t("{a, 2}")));
    EXPECT_FALSE(ets::insert_new(tab, t("[{b, 1},{a, 1}]")));
    EXPECT_FALSE(ets::member(tab, "b"_atom));
    EXPECT_TRUE(ets::insert_new(tab, t("[{b, 1},{b, 2}]")));
    EXPECT_EQ(ets::lookup(tab, "b"_atom).size(),
              ets::info(tab, "type"_atom)->is("set"_atom) || ets::info(tab, "type"_atom)->is("ordered_set"_atom) ? 1U
                                                                                                                 : 2U);
    EXPECT_TRUE(ets::insert_new(tab, term{}));
    EXPECT_BADARG(ets::insert_new(tab, t("[{c}, x]")));
    EXPECT_FALSE(ets::member(tab, "c"_atom));
  });
}

// lookup_element_mult, lookup_element_default
TEST(EtsLookupElement, GivesOneOrAList) {
  with_each(test::all_types, [](const ets::table& tab) {
    ets::insert(tab, t("[{1,a},{1,b,c}]"));
    const bool bag = ets::lookup(tab, 1).size() == 2;
    EXPECT_EQ(ets::lookup_element(tab, 1, 2), bag ? t("[a,b]") : t("b"));
    EXPECT_EQ(ets::lookup_element(tab, 9, 2, "no"_atom), term{"no"_atom});
    EXPECT_BADARG(ets::lookup_element(tab, 9, 2));
    EXPECT_BADARG(ets::lookup_element(tab, 1, 4));
    EXPECT_BADARG(ets::lookup_element(tab, 1, 4, "no"_atom));
    EXPECT_BADARG(ets::lookup_element(tab, 1, 0));
  });
}

// delete_elem, take, t_delete_object, t_delete_all_objects
TEST(EtsDelete, RemovesByKeyAndByObject) {
  with_each(test::all_types, [](const ets::table& tab) {
    ets::insert(tab, t("[{1,a},{2,b},{3,c},{4,d}]"));
    ets::delete_(tab, 1);
    ets::delete_(tab, 1);
    ets::delete_object(tab, t("{2,x}"));
    ets::delete_object(tab, t("{3,c}"));
    ets::delete_object(tab, t("{}"));
    EXPECT_BADARG(ets::delete_object(tab, "x"_atom));
    EXPECT_EQ(ets::take(tab, 4), in_order("[{4,d}]"));
    EXPECT_TRUE(ets::take(tab, 4).empty());
    EXPECT_EQ(ets::tab2list(tab), in_order("[{2,b}]"));
    ets::delete_all_objects(tab);
    EXPECT_TRUE(ets::tab2list(tab).empty());
    EXPECT_EQ(ets::info(tab, "size"_atom), term{0});
    ets::insert(tab, t("{1,a}"));
    EXPECT_TRUE(ets::member(tab, 1));
  });
}

// update_element, update_element_default
TEST(EtsUpdateElement, SetsElements) {
  with_each(test::set_types, [](const ets::table& tab) {
    ets::insert(tab, t("{c,1,2,3}"));
    const term c = "c"_atom;
    EXPECT_TRUE(ets::update_element(tab, c, t("{3,q}")));
    EXPECT_TRUE(ets::update_element(tab, c, t("[{2,x},{4,y},{2,z}]")));
    EXPECT_TRUE(ets::update_element(tab, c, term{}));
    EXPECT_EQ(ets::lookup(tab, c), in_order("[{c,z,q,y}]"));
    EXPECT_FALSE(ets::update_element(tab, 9, t("{3,q}")));
    EXPECT_FALSE(ets::update_element(tab, 9, t("{9,q}")));
    for (const char* wrong : {"{1,q}", "{9,q}", "{0,q}", "{a,q}", "x", "[{2,w},{1,q}]", "[{2,w}|x]", "{2,3,4}"})
      EXPECT_BADARG(ets::update_element(tab, c, t(wrong))) << wrong;
    EXPECT_EQ(ets::lookup(tab, c), in_order("[{c,z,q,y}]"));
    EXPECT_TRUE(ets::update_element(tab, 9, t("{2,new}"), t("{key,old}")));
    EXPECT_EQ(ets::lookup(tab, 9), in_order("[{9,new}]"));
    EXPECT_BADARG(ets::update_element(tab, 8, t("{3,new}"), t("{key,old}")));
    EXPECT_FALSE(ets::member(tab, 8));
  });
  with_each(test::bag_types, [](const ets::table& tab) { EXPECT_BADARG(ets::update_element(tab, 1, t("{2,q}"))); });
}

// update_counter and its kin
TEST(EtsUpdateCounter, AddsAndWraps) {
  with_each(test::set_types, [](const ets::table& tab) {
    ets::insert(tab, t("{c,1,2,3.0}"));
    const auto count = [&](const char* operation) { return ets::update_counter(tab, "c"_atom, t(operation)); };
    EXPECT_EQ(count("5"), term{6});
    EXPECT_EQ(count("[{2,1},{3,10},{2,1}]"), t("[7,12,8]"));
    EXPECT_EQ(count("[]"), term{});
    EXPECT_EQ(count("{2,1,5,0}"), term{0});
    EXPECT_EQ(count("{2,-10,-5,100}"), term{100});
    EXPECT_EQ(count("{2,0,5,0}"), term{0});
    EXPECT_EQ(count("{2,1,1,0}"), term{1});
    for (const char* wrong : {"{1,5}", "{4,5}", "{5,5}", "{0,1}", "{2,1,5.0,0}", "1.0", "x", "{2}", "[1]", "{2,1,1}"})
      EXPECT_BADARG(count(wrong)) << wrong;
    EXPECT_BADARG(count("[{2,1},{4,1}]"));
    EXPECT_EQ(ets::lookup(tab, "c"_atom), in_order("[{c,1,12,3.0}]"));
    EXPECT_EQ(count("{2,9223372036854775807}"), t("9223372036854775808"));
    EXPECT_EQ(count("{2,-9223372036854775807}"), term{1});
    EXPECT_BADARG(ets::update_counter(tab, "none"_atom, 1));
    EXPECT_BADARG(ets::update_counter(tab, "none"_atom, term{}));
  });
  with_each(test::bag_types, [](const ets::table& tab) {
    ets::insert(tab, t("{1,1}"));
    EXPECT_BADARG(ets::update_counter(tab, 1, 1));
  });
}

// update_counter_with_default, _bad_pos, _bad_default
TEST(EtsUpdateCounter, InsertsTheDefaultFirst) {
  with_each(test::set_types, [](const ets::table& tab) {
    EXPECT_EQ(ets::update_counter(tab, "new"_atom, t("{2,3}"), t("{zzz,4}")), term{7});
    EXPECT_EQ(ets::lookup(tab, "new"_atom), in_order("[{new,7}]"));
    EXPECT_EQ(ets::update_counter(tab, "new"_atom, t("{2,3}"), t("{}")), term{10});
    EXPECT_BADARG(ets::update_counter(tab, "new"_atom, t("{2,3}"), t("x")));
    EXPECT_BADARG(ets::update_counter(tab, "short"_atom, t("{3,3}"), t("{zzz,4}")));
    EXPECT_BADARG(ets::update_counter(tab, "short"_atom, t("{2,3}"), t("{}")));
    EXPECT_FALSE(ets::member(tab, "short"_atom));
  });
}

// firstnext, ordered
TEST(EtsTraversal, VisitsEachKeyOnce) {
  with_each(test::all_types, [](const ets::table& tab) {
    EXPECT_EQ(ets::first(tab), std::nullopt);
    EXPECT_EQ(ets::last(tab), std::nullopt);
    for (int i = 0; i < 500; ++i)
      ets::insert(tab, tuple(i, i * i));

    std::vector<term> forward;
    for (auto key = ets::first(tab); key; key = ets::next(tab, *key))
      forward.push_back(*key);
    std::vector<term> back;
    for (auto key = ets::last(tab); key; key = ets::prev(tab, *key))
      back.push_back(*key);

    EXPECT_EQ(forward.size(), 500U);
    EXPECT_EQ(sorted(forward), sorted(back));
    if (!ets::info(tab, "type"_atom)->is("ordered_set"_atom)) {
      EXPECT_BADARG(ets::next(tab, 1000));
      return;
    }
    EXPECT_EQ(forward, sorted(forward));
    EXPECT_EQ(ets::next(tab, -5), term{0});
    EXPECT_EQ(ets::next(tab, 1.5), term{2});
    EXPECT_EQ(ets::prev(tab, 1000), term{499});
    EXPECT_EQ(ets::prev(tab, 0), std::nullopt);
  });
}

TEST(EtsTraversal, GivesObjectsWithTheirKeys) {
  with_each(test::all_types, [](const ets::table& tab) {
    EXPECT_FALSE(ets::first_lookup(tab));
    EXPECT_FALSE(ets::last_lookup(tab));
    for (int i = 0; i < 50; ++i)
      ets::insert(tab, list({tuple(i, "a"_atom), tuple(i, "b"_atom)}));

    std::vector<term> forward;
    for (auto at = ets::first_lookup(tab); at; at = ets::next_lookup(tab, at->key)) {
      EXPECT_EQ(at->objects, ets::lookup(tab, at->key));
      forward.push_back(at->key);
    }
    std::vector<term> back;
    for (auto at = ets::last_lookup(tab); at; at = ets::prev_lookup(tab, at->key)) {
      EXPECT_EQ(at->objects, ets::lookup(tab, at->key));
      back.push_back(at->key);
    }

    EXPECT_EQ(forward.size(), 50U);
    EXPECT_EQ(sorted(forward), sorted(back));
  });
}

// fixtable_next, fixtable_insert, safe_fixtable
TEST(EtsFixed, KeysThatAreRemovedStayPlaces) {
  with_each(test::all_types, [](const ets::table& tab) {
    for (int i = 0; i < 100; ++i)
      ets::insert(tab, tuple(i));
    ets::safe_fixtable(tab, true);
    ets::safe_fixtable(tab, true);
    EXPECT_EQ(ets::info(tab, "fixed"_atom), term{true});

    std::size_t seen = 0;
    for (auto key = ets::first(tab); key; key = ets::next(tab, *key)) {
      ++seen;
      ets::delete_(tab, *key);
      EXPECT_FALSE(ets::member(tab, *key));
    }
    EXPECT_EQ(seen, 100U);
    EXPECT_EQ(ets::info(tab, "size"_atom), term{0});
    EXPECT_EQ(ets::first(tab), std::nullopt);
    ets::insert(tab, tuple(7));
    EXPECT_EQ(ets::first(tab), term{7});
    EXPECT_EQ(ets::info(tab, "size"_atom), term{1});
    ets::delete_all_objects(tab);
    EXPECT_EQ(ets::next(tab, 7), std::nullopt);

    ets::safe_fixtable(tab, false);
    EXPECT_EQ(ets::info(tab, "fixed"_atom), term{true});
    ets::safe_fixtable(tab, false);
    ets::safe_fixtable(tab, false);
    EXPECT_EQ(ets::info(tab, "fixed"_atom), term{false});
    if (!ets::info(tab, "type"_atom)->is("ordered_set"_atom)) EXPECT_BADARG(ets::next(tab, 7));
  });
}

// foldl, foldr, fold_empty, foldl_ordered, foldr_ordered
TEST(EtsFold, MeetsEachObject) {
  const auto append = [](const term& object, std::vector<term> all) {
    all.push_back(object);
    return all;
  };
  with_each(test::all_types, [&](const ets::table& tab) {
    EXPECT_TRUE(ets::foldl(append, std::vector<term>{}, tab).empty());
    for (int i = 0; i < 50; ++i)
      ets::insert(tab, tuple(i));
    const auto left = ets::foldl(append, std::vector<term>{}, tab);
    auto right = ets::foldr(append, std::vector<term>{}, tab);
    EXPECT_EQ(sorted(left), sorted(right));
    EXPECT_EQ(left.size(), 50U);
    if (ets::info(tab, "type"_atom)->is("ordered_set"_atom)) {
      EXPECT_EQ(left, sorted(left));
      std::ranges::reverse(right);
      EXPECT_EQ(left, right);
    }
    EXPECT_EQ(ets::info(tab, "fixed"_atom), term{false});
  });
}

TEST(EtsFold, MayRemoveWhatItMeets) {
  with_each(test::all_types, [](const ets::table& tab) {
    for (int i = 0; i < 50; ++i)
      ets::insert(tab, tuple(i));
    const int met = ets::foldl(
        [&](const term& object, int count) {
          ets::delete_(tab, object[0]);
          return count + 1;
        },
        0, tab);
    EXPECT_EQ(met, 50);
    EXPECT_EQ(ets::info(tab, "size"_atom), term{0});
  });
}

// grow_shrink, hash_clash
TEST(EtsGrowth, LosesNothing) {
  with_each(test::all_types, [](const ets::table& tab) {
    constexpr int count = 20'000;
    for (int i = 0; i < count; ++i)
      ets::insert(tab, tuple(tuple("key"_atom, i), i));
    for (int i = 0; i < count; i += 7)
      EXPECT_EQ(ets::lookup_element(tab, tuple("key"_atom, i), 2),
                (ets::info(tab, "type"_atom)->is("bag"_atom) || ets::info(tab, "type"_atom)->is("duplicate_bag"_atom))
                    ? list({i})
                    : term{i});
    for (int i = 0; i < count; ++i)
      if (i % 1000 != 0) ets::delete_(tab, tuple("key"_atom, i));
    EXPECT_EQ(ets::info(tab, "size"_atom), term{count / 1000});
    EXPECT_EQ(ets::tab2list(tab).size(), std::size_t{count / 1000});
    for (int i = 0; i < count; i += 1000)
      EXPECT_TRUE(ets::member(tab, tuple("key"_atom, i)));
  });
}

// Objects are shared with whoever reads them, and live on without the table.
TEST(EtsObjects, AreSharedNotCopied) {
  with_each(test::all_types, [](const ets::table& tab) {
    const term object = tuple(1, binary(std::string(1000, 'x')));
    ets::insert(tab, object);
    const term found = ets::lookup(tab, 1).at(0);
    EXPECT_EQ(found.elements().data(), object.elements().data());
    ets::delete_(tab);
    EXPECT_EQ(found[1].bytes().size(), 1000U);
  });
}

} // namespace
} // namespace agner
