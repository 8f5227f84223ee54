// SPDX-License-Identifier: Apache-2.0
// Links, monitors, exits and sends between a process of ours and one of Erlang/OTP, as each side begins them: over every carrier, whoever made the connection.

#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>
#include <agner/runtime/term_text.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "cluster.hpp"
#include "puppets.hpp"

namespace agner::test {
namespace {

using way = std::tuple<over, side, side>; // carrier, who made the connection, who acts

/// The nodes of the side that acts and of the other.
struct stage {
  atom acting;
  atom other;
};

class Signals : public testing::TestWithParam<way> {
protected:
  /// Runs a scenario in a process of our node.
  template <class Scenario>
  void play(Scenario scenario) {
    const auto [carrier, caller, actor] = GetParam();
    const node_pair nodes = connected_pair(carrier, caller);
    const stage on =
        actor == side::ours ? stage{nodes.here_name, nodes.erl_name} : stage{nodes.erl_name, nodes.here_name};
    nodes.here.run(scenario, on);
  }
};

/// Reasons of every kind, each another path on the wire: inline and in a payload, small and in fragments.
std::vector<term> reasons() {
  std::vector<term> long_list(50'000, term{12'345});
  return {
      "normal"_atom,
      "kill"_atom,
      "killed"_atom,
      "shutdown"_atom,
      tuple("shutdown"_atom, "because"_atom),
      "noproc"_atom,
      "noconnection"_atom,
      tuple(-0.5, list({1, 2}), map({{"key"_atom, binary("value")}})),
      self(),
      make_ref(),
      term{},
      list_of(std::move(long_list)),
      binary(std::string(1'000'000, 'x')),
  };
}

term exit_message(const pid& from, const term& reason) { return tuple("EXIT"_atom, from, reason); }
term down_message(const term& ref, const term& object, const term& reason) {
  return tuple("DOWN"_atom, ref, "process"_atom, object, reason);
}

// -- links ----------------------------------------------------------------------------------------------------------------------------

TEST_P(Signals, ALinkTellsOfEveryReasonOfTheOther) {
  play([](stage on) -> task<> {
    const pid actor = co_await witness_on(on.acting);
    for (const term& reason : reasons()) {
      const pid other = co_await puppet_on(on.other);

      co_await order(actor, tuple("link"_atom, other));
      tell(other, tuple("exit"_atom, reason));

      EXPECT_EQ(co_await got(actor), exit_message(other, reason));
    }
  });
}

TEST_P(Signals, ALinkTellsOfEveryReasonOfTheOneThatMadeIt) {
  play([](stage on) -> task<> {
    const pid other = co_await witness_on(on.other);
    for (const term& reason : reasons()) {
      const pid actor = co_await puppet_on(on.acting);

      co_await order(actor, tuple("link"_atom, other));
      tell(actor, tuple("exit"_atom, reason));

      EXPECT_EQ(co_await got(other), exit_message(actor, reason));
    }
  });
}

TEST_P(Signals, ALinkEndsWhoDoesNotTrapUnlessTheReasonIsNormal) {
  play([](stage on) -> task<> {
    const pid lives = co_await puppet_on(on.acting);
    const pid ends_well = co_await puppet_on(on.other);
    const reference watch = monitor(ends_well);
    co_await order(lives, tuple("link"_atom, ends_well));
    tell(ends_well, tuple("exit"_atom, "normal"_atom));
    EXPECT_EQ(co_await end_of(watch), term{"normal"_atom});
    EXPECT_EQ(co_await order(lives, "self"_atom), term{lives});

    for (const term& reason : {term{"kill"_atom}, term{"boo"_atom}, tuple("shutdown"_atom, 1)}) {
      const pid dies = co_await puppet_on(on.acting);
      const pid ends = co_await puppet_on(on.other);
      const reference ref = monitor(dies);
      co_await order(dies, tuple("link"_atom, ends));
      tell(ends, tuple("exit"_atom, reason));
      EXPECT_EQ(co_await end_of(ref), reason);
    }
  });
}

TEST_P(Signals, ALinkToTheDeadTellsNoproc) {
  play([](stage on) -> task<> {
    const pid actor = co_await witness_on(on.acting);
    const pid careless = co_await puppet_on(on.acting);
    const pid dead = co_await puppet_on(on.other);
    const reference watch = monitor(dead);
    const reference watch_careless = monitor(careless);
    tell(dead, tuple("exit"_atom, "normal"_atom));
    co_await end_of(watch);

    co_await order(actor, tuple("link"_atom, dead));
    tell(careless, tuple("link"_atom, dead));

    EXPECT_EQ(co_await got(actor), exit_message(dead, "noproc"_atom));
    EXPECT_EQ(co_await end_of(watch_careless), term{"noproc"_atom});
  });
}

TEST_P(Signals, AnUnlinkKeepsTheExitAway) {
  play([](stage on) -> task<> {
    const pid actor = co_await witness_on(on.acting);
    const pid other = co_await witness_on(on.other);
    co_await order(actor, tuple("link"_atom, other));

    co_await order(actor, tuple("unlink"_atom, other));
    EXPECT_TRUE(co_await nothing_came(other, actor));
    tell(other, tuple("exit"_atom, "boo"_atom));

    const reference watch = monitor(other);
    co_await end_of(watch);
    EXPECT_TRUE(co_await nothing_came(actor, co_await puppet_on(on.other)));
  });
}

// Each side links and unlinks without waiting for the other, so that links, unlinks and acknowledgements cross in every way.
TEST_P(Signals, CrossingLinksAndUnlinksEndWithBothSidesOfOneMind) {
  play([](stage on) -> task<> {
    std::uint32_t coin = 1;
    const auto next = [&coin] {
      coin = coin * 1'664'525 + 1'013'904'223;
      return (coin >> 16U & 1U) != 0 ? "link"_atom.value() : "unlink"_atom.value();
    };
    for (int round = 0; round < 30; ++round) {
      const pid actor = co_await witness_on(on.acting);
      const pid other = co_await witness_on(on.other);
      constexpr int steps = 20;
      for (int step = 0; step < steps; ++step) {
        tell(actor, tuple(next(), other));
        tell(other, tuple(next(), actor));
      }
      for (int step = 0; step < steps; ++step) {
        co_await answer_of(actor);
        co_await answer_of(other);
      }

      const bool linked = round % 2 == 0;
      co_await order(actor, tuple("link"_atom, other));
      if (!linked) {
        co_await order(actor, tuple("unlink"_atom, other));
        co_await order(other, tuple("unlink"_atom, actor));
      }
      // What this end of the link says arrives before the order to end does: it goes the same way.
      co_await order(actor, tuple("send"_atom, other, "last"_atom));
      EXPECT_EQ(co_await got(other), term{"last"_atom});
      co_await order(other, tuple("send"_atom, actor, "last"_atom));
      EXPECT_EQ(co_await got(actor), term{"last"_atom});
      tell(other, tuple("exit"_atom, "boo"_atom));

      const reference watch = monitor(other);
      co_await end_of(watch);
      const pid later = co_await puppet_on(on.other);
      if (linked) EXPECT_EQ(co_await got(actor), exit_message(other, "boo"_atom)) << "round " << round;
      EXPECT_TRUE(co_await nothing_came(actor, later)) << "round " << round;
    }
  });
}

// -- exit signals -----------------------------------------------------------------------------------------------------------------------

TEST_P(Signals, AnExitSignalArrivesWithEveryReason) {
  play([](stage on) -> task<> {
    const pid actor = co_await puppet_on(on.acting);
    const pid other = co_await witness_on(on.other);
    for (const term& reason : reasons()) {
      if (reason.is("kill"_atom)) continue;

      EXPECT_EQ(co_await order(actor, tuple("exit"_atom, other, reason)), term{true});

      EXPECT_EQ(co_await got(other), exit_message(actor, reason));
    }
  });
}

TEST_P(Signals, KillEndsEvenWhoTrapsAndIsToldAsKilled) {
  play([](stage on) -> task<> {
    const pid actor = co_await witness_on(on.acting);
    const pid other = co_await witness_on(on.other);
    co_await order(actor, tuple("link"_atom, other));
    const term ref = co_await order(actor, tuple("monitor"_atom, other));

    co_await order(actor, tuple("exit"_atom, other, "kill"_atom));

    const term first = co_await got(actor);
    const term second = co_await got(actor);
    const term exit = exit_message(other, "killed"_atom);
    EXPECT_TRUE(first == exit || second == exit) << print(first) << print(second);
    EXPECT_TRUE(first == down_message(ref, other, "killed"_atom) || second == down_message(ref, other, "killed"_atom))
        << print(first) << print(second);
  });
}

TEST_P(Signals, AnExitSignalWithNormalEndsNobody) {
  play([](stage on) -> task<> {
    const pid actor = co_await puppet_on(on.acting);
    const pid other = co_await puppet_on(on.other);
    const pid dies = co_await puppet_on(on.other);
    const reference watch = monitor(dies);

    co_await order(actor, tuple("exit"_atom, other, "normal"_atom));
    co_await order(actor, tuple("exit"_atom, dies, "noproc"_atom));

    EXPECT_EQ(co_await end_of(watch), term{"noproc"_atom});
    EXPECT_EQ(co_await order(other, "self"_atom), term{other});
  });
}

// -- monitors -----------------------------------------------------------------------------------------------------------------------------

TEST_P(Signals, AMonitorTellsOfEveryReason) {
  play([](stage on) -> task<> {
    const pid actor = co_await witness_on(on.acting);
    for (const term& reason : reasons()) {
      const pid other = co_await puppet_on(on.other);

      const term ref = co_await order(actor, tuple("monitor"_atom, other));
      tell(other, tuple("exit"_atom, reason));

      EXPECT_EQ(co_await got(actor), down_message(ref, other, reason));
    }
  });
}

TEST_P(Signals, AMonitorOfANameTellsTheName) {
  play([](stage on) -> task<> {
    const pid actor = co_await witness_on(on.acting);
    const pid other = co_await puppet_on(on.other);
    const term named = tuple("known_by_name"_atom, on.other);
    co_await order(other, tuple("register"_atom, "known_by_name"_atom));

    const term ref = co_await order(actor, tuple("monitor"_atom, named));
    tell(other, tuple("exit"_atom, "boo"_atom));

    EXPECT_EQ(co_await got(actor), down_message(ref, named, "boo"_atom));
  });
}

TEST_P(Signals, AMonitorOfNobodyTellsNoproc) {
  play([](stage on) -> task<> {
    const pid actor = co_await witness_on(on.acting);
    const pid dead = co_await puppet_on(on.other);
    const reference watch = monitor(dead);
    tell(dead, tuple("exit"_atom, "normal"_atom));
    co_await end_of(watch);
    const term nobody = tuple("nobody_has_this_name"_atom, on.other);

    const term of_pid = co_await order(actor, tuple("monitor"_atom, dead));
    EXPECT_EQ(co_await got(actor), down_message(of_pid, dead, "noproc"_atom));
    const term of_name = co_await order(actor, tuple("monitor"_atom, nobody));
    EXPECT_EQ(co_await got(actor), down_message(of_name, nobody, "noproc"_atom));
  });
}

TEST_P(Signals, ATagStandsInThePlaceOfDown) {
  play([](stage on) -> task<> {
    const pid actor = co_await witness_on(on.acting);
    const term tag = tuple("gone"_atom, list({1, binary("two")}));
    const term options = list({tuple("tag"_atom, tag)});
    const auto gone = [&](const term& ref, const term& object, const term& reason) {
      return tuple(tag, ref, "process"_atom, object, reason);
    };
    const pid other = co_await puppet_on(on.other);
    const term named = tuple("known_by_tag"_atom, on.other);
    co_await order(other, tuple("register"_atom, "known_by_tag"_atom));

    const term by_pid = co_await order(actor, tuple("monitor"_atom, other, options));
    const term by_name = co_await order(actor, tuple("monitor"_atom, named, options));
    const term plain = co_await order(actor, tuple("monitor"_atom, other));
    tell(other, tuple("exit"_atom, "boo"_atom));
    std::vector<term> came;
    for (int i = 0; i < 3; ++i)
      came.push_back(co_await got(actor));
    const std::vector<term> expected{gone(by_pid, other, "boo"_atom), gone(by_name, named, "boo"_atom),
                                     down_message(plain, other, "boo"_atom)};
    EXPECT_TRUE(std::ranges::is_permutation(came, expected)) << print(list_of(came));

    const term of_dead = co_await order(actor, tuple("monitor"_atom, other, options));
    EXPECT_EQ(co_await got(actor), gone(of_dead, other, "noproc"_atom));
  });
}

TEST_P(Signals, ADemonitorKeepsTheDownAway) {
  play([](stage on) -> task<> {
    const pid actor = co_await witness_on(on.acting);
    const pid other = co_await puppet_on(on.other);
    co_await order(other, tuple("register"_atom, "soon_forgotten"_atom));
    for (const term& target : {term{other}, tuple("soon_forgotten"_atom, on.other)}) {
      const term ref = co_await order(actor, tuple("monitor"_atom, target));
      EXPECT_EQ(co_await order(actor, tuple("demonitor"_atom, ref)), term{true});
    }
    const term kept = co_await order(actor, tuple("monitor"_atom, other));
    tell(other, tuple("exit"_atom, "boo"_atom));

    EXPECT_EQ(co_await got(actor), down_message(kept, other, "boo"_atom));
    EXPECT_TRUE(co_await nothing_came(actor, co_await puppet_on(on.other)));
  });
}

// -- messages and their order -------------------------------------------------------------------------------------------------------------

TEST_P(Signals, AMessageReachesANameAndVanishesWhereNobodyHasIt) {
  play([](stage on) -> task<> {
    const pid actor = co_await puppet_on(on.acting);
    const pid other = co_await witness_on(on.other);
    co_await order(other, tuple("register"_atom, "mail"_atom));
    const term lost = tuple("send"_atom, tuple("nobody_has_this_name"_atom, on.other), "lost"_atom);

    EXPECT_EQ(co_await order(actor, lost), term{"lost"_atom});
    EXPECT_EQ(co_await order(actor, tuple("send"_atom, tuple("mail"_atom, on.other), 1)), term{1});

    EXPECT_EQ(co_await got(other), term{1});
    EXPECT_EQ(co_await order(other, tuple("whereis"_atom, "mail"_atom)), term{other});
    EXPECT_EQ(co_await order(other, tuple("whereis"_atom, "nobody_has_this_name"_atom)), term{"undefined"_atom});
    tell(other, tuple("exit"_atom, "normal"_atom)); // and the name is free for the next
    const reference watch = monitor(other);
    co_await end_of(watch);
  });
}

// A message of many fragments, and right behind it small signals of the same sender.
TEST_P(Signals, NothingOvertakesALargeMessageOfTheSameSender) {
  play([](stage on) -> task<> {
    const term large = binary(std::string(8'000'000, 'y'));
    const pid other = co_await witness_on(on.other);
    const pid actor = co_await puppet_on(on.acting);
    co_await order(other, tuple("link"_atom, actor));
    const term ref = co_await order(other, tuple("monitor"_atom, actor));

    tell(actor, tuple("send"_atom, other, large));
    tell(actor, tuple("send"_atom, other, "small"_atom));
    tell(actor, tuple("exit"_atom, other, "signal"_atom));
    tell(actor, tuple("exit"_atom, "end"_atom));

    EXPECT_EQ(co_await got(other), large);
    EXPECT_EQ(co_await got(other), term{"small"_atom});
    EXPECT_EQ(co_await got(other), exit_message(actor, "signal"_atom));
    const term last[] = {co_await got(other), co_await got(other)};
    const term exit = exit_message(actor, "end"_atom);
    const term down = down_message(ref, actor, "end"_atom);
    EXPECT_TRUE((last[0] == exit && last[1] == down) || (last[0] == down && last[1] == exit))
        << print(last[0]) << print(last[1]);
  });
}

TEST_P(Signals, MessagesOfEverySizeKeepTheirOrder) {
  play([](stage on) -> task<> {
    const pid actor = co_await witness_on(on.acting);
    std::vector<term> sent;
    for (const std::size_t bytes :
         {10UL, 65'000UL, 65'536UL, 65'600UL, 100UL, 131'072UL, 131'100UL, 1'000'000UL, 1UL, 200'000UL, 2UL})
      sent.push_back(binary(std::string(bytes, 'z')));

    for (const term& message : sent)
      send(actor, message);

    for (const term& message : sent)
      EXPECT_EQ(co_await got(actor), message);
  });
}

// -- what a puppet knows ------------------------------------------------------------------------------------------------------------------

TEST_P(Signals, EachSideSeesTheOtherAmongItsNodes) {
  play([](stage on) -> task<> {
    const term seen = co_await order(co_await puppet_on(on.acting), "nodes"_atom);

    bool found = false;
    for (const term& node : seen.as_list())
      found |= node.is(on.other);
    EXPECT_TRUE(found) << print(seen);
  });
}

// -- priority, which is this side's alone: OTP 25 knows nothing of it ------------------------------------------------------------------------

class PrioritySignals : public testing::TestWithParam<over> {
protected:
  /// Runs a scenario in a process of our node; it gets the name of Erlang's.
  template <class Scenario>
  void play(Scenario scenario) {
    const node_pair nodes = connected_pair(GetParam(), side::ours);
    nodes.here.run(scenario, nodes.erl_name);
  }
};

task<> until_waiting(std::size_t messages) {
  while (internal::current_process().messages().size() < messages)
    co_await yield();
}

task<std::vector<term>> what_came(std::size_t messages) {
  std::vector<term> all;
  while (all.size() < messages)
    co_await receive([&](term next) { all.push_back(std::move(next)); });
  co_return all;
}

TEST_P(PrioritySignals, DownAndExitOfAProcessOfErlangOvertakeWhatWaits) {
  play([](atom erl) -> task<> {
    trap_exit(true);
    const pid watched = co_await puppet_on(erl);
    const pid linked = co_await puppet_on(erl);
    const reference ref = monitor(watched, {.alias = {}, .tag = {}, .priority = true});
    link(linked, {.priority = true});
    send(self(), "before"_atom);
    tell(watched, tuple("exit"_atom, "boo"_atom));
    co_await until_waiting(2);
    tell(linked, tuple("exit"_atom, "boo"_atom));
    co_await until_waiting(3);

    const std::vector<term> expected{down_message(ref.as_term(), watched, "boo"_atom), exit_message(linked, "boo"_atom),
                                     "before"_atom};
    EXPECT_EQ(co_await what_came(3), expected);
  });
}

TEST_P(PrioritySignals, AMessageOfErlangToAnAliasForPriorityMessagesIsAnOrdinaryOne) {
  play([](atom erl) -> task<> {
    const pid other = co_await puppet_on(erl);
    const reference urgent = alias({.priority = true});
    send(self(), "before"_atom);
    tell(other, tuple("send"_atom, urgent, "hello"_atom));
    co_await until_waiting(3);
    send(urgent, "overtakes"_atom, {.priority = true});
    co_await until_waiting(4);

    const std::vector<term> expected{"overtakes"_atom, "before"_atom, "hello"_atom,
                                     tuple("done"_atom, other, "hello"_atom)};
    EXPECT_EQ(co_await what_came(4), expected);
    unalias(urgent);
  });
}

TEST_P(PrioritySignals, AMessageToErlangSentWithPriorityArrivesInItsOrder) {
  play([](atom erl) -> task<> {
    const pid other = co_await witness_on(erl);
    send(other, 1);
    send(other, 2, {.priority = true});
    send(other, 3);
    for (int i = 1; i <= 3; ++i)
      EXPECT_EQ(co_await got(other), term{i});
  });
}

// -- spawn requests: functions have names on Erlang's side only ------------------------------------------------------------------------------

class SpawnRequests : public PrioritySignals {};

// What a request of ours for @p module:@p function is answered.
task<term> reply_to(reference id) {
  co_return co_await receive(on(match("spawn_reply"_atom, id, any<term>, any<term>),
                                [](const term& what, const term& more) { return tuple(what, more); }),
                             after(patience, [] { return term{"nothing"_atom}; }));
}

TEST_P(SpawnRequests, RunAFunctionOfErlang) {
  play([](atom erl) -> task<> {
    const reference id = spawn_request(erl, "erlang"_atom, "send"_atom, list({self(), tuple("hello"_atom, 1)}));
    const term said = co_await reply_to(id);
    EXPECT_TRUE(said.is_tagged("ok"_atom, 2) && said[1].is_pid() && said[1].as_pid().node() == erl) << print(said);
    EXPECT_EQ(co_await receive([](term came) { return came; }, after(patience, [] { return term{}; })),
              tuple("hello"_atom, 1));
  });
}

TEST_P(SpawnRequests, TieWhatTheyWereAskedTo) { // dist_spawn_monitor
  play([](atom erl) -> task<> {
    trap_exit(true);
    const reference id = spawn_request(erl, "timer"_atom, "sleep"_atom, list({"infinity"_atom}),
                                       {.spawn = {.link = true,
                                                  .monitor = monitor_options{.alias = {}, .tag = "gone"_atom},
                                                  .priority = priority_level::low}});
    const pid made = (co_await reply_to(id))[1].as_pid();
    EXPECT_EQ((co_await process_info(self(), "links"_atom))[1], list({made}));
    EXPECT_EQ((co_await process_info(self(), "monitors"_atom))[1], list({tuple("process"_atom, made)}));
    exit(made, "boo"_atom);
    co_await receive(on(match("EXIT"_atom, made, "boo"_atom), [] {}), after(patience, [] { ADD_FAILURE(); }));
    co_await receive(on(match("gone"_atom, id, "process"_atom, made, "boo"_atom), [] {}),
                     after(patience, [] { ADD_FAILURE(); }));
    EXPECT_EQ((co_await process_info(self(), "links"_atom))[1], term{});
    EXPECT_EQ((co_await process_info(self(), "monitors"_atom))[1], term{});
  });
}

TEST_P(SpawnRequests, AFunctionThatIsNotThereEndsItsProcess) {
  play([](atom erl) -> task<> {
    const reference id =
        spawn_request(erl, "no_such"_atom, "function"_atom, term{}, {.spawn = {.monitor = monitor_options{}}});
    EXPECT_TRUE((co_await reply_to(id)).is_tagged("ok"_atom, 2));
    const term why = co_await end_of(id);
    EXPECT_EQ(why[0], term{"undef"_atom}) << print(why);
  });
}

TEST_P(SpawnRequests, AbandonedLeaveNoBond) {
  play([](atom erl) -> task<> {
    trap_exit(true);
    const pid witness = co_await witness_on(erl);
    const reference id = spawn_request(erl, "erlang"_atom, "exit"_atom, list({"boo"_atom}),
                                       {.spawn = {.link = true, .monitor = monitor_options{}}});
    EXPECT_TRUE(spawn_request_abandon(id));
    EXPECT_FALSE(spawn_request_abandon(id));
    for (int i = 0; i < 3; ++i) // there and back, behind the reply and what follows it
      EXPECT_EQ(co_await order(witness, "self"_atom), term{witness});
    EXPECT_EQ((co_await process_info(self(), "messages"_atom))[1], term{});
    EXPECT_EQ((co_await process_info(self(), "monitors"_atom))[1], term{});
    EXPECT_EQ((co_await process_info(self(), "links"_atom))[1], term{});
  });
}

// What the parent tied ends with it, though it had not heard of it: spawn_request_link_parent_exit.
TEST_P(SpawnRequests, OfAProcessThatEndsTakeTheirProcessAlong) {
  play([](atom erl) -> task<> {
    const pid witness = co_await witness_on(erl);
    const auto parent = spawn_monitor(
        [](atom on, pid tell) -> task<> {
          spawn_request(on, "agner_peer"_atom, "wait_and_tell"_atom, list({tell}), {.spawn = {.link = true}});
          co_return;
        },
        erl, witness);
    EXPECT_EQ(co_await end_of(parent.monitor), term{"normal"_atom});
    EXPECT_EQ(co_await got(witness), term{"noproc"_atom});
  });
}

TEST_P(SpawnRequests, OfErlangAreAnsweredThatTheyAreNotSupported) {
  play([](atom erl) -> task<> {
    const pid asker = co_await witness_on(erl);
    const term options = list({"link"_atom, "monitor"_atom});
    const term id = co_await order(asker, tuple("apply"_atom, "erlang"_atom, "spawn_request"_atom,
                                                list({this_node().name(), "m"_atom, "f"_atom, term{}, options})));
    EXPECT_EQ(co_await got(asker), tuple("spawn_reply"_atom, id, "error"_atom, "notsup"_atom));
    EXPECT_TRUE(co_await nothing_came(asker, asker));
  });
}

INSTANTIATE_TEST_SUITE_P(Ways, SpawnRequests, testing::Values(over::tcp, over::tls_1_3),
                         [](const auto& info) { return text_of(info.param); });
INSTANTIATE_TEST_SUITE_P(Ways, PrioritySignals, testing::Values(over::tcp, over::tls_1_3),
                         [](const auto& info) { return text_of(info.param); });

std::string name_of(const testing::TestParamInfo<way>& info) {
  return text_of(std::get<0>(info.param)) + text_of(std::get<1>(info.param)) + "Calls" +
         text_of(std::get<2>(info.param)) + "Acts";
}

INSTANTIATE_TEST_SUITE_P(Ways, Signals,
                         testing::Combine(testing::Values(over::tcp, over::tls_1_2, over::tls_1_3),
                                          testing::Values(side::ours, side::erlangs),
                                          testing::Values(side::ours, side::erlangs)),
                         name_of);

} // namespace
} // namespace agner::test
