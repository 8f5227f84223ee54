// SPDX-License-Identifier: Apache-2.0
// Whose a table is, and what becomes of it. Cases after ets_SUITE: heir, heir_2, give_away, setopts, exit_many_tables_owner.

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"
#include "ets_support.hpp"

namespace agner {
namespace {

using test::deterministic_node;
using test::down_reason;
using test::flush;
using test::t;
using test::with_seeds;

/// A process with a named table, which ends with the reason that it is sent.
task<monitored_process> child_with(atom name, ets::table_options options = {}) {
  const monitored_process child = spawn_monitor(
      [](pid parent, atom as, ets::table_options with) -> task<> {
        with.named_table = true;
        ets::new_(as, with);
        ets::insert(as, t("{k, v}"));
        send(parent, "made"_atom);
        co_await receive([](term why) { exit(std::move(why)); });
      },
      self(), name, options);
  co_await receive([](atom) {});
  co_return child;
}

TEST(EtsOwner, TakesItsTablesAlongBeforeAnybodyHears) {
  with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      for (const char* why : {"normal", "crash", "kill"}) {
        const monitored_process child = co_await child_with("tab"_atom);
        const reference tid = ets::whereis("tab"_atom)->as_term().as_reference();
        if (atom{why} == "kill"_atom)
          exit(child.process, "kill"_atom);
        else
          send(child.process, atom{why});
        co_await down_reason(child.monitor);
        EXPECT_EQ(ets::whereis("tab"_atom), std::nullopt);
        EXPECT_EQ(ets::info(tid), std::nullopt);
        EXPECT_TRUE(ets::all().empty());
      }
    });
  });
}

TEST(EtsOwner, OfManyTablesTakesThemAllAlong) {
  deterministic_node here;
  here->run([]() -> task<> {
    const auto child = spawn_monitor([]() -> task<> {
      for (int i = 0; i < 1000; ++i)
        ets::insert(ets::new_("x"_atom, {.type = test::all_types[static_cast<std::size_t>(i % 4)]}), tuple(i));
      co_return;
    });
    co_await down_reason(child.monitor);
    EXPECT_TRUE(ets::all().empty());
  });
}

// What a process holds when it is destroyed may still use its tables.
TEST(EtsOwner, HasItsTablesWhileItsFramesAreDestroyed) {
  struct last_words {
    ets::table tab;
    std::size_t* seen;
    ~last_words() { *seen = ets::lookup(tab, 1).size(); }
  };
  deterministic_node here;
  std::size_t seen = 0;
  const pid owner = here->spawn([&]() -> task<> {
    const ets::table tab = ets::new_("x"_atom);
    ets::insert(tab, tuple(1));
    const last_words words{tab, &seen};
    co_await test::until_told();
  });
  here.run_until_idle();

  here->exit(owner, "kill"_atom);
  here.run_until_idle();

  EXPECT_EQ(seen, 1U);
}

// heir
TEST(EtsHeir, GetsTheTableBeforeItHearsOfTheEnd) {
  with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const monitored_process child =
          co_await child_with("tab"_atom, {.access = ets::access::private_, .heir = ets::heir{self(), t("[data]")}});
      send(child.process, "crash"_atom);

      const std::vector<term> heard = co_await flush();

      EXPECT_EQ(heard,
                (std::vector<term>{tuple("ETS-TRANSFER"_atom, "tab"_atom, child.process, t("[data]")),
                                   tuple("DOWN"_atom, child.monitor, "process"_atom, child.process, "crash"_atom)}));
      EXPECT_EQ(ets::info("tab"_atom, "owner"_atom), term{self()});
      EXPECT_EQ(ets::info("tab"_atom, "heir"_atom), term{self()});
      EXPECT_EQ(ets::lookup("tab"_atom, "k"_atom).size(), 1U);
    });
  });
}

TEST(EtsHeir, IsTheUnnamedTablesNamedByReference) {
  deterministic_node here;
  here->run([]() -> task<> {
    const auto child = spawn(
        [](pid heir) -> task<> {
          ets::new_("x"_atom, {.heir = ets::heir{heir, 1}});
          co_return;
        },
        self());
    const term tab = co_await receive(on(match("ETS-TRANSFER"_atom, any<term>, child, 1), [](term of) { return of; }));
    EXPECT_TRUE(tab.is_reference());
    EXPECT_EQ(ets::info(ets::table{tab}, "owner"_atom), term{self()});
  });
}

TEST(EtsHeir, ThatIsDeadInheritsNothing) {
  deterministic_node here;
  here->run([]() -> task<> {
    const auto heir = spawn_monitor(test::until_told);
    const monitored_process child = co_await child_with("tab"_atom, {.heir = ets::heir{heir.process, 1}});
    exit(heir.process, "kill"_atom);
    co_await down_reason(heir.monitor);
    send(child.process, "normal"_atom);
    co_await down_reason(child.monitor);
    EXPECT_EQ(ets::whereis("tab"_atom), std::nullopt);
  });
}

TEST(EtsHeir, ThatIsTheOwnerInheritsNothing) {
  deterministic_node here;
  here->run([]() -> task<> {
    const auto child = spawn_monitor([]() -> task<> {
      ets::new_("tab"_atom, {.named_table = true, .heir = ets::heir{self(), 1}});
      co_return;
    });
    co_await down_reason(child.monitor);
    EXPECT_EQ(ets::whereis("tab"_atom), std::nullopt);
  });
}

// heir_2: the heir of an heir
TEST(EtsHeir, StaysHeirAndTakesTheTableAlongInTheEnd) {
  deterministic_node here;
  here->run([]() -> task<> {
    const auto heir = spawn_monitor(test::exits_as_told);
    const monitored_process child = co_await child_with("tab"_atom, {.heir = ets::heir{heir.process, "x"_atom}});
    send(child.process, "normal"_atom);
    co_await down_reason(child.monitor);
    co_await down_reason(heir.monitor); // the transfer was its reason to end
    EXPECT_EQ(ets::whereis("tab"_atom), std::nullopt);
  });
}

// setopts
TEST(EtsHeir, IsSetAndUnsetByTheOwner) {
  deterministic_node here;
  here->run([]() -> task<> {
    const ets::table tab = ets::new_("x"_atom);

    ets::setopts(tab, tuple("heir"_atom, self(), "data"_atom));
    EXPECT_EQ(ets::info(tab, "heir"_atom), term{self()});
    ets::setopts(tab, t("[{heir, none}]"));
    EXPECT_EQ(ets::info(tab, "heir"_atom), term{"none"_atom});
    ets::setopts(tab, term{});

    for (const char* wrong : {"{heir}", "{heir, none, data}", "{heir, x, data}", "foo", "{protection, public}", "[set]",
                              "[{heir, none} | x]", "{}"})
      EXPECT_BADARG(ets::setopts(tab, t(wrong))) << wrong;
    co_return;
  });
}

// give_away
TEST(EtsGiveAway, MakesTheReceiverOwnerAndTellsIt) {
  deterministic_node here;
  here->run([]() -> task<> {
    const ets::table tab = ets::new_("g"_atom, {.named_table = true, .heir = ets::heir{self(), 1}});
    const auto receiver = spawn_monitor(
        [](pid giver) -> task<> {
          const term got = co_await receive([](term all) { return all; });
          EXPECT_EQ(got, tuple("ETS-TRANSFER"_atom, "g"_atom, giver, "gift"_atom));
          EXPECT_EQ(ets::info("g"_atom, "owner"_atom), term{self()});
          EXPECT_EQ(ets::info("g"_atom, "heir"_atom), term{giver});
          ets::insert("g"_atom, tuple(1));
          ets::setopts("g"_atom, t("{heir, none}"));
          co_await test::until_told();
        },
        self());

    ets::give_away(tab, receiver.process, "gift"_atom);

    EXPECT_BADARG(ets::insert(tab, tuple(2)));
    EXPECT_BADARG(ets::give_away(tab, receiver.process, 1));
    send(receiver.process, 1);
    EXPECT_EQ(co_await down_reason(receiver.monitor), term{"normal"_atom});
    EXPECT_EQ(ets::whereis("g"_atom), std::nullopt);
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(EtsGiveAway, IsRefusedToOneselfTheDeadAndStrangers) {
  deterministic_node here;
  here->run([]() -> task<> {
    const ets::table tab = ets::new_("x"_atom);
    const auto dead = spawn_monitor([]() -> task<> { co_return; });
    co_await down_reason(dead.monitor);

    EXPECT_BADARG(ets::give_away(tab, self(), 1));
    EXPECT_BADARG(ets::give_away(tab, dead.process, 1));
    EXPECT_BADARG(ets::give_away(tab, pid{1, 1, incarnation{atom{"far@away"}, 7}}, 1));
    EXPECT_EQ(ets::info(tab, "owner"_atom), term{self()});
  });
}

TEST(EtsGiveAway, ToWhoeverEndsMeanwhileLeavesNoTableBehind) {
  with_seeds(100, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const auto giver = spawn_monitor([]() -> task<> {
        const pid receiver = spawn([]() -> task<> { co_await yield(); });
        const ets::table tab = ets::new_("x"_atom);
        co_await yield();
        try {
          ets::give_away(tab, receiver, 1);
        } catch (const raised&) { // it has ended already, and the table is still ours
          EXPECT_EQ(ets::info(tab, "owner"_atom), term{self()});
        }
      });
      co_await down_reason(giver.monitor);
      co_await flush();
      EXPECT_TRUE(ets::all().empty());
    });
  });
}

TEST(EtsFixation, EndsWithTheProcess) {
  deterministic_node here;
  here->run([]() -> task<> {
    const ets::table tab = ets::new_("x"_atom, {.access = ets::access::public_});
    const auto child = spawn_monitor(
        [](ets::table of) -> task<> {
          ets::safe_fixtable(of, true);
          ets::safe_fixtable(of, true);
          co_await test::until_told();
        },
        tab);
    co_await yield();
    while (ets::info(tab, "fixed"_atom)->is("false"_atom))
      co_await yield();
    const term fixed = *ets::info(tab, "safe_fixed_monotonic_time"_atom);
    EXPECT_EQ(fixed[1], list({tuple(child.process, 2)}));

    send(child.process, 1);
    co_await down_reason(child.monitor);

    EXPECT_EQ(ets::info(tab, "fixed"_atom), term{false});
    EXPECT_EQ(ets::info(tab, "safe_fixed"_atom), term{false});
  });
}

} // namespace
} // namespace agner
