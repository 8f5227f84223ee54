// SPDX-License-Identifier: Apache-2.0
// A node whose processes run on the scheduler of a CAF program.

#include "../actors/tcp_pair.hpp"
#include "joined.hpp"

#include <atomic>
#include <set>
#include <thread>

namespace agner {
namespace {

using namespace std::chrono_literals;

class ExistingSystem : public ::testing::Test {
protected:
  std::atomic<bool> stop{false}; // read by processes until the node is gone
  test::two_workers config;
  caf::actor_system system{config};
  node here{test::options_on(test::runs_on::workers_of_caf, system)};
};

TEST_F(ExistingSystem, ProcessesRunOnItsWorkers) {
  std::set<std::thread::id> workers;
  for (int i = 0; i < 200; ++i)
    here.run([&]() -> task<> {
      workers.insert(std::this_thread::get_id());
      co_return;
    });

  EXPECT_LE(workers.size(), 2U);
  EXPECT_FALSE(workers.contains(std::this_thread::get_id()));
}

TEST_F(ExistingSystem, TimersFire) {
  const bool fired = here.run([]() -> task<bool> {
    send_after(1ms, self(), "first"_atom);
    co_await receive([](term) {});
    co_return co_await receive([](term) { return false; }, after(1ms, [] { return true; }));
  });

  EXPECT_TRUE(fired);
}

TEST_F(ExistingSystem, SocketsAreServed) {
  const std::string echoed = here.run([]() -> task<std::string> {
    const auto pair = co_await test::connected_pair();
    spawn([](gen_tcp::socket from) -> task<> { must(co_await gen_tcp::send(from, "echo")); }, pair.client);
    co_return std::string{must(co_await gen_tcp::recv(pair.server, 4, test::soon)).text()};
  });

  EXPECT_EQ(echoed, "echo");
}

TEST_F(ExistingSystem, ActorsHaveTheirTurnBesideProcessesThatNeverWait) {
  for (int i = 0; i < 4; ++i)
    here.spawn([this]() -> task<> {
      while (!stop)
        co_await yield{};
    });
  caf::scoped_actor self{system};
  const caf::actor answers = system.spawn([]() -> caf::behavior { return {[](int n) { return n + 1; }}; });

  int answer = 0;
  self->request(answers, caf::infinite, 1).receive([&](int n) { answer = n; }, [](const caf::error&) {});
  stop = true;

  EXPECT_EQ(answer, 2);
}

TEST_F(ExistingSystem, ProcessesTalkAndAllOfThemEnd) {
  constexpr int count = 1000;

  const int sum = here.run([]() -> task<int> {
    for (int i = 0; i < count; ++i)
      spawn(
          [](pid to) -> task<> {
            const int n = co_await receive([](int m) { return m; });
            send(to, n);
          },
          self());
    for (const pid& each : this_node().processes())
      if (each != self()) send(each, 1);
    int total = 0;
    for (int i = 0; i < count; ++i)
      total += co_await receive([](int n) { return n; });
    co_return total;
  });

  EXPECT_EQ(sum, count);
}

TEST_F(ExistingSystem, TwoNodesShareIt) {
  node other{test::options_on(test::runs_on::workers_of_caf, system)};
  const pid echo = other.spawn([]() -> task<> { co_await receive([](pid from) { send(from, "echo"_atom); }); });

  EXPECT_TRUE(other.is_alive(echo));
  EXPECT_EQ(here.run([]() -> task<int> { co_return 1; }) + other.run([]() -> task<int> { co_return 2; }), 3);
}

} // namespace
} // namespace agner
