// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <string>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

task<std::int64_t> memory_of(pid p) { co_return (co_await process_info(p, "memory"_atom))[1].as_int64(); }

TEST(Hibernate, WaitsForAMessageAndLeavesIt) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid child = spawn([parent = self()]() -> task<> {
        co_await hibernate();
        co_await receive([&](term got) { send(parent, std::move(got)); });
      });
      EXPECT_TRUE((co_await flush()).empty());
      EXPECT_EQ(co_await process_info(child, "status"_atom), tuple("status"_atom, "waiting"_atom));
      send(child, "hello"_atom);
      EXPECT_EQ(co_await flush(), std::vector{term("hello"_atom)});
    });
  });
}

TEST(Hibernate, EndsAtOnceWhereAMessageWaits) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), "here"_atom);
    co_await hibernate();
    EXPECT_EQ(co_await flush(), std::vector{term("here"_atom)});
  });
}

TEST(Hibernate, GivesBackWhatIdleProcessesDoNotNeed) {
  deterministic_node here;

  here->run([]() -> task<> {
    const std::int64_t fresh = co_await memory_of(spawn(test::until_told));
    const pid child = spawn([parent = self()]() -> task<> {
      co_await receive(on(match("go"_atom), [] {}));
      co_await flush();
      std::vector<reference> aliases;
      for (int i = 0; i < 1000; ++i) {
        dictionary::put(i, i);
        aliases.push_back(alias());
      }
      send(parent, co_await process_info(self(), "memory"_atom));
      co_await receive(on(match("on"_atom), [] {}));
      for (const reference& each : aliases)
        unalias(each);
      dictionary::erase();
      aliases = {};
      co_await hibernate();
    });
    for (int i = 0; i < 50; ++i)
      send(child, i);
    send(child, tuple("go"_atom));
    const std::int64_t full =
        co_await receive(on(match("memory"_atom, any<std::int64_t>), [](std::int64_t n) { return n; }));
    EXPECT_GT(full, fresh + 48'000);
    send(child, tuple("on"_atom));
    co_await receive(after(1ms, [] {}));
    EXPECT_EQ(co_await memory_of(child), fresh);
  });
}

task<> wakes_up(pid parent, std::string with) {
  co_await receive([&](term got) { send(parent, tuple(std::move(got), binary(with))); });
}

TEST(HibernateWith, DestroysTheFramesAndBeginsAgainWithTheNextMessage) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      std::vector<int> ended;
      const pid child = spawn([&ended, parent = self(), note = test::death_note{ended, 3}]() -> task<> {
        const test::death_note outer{ended, 2};
        const auto deep = [&]() -> task<> {
          const test::death_note inner{ended, 1};
          co_await hibernate(wakes_up, parent, std::string(100, 'x'));
          ADD_FAILURE();
        };
        co_await deep();
        ADD_FAILURE();
      });
      register_("sleeper"_atom, child);
      link(child);
      EXPECT_TRUE((co_await flush()).empty());
      EXPECT_EQ(ended, (std::vector{1, 2, 3}));
      EXPECT_EQ(co_await process_info(child, list({"status"_atom, "registered_name"_atom, "links"_atom})),
                list({tuple("status"_atom, "waiting"_atom), tuple("registered_name"_atom, "sleeper"_atom),
                      tuple("links"_atom, list({self()}))}));
      send("sleeper"_atom, "hello"_atom);
      EXPECT_EQ(co_await flush(), std::vector{tuple("hello"_atom, binary(std::string(100, 'x')))});
      EXPECT_FALSE(co_await is_process_alive(child));
    });
  });
}

task<> sleeps_again(pid parent, int round) {
  if (round == 0) co_return;
  co_await receive([&](term got) { send(parent, tuple(round, std::move(got))); });
  co_await hibernate(sleeps_again, parent, round - 1);
}

TEST(HibernateWith, MayBeRepeated) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_monitor(sleeps_again, self(), 3);
    for (int i = 3; i > 0; --i) {
      send(child.process, "again"_atom);
      EXPECT_EQ(co_await flush(), std::vector{tuple(i, "again"_atom)});
    }
    send(child.process, "last"_atom);
    EXPECT_EQ(co_await test::down_reason(child.monitor), term("normal"_atom));
  });
}

TEST(HibernateWith, CanBeKilled) {
  test::with_seeds(50, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      std::vector<int> ended;
      const auto child = spawn_monitor([&]() -> task<> {
        const auto kept = [](test::death_note&) -> task<> { co_await receive([](term) {}); };
        co_await hibernate(kept, test::death_note{ended, 1});
      });
      co_await yield();
      exit(child.process, "kill"_atom);
      EXPECT_EQ(co_await test::down_reason(child.monitor), term("killed"_atom));
      EXPECT_LE(ended.size(), 1U); // none where it was killed before it began
    });
  });
}

TEST(HibernateWith, AFunctionThatRaisesAtOnceEndsTheProcess) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child =
        spawn_monitor([]() -> task<> { co_await hibernate([]() -> task<> { raise_error("badarg"_atom); }); });
    send(child.process, "go"_atom);
    EXPECT_EQ((co_await test::down_reason(child.monitor))[0], term("badarg"_atom));
  });
}

} // namespace
} // namespace agner
