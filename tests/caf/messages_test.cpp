// SPDX-License-Identifier: Apache-2.0
// Messages between processes and actors of each kind.

#include "joined.hpp"

#include "../support/log_capture.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using up_atom = caf::atom_constant<caf::atom("up")>;
using typed_adder = caf::typed_actor<caf::reacts_to<up_atom, std::int32_t, caf::actor>>;

AGNER_JOINED(CafMessages);

TEST_P(CafMessages, EventBasedActorAnswersAProcess) {
  const caf::actor counter = system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[=](std::int64_t n, const caf::actor& from) { self->send(from, n + 1); }};
  });

  const auto answer = here.run([&, to = bridge.pid_of(counter)]() -> task<std::int64_t> {
    send(to, tuple(41, self()));
    co_return co_await receive([](std::int64_t n) { return n; });
  });

  EXPECT_EQ(answer, 42);
}

TEST_P(CafMessages, BlockingActorAndProcessTalk) {
  caf::scoped_actor self{system};
  const pid echo = here.spawn([]() -> task<> {
    co_await receive(
        [](std::tuple<std::string, pid> m) { send(std::get<1>(m), tuple("echo"_atom, binary(std::get<0>(m)))); });
  });

  self->send(bridge.actor_of(echo), "hello", caf::actor{self});

  std::string heard;
  self->receive([&](caf::atom_value tag, const std::string& text) { heard = caf::to_string(tag) + " " + text; });
  EXPECT_EQ(heard, "echo hello");
}

TEST_P(CafMessages, TypedActorGetsTheTypesOfItsSignatures) {
  const auto adder = system.spawn([](typed_adder::pointer) -> typed_adder::behavior_type {
    return {[](up_atom, std::int32_t n, const caf::actor& to) { caf::anon_send(to, std::int16_t{7}, n); }};
  });

  const term answer = here.run([&, to = bridge.pid_of(adder)]() -> task<term> {
    send(to, tuple("up"_atom, 1, self()));
    co_return co_await receive([](term t) { return t; });
  });

  EXPECT_EQ(answer, tuple(7, 1));
}

TEST_P(CafMessages, OrderIsKeptEachWay) {
  constexpr int count = 1000;
  const caf::actor relay = system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[=](std::int64_t n, const caf::actor& to) { self->send(to, n); }};
  });

  const bool in_order = here.run([&, to = bridge.pid_of(relay)]() -> task<bool> {
    for (int i = 0; i < count; ++i)
      send(to, tuple(i, self()));
    bool ordered = true;
    for (int i = 0; i < count; ++i)
      ordered = co_await receive([&](std::int64_t n) { return n == i; }) && ordered;
    co_return ordered;
  });

  EXPECT_TRUE(in_order);
}

TEST_P(CafMessages, ActorsKeepTheirPidAndProcessesTheirHandle) {
  const caf::actor idle = system.spawn([]() -> caf::behavior { return {[](int) {}}; });
  const pid process = here.spawn([]() -> task<> { co_await receive([](term) {}); });

  EXPECT_EQ(bridge.pid_of(idle), bridge.pid_of(idle));
  EXPECT_EQ(bridge.actor_of(bridge.pid_of(idle)), idle);
  EXPECT_EQ(bridge.actor_of(process), bridge.actor_of(process));
  EXPECT_EQ(bridge.pid_of(bridge.actor_of(process)), process);
}

TEST_P(CafMessages, HandleDoesNotReachALaterProcessInTheSameSlot) {
  const pid first = here.run([]() -> task<pid> { co_return self(); });
  const caf::actor handle = bridge.actor_of(first);
  std::vector<term> heard;
  std::optional<pid> second;
  while (!second) // slots are used again: some process gets this one
    here.run([&]() -> task<> {
      if (self().id != first.id) co_return;
      second = self();
      caf::anon_send(handle, 1);
      caf::anon_send(bridge.actor_of(self()), 2);
      co_await receive([&](term t) { heard.push_back(std::move(t)); });
      co_await receive([&](term t) { heard.push_back(std::move(t)); }, after(0ms, [] {}));
    });

  EXPECT_NE(*second, first);
  EXPECT_EQ(heard, (std::vector<term>{2}));
}

TEST_P(CafMessages, APidKeepsNoActorAlive) {
  pid who;
  {
    const caf::actor unreferenced = system.spawn([]() -> caf::behavior { return {[](int) {}}; });
    who = bridge.pid_of(unreferenced);
  }

  const term why = here.run([&]() -> task<term> {
    const reference ref = monitor(who);
    co_return co_await receive(
        on(match("DOWN"_atom, ref, "process"_atom, who, any<term>), [](term reason) { return reason; }));
  });

  EXPECT_TRUE(why == term{"noproc"_atom} || why.is_tagged("caf_error"_atom, 4)) << print(why);
}

TEST_P(CafMessages, TermThatAnActorDoesNotTakeIsReported) {
  const test::log_capture log;
  const caf::actor picky = system.spawn([]() -> caf::behavior { return {[](std::int32_t) {}}; });
  const pid to = bridge.pid_of(picky, takes<std::int32_t>{});

  const term answer = here.run([&]() -> task<term> {
    send(to, "text"_atom);
    co_return co_await gen_server::call<term>(to, "other"_atom);
  });

  EXPECT_EQ(answer, tuple("error"_atom, tuple("unexpected_message"_atom, "other"_atom)));
  ASSERT_EQ(log.lines().size(), 1U);
  EXPECT_NE(log.lines()[0].text.find("takes none such: text"), std::string::npos) << log.lines()[0].text;
}

} // namespace
} // namespace agner
