// SPDX-License-Identifier: Apache-2.0
// Nodes with processes: several in one OS process, and what their end does.

#include <gtest/gtest.h>

#include <thread>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::death_note;
using test::deterministic_node;
using test::deterministic_scheduler;

TEST(NodeLife, DestructionKillsEveryProcessAndRunsItsDestructors) {
  std::vector<int> gone;
  {
    deterministic_node here;
    for (int i = 0; i < 3; ++i)
      here->spawn([&gone, i]() -> task<> {
        const death_note note{gone, i};
        trap_exit(true);
        for (;;)
          co_await receive([](term) {});
      });
    here.run_until_idle();
    EXPECT_TRUE(gone.empty());
  }

  std::ranges::sort(gone);
  EXPECT_EQ(gone, (std::vector{0, 1, 2}));
}

TEST(NodeLife, DestructionRefusesNewProcesses) {
  struct wants_to_spawn {
    bool& refused;
    ~wants_to_spawn() {
      try {
        spawn(test::until_told);
      } catch (const raised& r) {
        refused = r.cls() == raised_class::exit && r.reason() == term("killed"_atom);
      }
    }
  };
  bool refused = false;
  {
    deterministic_node here;
    here->spawn([&refused]() -> task<> {
      const wants_to_spawn last{refused};
      co_await receive([](term) {});
    });
    here.run_until_idle();
  }

  EXPECT_TRUE(refused);
}

TEST(NodeLife, NodesOfOneSchedulerAreStrangers) {
  const auto shared = std::make_shared<deterministic_scheduler>(1);
  node one{{.name = "one@here", .scheduler = shared}};
  node two{{.name = "two@here", .scheduler = shared}};
  term got = "nothing"_atom;
  const pid on_two = two.spawn([&]() -> task<> { got = co_await receive([](term t) { return t; }); });

  one.run([on_two]() -> task<> {
    send(on_two, "hello"_atom); // another node, and no distribution
    trap_exit(true);
    link(on_two);
    EXPECT_EQ(co_await test::flush(), std::vector{tuple("EXIT"_atom, on_two, "noconnection"_atom)});
  });
  shared->run_until_idle();

  EXPECT_EQ(got, term("nothing"_atom));
  EXPECT_EQ(one.run([]() -> task<atom> { co_return this_node().name(); }), atom{"one@here"});
  EXPECT_EQ(two.run([]() -> task<atom> { co_return this_node().name(); }), atom{"two@here"});
}

TEST(NodeLife, APidOfAnEarlierNodeOfTheSameNameIsOfAStranger) {
  pid old;
  {
    deterministic_node before{1, {.name = "a@b"}};
    old = before->spawn(test::until_told);
    EXPECT_TRUE(before->is_alive(old));
  }
  deterministic_node now{1, {.name = "a@b"}};
  const pid fresh = now->spawn(test::until_told);

  EXPECT_EQ(old.id, fresh.id);
  EXPECT_EQ(old.node(), fresh.node());
  EXPECT_NE(old, fresh);
  EXPECT_FALSE(now->is_local(old));
  EXPECT_FALSE(now->is_alive(old));
}

TEST(NodeLife, OnWorkersEndsWhileProcessesSpawnAndDie) {
  const auto shared = scheduler::start({.workers = 4});
  for (int round = 0; round < 20; ++round) {
    node here{{.scheduler = shared}};
    for (int i = 0; i < 8; ++i)
      here.spawn([]() -> task<> {
        const auto brood = [](auto again, int depth) -> task<> {
          for (int n = 0;; ++n) {
            if (depth > 0) spawn(again, again, depth - 1);
            co_await receive([](term) {}, after(std::chrono::milliseconds{n % 3}, [] {}));
            if (depth < 3) co_return;
          }
        };
        co_await brood(brood, 3);
      });
    std::this_thread::sleep_for(std::chrono::milliseconds{round % 5});
  }
}

TEST(NodeLife, ManyNodesShareWorkers) {
  const auto shared = scheduler::start({.workers = 2});
  std::vector<std::unique_ptr<node>> nodes;
  for (int i = 0; i < 10; ++i)
    nodes.push_back(std::make_unique<node>(
        node_options{.name = "n" + std::to_string(i) + "@here", .processes_max = 256, .scheduler = shared}));

  for (const auto& each : nodes)
    EXPECT_EQ(each->run([]() -> task<atom> {
      const auto child = spawn_monitor(test::exits_as_told);
      send(child.process, this_node().name());
      co_return (co_await test::down_reason(child.monitor)).as_atom();
    }),
              each->name());
}

} // namespace
} // namespace agner
