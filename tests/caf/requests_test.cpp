// SPDX-License-Identifier: Apache-2.0
// Requests and their responses, both ways.

#include "joined.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using add_atom = caf::atom_constant<caf::atom("add")>;
using boom_atom = caf::atom_constant<caf::atom("boom")>;
using hold_atom = caf::atom_constant<caf::atom("hold")>;
using typed_adder = caf::typed_actor<caf::replies_to<add_atom, std::int32_t, std::int32_t>::with<std::int32_t>,
                                     caf::replies_to<boom_atom>::with<std::int32_t>, caf::reacts_to<hold_atom>>;

typed_adder::behavior_type adder(typed_adder::pointer) {
  return {[](add_atom, std::int32_t a, std::int32_t b) { return a + b; },
          [](boom_atom) -> caf::result<std::int32_t> { return caf::make_error(caf::sec::invalid_argument, "boom"); },
          [](hold_atom) {}};
}

struct adding_server {
  term handle_call(const term& request, const gen_server::from&) {
    if (request.is_tagged("add"_atom, 3)) return request[1].as_int64() + request[2].as_int64();
    if (request.is("hold"_atom)) return "ok"_atom;
    return tuple("error"_atom, "no_such_call"_atom);
  }
};

pid start_server(node& on) {
  return on.run([]() -> task<pid> { co_return must(co_await gen_server::start<adding_server>()); });
}

AGNER_JOINED(CafRequests);

TEST_P(CafRequests, ProcessCallsATypedActor) {
  const auto actor = system.spawn(adder);

  const auto sum = here.run([to = bridge.pid_of(actor)]() -> task<int> {
    co_return co_await gen_server::call<int>(to, tuple("add"_atom, 1, 2));
  });

  EXPECT_EQ(sum, 3);
}

TEST_P(CafRequests, AnActorsErrorIsAnErrorToTheCaller) {
  const auto actor = system.spawn(adder);

  const term answer = here.run(
      [to = bridge.pid_of(actor)]() -> task<term> { co_return co_await gen_server::call<term>(to, "boom"_atom); });

  ASSERT_TRUE(answer.is_tagged("error"_atom, 2)) << print(answer);
  EXPECT_EQ(to_caf_error(answer[1]), caf::sec::invalid_argument) << print(answer);
}

TEST_P(CafRequests, AnAnswerWithoutElementsIsTheEmptyTuple) {
  const auto actor = system.spawn(adder);

  const term answer = here.run(
      [to = bridge.pid_of(actor)]() -> task<term> { co_return co_await gen_server::call<term>(to, "hold"_atom); });

  EXPECT_EQ(answer, tuple());
}

TEST_P(CafRequests, CallToAnActorThatEndsExitsWithItsReason) {
  const caf::actor quits = system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[=](caf::atom_value) {
      self->quit(caf::exit_reason::user_shutdown);
      return self->make_response_promise();
    }};
  });

  const term reason = here.run([to = bridge.pid_of(quits)]() -> task<term> {
    try {
      co_await gen_server::call<term>(to, "stop"_atom, infinity);
    } catch (const raised& r) {
      co_return r.reason()[0];
    }
    co_return term{};
  });

  EXPECT_EQ(reason, term{"shutdown"_atom});
}

TEST_P(CafRequests, CallTimesOutAndTheLateAnswerFindsNobody) {
  std::optional<caf::response_promise> later;
  const caf::actor slow = system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    return {[=, &later](std::int64_t) -> caf::result<int> {
              later = self->make_response_promise();
              return caf::delegated<int>{};
            },
            [&later](caf::atom_value) {
              later->deliver(1);
              later.reset();
            }};
  });

  const auto left = here.run([to = bridge.pid_of(slow)]() -> task<int> {
    bool late = false;
    try {
      co_await gen_server::call<term>(to, 1, 20ms);
    } catch (const raised& r) {
      late = r.reason()[0].is("timeout"_atom);
    }
    if (!late) co_return -1;
    co_await gen_server::call<term>(to, "answer"_atom);
    co_return co_await receive([](term) { return 1; }, after(0ms, [] { return 0; }));
  });

  EXPECT_EQ(left, 0);
}

TEST_P(CafRequests, BlockingActorAsksAGenServer) {
  caf::scoped_actor self{system};
  std::int64_t sum = 0;
  caf::error refused;

  const caf::actor server = bridge.actor_of(start_server(here));
  self->request(server, caf::infinite, add_atom::value, 1, 2)
      .receive([&](std::int64_t s) { sum = s; }, [&](const caf::error& e) { refused = e; });
  self->request(server, caf::infinite, boom_atom::value)
      .receive([&](std::int64_t) { sum = 0; }, [&](const caf::error& e) { refused = e; });

  EXPECT_EQ(sum, 3);
  EXPECT_EQ(to_reason(refused), term{"no_such_call"_atom});
}

TEST_P(CafRequests, EventBasedActorAsksAGenServer) {
  caf::scoped_actor self{system};
  const auto server = bridge.actor_of<typed_adder>(start_server(here));

  const caf::actor asks = system.spawn([=](caf::event_based_actor* me) -> caf::behavior {
    return {[=](std::int32_t a, std::int32_t b) {
      auto promise = me->make_response_promise<std::int32_t>();
      me->request(server, caf::infinite, add_atom::value, a, b).then([promise](std::int32_t sum) mutable {
        promise.deliver(sum);
      });
      return promise;
    }};
  });

  std::int32_t sum = 0;
  self->request(asks, caf::infinite, std::int32_t{20}, std::int32_t{3})
      .receive([&](std::int32_t s) { sum = s; }, [](const caf::error&) {});
  EXPECT_EQ(sum, 23);
}

TEST_P(CafRequests, TypedHandleOfAProcessGivesTheTypesOfItsSignatures) {
  caf::scoped_actor self{system};
  const auto server = bridge.actor_of<typed_adder>(start_server(here));
  std::int32_t sum = 0;
  bool held = false;

  self->request(server, caf::infinite, add_atom::value, 1, 2)
      .receive([&](std::int32_t s) { sum = s; }, [](const caf::error&) {});
  self->request(server, caf::infinite, hold_atom::value).receive([&] { held = true; }, [](const caf::error&) {});

  EXPECT_EQ(sum, 3);
  EXPECT_TRUE(held);
}

TEST_P(CafRequests, ReplyOfAnotherTypeIsUnexpected) {
  caf::scoped_actor self{system};
  const caf::actor server = bridge.actor_of(start_server(here), takes<std::string>{});
  caf::error refused;

  self->request(server, caf::infinite, add_atom::value, 1, 2)
      .receive([](const std::string&) {}, [&](const caf::error& e) { refused = e; });

  EXPECT_EQ(refused, caf::sec::unexpected_response);
}

TEST_P(CafRequests, RequestToAProcessThatEndsFails) {
  caf::scoped_actor self{system};
  const caf::actor ends = bridge.actor_of(here.spawn([]() -> task<> { co_await receive([](term) {}); }));
  std::vector<caf::error> failures;

  for (int i = 0; i < 2; ++i) // the second finds it gone, or going
    self->request(ends, caf::infinite, 1).receive([](int) {}, [&](const caf::error& e) { failures.push_back(e); });

  ASSERT_EQ(failures.size(), 2U);
  EXPECT_EQ(failures[0], caf::sec::request_receiver_down);
  EXPECT_EQ(failures[1], caf::sec::request_receiver_down);
}

TEST_P(CafRequests, AnyProcessSeesWhoAsksAndReplies) {
  caf::scoped_actor self{system};
  const pid answers = here.spawn([]() -> task<> {
    co_await receive(on(match("$gen_call"_atom, any<gen_server::from>, any<term>),
                        [](gen_server::from who, term) { gen_server::reply(who, who.process()); }));
  });
  caf::actor named;

  self->request(bridge.actor_of(answers), caf::infinite, 1)
      .receive([&](const caf::actor& who) { named = who; }, [](const caf::error&) {});

  EXPECT_EQ(named, caf::actor{self});
}

} // namespace
} // namespace agner
