// SPDX-License-Identifier: Apache-2.0

#include <agner/actors/process.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

namespace agner {
namespace {

using namespace std::chrono_literals;

struct ping {
  static constexpr auto tag = "ping"_atom;
  pid from;
};
struct pong {
  static constexpr auto tag = "pong"_atom;
};

task<> ponger() {
  for (;;)
    co_await receive([](ping p) { send(p.from, pong{}); });
}

TEST(Process, AnswersMessages) {
  node here;

  const int answers = here.run([]() -> task<int> {
    const pid peer = spawn(ponger);
    int count = 0;
    for (int i = 0; i < 1000; ++i) {
      send(peer, ping{self()});
      count += co_await receive([](pong) { return 1; });
    }
    co_return count;
  });

  EXPECT_EQ(answers, 1000);
}

TEST(Process, MonitorTellsTheExitReason) {
  node here;

  const term reason = here.run([]() -> task<term> {
    const auto child = spawn_monitor([]() -> task<> {
      exit("boo"_atom);
      co_return;
    });
    co_return co_await receive(
        on(match("DOWN"_atom, child.monitor, "process"_atom, child.process, any<term>), [](term why) { return why; }));
  });

  EXPECT_EQ(reason, term("boo"_atom));
}

TEST(Process, TrappedExitOfALinkIsAMessage) {
  node here;

  const term message = here.run([]() -> task<term> {
    trap_exit(true);
    spawn_link([]() -> task<> {
      co_await receive(after(1ms, [] {}));
      throw std::runtime_error("oops");
    });
    co_return co_await receive([](term m) -> task<term> { co_return m; });
  });

  ASSERT_TRUE(message.is_tagged("EXIT"_atom, 3));
  EXPECT_TRUE(message[2][0].is_tagged("cxx_exception"_atom, 3));
}

TEST(Process, AfterZeroLooksOnce) {
  node here;

  const bool nothing = here.run(
      []() -> task<bool> { co_return co_await receive([](term) { return false; }, after(0ms, [] { return true; })); });

  EXPECT_TRUE(nothing);
}

} // namespace
} // namespace agner
