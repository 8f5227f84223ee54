// SPDX-License-Identifier: Apache-2.0
// Public tables under many processes on several workers. Cases after ets_SUITE: heavy_concurrent, smp_insert, smp_fixed_delete, smp_select_delete, meta_*, delete_unfix_race.

#include <agner/runtime/scheduler.hpp>

#include "../support/process_probes.hpp"
#include "ets_support.hpp"

namespace agner {
namespace {

using test::t;

constexpr int workers = 4;
constexpr int processes = 6;

ets::table_options shared_table(ets::type type, bool read_concurrency) {
  return {.type = type, .access = ets::access::public_, .read_concurrency = read_concurrency};
}

/// Runs @p body(table, number of the process) in several processes at once, and then @p after(table).
template <class Body, class After>
void together(ets::table_options options, Body body, After after) {
  node here{{.scheduler = scheduler::start({.workers = workers})}};
  here.run([&]() -> task<> {
    const ets::table tab = ets::new_("shared"_atom, options);
    std::vector<reference> ends;
    for (int i = 0; i < processes; ++i)
      ends.push_back(spawn_monitor(body, tab, i).monitor);
    for (reference& each : ends)
      EXPECT_EQ(co_await test::down_reason(each), term{"normal"_atom});
    after(tab);
  });
}

class EtsStress : public testing::TestWithParam<std::tuple<ets::type, bool>> {
protected:
  [[nodiscard]] static ets::table_options options() {
    return shared_table(std::get<0>(GetParam()), std::get<1>(GetParam()));
  }
};

class EtsSetStress : public EtsStress {};

TEST_P(EtsStress, InsertsAndDeletesOfManyLoseNothing) {
  together(
      options(),
      [](ets::table tab, int number) -> task<> {
        for (int i = 0; i < 1500; ++i) {
          ets::insert(tab, tuple(tuple(number, i), i));
          if (i % 3 != 0) ets::delete_(tab, tuple(number, i));
          if (ets::lookup(tab, tuple(number, i)).size() != (i % 3 == 0 ? 1U : 0U)) exit("lost"_atom);
          if (i % 200 == 0) co_await yield();
        }
      },
      [](const ets::table& tab) {
        EXPECT_EQ(ets::info(tab, "size"_atom), term{processes * 500});
        EXPECT_EQ(ets::tab2list(tab).size(), std::size_t{processes * 500});
      });
}

TEST_P(EtsStress, ListsAreInsertedAllOrNone) {
  constexpr int rounds = 300;
  together(
      options(),
      [](ets::table tab, int number) -> task<> {
        for (int i = 0; i < rounds; ++i) {
          ets::insert_new(tab, list({tuple(tuple("a"_atom, i), number), tuple(tuple("b"_atom, i), number)}));
          if (i % 50 == 0) co_await yield();
        }
      },
      [](const ets::table& tab) {
        EXPECT_EQ(ets::info(tab, "size"_atom), term{2 * rounds});
        for (int i = 0; i < rounds; ++i)
          EXPECT_EQ(ets::lookup_element(tab, tuple("a"_atom, i), 2), ets::lookup_element(tab, tuple("b"_atom, i), 2));
      });
}

TEST_P(EtsSetStress, CountersCountEachOnce) {
  together(
      options(),
      [](ets::table tab, int) -> task<> {
        for (int i = 0; i < 1500; ++i) {
          (void)ets::update_counter(tab, i % 7, 1, tuple(0, 0));
          if (i % 200 == 0) co_await yield();
        }
      },
      [](const ets::table& tab) {
        EXPECT_EQ(ets::foldl([](const term& each, std::int64_t sum) { return sum + each[1].as_int64(); },
                             std::int64_t{0}, tab),
                  std::int64_t{processes} * 1500);
      });
}

TEST_P(EtsStress, TraversalsOfAFixedTableMeetEachThatStays) {
  together(
      options(),
      [](ets::table tab, int number) -> task<> {
        if (number == 0)
          for (int i = 0; i < 300; ++i)
            ets::insert(tab, tuple(tuple("stays"_atom, i), 1));
        for (int i = 0; i < 30; ++i) {
          if (number % 2 == 0) {
            const int met = ets::foldl(
                [](const term& each, int count) { return count + (each[0][0].is("stays"_atom) ? 1 : 0); }, 0, tab);
            if (number == 0 && met != 300) exit("missed"_atom);
          } else {
            for (int j = 0; j < 40; ++j)
              ets::insert(tab, tuple(tuple(number, j), 1));
            for (int j = 0; j < 40; ++j)
              ets::delete_(tab, tuple(number, j));
            ets::select_delete(tab, list({tuple(tuple(tuple(number, "_"_atom), "_"_atom), term{}, list({true}))}));
          }
          co_await yield();
        }
      },
      [](const ets::table& tab) {
        EXPECT_EQ(ets::info(tab, "size"_atom), term{300});
        EXPECT_EQ(ets::info(tab, "fixed"_atom), term{false});
      });
}

TEST_P(EtsSetStress, SelectsRunBesideReplacements) {
  together(
      options(),
      [](ets::table tab, int number) -> task<> {
        for (int i = 0; i < 60; ++i) {
          ets::insert(tab, tuple(i, 0, 0));
          if (number % 2 == 0)
            ets::select_replace(tab, t("[{{'$1','$2','_'},[],[{{'$1',{'+','$2',1},{'+','$2',1}}}]}]"));
          if (!ets::select(tab, t("[{{'_','$1','$2'},[{'/=','$1','$2'}],[true]}]")).empty()) exit("torn"_atom);
          for (auto some = ets::match_object(tab, "_"_atom, 5); some; some = ets::select(some->rest))
            if (some->objects.size() > 5) exit("too_many"_atom);
          co_await yield();
        }
      },
      [](const ets::table& tab) { EXPECT_EQ(ets::info(tab, "size"_atom), term{60}); });
}

INSTANTIATE_TEST_SUITE_P(Sets, EtsSetStress, testing::Combine(testing::ValuesIn(test::set_types), testing::Bool()));
INSTANTIATE_TEST_SUITE_P(Tables, EtsStress, testing::Combine(testing::ValuesIn(test::all_types), testing::Bool()));

// meta_newdel_named, racy_rename: names come and go while others look them up; owners die and heirs inherit.
TEST(EtsLifeStress, TablesComeAndGoUnderTheirReaders) {
  node here{{.scheduler = scheduler::start({.workers = workers})}};
  here.run([]() -> task<> {
    std::vector<reference> ends;
    for (int number = 0; number < processes; ++number)
      ends.push_back(spawn_monitor(
                         [](int mine, pid heir) -> task<> {
                           for (int i = 0; i < 200; ++i) {
                             const atom name{"tab" + std::to_string((mine + i) % 3)};
                             try {
                               switch (i % 4) {
                               case 0:
                                 ets::new_(name, {.type = test::all_types[static_cast<std::size_t>(i) % 4],
                                                  .access = ets::access::public_,
                                                  .named_table = true,
                                                  .read_concurrency = i % 8 == 0});
                                 break;
                               case 1: ets::insert(name, tuple(i, mine)); break;
                               case 2: (void)ets::select(name, t("[{'_',[],['$_']}]")); break;
                               default: ets::delete_(name);
                               }
                             } catch (const raised& r) {
                               if (!r.reason().is("badarg"_atom)) throw;
                             }
                             if (i % 20 == 0)
                               spawn(
                                   [](pid to) -> task<> {
                                     ets::new_("x"_atom, {.heir = ets::heir{to, 1}});
                                     co_return;
                                   },
                                   heir);
                             if (i % 10 == 0) co_await yield();
                           }
                         },
                         number, self())
                         .monitor);
    int inherited = 0;
    for (reference& each : ends) {
      bool ended = false;
      while (!ended)
        ended = co_await receive(on(match("DOWN"_atom, each, "process"_atom, _, any<term>),
                                    [](const term& why) {
                                      EXPECT_EQ(why, term{"normal"_atom});
                                      return true;
                                    }),
                                 on(match("ETS-TRANSFER"_atom, any<term>, _, 1), [&](term tab) {
                                   ets::delete_(ets::table{std::move(tab)});
                                   ++inherited;
                                   return false;
                                 }));
    }
    while (inherited < processes * 10)
      co_await receive(on(match("ETS-TRANSFER"_atom, any<term>, _, 1), [&](term tab) {
        ets::delete_(ets::table{std::move(tab)});
        ++inherited;
      }));
    EXPECT_TRUE(ets::all().empty());
  });
}

} // namespace
} // namespace agner
