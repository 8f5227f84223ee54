// SPDX-License-Identifier: Apache-2.0
// Follows OTP's process_SUITE: processes/0.

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;

/// Of @p many processes some end and others come; processes() shows all that live, and nobody else.
void lists_all_in_a_table_of(std::size_t processes_max, std::size_t many) {
  deterministic_node here{1, {.processes_max = processes_max}};
  here->run([many]() -> task<> {
    std::vector<pid> expected{self()};
    for (std::size_t i = 0; i < many; ++i) {
      const auto level = i % 3 == 0 ? priority_level::low : i % 3 == 1 ? priority_level::normal : priority_level::high;
      expected.push_back(spawn_opt({.priority = level}, test::until_told));
    }
    for (std::size_t i = 1; i < expected.size(); i += 2) {
      exit(expected[i], "bang"_atom);
      EXPECT_FALSE(co_await is_process_alive(expected[i]));
      expected[i] = spawn(test::until_told);
    }
    auto all = processes();
    std::ranges::sort(all);
    std::ranges::sort(expected);
    EXPECT_EQ(all, expected);
  });
}

TEST(process, processes_large_tab) { lists_all_in_a_table_of(1U << 20U, 20'000); }
TEST(process, processes_default_tab) { lists_all_in_a_table_of(node_options{}.processes_max, 2'000); }
TEST(process, processes_small_tab) { lists_all_in_a_table_of(1024, 1'000); }
TEST(process, processes_this_tab) { lists_all_in_a_table_of(64, 63); }

// A pid from processes() can be sent to at once, however new it is.
TEST(process, processes_send_infant) {
  node here{{.scheduler = scheduler::start({.workers = 4})}};

  const std::int64_t born = here.run([]() -> task<std::int64_t> {
    constexpr std::int64_t generations = 2'000;
    const pid tester = self();
    for (int i = 0; i < 4; ++i)
      spawn([tester]() -> task<> {
        std::int64_t n = 0;
        for (; n < generations; ++n) {
          const auto child = spawn_monitor([]() -> task<> { co_await receive([](term) {}, after(1s, [] {})); });
          send(child.process, "live"_atom);
          co_await test::down_reason(child.monitor);
        }
        send(tester, tuple("born"_atom, n));
      });
    std::int64_t all = 0;
    for (int done = 0; done < 4;) {
      for (const pid& p : processes())
        if (p != self()) send(p, "processes_send_infant"_atom);
      done += co_await receive(on(match("born"_atom, any<std::int64_t>),
                                  [&](std::int64_t n) {
                                    all += n;
                                    return 1;
                                  }),
                               after(0ms, [] { return 0; }));
    }
    co_return all;
  });

  EXPECT_EQ(born, 8'000);
}

// While others come and go, processes() has all that live all the while, and nobody twice.
TEST(process, processes_term_proc_list) {
  node here{{.processes_max = 1024, .scheduler = scheduler::start({.workers = 4})}};

  here.run([]() -> task<> {
    std::vector<pid> stay{self()};
    for (int i = 0; i < 200; ++i)
      stay.push_back(spawn(test::until_told));
    std::ranges::sort(stay);
    std::vector<reference> done;
    for (int i = 0; i < 3; ++i)
      done.push_back(spawn_monitor([]() -> task<> {
                       for (int n = 0; n < 3'000; ++n) {
                         spawn([]() -> task<> { co_return; });
                         if (n % 50 == 0) co_await yield();
                       }
                     }).monitor);
    for (int i = 0; i < 200; ++i) {
      auto all = processes();
      std::ranges::sort(all);
      EXPECT_TRUE(std::ranges::includes(all, stay));
      EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
      co_await yield();
    }
    for (const reference& each : done)
      EXPECT_EQ(co_await test::down_reason(each), term("normal"_atom));
  });
}

} // namespace
} // namespace agner
