// SPDX-License-Identifier: Apache-2.0
// Ends in which something goes wrong on the way: destructors that throw, memory that runs out.

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "../support/deterministic_node.hpp"
#include "../support/log_capture.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::log_capture;

std::size_t lines_with(const log_capture& log, std::string_view part) {
  std::size_t n = 0;
  for (const auto& line : log.lines())
    n += line.text.find(part) != std::string::npos ? 1 : 0;
  return n;
}

struct throws_at_its_end {
  throws_at_its_end() = default;
  throws_at_its_end(throws_at_its_end&& other) noexcept : armed(std::exchange(other.armed, false)) {}
  ~throws_at_its_end() noexcept(false) {
    if (armed) throw std::runtime_error{"at the end"};
  }
  bool armed = true;
};

TEST(HardEnd, ADestructorThatThrowsWhileItsProcessIsKilledIsReportedAndTheOthersRun) {
  const log_capture log;
  deterministic_node here;

  here->run([]() -> task<> {
    std::vector<int> ended;
    const auto child = spawn_monitor([&]() -> task<> {
      const test::death_note outer{ended, 3};
      const auto deep = [&]() -> task<> {
        const test::death_note before{ended, 2};
        const throws_at_its_end bad;
        const test::death_note after{ended, 1};
        co_await receive([](term) {});
      };
      co_await deep();
    });
    link(child.process);
    trap_exit(true);
    co_await receive(after(1ms, [] {}));
    exit(child.process, "kill"_atom);
    EXPECT_EQ(co_await test::down_reason(child.monitor), term("killed"_atom));
    co_await receive(on(match("EXIT"_atom, child.process, "killed"_atom), [] {}));
    EXPECT_EQ(ended, (std::vector{1, 2, 3}));
  });

  EXPECT_EQ(lines_with(log, "a destructor threw"), 1U);
  EXPECT_EQ(lines_with(log, "at the end"), 1U);
}

TEST(HardEnd, EachOfSeveralFramesMayThrow) {
  const log_capture log;
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_monitor([]() -> task<> {
      const throws_at_its_end outer;
      const auto deep = []() -> task<> {
        const throws_at_its_end inner;
        co_await receive([](term) {});
      };
      co_await deep();
    });
    co_await receive(after(1ms, [] {}));
    exit(child.process, "kill"_atom);
    EXPECT_EQ(co_await test::down_reason(child.monitor), term("killed"_atom));
  });

  EXPECT_EQ(lines_with(log, "a destructor threw"), 2U);
}

TEST(HardEnd, AnArgumentWhoseDestructorThrowsIsReported) {
  const log_capture log;
  deterministic_node here;

  here->run([]() -> task<> {
    const auto waits = [](throws_at_its_end&) -> task<> { co_await receive([](term) {}); };
    const auto child = spawn_monitor(waits, throws_at_its_end{});
    exit(child.process, "enough"_atom);
    EXPECT_EQ(co_await test::down_reason(child.monitor), term("enough"_atom));
  });

  EXPECT_EQ(lines_with(log, "a destructor threw"), 1U);
}

TEST(HardEnd, LackOfMemoryKillsTheProcessWithAReport) {
  const log_capture log;
  deterministic_node here;

  const term reason = here->run([]() -> task<term> {
    return test::exit_reason_of([]() -> task<> {
      throw std::bad_alloc{};
      co_return;
    });
  });

  EXPECT_EQ(reason, term("killed"_atom));
  EXPECT_EQ(lines_with(log, "out of memory"), 1U);
}

TEST(HardEnd, LackOfMemoryThatIsCaughtIsNone) {
  deterministic_node here;

  const term reason = here->run([]() -> task<term> {
    return test::exit_reason_of([]() -> task<> {
      try {
        throw std::bad_alloc{};
      } catch (const std::bad_alloc&) {
      }
      co_return;
    });
  });

  EXPECT_EQ(reason, term("normal"_atom));
}

} // namespace
} // namespace agner
