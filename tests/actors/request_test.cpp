// SPDX-License-Identifier: Apache-2.0
// A request within a node travels as one signal and its reply as another: what processes see is what monitor, message, reply and demonitor would show.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/actors/gen_server.hpp>
#include <agner/actors/process_info.hpp>
#include <agner/actors/spawn_opt.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using ::testing::IsEmpty;

constexpr std::uint64_t seeds = 50;

struct slow {
  static constexpr auto tag = "slow"_atom;
};

/// Answers at once, or, asked to be slow, when it is told to; ends as it is told.
struct answerer {
  static std::int64_t handle_call(std::int64_t number) { return number + 1; }
  void handle_call(slow, gen_server::from client) { waiting = client; }
  gen_server::outcome handle_info(const term& what) {
    if (!what.is("answer"_atom)) return gen_server::outcome::stop(what);
    gen_server::reply(*waiting, "late"_atom);
    return gen_server::outcome::noreply();
  }
  using calls = gen_server::messages<slow, std::int64_t>;
  std::optional<gen_server::from> waiting;
};

task<term> item(pid of, atom which) {
  const term answer = co_await process_info(of, which);
  co_return answer[1];
}

template <class F>
void with_server(F f) {
  test::with_seeds(seeds, [&](std::uint64_t seed) {
    test::deterministic_node here{seed};
    here->run([&]() -> task<> {
      const pid server = must(co_await gen_server::start<answerer>());
      co_await f(server);
      if (co_await is_process_alive(server)) exit(server, "kill"_atom);
    });
  });
}

TEST(Request, WatchesTheServerUntilItReplies) {
  with_server([](pid server) -> task<> {
    const auto request = gen_server::send_request(server, slow{});
    EXPECT_EQ(co_await item(server, "monitored_by"_atom), list({self()}));
    EXPECT_EQ(co_await item(self(), "monitors"_atom), list({tuple("process"_atom, server)}));
    EXPECT_EQ(co_await item(self(), "aliases"_atom), list({request.ref()}));

    send(server, "answer"_atom);
    EXPECT_EQ((co_await gen_server::receive_response(request, infinity)).value(), term("late"_atom));
    EXPECT_EQ(co_await item(server, "monitored_by"_atom), term{});
    EXPECT_EQ(co_await item(self(), "monitors"_atom), term{});
    EXPECT_EQ(co_await item(self(), "aliases"_atom), term{});
  });
}

TEST(Request, LeavesNothingBehindOnEitherSide) {
  with_server([](pid server) -> task<> {
    for (int i = 0; i < 20; ++i)
      EXPECT_EQ(co_await gen_server::call<std::int64_t>(server, i), i + 1);
    EXPECT_EQ(co_await item(server, "monitored_by"_atom), term{});
    send(server, "over"_atom);
    EXPECT_THAT(co_await test::flush(), IsEmpty());
  });
}

TEST(Request, IsAnsweredByAMessageForWhoeverReceivesIt) {
  with_server([](pid server) -> task<> {
    const auto request = gen_server::send_request(server, std::int64_t{1});
    EXPECT_EQ(co_await receive([](term any) { return any; }), tuple(cons("alias"_atom, request.ref()), 2));
    send(server, "over"_atom);
    EXPECT_THAT(co_await test::flush(), IsEmpty());
  });
}

TEST(Request, MayBeAnsweredByAnotherProcess) {
  test::with_seeds(seeds, [](std::uint64_t seed) {
    test::deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid server = spawn([]() -> task<> {
        co_await receive(on(match("$gen_call"_atom, any<gen_server::from>, _), [](const gen_server::from& client) {
          spawn([=]() -> task<> {
            gen_server::reply(client, "from another"_atom);
            co_return;
          });
        }));
        co_await receive([](term reason) { exit(std::move(reason)); });
      });
      EXPECT_EQ(co_await gen_server::call(server, "ask"_atom), term("from another"_atom));
      EXPECT_EQ(co_await item(server, "monitored_by"_atom), term{});
      send(server, "over"_atom);
      EXPECT_THAT(co_await test::flush(), IsEmpty());
    });
  });
}

TEST(Request, OfAServerThatEndsIsAnsweredByItsReason) {
  with_server([](pid server) -> task<> {
    const auto request = gen_server::send_request(server, slow{});
    send(server, "over"_atom);
    const auto response = (co_await gen_server::receive_response(request, infinity)).value();
    EXPECT_EQ(response.error().reason(), tuple("over"_atom, server));
    EXPECT_THAT(co_await test::flush(), IsEmpty());

    const auto of_nobody = gen_server::send_request(server, slow{});
    EXPECT_EQ(co_await receive([](term any) { return any; }),
              tuple("DOWN"_atom, of_nobody.ref(), "process"_atom, server, "noproc"_atom));
  });
}

TEST(Request, WhoseAliasAloneIsGivenUpKeepsItsMonitor) {
  with_server([](pid server) -> task<> {
    const auto request = gen_server::send_request(server, slow{});
    EXPECT_TRUE(unalias(request.ref()));
    EXPECT_FALSE(unalias(request.ref()));
    send(server, "answer"_atom);
    EXPECT_THAT(co_await test::flush(), IsEmpty());
    send(server, "over"_atom);
    EXPECT_EQ(co_await test::down_reason(request.ref()), term("over"_atom));
  });
}

TEST(Request, PastTheLimitOfTheServersQueueStillWatches) {
  test::with_seeds(seeds, [](std::uint64_t seed) {
    test::deterministic_node here{seed};
    here->run([]() -> task<> {
      const message_queue_limit one{.messages_max = 1, .past_it = queue_overflow::drop_newest};
      const pid server = spawn_opt({.message_queue = one}, []() -> task<> {
        co_await receive(on(match("end"_atom), [] {}));
        exit("over"_atom);
      });
      const auto first = gen_server::send_request(server, "kept"_atom);
      const auto second = gen_server::send_request(server, "dropped"_atom);
      EXPECT_EQ(co_await item(server, "message_queue_len"_atom), term{1});
      exit(server, "boo"_atom);
      EXPECT_EQ(co_await test::down_reason(first.ref()), term("boo"_atom));
      EXPECT_EQ(co_await test::down_reason(second.ref()), term("boo"_atom));
    });
  });
}

} // namespace
} // namespace agner
