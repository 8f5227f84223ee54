// SPDX-License-Identifier: Apache-2.0
// A node on which nothing happens uses no CPU: its threads are not woken. Counted are context switches of its threads, in windows, until there is one without; a
// node that looks whether there is something to do, however seldom a person would call it, has some in each.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include "tcp_pair.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;

namespace fs = std::filesystem;

std::set<fs::path> threads() {
  std::set<fs::path> all;
  for (const auto& each : fs::directory_iterator{"/proc/self/task"})
    all.insert(each.path());
  return all;
}

/// Those there are before a node starts its own; a sanitizer starts one for itself together with the first of a program.
std::set<fs::path> threads_before() {
  std::jthread{[] {}}.join();
  return threads();
}

/// Threads that were not there before: those of the node.
class threads_since {
public:
  explicit threads_since(std::set<fs::path> before) : before_(std::move(before)) {}

  /// How often they have gone to sleep or been taken off a processor.
  [[nodiscard]] long switches() const {
    long sum = 0;
    for (const fs::path& each : threads()) {
      if (before_.contains(each)) continue;
      std::ifstream status{each / "status"};
      for (std::string line; std::getline(status, line);)
        if (const auto at = line.find("ctxt_switches:"); at != std::string::npos)
          sum += std::stol(line.substr(at + 14));
    }
    return sum;
  }

private:
  std::set<fs::path> before_;
};

/// The fewest in a window of @p windows.
long fewest_switches(const threads_since& of, int windows) {
  long fewest = 1'000'000;
  for (int i = 0; i < windows && fewest > 0; ++i) {
    const long before = of.switches();
    std::this_thread::sleep_for(200ms);
    fewest = std::min(fewest, of.switches() - before);
  }
  return fewest;
}

TEST(IdleNode, WakesNoThread) {
  const threads_since of_the_node{threads_before()};
  node here{{.scheduler = scheduler::start({.workers = 4})}};
  for (int i = 0; i < 100; ++i)
    here.spawn([]() -> task<> { co_await receive([](term) {}); });

  EXPECT_EQ(fewest_switches(of_the_node, 20), 0);
}

TEST(IdleNode, WithTimersAndSocketsWakesNoneEither) {
  const threads_since of_the_node{threads_before()};
  node here{{.scheduler = scheduler::start({.workers = 4})}};
  here.spawn([]() -> task<> {
    [[maybe_unused]] auto pair = co_await test::connected_pair();
    send_after(1h, self(), "late"_atom);
    co_await receive(on("late"_atom, [] {}), after(2h, [] {}));
  });

  EXPECT_EQ(fewest_switches(of_the_node, 20),
            0); // with a timer the clock is looked at once a second: not in each window
}

} // namespace
} // namespace agner
