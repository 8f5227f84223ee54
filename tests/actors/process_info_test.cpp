// SPDX-License-Identifier: Apache-2.0
// What a process says of itself and of others. Each rule was asked of OTP 25.2.3 first.

#include <gtest/gtest.h>

#include <algorithm>

#include <agner/actors/proc_lib.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

task<term> value_of(pid p, atom item) {
  const term pair = co_await process_info(p, item);
  co_return pair.is_tuple() ? pair[1] : pair;
}

TEST(ProcessInfo, IsAskedInTheOrderOfSignals) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid child = spawn([]() -> task<> { co_await receive(on(match("never"_atom, _), [] {})); });
      for (int i = 1; i <= 3; ++i)
        send(child, i);
      EXPECT_EQ(co_await process_info(child, list({"message_queue_len"_atom, "messages"_atom})),
                list({tuple("message_queue_len"_atom, 3), tuple("messages"_atom, list({1, 2, 3}))}));
    });
  });
}

TEST(ProcessInfo, OfTheDeadIsUndefined) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn(test::until_told);
    exit(child, "kill"_atom);
    EXPECT_EQ(co_await process_info(child, "links"_atom), term("undefined"_atom));
    EXPECT_EQ(co_await process_info(child, list({"links"_atom})), term("undefined"_atom));
    EXPECT_EQ(co_await process_info(child), term("undefined"_atom));
  });
}

TEST(ProcessInfo, OfOneselfSeesWhatOneSentOneself) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), "hello"_atom);
    EXPECT_EQ(co_await value_of(self(), "messages"_atom), list({"hello"_atom}));
    EXPECT_EQ(co_await value_of(self(), "status"_atom), term("running"_atom));
  });
}

TEST(ProcessInfo, RefusesWhatIsNoItemAndWhoIsNotHere) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto refused = [](const pid& p, term items) {
      try {
        (void)process_info(p, std::move(items));
      } catch (const raised& r) {
        return r.reason() == term("badarg"_atom);
      }
      return false;
    };
    EXPECT_TRUE(refused(self(), "no_item"_atom));
    EXPECT_TRUE(refused(self(), list({"links"_atom, 7})));
    EXPECT_TRUE(refused(self(), cons("links"_atom, "links"_atom)));
    EXPECT_TRUE(refused(self(), "heap_size"_atom));
    EXPECT_TRUE(refused(pid{1, 1, incarnation{atom{"far@away"}, 7}}, "links"_atom));
    co_return;
  });
}

TEST(ProcessInfo, KeepsTheOrderOfItemsAndDuplicates) {
  deterministic_node here;

  here->run([]() -> task<> {
    const term said = co_await process_info(self(), list({"trap_exit"_atom, "registered_name"_atom, "trap_exit"_atom}));
    EXPECT_EQ(said, list({tuple("trap_exit"_atom, false), tuple("registered_name"_atom, term{}),
                          tuple("trap_exit"_atom, false)}));
    EXPECT_EQ(co_await process_info(self(), "registered_name"_atom), term{}); // no pair, as in OTP
    EXPECT_EQ(co_await process_info(self(), term{}), term{});
  });
}

TEST(ProcessInfo, NamesBonds) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn_link([parent = self()]() -> task<> {
      link(parent);
      monitor(parent);
      co_await receive(on(match("never"_atom, _), [] {}));
    });
    const reference watch = monitor(child);
    EXPECT_EQ(co_await value_of(child, "links"_atom), list({self()}));
    EXPECT_EQ(co_await value_of(child, "monitored_by"_atom), list({self()}));
    co_await receive(after(1ms, [] {}));
    EXPECT_EQ(co_await value_of(child, "monitors"_atom), list({tuple("process"_atom, self())}));
    EXPECT_EQ(co_await value_of(self(), "monitored_by"_atom), list({child}));
    unlink(child);
    EXPECT_EQ(co_await value_of(self(), "links"_atom), term{});
    demonitor(watch);
    EXPECT_EQ(co_await value_of(child, "monitored_by"_atom), term{});
    const reference way = alias();
    EXPECT_EQ(co_await value_of(self(), "aliases"_atom), list({way}));
  });
}

TEST(ProcessInfo, TellsStatus) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid waits = spawn([]() -> task<> { co_await receive(on(match("never"_atom, _), [] {})); });
    const pid yields = spawn([]() -> task<> {
      for (;;)
        co_await yield();
    });
    co_await receive(after(0ms, [] {}));
    for (int i = 0; i < 20; ++i)
      co_await yield();
    EXPECT_EQ(co_await value_of(waits, "status"_atom), term("waiting"_atom));
    EXPECT_EQ(co_await value_of(yields, "status"_atom), term("runnable"_atom));
    exit(yields, "kill"_atom);
  });
}

TEST(ProcessInfo, KnowsWhoSpawnedIt) {
  deterministic_node here;

  const term outermost = here->run([]() -> task<term> {
    const pid child = spawn(test::until_told);
    EXPECT_EQ(co_await value_of(child, "parent"_atom), term(self()));
    co_return co_await value_of(self(), "parent"_atom);
  });

  EXPECT_EQ(outermost, term("undefined"_atom));
}

TEST(ProcessInfo, NamesWhatItRunsAndItsLabel) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn([]() -> task<> {
      proc_lib::set_label(tuple("worker"_atom, 7));
      EXPECT_EQ(proc_lib::get_label(), tuple("worker"_atom, 7));
      co_await receive([](term) {});
    });
    co_await receive(after(1ms, [] {}));
    EXPECT_EQ(co_await value_of(child, "label"_atom), tuple("worker"_atom, 7));
    EXPECT_EQ(co_await value_of(self(), "label"_atom), term("undefined"_atom));
    const term runs = co_await value_of(child, "initial_call"_atom);
    EXPECT_NE(runs.text().find("ProcessInfo_NamesWhatItRunsAndItsLabel"), std::string_view::npos) << runs.text();
  });
}

TEST(ProcessInfo, CountsReductions) {
  deterministic_node here;

  here->run([]() -> task<> {
    const std::int64_t before = (co_await value_of(self(), "reductions"_atom)).as_int64();
    bump_reductions(100);
    const std::int64_t behind = (co_await value_of(self(), "reductions"_atom)).as_int64();
    EXPECT_GE(behind - before, 100);
    EXPECT_LT(behind - before, 200);
  });
}

TEST(ProcessInfo, CountsMemory) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn([]() -> task<> { co_await receive(on(match("never"_atom, _), [] {})); });
    const std::int64_t before = (co_await value_of(child, "memory"_atom)).as_int64();
    for (int i = 0; i < 1000; ++i)
      send(child, i);
    EXPECT_GE((co_await value_of(child, "memory"_atom)).as_int64() - before, 24'000);
  });
}

TEST(ProcessInfo, WithoutItemsTellsTheUsualOnes) {
  deterministic_node here;

  here->run([]() -> task<> {
    const term said = co_await process_info(self());
    std::vector<term> names;
    for (const term& pair : said.as_list())
      names.push_back(pair[0]);
    EXPECT_EQ(std::ranges::count(names, term("links"_atom)), 1);
    EXPECT_EQ(std::ranges::count(names, term("group_leader"_atom)), 1);
    EXPECT_EQ(std::ranges::count(names, term("messages"_atom)), 0);
  });
}

TEST(IsProcessAlive, IsAskedInTheOrderOfSignals) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid child = spawn(test::until_told);
      EXPECT_TRUE(co_await is_process_alive(child));
      exit(child, "enough"_atom);
      EXPECT_FALSE(co_await is_process_alive(child));
    });
  });
}

TEST(IsProcessAlive, IsFalseOnlyWhenTheNameIsFreeAndDestructorsHaveRun) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      std::vector<int> ended;
      const pid child = spawn([&]() -> task<> {
        const test::death_note note{ended, 1};
        co_await receive([](term) {});
      });
      register_("somebody"_atom, child);
      co_await receive(after(1ms, [] {}));
      exit(child, "kill"_atom);
      EXPECT_FALSE(co_await is_process_alive(child));
      EXPECT_EQ(ended, std::vector{1});
      EXPECT_FALSE(whereis("somebody"_atom));
    });
  });
}

TEST(IsProcessAlive, OfOneThatEndsWithoutWaitingIsAnswered) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid child = spawn([]() -> task<> { co_return; });
      while (co_await is_process_alive(child)) {
      }
      EXPECT_EQ(std::ranges::count(processes(), child), 0);
    });
  });
}

TEST(Questions, TwoMayAskEachOther) {
  test::with_seeds(50, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid parent = self();
      const pid child = spawn_link([parent]() -> task<> {
        for (int i = 0; i < 20; ++i)
          EXPECT_EQ(co_await value_of(parent, "trap_exit"_atom), term(false));
        send(parent, "done"_atom);
      });
      for (int i = 0; i < 20; ++i) {
        const term said = co_await process_info(child, "trap_exit"_atom);
        EXPECT_TRUE(said == tuple("trap_exit"_atom, false) || said.is("undefined"_atom));
      }
      EXPECT_EQ(co_await flush(), std::vector{term("done"_atom)});
    });
  });
}

TEST(Questions, OneWhoAsksCanBeKilled) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid busy = spawn([]() -> task<> {
        for (;;)
          co_await yield();
      });
      const auto asks = spawn_monitor([busy]() -> task<> {
        for (;;)
          co_await process_info(busy, "status"_atom);
      });
      co_await yield();
      exit(asks.process, "kill"_atom);
      EXPECT_EQ(co_await test::down_reason(asks.monitor), term("killed"_atom));
      exit(busy, "kill"_atom);
      EXPECT_FALSE(co_await is_process_alive(busy));
    });
  });
}

} // namespace
} // namespace agner
