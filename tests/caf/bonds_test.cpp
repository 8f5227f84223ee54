// SPDX-License-Identifier: Apache-2.0
// Monitors, links and exits between processes and actors.

#include "joined.hpp"

#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::down_reason;

// Ends as told: with an exit reason of CAF's, by its number.
caf::behavior ends_as_told(caf::event_based_actor* self) {
  return {[=](std::int64_t reason) {
    self->quit(reason == 0 ? caf::error{} : caf::make_error(static_cast<caf::exit_reason>(reason)));
  }};
}

task<> exits_as_told() {
  co_await receive([](term reason) { exit(std::move(reason)); });
}

AGNER_JOINED(CafBonds);

// -- processes watch actors -----------------------------------------------------------------------------------------------------------------

TEST_P(CafBonds, ProcessMonitorsAnActor) {
  const auto reason_of = [&](caf::exit_reason why) {
    const caf::actor watched = system.spawn(ends_as_told);
    return here.run([&, who = bridge.pid_of(watched)]() -> task<term> {
      const reference ref = monitor(who);
      send(who, static_cast<int>(why));
      co_return co_await down_reason(ref);
    });
  };

  EXPECT_EQ(reason_of(caf::exit_reason::normal), term{"normal"_atom});
  EXPECT_EQ(reason_of(caf::exit_reason::user_shutdown), term{"shutdown"_atom});
  EXPECT_EQ(reason_of(caf::exit_reason::kill), term{"killed"_atom});
  EXPECT_TRUE(reason_of(caf::exit_reason::out_of_workers).is_tagged("caf_error"_atom, 4));
}

TEST_P(CafBonds, DownOfAnActorComesBehindWhatItSent) {
  const caf::actor talks = system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[=](const caf::actor& to) {
      for (std::int64_t i = 0; i < 100; ++i)
        self->send(to, i);
      self->quit();
    }};
  });

  const auto before = here.run([&, who = bridge.pid_of(talks)]() -> task<int> {
    const reference ref = monitor(who);
    send(who, self());
    int heard = 0;
    for (bool alive = true; alive;)
      co_await receive([&](std::int64_t) { ++heard; }, on(match("DOWN"_atom, ref, _, _, _), [&] { alive = false; }));
    co_return heard;
  });

  EXPECT_EQ(before, 100);
}

TEST_P(CafBonds, ProcessMonitorsABlockingActor) {
  std::optional<caf::scoped_actor> self{std::in_place, system};
  const pid who = bridge.pid_of(*self);
  caf::scoped_actor watching{system};
  here.spawn(
      [](pid watched, pid tell) -> task<> {
        const reference ref = monitor(watched);
        send(tell, "ready"_atom);
        send(tell, co_await down_reason(ref));
      },
      who, bridge.pid_of(watching));

  caf::atom_value reason{};
  watching->receive([](caf::atom_value) {});
  self.reset();
  watching->receive([&](caf::atom_value why) { reason = why; });

  EXPECT_EQ(reason, caf::atom("normal"));
}

TEST_P(CafBonds, LinkedProcessEndsWithTheActor) {
  const caf::actor other = system.spawn(ends_as_told);

  const pid who = bridge.pid_of(other);
  const auto [untrapped, trapped] = here.run([&]() -> task<std::pair<term, term>> {
    trap_exit(true);
    const auto [child, ref] = spawn_monitor(
        [](pid with, pid parent) -> task<> {
          link(with);
          send(parent, "linked"_atom);
          co_await receive([](term) {});
        },
        who, self());
    link(who);
    co_await receive([](atom_literal<"linked">) {});
    send(who, static_cast<int>(caf::exit_reason::user_shutdown));
    const term down = co_await down_reason(ref);
    co_return std::pair{down, co_await receive([](term t) { return t; })};
  });

  EXPECT_EQ(untrapped, term{"shutdown"_atom});
  EXPECT_EQ(trapped, tuple("EXIT"_atom, who, "shutdown"_atom)) << print(trapped);
}

TEST_P(CafBonds, LinkedActorEndsWithTheProcess) {
  caf::scoped_actor self{system};
  const caf::actor other = system.spawn(ends_as_told);
  self->monitor(other);
  const pid process = here.spawn(
      [](pid with) -> task<> {
        link(with);
        co_await receive([](term reason) { exit(std::move(reason)); });
      },
      bridge.pid_of(other));

  here.send(process, tuple("bad"_atom, 1));

  caf::error why;
  self->receive([&](const caf::down_msg& down) { why = down.reason; });
  EXPECT_EQ(to_reason(why), tuple("bad"_atom, 1));
}

TEST_P(CafBonds, UnlinkedProcessOutlivesTheActor) {
  const caf::actor other = system.spawn(ends_as_told);

  const bool alive = here.run([&, who = bridge.pid_of(other)]() -> task<bool> {
    link(who);
    unlink(who);
    const reference ref = monitor(who);
    send(who, static_cast<int>(caf::exit_reason::kill));
    co_await down_reason(ref);
    co_return true;
  });

  EXPECT_TRUE(alive);
}

TEST_P(CafBonds, ExitFromAProcessEndsAnActorAndKillCannotBeTrapped) {
  caf::scoped_actor self{system};
  const auto traps = [](caf::event_based_actor* me) -> caf::behavior {
    me->set_exit_handler([](const caf::exit_msg&) {});
    return {[](std::int64_t) { return std::int64_t{1}; }};
  };
  const caf::actor plain = system.spawn(ends_as_told);
  const caf::actor trapping = system.spawn(traps);
  self->monitor(plain);
  self->monitor(trapping);

  here.run([&, p = bridge.pid_of(plain), t = bridge.pid_of(trapping)]() -> task<> {
    exit(p, "enough"_atom);
    exit(t, "enough"_atom);
    co_await gen_server::call<int>(t, 1); // it goes on
    exit(t, "kill"_atom);
  });

  std::map<caf::actor_addr, caf::error> why;
  for (int i = 0; i < 2; ++i)
    self->receive([&](const caf::down_msg& down) { why[down.source] = down.reason; });
  EXPECT_EQ(to_reason(why[plain.address()]), term{"enough"_atom});
  EXPECT_EQ(why[trapping.address()], caf::exit_reason::kill);
}

// What a process is to hold in its frame is not there before its first turn: with one worker, which is held, the process that has the pid cannot have had it.
TEST(CafBondsOfOneWorker, KillOfAPidThatHasNotRunYetEndsTheActor) {
  test::two_workers config;
  caf::actor_system system{config};
  node here{{.scheduler = scheduler::start({.workers = 1})}};
  caf_bridge bridge{here, system};
  caf::scoped_actor self{system};
  const caf::actor trapping = system.spawn([](caf::event_based_actor* me) -> caf::behavior {
    me->set_exit_handler([](const caf::exit_msg&) {});
    return {[](std::int64_t) {}};
  });
  self->monitor(trapping);

  here.run([&]() -> task<> {
    exit(bridge.pid_of(trapping), "kill"_atom);
    co_return;
  });

  caf::error why;
  self->receive([&](const caf::down_msg& down) { why = down.reason; });
  EXPECT_EQ(why, caf::exit_reason::kill);
}

// -- actors watch processes -----------------------------------------------------------------------------------------------------------------

TEST_P(CafBonds, ActorMonitorsAProcess) {
  caf::scoped_actor self{system};
  for (const term& reason : {term{"normal"_atom}, term{"shutdown"_atom}, term{"killed"_atom}, tuple("bad"_atom, 1),
                             tuple("shutdown"_atom, "why"_atom)}) {
    const caf::actor process = bridge.actor_of(here.spawn(exits_as_told));
    self->monitor(process);
    self->send(process, reason);

    caf::down_msg down;
    self->receive([&](const caf::down_msg& d) { down = d; });

    EXPECT_EQ(down.source, process.address());
    EXPECT_EQ(to_reason(down.reason), reason);
  }
}

TEST_P(CafBonds, DownOfAProcessComesBehindWhatItSent) {
  caf::scoped_actor self{system};
  const pid talks = here.spawn([]() -> task<> {
    const pid to = co_await receive([](pid p) { return p; });
    for (int i = 0; i < 100; ++i)
      send(to, i);
  });
  self->monitor(bridge.actor_of(talks));

  here.send(talks, bridge.pid_of(self));

  int heard = 0;
  bool alive = true;
  self->receive_while(alive)([&](std::int64_t) { ++heard; }, [&](const caf::down_msg&) { alive = false; });
  EXPECT_EQ(heard, 100);
}

TEST_P(CafBonds, MonitorOfADeadProcessFiresAtOnce) {
  caf::scoped_actor self{system};
  const pid gone = here.run([]() -> task<pid> { co_return agner::self(); });

  self->monitor(bridge.actor_of(gone));

  caf::error why;
  self->receive([&](const caf::down_msg& down) { why = down.reason; });
  EXPECT_EQ(to_reason(why), term{"noproc"_atom});
}

TEST_P(CafBonds, LinkFromAnActorHoldsBothWays) {
  caf::scoped_actor self{system};
  const auto links = [](caf::event_based_actor* me, const caf::actor& with) -> caf::behavior {
    me->link_to(with);
    return {[=](std::int64_t reason) { me->quit(static_cast<caf::exit_reason>(reason)); }};
  };
  const pid first = here.spawn(exits_as_told);
  const caf::actor bound_to_first = system.spawn(links, bridge.actor_of(first));
  self->monitor(bound_to_first);
  const auto [second, reason] = here.run([&]() -> task<std::pair<pid, term>> {
    const auto [process, ref] = spawn_monitor(exits_as_told);
    const caf::actor bound = system.spawn(links, bridge.actor_of(process));
    caf::anon_send(bound, static_cast<std::int64_t>(caf::exit_reason::user_shutdown));
    co_return std::pair{process, co_await down_reason(ref)};
  });

  here.send(first, "bad"_atom);

  caf::error why;
  self->receive([&](const caf::down_msg& down) { why = down.reason; });
  EXPECT_EQ(to_reason(why), term{"bad"_atom});
  EXPECT_EQ(reason, term{"shutdown"_atom});
}

TEST_P(CafBonds, AProcessThatTrapsExitsSeesTheActorsPid) {
  const auto [who, message] = here.run([&]() -> task<std::pair<pid, term>> {
    trap_exit(true);
    const caf::actor bound =
        system.spawn([&, with = bridge.actor_of(self())](caf::event_based_actor* me) -> caf::behavior {
          me->link_to(with);
          return {[=](std::int64_t) { me->quit(caf::exit_reason::kill); }};
        });
    const pid actor = bridge.pid_of(bound);
    send(actor, 1);
    co_return std::pair{actor, co_await receive([](term t) { return t; })};
  });

  EXPECT_EQ(message, tuple("EXIT"_atom, who, "killed"_atom)) << print(message);
}

TEST_P(CafBonds, KillFromAnActorCannotBeTrapped) {
  const term reason = here.run([&]() -> task<term> {
    const auto [child, ref] = spawn_monitor([]() -> task<> {
      trap_exit(true);
      for (;;)
        co_await receive([](term) {});
    });
    caf::anon_send_exit(bridge.actor_of(child), caf::exit_reason::kill);
    co_return co_await down_reason(ref);
  });

  EXPECT_EQ(reason, term{"killed"_atom});
}

} // namespace
} // namespace agner
