// SPDX-License-Identifier: Apache-2.0
// Spawning with options and by request. Each rule that is OTP's was asked of OTP 25.2.3 first.

#include <gtest/gtest.h>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

task<> ends_at_once() { co_return; }

// -- spawn_opt ----------------------------------------------------------------------------------------------------------------------------

TEST(SpawnOpt, WithoutOptionsIsSpawn) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_opt(
        {},
        [parent = self()](int n) -> task<> {
          send(parent, n);
          co_return;
        },
        7);
    EXPECT_FALSE(child.monitor);
    EXPECT_EQ(co_await flush(), std::vector{term(7)});
  });
}

TEST(SpawnOpt, LinksAndMonitorsBeforeItRuns) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      trap_exit(true);
      const auto child = spawn_opt({.link = true, .monitor = monitor_options{}}, ends_at_once);
      EXPECT_EQ(co_await test::down_reason(*child.monitor), term("normal"_atom));
      EXPECT_EQ(co_await flush(), std::vector{tuple("EXIT"_atom, child.process, "normal"_atom)});
    });
  });
}

TEST(SpawnOpt, LinksAsTheOptionsSay) {
  deterministic_node here;

  here->run([]() -> task<> {
    trap_exit(true);
    send(self(), "before"_atom);
    const pid child = spawn_opt({.link = link_options{.priority = true}}, ends_at_once);
    while (internal::current_process().messages().size() < 2)
      co_await yield();
    EXPECT_EQ(co_await test::flush(), (std::vector<term>{tuple("EXIT"_atom, child, "normal"_atom), "before"_atom}));
  });
}

TEST(SpawnOpt, GivesAMonitorThatIsAnAlias) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_opt({.monitor = monitor_options{.alias = alias_mode::reply_demonitor}}, []() -> task<> {
      co_await receive(on(match("call"_atom, any<term>), [](term from) {
        send(destination{from}, "first"_atom);
        send(destination{from}, "second"_atom);
      }));
    });
    send(child.process, tuple("call"_atom, *child.monitor));
    EXPECT_EQ(co_await flush(), std::vector{term("first"_atom)}); // the monitor went with it
  });
}

TEST(SpawnOpt, SetsThePriority) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn_opt({.priority = priority_level::low}, test::until_told);
    EXPECT_EQ(co_await process_info(child, "priority"_atom), tuple("priority"_atom, "low"_atom));
    EXPECT_EQ(co_await process_info(spawn(test::until_told), "priority"_atom), tuple("priority"_atom, "normal"_atom));
  });
}

TEST(SpawnOpt, HasItsNameBeforeItRunsAndForTheFirstMessageToIt) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid child = spawn_opt({.name = "worker"_atom}, [parent = self()]() -> task<> {
        send(parent, tuple(whereis("worker"_atom).has_value(), self()));
        co_await receive([&](term got) { send(parent, std::move(got)); });
      });
      send("worker"_atom, "hello"_atom);
      EXPECT_EQ(co_await flush(), (std::vector<term>{tuple(true, child), "hello"_atom}));
      EXPECT_FALSE(whereis("worker"_atom));
    });
  });
}

TEST(SpawnOpt, WithANameThatIsTakenRaisesBadargAndMakesNoProcess) {
  deterministic_node here;

  here->run([]() -> task<> {
    register_("taken"_atom, self());
    const std::size_t before = this_node().process_count();
    bool ran = false;
    for (const atom name : {atom{"taken"}, atom{"undefined"}}) {
      try {
        spawn_opt({.link = true, .monitor = monitor_options{.alias = alias_mode::demonitor}, .name = name},
                  [&]() -> task<> {
                    ran = true;
                    co_return;
                  });
        ADD_FAILURE() << name.name();
      } catch (const raised& r) {
        EXPECT_EQ(r.reason(), term("badarg"_atom));
      }
    }
    EXPECT_EQ(this_node().process_count(), before);
    EXPECT_TRUE((co_await flush()).empty());
    EXPECT_FALSE(ran);
    EXPECT_EQ(co_await process_info(self(), list({"links"_atom, "monitors"_atom, "aliases"_atom})),
              list({tuple("links"_atom, term{}), tuple("monitors"_atom, term{}), tuple("aliases"_atom, term{})}));
    EXPECT_EQ(whereis("taken"_atom), self());
  });
}

TEST(SpawnOpt, WithALimitOfNothingRaisesBadarg) {
  deterministic_node here;

  here->run([]() -> task<> {
    const std::size_t before = this_node().process_count();
    EXPECT_THROW(spawn_opt({.message_queue = message_queue_limit{0}}, ends_at_once), raised);
    EXPECT_EQ(this_node().process_count(), before);
    co_return;
  });
}

// -- spawn_request ------------------------------------------------------------------------------------------------------------------------

TEST(SpawnRequest, RepliesBeforeAnythingOfTheProcess) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      trap_exit(true);
      const reference id =
          spawn_request({.spawn = {.link = true, .monitor = monitor_options{}}}, [parent = self()]() -> task<> {
            send(parent, "child"_atom);
            exit("done"_atom);
            co_return;
          });
      const auto messages = co_await flush();
      EXPECT_EQ(messages.size(), 4U);
      EXPECT_EQ(messages[0].size(), 4U);
      const pid child = messages[0][3].as_pid();
      EXPECT_EQ(messages[0], tuple("spawn_reply"_atom, id, "ok"_atom, child));
      EXPECT_EQ(messages[1], term("child"_atom));
      const term exit_message = tuple("EXIT"_atom, child, "done"_atom);
      const term down_message = tuple("DOWN"_atom, id, "process"_atom, child, "done"_atom);
      EXPECT_EQ(std::ranges::count(messages, exit_message), 1);
      EXPECT_EQ(std::ranges::count(messages, down_message), 1);
    });
  });
}

TEST(SpawnRequest, TellsWhyThereIsNoProcess) {
  deterministic_node here;

  here->run([]() -> task<> {
    register_("taken"_atom, self());
    const reference id = spawn_request(
        {.spawn = {.monitor = monitor_options{}, .name = "taken"_atom}, .reply_tag = tuple("tag"_atom, 1)},
        ends_at_once);
    EXPECT_EQ(co_await flush(), std::vector{tuple(tuple("tag"_atom, 1), id, "error"_atom, "badarg"_atom)});
    EXPECT_FALSE(demonitor(id, {.info = true}));
  });
}

TEST(SpawnRequest, RepliesAsToldOnly) {
  deterministic_node here;

  here->run([]() -> task<> {
    register_("taken"_atom, self());
    const auto replies = [](spawn_reply how, bool good) -> task<std::size_t> {
      spawn_request({.spawn = {.name = good ? std::nullopt : std::optional<atom>{"taken"}}, .reply = how},
                    ends_at_once);
      co_return (co_await flush()).size();
    };
    EXPECT_EQ(co_await replies(spawn_reply::yes, true), 1U);
    EXPECT_EQ(co_await replies(spawn_reply::yes, false), 1U);
    EXPECT_EQ(co_await replies(spawn_reply::no, true), 0U);
    EXPECT_EQ(co_await replies(spawn_reply::no, false), 0U);
    EXPECT_EQ(co_await replies(spawn_reply::error_only, true), 0U);
    EXPECT_EQ(co_await replies(spawn_reply::error_only, false), 1U);
    EXPECT_EQ(co_await replies(spawn_reply::success_only, true), 1U);
    EXPECT_EQ(co_await replies(spawn_reply::success_only, false), 0U);
  });
}

TEST(SpawnRequest, BeyondProcessesMaxRepliesSystemLimit) {
  deterministic_node here{1, {.processes_max = 64}};

  here->run([]() -> task<> {
    for (int i = 0; i < 63; ++i)
      spawn(test::until_told);
    const reference id = spawn_request({}, ends_at_once);
    EXPECT_EQ(co_await flush(), std::vector{tuple("spawn_reply"_atom, id, "error"_atom, "system_limit"_atom)});
  });
}

TEST(SpawnRequest, OfANodeThatCannotBeReachedTellsNoconnection) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto ask = [](const spawn_request_options& how) {
      return spawn_request("far@away"_atom, "erlang"_atom, "exit"_atom, list({"hello"_atom}), how);
    };
    const auto refused = [](const reference& id, const term& why) {
      return std::vector{tuple("spawn_reply"_atom, id, "error"_atom, why)};
    };
    EXPECT_EQ(co_await flush(), std::vector<term>{});
    const reference id = ask({.spawn = {.link = true, .monitor = monitor_options{.alias = alias_mode::demonitor}}});
    EXPECT_EQ(co_await flush(), refused(id, "noconnection"_atom));
    ask({.reply = spawn_reply::no});
    ask({.reply = spawn_reply::success_only});
    EXPECT_EQ(co_await flush(), std::vector<term>{});
    const reference named = ask({.spawn = {.name = "ours_alone"_atom}});
    EXPECT_EQ(co_await flush(), refused(named, "badopt"_atom));
    const reference abandoned = ask({});
    EXPECT_TRUE(spawn_request_abandon(abandoned));
    EXPECT_FALSE(spawn_request_abandon(abandoned));
    EXPECT_EQ(co_await flush(), std::vector<term>{});
    for (const char* item : {"links", "monitors", "aliases"})
      EXPECT_EQ((co_await process_info(self(), atom{item}))[1], term{}) << item;
    EXPECT_THROW(spawn_request("far@away"_atom, "erlang"_atom, "exit"_atom, 7), raised);
  });
}

TEST(SpawnRequest, CannotBeAbandonedOnceItIsAnswered) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference id = spawn_request({}, ends_at_once);
    EXPECT_FALSE(spawn_request_abandon(id));
    EXPECT_FALSE(spawn_request_abandon(make_ref()));
    EXPECT_EQ((co_await flush()).size(), 1U);
  });
}

} // namespace
} // namespace agner
