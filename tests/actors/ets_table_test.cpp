// SPDX-License-Identifier: Apache-2.0
// Tables as such: making, naming, rights, properties. Cases after ets_SUITE, groups new, misc and delete.

#include <set>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"
#include "ets_support.hpp"

namespace agner {
namespace {

using test::deterministic_node;
using test::in_process;
using test::sorted;
using test::t;
using test::terms;

TEST(EtsNew, WithoutOptionsIsAProtectedSetOfTheCaller) {
  in_process([] {
    const ets::table tab = ets::new_("foo"_atom);

    EXPECT_TRUE(tab.as_term().is_reference());
    EXPECT_EQ(ets::info(tab, "type"_atom), term{"set"_atom});
    EXPECT_EQ(ets::info(tab, "protection"_atom), term{"protected"_atom});
    EXPECT_EQ(ets::info(tab, "named_table"_atom), term{false});
    EXPECT_EQ(ets::info(tab, "name"_atom), term{"foo"_atom});
    EXPECT_EQ(ets::info(tab, "keypos"_atom), term{1});
    EXPECT_EQ(ets::info(tab, "size"_atom), term{0});
    EXPECT_EQ(ets::info(tab, "owner"_atom), term{self()});
    EXPECT_EQ(ets::info(tab, "heir"_atom), term{"none"_atom});
    EXPECT_EQ(ets::info(tab, "id"_atom), tab.as_term());
    EXPECT_EQ(ets::info(tab, "node"_atom), term{this_node().name()});
    EXPECT_EQ(ets::info(tab, "fixed"_atom), term{false});
    EXPECT_GT(ets::info(tab, "memory"_atom)->as_int64(), 0);
    EXPECT_BADARG(ets::info(tab, "foo"_atom));
  });
}

TEST(EtsNew, TakesErlangsOptions) {
  in_process([] {
    const auto made = [](const char* options) {
      return ets::new_("x"_atom, ets::table_options::from_term(t(options)));
    };

    EXPECT_EQ(ets::info(made("[bag, private, {keypos, 2}]"), "type"_atom), term{"bag"_atom});
    EXPECT_EQ(ets::info(made("[duplicate_bag, public]"), "protection"_atom), term{"public"_atom});
    EXPECT_EQ(ets::info(made("[ordered_set, set, ordered_set]"), "type"_atom), term{"ordered_set"_atom});
    EXPECT_EQ(ets::info(made("[{keypos, 7}]"), "keypos"_atom), term{7});
    EXPECT_EQ(ets::info(made("[compressed]"), "compressed"_atom), term{true});
    EXPECT_EQ(ets::info(made("[{read_concurrency, true}]"), "read_concurrency"_atom), term{true});
    EXPECT_EQ(ets::info(made("[{write_concurrency, auto}]"), "write_concurrency"_atom), term{"auto"_atom});
    EXPECT_EQ(ets::info(made("[{write_concurrency, auto}]"), "decentralized_counters"_atom), term{true});
    EXPECT_EQ(ets::info(made("[{heir, none}]"), "heir"_atom), term{"none"_atom});
    EXPECT_EQ(made("[named_table]"), ets::table{"x"_atom});
  });
}

TEST(EtsNew, RefusesOtherOptions) {
  in_process([] {
    for (const char* options :
         {"[{keypos, 0}]", "[{keypos, -1}]", "[{keypos, a}]", "[foo]", "x", "[{heir, x, y}]", "[{heir, x}]",
          "[set | foo]", "[{read_concurrency, 1}]", "[{write_concurrency, no}]", "[{type, set}]", "[1]", "[{}]"})
      EXPECT_BADARG(ets::table_options::from_term(t(options))) << options;
    EXPECT_BADARG(ets::new_("x"_atom, {.keypos = 0}));
  });
}

TEST(EtsNames, LeadToOneTable) {
  in_process([] {
    EXPECT_EQ(ets::whereis("n"_atom), std::nullopt);
    EXPECT_EQ(ets::new_("n"_atom, {.named_table = true}), ets::table{"n"_atom});
    EXPECT_BADARG(ets::new_("n"_atom, {.named_table = true}));
    const ets::table unnamed = ets::new_("n"_atom);
    ets::insert("n"_atom, tuple(1));

    EXPECT_TRUE(ets::lookup(unnamed, 1).empty());
    EXPECT_EQ(ets::lookup(*ets::whereis("n"_atom), 1).size(), 1U);
    ets::delete_("n"_atom);
    EXPECT_EQ(ets::whereis("n"_atom), std::nullopt);
    EXPECT_BADARG(ets::lookup("n"_atom, 1));
  });
}

TEST(EtsNames, MoveWithRename) {
  in_process([] {
    ets::new_("old"_atom, {.named_table = true});
    ets::insert("old"_atom, tuple(1));
    ets::new_("other"_atom, {.named_table = true});

    ets::rename("old"_atom, "new"_atom);

    EXPECT_EQ(ets::whereis("old"_atom), std::nullopt);
    EXPECT_EQ(ets::lookup("new"_atom, 1).size(), 1U);
    EXPECT_BADARG(ets::rename("new"_atom, "other"_atom));
    ets::rename("new"_atom, "new"_atom);
    EXPECT_EQ(ets::info("new"_atom, "name"_atom), term{"new"_atom});
  });
}

TEST(EtsNames, OfUnnamedTablesAreTheirsAlone) {
  in_process([] {
    const ets::table tab = ets::new_("a"_atom);
    ets::new_("b"_atom, {.named_table = true});

    ets::rename(tab, "b"_atom);

    EXPECT_EQ(ets::info(tab, "name"_atom), term{"b"_atom});
    EXPECT_NE(*ets::whereis("b"_atom), tab);
  });
}

TEST(EtsTables, AreBadargWhereThereIsNone) {
  in_process([] {
    const ets::table tab = ets::new_("x"_atom);
    ets::delete_(tab);

    EXPECT_BADARG(ets::insert(tab, tuple(1)));
    EXPECT_BADARG(ets::lookup(tab, 1));
    EXPECT_BADARG(ets::delete_(tab));
    EXPECT_BADARG(ets::select(tab, t("[{'_',[],['$_']}]")));
    EXPECT_BADARG(ets::lookup(make_ref(), 1));
    EXPECT_BADARG(ets::table{term{1}});
    EXPECT_EQ(ets::info(tab), std::nullopt);
    EXPECT_EQ(ets::info(tab, "size"_atom), std::nullopt);
    const ets::table next = ets::new_("x"_atom); // in the same place, and yet another table
    EXPECT_BADARG(ets::lookup(tab, 1));
    EXPECT_TRUE(ets::lookup(next, 1).empty());
  });
}

TEST(EtsAll, NamesEachTable) {
  in_process([] {
    const ets::table a = ets::new_("a"_atom);
    const ets::table b = ets::new_("b"_atom, {.named_table = true});
    ets::delete_(ets::new_("c"_atom));

    EXPECT_EQ(ets::all(), (std::vector<ets::table>{a, b}));
  });
}

TEST(EtsInfo, ListsWhatErlangLists) {
  in_process([] {
    const ets::table tab = ets::new_("x"_atom, {.named_table = true});

    std::vector<atom> names;
    const auto listed = ets::info(tab);
    for (const term& each : listed->as_list())
      names.push_back(each[0].as_atom());

    EXPECT_EQ(names, (std::vector<atom>{"id"_atom, "decentralized_counters"_atom, "read_concurrency"_atom,
                                        "write_concurrency"_atom, "compressed"_atom, "memory"_atom, "owner"_atom,
                                        "heir"_atom, "name"_atom, "size"_atom, "node"_atom, "named_table"_atom,
                                        "type"_atom, "keypos"_atom, "protection"_atom}));
  });
}

// privacy
TEST(EtsAccess, IsTheOwnersToGive) {
  deterministic_node here;
  here->run([]() -> task<> {
    const ets::table open = ets::new_("public"_atom, {.access = ets::access::public_});
    const ets::table readable = ets::new_("protected"_atom);
    const ets::table closed = ets::new_("private"_atom, {.access = ets::access::private_});
    for (const ets::table& tab : {open, readable, closed})
      ets::insert(tab, t("{k, 1}"));

    const auto stranger = spawn_monitor([open, readable, closed]() -> task<> {
      for (const ets::table& tab : {open, readable, closed})
        EXPECT_EQ(ets::info(tab, "size"_atom), term{1});
      EXPECT_EQ(ets::lookup(open, "k"_atom).size(), 1U);
      EXPECT_EQ(ets::lookup(readable, "k"_atom).size(), 1U);
      EXPECT_BADARG(ets::lookup(closed, "k"_atom));
      EXPECT_BADARG(ets::tab2list(closed));
      EXPECT_BADARG(ets::first(closed));
      EXPECT_BADARG(ets::safe_fixtable(closed, true));
      for (const ets::table& tab : {readable, closed}) {
        EXPECT_BADARG(ets::insert(tab, t("{a}")));
        EXPECT_BADARG(ets::insert(tab, t("[{a},{b}]")));
        EXPECT_BADARG(ets::insert_new(tab, t("{a}")));
        EXPECT_BADARG(ets::delete_(tab, "k"_atom));
        EXPECT_BADARG(ets::delete_object(tab, t("{k, 1}")));
        EXPECT_BADARG(ets::delete_all_objects(tab));
        EXPECT_BADARG(ets::take(tab, "k"_atom));
        EXPECT_BADARG(ets::update_element(tab, "k"_atom, t("{2, 5}")));
        EXPECT_BADARG(ets::update_counter(tab, "k"_atom, 1));
        EXPECT_BADARG(ets::match_delete(tab, "_"_atom));
        EXPECT_BADARG(ets::select_delete(tab, t("[{'_',[],[true]}]")));
        EXPECT_BADARG(ets::select_replace(tab, t("[{'_',[],['$_']}]")));
        EXPECT_BADARG(ets::rename(tab, "mine"_atom));
        EXPECT_BADARG(ets::delete_(tab));
        EXPECT_BADARG(ets::give_away(tab, self(), 1));
        EXPECT_BADARG(ets::setopts(tab, t("{heir, none}")));
      }
      ets::insert(open, t("{a}"));
      EXPECT_BADARG(ets::give_away(open, self(), 1));
      EXPECT_BADARG(ets::setopts(open, t("{heir, none}")));
      ets::delete_(open);
      co_return;
    });
    EXPECT_EQ(co_await test::down_reason(stranger.monitor), term{"normal"_atom});

    EXPECT_EQ(ets::info(open), std::nullopt);
    EXPECT_EQ(ets::tab2list(closed), terms("[{k, 1}]"));
  });
}

TEST(EtsAccess, IsForProcessesOnly) {
  deterministic_node here;
  here->run([]() -> task<> {
    ets::new_("n"_atom, {.access = ets::access::public_, .named_table = true});
    co_return;
  });

  EXPECT_THROW((void)ets::lookup("n"_atom, 1), raised);
}

TEST(EtsTables, AreOfOneNode) {
  deterministic_node one{1, {.name = "one@here"}};
  deterministic_node two{1, {.name = "two@here"}};
  std::optional<ets::table> tab;
  const pid owner = one->spawn([&]() -> task<> {
    ets::new_("n"_atom, {.named_table = true});
    tab = ets::new_("x"_atom);
    co_await test::until_told();
  });
  one.run_until_idle();

  two->run([&]() -> task<> {
    EXPECT_EQ(ets::whereis("n"_atom), std::nullopt);
    EXPECT_BADARG(ets::lookup(*tab, 1));
    co_return;
  });
  one->run([&]() -> task<> {
    EXPECT_TRUE(ets::lookup(*tab, 1).empty());
    EXPECT_TRUE(ets::whereis("n"_atom).has_value());
    co_return;
  });
  one->exit(owner, "kill"_atom);
}

TEST(EtsTables, MayBeMany) {
  in_process([] {
    std::set<std::int64_t> sizes;
    std::vector<ets::table> tables;
    for (int i = 0; i < 3000; ++i) {
      tables.push_back(ets::new_("x"_atom));
      ets::insert(tables.back(), tuple(i));
    }

    for (int i = 0; i < 3000; ++i)
      EXPECT_TRUE(ets::member(tables[static_cast<std::size_t>(i)], i));
    EXPECT_EQ(ets::all().size(), 3000U);
    for (const ets::table& each : tables)
      ets::delete_(each);
    EXPECT_TRUE(ets::all().empty());
  });
}

} // namespace
} // namespace agner
