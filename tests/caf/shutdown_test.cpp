// SPDX-License-Identifier: Apache-2.0
// Node, actor_system and bridge may end in any order; what belonged to one is gone with it, and the others go on.

#include "joined.hpp"

#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::down_reason;
using test::runs_on;

class CafShutdown : public ::testing::TestWithParam<runs_on> {};

caf::behavior idle() {
  return {[](int n) { return n; }};
}

TEST_P(CafShutdown, TheNodeGoesAndActorsGoOn) {
  test::two_workers config;
  caf::actor_system system{config};
  std::optional<node> here{std::in_place, test::options_on(GetParam(), system)};
  caf_bridge bridge{*here, system};
  caf::scoped_actor self{system};
  const caf::actor known = system.spawn(idle);
  const pid known_as = bridge.pid_of(known);
  const caf::actor process = bridge.actor_of(here->spawn(test::until_told));
  self->monitor(process);

  here.reset();

  caf::error down;
  self->receive([&](const caf::down_msg& d) { down = d.reason; });
  EXPECT_TRUE(down == caf::exit_reason::remote_link_unreachable || to_reason(down) == term{"killed"_atom})
      << caf::to_string(down);
  int answer = 0;
  self->request(known, caf::infinite, 7).receive([&](int n) { answer = n; }, [](const caf::error&) {});
  EXPECT_EQ(answer, 7);
  caf::error refused;
  self->request(process, caf::infinite, 1).receive([](int) {}, [&](const caf::error& e) { refused = e; });
  EXPECT_EQ(refused, caf::sec::request_receiver_down);
  EXPECT_EQ(bridge.actor_of(known_as), nullptr);
}

TEST_P(CafShutdown, TheBridgeGoesAndEachSideSeesTheOtherGone) {
  test::two_workers config;
  caf::actor_system system{config};
  node here{test::options_on(GetParam(), system)};
  std::optional<caf_bridge> bridge{std::in_place, here, system};
  caf::scoped_actor self{system};
  const caf::actor known = system.spawn(idle);
  const pid process = here.spawn(test::until_told);
  self->monitor(bridge->actor_of(process));
  const pid watcher = here.spawn(
      [](pid who) -> task<> {
        const reference ref = monitor(who);
        pid tell = co_await receive([](pid p) { return p; });
        send(tell, "watching"_atom);
        tell = co_await receive([](pid p) { return p; });
        send(tell, co_await down_reason(ref));
      },
      bridge->pid_of(known));
  const auto ask_watcher = [=]() -> task<term> {
    send(watcher, agner::self());
    co_return co_await receive([](term t) { return t; });
  };
  here.run(ask_watcher);

  bridge.reset();

  caf::error down;
  self->receive([&](const caf::down_msg& d) { down = d.reason; });
  EXPECT_EQ(down, caf::exit_reason::remote_link_unreachable);
  EXPECT_TRUE(here.is_alive(process));
  EXPECT_EQ(here.run(ask_watcher), term{"noconnection"_atom});
}

TEST_P(CafShutdown, TheActorSystemGoesAndProcessesGoOn) {
  test::two_workers config;
  std::optional<caf::actor_system> system{std::in_place, config};
  node here{test::options_on(GetParam(), *system)};
  std::optional<caf_bridge> bridge{std::in_place, here, *system};
  const pid monitored = [&] {
    const caf::actor known = system->spawn(idle);
    const pid who = bridge->pid_of(known, takes<int>{});
    here.run([&]() -> task<> { co_await gen_server::call<int>(who, 1); });
    return who;
  }();
  const pid process = here.spawn([]() -> task<> {
    for (;;)
      co_await receive([](std::tuple<int, pid> m) { send(std::get<1>(m), std::get<0>(m) + 1); });
  });

  system.reset(); // the actor, which nobody refers to any more, has ended by then

  const int answer = here.run([=]() -> task<int> {
    co_await down_reason(monitor(monitored));
    send(process, tuple(1, self()));
    co_return co_await receive([](int n) { return n; }, after(10s, [] { return -1; }));
  });
  EXPECT_EQ(answer, 2);
  bridge.reset();
  EXPECT_TRUE(here.is_alive(process));
}

TEST_P(CafShutdown, TheActorSystemGoesWhileProcessesRunAndTimersArePending) {
  for (int round = 0; round < 20; ++round) {
    test::two_workers config;
    std::optional<caf::actor_system> system{std::in_place, config};
    node here{test::options_on(GetParam(), *system)};
    std::vector<pid> all;
    for (int i = 0; i < 10; ++i)
      all.push_back(here.spawn([]() -> task<> {
        for (bool more = true; more;) {
          more = co_await receive([](term) { return false; }, after(0ms, [] { return true; }));
          co_await receive(after(std::chrono::milliseconds{1}, [] {}));
        }
      }));

    system.reset();

    for (const pid& each : all)
      here.send(each, "stop"_atom);
    here.run([&]() -> task<> {
      for (const pid& each : all)
        co_await down_reason(monitor(each));
    });
  }
}

TEST_P(CafShutdown, AllAtOnceWhileMessagesFly) {
  for (int round = 0; round < 20; ++round) {
    test::two_workers config;
    caf::actor_system system{config};
    node here{test::options_on(GetParam(), system)};
    caf_bridge bridge{here, system};
    const caf::actor relay = system.spawn([](caf::event_based_actor* self) -> caf::behavior {
      return {[=](std::int64_t n, const caf::actor& to) { self->send(to, n); }};
    });
    const pid to = bridge.pid_of(relay);
    for (int i = 0; i < 10; ++i)
      here.spawn(
          [](pid peer) -> task<> {
            for (;;) {
              send(peer, tuple(1, self()));
              co_await receive([](std::int64_t) {});
            }
          },
          to);
    caf::anon_send_exit(relay, caf::exit_reason::user_shutdown);
  }
}

INSTANTIATE_TEST_SUITE_P(Everywhere, CafShutdown, ::testing::Values(runs_on::own_workers, runs_on::workers_of_caf),
                         test::name_of);

} // namespace
} // namespace agner
