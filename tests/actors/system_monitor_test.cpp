// SPDX-License-Identifier: Apache-2.0
// Who holds a worker is reported. Each rule was asked of OTP 25.2.3 first. Those who hold do so until they have been reported, so no time is measured.

#include <gtest/gtest.h>

#include <agner/actors/proc_lib.hpp>
#include <agner/actors/system_monitor.hpp>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "../support/deterministic_node.hpp"
#include "../support/log_capture.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;

TEST(SystemMonitor, IsToldWhoHoldsAWorker) {
  node here{{.scheduler = scheduler::start({.workers = 2})}};

  here.run([]() -> task<> {
    std::atomic<bool> let_go{false};
    EXPECT_EQ(system_monitor({{.to = self(), .long_schedule = 30ms}}), std::nullopt);
    const auto holder = spawn_monitor([&let_go]() -> task<> {
      while (!let_go.load()) { // the worker is held
      }
      co_return;
    });

    const term info = co_await receive(
        on(match("monitor"_atom, holder.process, "long_schedule"_atom, any<term>), [](term what) { return what; }));
    let_go.store(true);

    const term undefined{"undefined"_atom};
    EXPECT_EQ(info, list({tuple("timeout"_atom, 30), tuple("in"_atom, undefined), tuple("out"_atom, undefined)}));
    co_await test::down_reason(holder.monitor);
    EXPECT_TRUE((co_await test::flush()).empty()); // once
  });
}

TEST(SystemMonitor, IsToldNameAndLabel) {
  node here{{.scheduler = scheduler::start({.workers = 2})}};

  here.run([]() -> task<> {
    std::atomic<bool> let_go{false};
    system_monitor({{.to = self(), .long_schedule = 30ms}});
    const auto holder = spawn_monitor([&let_go]() -> task<> {
      register_("holds_on"_atom, self());
      proc_lib::set_label(tuple("worker"_atom, 7));
      while (!let_go.load()) { // the worker is held
      }
      co_return;
    });

    const term info = co_await receive(
        on(match("monitor"_atom, holder.process, "long_schedule"_atom, any<term>), [](term what) { return what; }));
    let_go.store(true);

    const auto pairs = info.as_list();
    const std::vector<term> all{pairs.begin(), pairs.end()};
    EXPECT_EQ(all.size(), 5U);
    EXPECT_EQ(all.at(3), tuple("registered_name"_atom, "holds_on"_atom));
    EXPECT_EQ(all.at(4), tuple("label"_atom, tuple("worker"_atom, 7)));
    co_await test::down_reason(holder.monitor);
  });
}

TEST(SystemMonitor, IsNeverToldOfItself) {
  const test::log_capture log;
  node here{{.scheduler = scheduler::start({.workers = 2, .long_schedule = 50ms})}};

  here.run([&log]() -> task<> {
    system_monitor({{.to = self(), .long_schedule = 10ms}});
    while (log.lines().empty()) { // reported after a longer time
    }
    EXPECT_TRUE((co_await test::flush()).empty());
  });
}

TEST(LongSchedule, IsLoggedByNameAndOnce) {
  const test::log_capture log;
  pid holder;
  {
    node here{{.scheduler = scheduler::start({.workers = 1, .long_schedule = 20ms})}};
    here.run([&]() -> task<> {
      holder = self();
      register_("holds_on"_atom, self());
      while (log.lines().empty()) {
      }
      co_return;
    });
  }

  const auto lines = log.lines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].severity, log::level::warning);
  EXPECT_NE(lines[0].text.find("long_schedule"), std::string::npos);
  EXPECT_NE(lines[0].text.find("holds_on"), std::string::npos);
}

TEST(LongSchedule, IsLoggedByLabelWhereThereIsNoName) {
  const test::log_capture log;
  {
    node here{{.scheduler = scheduler::start({.workers = 1, .long_schedule = 20ms})}};
    here.run([&]() -> task<> {
      proc_lib::set_label(tuple("worker"_atom, 7));
      while (log.lines().empty()) {
      }
      co_return;
    });
  }

  ASSERT_EQ(log.lines().size(), 1U);
  EXPECT_NE(log.lines()[0].text.find("{{worker,7},<"), std::string::npos) << log.lines()[0].text;
}

TEST(SystemMonitor, IsOneProcessUntilAnotherAsksOrItEnds) {
  deterministic_node here;

  here->run([]() -> task<> {
    EXPECT_EQ(system_monitor(), std::nullopt);
    const system_monitor_settings first{.to = self(), .long_schedule = 100ms};
    EXPECT_EQ(system_monitor(first), std::nullopt);
    EXPECT_EQ(system_monitor(), first);
    const auto other = spawn_monitor(test::until_told);
    const system_monitor_settings second{.to = other.process, .long_schedule = {}};
    EXPECT_EQ(system_monitor(second), first);
    EXPECT_EQ(system_monitor(), second);
    exit(other.process, "kill"_atom);
    co_await test::down_reason(other.monitor);
    EXPECT_EQ(system_monitor(), std::nullopt);
    system_monitor({{.to = self(), .long_schedule = 0ms}});
    EXPECT_EQ(system_monitor()->long_schedule, 1ms);
    EXPECT_EQ(system_monitor(std::nullopt)->to, self());
    EXPECT_EQ(system_monitor(), std::nullopt);
  });
}

TEST(SystemMonitor, RefusesTheDeadAndNegativeTimes) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto gone = spawn_monitor([]() -> task<> { co_return; });
    co_await test::down_reason(gone.monitor);
    for (const system_monitor_settings& wrong :
         {system_monitor_settings{.to = gone.process, .long_schedule = 1s},
          system_monitor_settings{.to = {1, 1, incarnation{atom{"far@away"}, 7}}, .long_schedule = 1s},
          system_monitor_settings{.to = self(), .long_schedule = -1ms}})
      try {
        system_monitor(wrong);
        ADD_FAILURE();
      } catch (const raised& r) {
        EXPECT_EQ(r.reason(), term("badarg"_atom));
      }
    EXPECT_EQ(system_monitor(), std::nullopt);
  });
}

} // namespace
} // namespace agner
