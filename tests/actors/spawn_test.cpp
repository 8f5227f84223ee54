// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

TEST(Spawn, KeepsCapturesUntilTheProcessEnds) {
  deterministic_node here;

  here->run([]() -> task<> {
    {
      const std::string text(100, 'x');
      spawn([text, parent = self()]() -> task<> {
        co_await receive(after(1ms, [] {}));
        send(parent, text);
      });
    }
    EXPECT_EQ(co_await receive([](std::string t) { return t; }), std::string(100, 'x'));
  });
}

task<> sends_twice(pid to, std::string what) {
  send(to, what);
  co_await yield();
  send(to, std::move(what));
}

TEST(Spawn, KeepsArguments) {
  deterministic_node here;

  here->run([]() -> task<> {
    spawn(sends_twice, self(), std::string(100, 'x'));
    for (int i = 0; i < 2; ++i)
      EXPECT_EQ(co_await receive([](std::string t) { return t; }), std::string(100, 'x'));
  });
}

TEST(Spawn, TakesWhatCanOnlyBeMoved) {
  deterministic_node here;

  here->run([]() -> task<> {
    spawn(
        [parent = self(), owned = std::make_unique<int>(1)](std::unique_ptr<int> by_value) -> task<> {
          co_await yield();
          send(parent, *owned + *by_value);
        },
        std::make_unique<int>(2));
    spawn(
        [parent = self()](std::unique_ptr<int>& by_reference) -> task<> {
          co_await yield();
          send(parent, *by_reference);
        },
        std::make_unique<int>(4));

    const auto messages = co_await flush();
    EXPECT_EQ(std::ranges::count(messages, term(3)), 1);
    EXPECT_EQ(std::ranges::count(messages, term(4)), 1);
  });
}

TEST(Spawn, RunsWhatIsLargerThanItsSlot) {
  deterministic_node here;

  here->run([]() -> task<> {
    std::array<std::int64_t, 100> numbers{};
    numbers.back() = 7;
    spawn([numbers, parent = self()]() -> task<> {
      co_await yield();
      send(parent, numbers.back());
    });
    EXPECT_EQ(co_await receive([](std::int64_t n) { return n; }), 7);
  });
}

TEST(Spawn, GivesEachProcessAPidOfItsOwn) {
  deterministic_node here;

  here->run([]() -> task<> {
    std::vector<pid> all{self()};
    for (int i = 0; i < 200; ++i)
      all.push_back(spawn(test::until_told));
    std::ranges::sort(all);
    EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
    co_return;
  });
}

TEST(Spawn, AnswersBeforeTheProcessRuns) {
  deterministic_node here;

  here->run([]() -> task<> {
    bool ran = false;
    spawn([&]() -> task<> {
      ran = true;
      co_return;
    });
    EXPECT_FALSE(ran);
    co_await flush();
    EXPECT_TRUE(ran);
  });
}

TEST(Spawn, AFunctionThatRaisesBeforeItsTaskExistsEndsTheProcess) {
  deterministic_node here;

  const term reason = here->run(
      []() -> task<term> { return test::exit_reason_of([]() -> task<> { throw std::runtime_error{"at start"}; }); });

  EXPECT_EQ(reason[0][2], binary("at start"));
}

TEST(Spawn, WhatThrowsWhenItIsCopiedLeavesNoProcess) {
  struct cannot_be_copied {
    cannot_be_copied() = default;
    cannot_be_copied(const cannot_be_copied&) { throw std::runtime_error{"copy"}; }
  };
  deterministic_node here;

  here->run([]() -> task<> {
    const cannot_be_copied given;
    const std::size_t before = this_node().process_count();
    EXPECT_THROW(spawn([](const cannot_be_copied&) -> task<> { co_return; }, given), std::runtime_error);
    EXPECT_EQ(this_node().process_count(), before);
    co_return;
  });
}

TEST(Spawn, BeyondProcessesMaxRaisesSystemLimit) {
  deterministic_node here{1, {.processes_max = 64}};

  here->run([]() -> task<> {
    std::vector<pid> all;
    try {
      for (;;)
        all.push_back(spawn(test::until_told));
    } catch (const raised& r) {
      EXPECT_EQ(r.reason(), term("system_limit"_atom));
    }
    EXPECT_EQ(all.size(), 63U);

    send(all.front(), "go"_atom);
    co_await flush();
    EXPECT_TRUE(co_await is_process_alive(spawn(test::until_told)));
  });
}

TEST(Spawn, FromADestructorOfAKilledProcessWorks) {
  struct leaves_a_child {
    pid parent;
    ~leaves_a_child() {
      spawn([to = parent]() -> task<> {
        send(to, "child"_atom);
        co_return;
      });
    }
  };
  deterministic_node here;

  here->run([]() -> task<> {
    const pid victim = spawn([parent = self()]() -> task<> {
      const leaves_a_child last{parent};
      co_await receive([](term) {});
    });
    co_await flush();
    exit(victim, "kill"_atom);
    EXPECT_EQ(co_await flush(), std::vector{term("child"_atom)});
  });
}

TEST(SpawnLink, IsThereBeforeTheProcessRuns) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      trap_exit(true);
      const pid child = spawn_link([]() -> task<> {
        exit("at once"_atom);
        co_return;
      });
      EXPECT_EQ(co_await flush(), std::vector{tuple("EXIT"_atom, child, "at once"_atom)});
    });
  });
}

TEST(SpawnMonitor, IsThereBeforeTheProcessRuns) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const auto child = spawn_monitor([]() -> task<> {
        exit("at once"_atom);
        co_return;
      });
      EXPECT_EQ(co_await test::down_reason(child.monitor), term("at once"_atom));
    });
  });
}

TEST(SpawnMonitor, CanBeTakenBack) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_monitor([]() -> task<> { co_return; });
    EXPECT_TRUE(demonitor(child.monitor, {.info = true}));
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(Spawn, OutsideAProcessRaisesNotAProcess) {
  try {
    spawn(test::until_told);
    FAIL();
  } catch (const raised& r) {
    EXPECT_EQ(r.reason(), term("not_a_process"_atom));
  }
}

// -- tasks ----------------------------------------------------------------------------------------------------------------------------------

task<int> depth(int n) {
  if (n == 0) {
    co_await yield();
    co_return 0;
  }
  co_return 1 + co_await depth(n - 1);
}

TEST(Task, MayNestDeeply) {
  deterministic_node here;

  EXPECT_EQ(here->run(depth, 10'000), 10'000);
}

TEST(Task, RunsNothingUntilItIsAwaited) {
  deterministic_node here;

  here->run([]() -> task<> {
    bool ran = false;
    const auto lazy = [&]() -> task<> {
      ran = true;
      co_return;
    };
    task<> held = lazy();
    EXPECT_FALSE(ran);
    co_await std::move(held);
    EXPECT_TRUE(ran);
  });
}

TEST(Task, ThatIsDroppedDestroysWhatItHolds) {
  std::vector<int> order;
  {
    const auto holds = [](test::death_note) -> task<> { co_return; };
    const task<> dropped = holds(test::death_note{order, 1});
    EXPECT_TRUE(order.empty());
  }
  EXPECT_EQ(order, std::vector{1});
}

TEST(Task, GivesAValueThatCanOnlyBeMoved) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto makes = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    EXPECT_EQ(*co_await makes(), 7);
  });
}

TEST(Task, RaisesWhereItIsAwaited) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto raises = []() -> task<int> {
      co_await yield();
      throw std::runtime_error{"inner"};
    };
    bool caught = false;
    try {
      co_await raises();
    } catch (const std::runtime_error&) {
      caught = true;
    }
    EXPECT_TRUE(caught);
  });
}

} // namespace
} // namespace agner
