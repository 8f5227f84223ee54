// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/internal/connection.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <agner/runtime/term_builders.hpp>

#include "table_node.hpp"

namespace agner::dist::internal {
namespace {

using test::agreed;
using test::pid_of;
using test::reference_of;
using test::table_node;
using testing::ElementsAre;
using testing::IsEmpty;

const pid remote = pid_of("peer@host", 9);

term exit_of(const pid& who, const term& why) { return tuple("EXIT"_atom, who, why); }

// -- while it is set up -----------------------------------------------------------------------------------------------------------------

TEST(Connection, SendsWhatWaitedWhileItWasSetUp) {
  table_node on;
  pid sender;
  on.here->spawn(
      [](pid& me) -> task<> {
        me = self();
        send(remote, "first"_atom);
        send({"name"_atom, "peer@host"_atom}, "second"_atom);
        co_return;
      },
      std::ref(sender));
  on.here.run_until_idle();
  ASSERT_EQ(on.wanted.size(), 1U);
  const auto at = on.wanted.front();
  EXPECT_EQ(at->now(), connection::state::pending);

  EXPECT_TRUE(at->open({.flags = agreed, .creation = 7, .published = false}, {}));

  EXPECT_THAT(on.signals_to(*at), ElementsAre(control::message{control::send{sender, remote, "first"_atom}},
                                              control::message{control::reg_send{sender, "name"_atom, "second"_atom}}));
}

TEST(Connection, SpeaksAsThePeerUnderstands) {
  table_node on;
  const auto at = on.table.reach("peer@host"_atom);
  at->put({}, control::send{pid_of("here@host", 1), remote, "hello"_atom});

  at->open({.flags = agreed.without(flag::send_sender), .creation = 7, .published = false}, {});

  EXPECT_THAT(on.signals_to(*at), ElementsAre(control::message{control::send{std::nullopt, remote, "hello"_atom}}));
}

TEST(Connection, ToldOnceItIsUpOrGivenUp) {
  table_node on;
  const reference first = on.here->make_reference();
  const reference second = on.here->make_reference();
  const reference late = on.here->make_reference();
  const pid waiting = on.spawn_keeping_mail([] {});
  const auto one = on.table.reach("one@host"_atom);
  const auto two = on.table.reach("two@host"_atom);
  one->when_up(waiting, first);
  two->when_up(waiting, second);

  one->open({}, {});
  EXPECT_TRUE(two->give_up("timeout"_atom));
  one->when_up(waiting, late);
  on.here.run_until_idle();

  EXPECT_THAT(on.mail, ElementsAre(tuple(first, true), tuple(second, false), tuple(late, true)));
}

TEST(Connection, IsGivenUpOnlyWhileItIsSetUp) {
  table_node on;
  const auto at = on.connected();

  EXPECT_FALSE(at->give_up("timeout"_atom));
  EXPECT_EQ(at->now(), connection::state::up);
  EXPECT_FALSE(at->open({}, {}));
}

// -- bonds ------------------------------------------------------------------------------------------------------------------------------

TEST(Connection, BreaksLinksAndMonitorsWhenItGoes) {
  table_node on;
  reference by_pid;
  reference by_name;
  const auto at = on.connected();
  on.spawn_keeping_mail([&] {
    link(remote);
    by_pid = monitor(remote);
    by_name = monitor({"name"_atom, "peer@host"_atom});
  });
  ASSERT_THAT(on.mail, IsEmpty());

  EXPECT_EQ(at->close("connection_closed"_atom), connection::state::up);
  on.here.run_until_idle();

  const term noconnection = "noconnection"_atom;
  EXPECT_THAT(on.mail,
              testing::UnorderedElementsAre(
                  exit_of(remote, noconnection), tuple("DOWN"_atom, by_pid, "process"_atom, remote, noconnection),
                  tuple("DOWN"_atom, by_name, "process"_atom, tuple("name"_atom, "peer@host"_atom), noconnection)));
}

TEST(Connection, BreaksOnceAndOnlyWhatIsStillThere) {
  table_node on;
  const auto at = on.connected();
  on.spawn_keeping_mail([&] {
    link(remote);
    unlink(remote);
    demonitor(monitor(remote));
  });

  at->close("connection_closed"_atom);
  EXPECT_EQ(at->close("again"_atom), connection::state::closed);
  on.here.run_until_idle();

  EXPECT_THAT(on.mail, IsEmpty());
  EXPECT_EQ(at->why_closed(), term("connection_closed"_atom));
}

TEST(Connection, BreaksBondsThatThePeerMade) {
  table_node on;
  const auto at = on.connected();
  const pid local = on.spawn_keeping_mail([] {});
  EXPECT_EQ(at->peer_links(local, remote), connection::bond::made);
  EXPECT_EQ(at->peer_monitors(reference_of("peer@host", 1), local, remote, local), connection::bond::made);
  on.here.run_until_idle();

  at->close("connection_closed"_atom);
  on.here.run_until_idle();
  on.here->exit(local, "kill"_atom);
  on.here.run_until_idle();

  EXPECT_THAT(on.mail, ElementsAre(exit_of(remote, "noconnection"_atom)));
  EXPECT_THAT(on.wanted, testing::SizeIs(1)); // nor is anybody told of the end over a new connection
}

TEST(Connection, MakesNoBondOnceItIsClosed) {
  table_node on;
  const auto at = on.connected();
  const pid local = on.spawn_keeping_mail([] {});
  at->close("connection_closed"_atom);

  EXPECT_EQ(at->peer_links(local, remote), connection::bond::lost);
  EXPECT_EQ(at->peer_monitors(reference_of("peer@host", 1), local, remote, local), connection::bond::lost);
  on.here.run_until_idle();

  // A link here would be one that nothing ever breaks: an exit signal shows that there is none.
  auto* end = agner::internal::new_signal(agner::internal::signal_kind::link_exit);
  end->from = remote;
  end->value = "boo"_atom;
  on.here->push(local, end);
  on.here.run_until_idle();
  EXPECT_THAT(on.mail, IsEmpty());
}

TEST(Connection, SaysWhenThereIsNobodyToBind) {
  table_node on;
  const auto at = on.connected();
  pid local = on.spawn_keeping_mail([] {});
  const pid earlier{local.id, local.serial, incarnation{"here@host"_atom, 4}};
  local.serial += 1;

  for (const pid& nobody : {local, earlier}) {
    EXPECT_EQ(at->peer_links(nobody, remote), connection::bond::nobody);
    EXPECT_EQ(at->peer_monitors(reference_of("peer@host", 1), nobody, remote, nobody), connection::bond::nobody);
  }
}

TEST(Connection, TellsThePeerOfAnEndThatItWatches) {
  table_node on;
  const auto at = on.connected();
  const reference ref = reference_of("peer@host", 1);
  const pid local = on.spawn_keeping_mail([] {});
  at->peer_links(local, remote);
  at->peer_monitors(ref, local, remote, local);
  on.here->exit(local, "kill"_atom);
  on.here.run_until_idle();

  EXPECT_THAT(on.signals_to(*at), testing::UnorderedElementsAre(
                                      control::message{control::exit{local, remote, "killed"_atom}},
                                      control::message{control::monitor_exit{local, remote, ref, "killed"_atom}}));
}

TEST(Connection, TellsOfAnEndBehindTheLargeMessageThatCameBefore) {
  table_node on;
  const auto at = on.connected();
  const reference ref = reference_of("peer@host", 1);
  const pid local = on.here->spawn([]() -> task<> {
    co_await receive([](decltype("go"_atom)) { send(remote, binary(std::string(1U << 20U, 'x'))); });
  });
  on.here.run_until_idle();
  at->peer_monitors(ref, local, remote, local);
  on.here->send(local, "go"_atom);
  on.here.run_until_idle();

  const auto signals = on.signals_to(*at);

  ASSERT_EQ(signals.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<control::send>(signals[0]));
  EXPECT_EQ(signals[1], (control::message{control::monitor_exit{local, remote, ref, "normal"_atom}}));
}

// -- those who watch ----------------------------------------------------------------------------------------------------------------------

TEST(Connection, TellsThoseWhoWatchItOncePerWatch) {
  table_node on;
  const auto at = on.connected();
  const pid watcher = on.spawn_keeping_mail([] {});
  EXPECT_TRUE(at->watch(watcher));
  EXPECT_TRUE(at->watch(watcher));
  EXPECT_TRUE(at->watch(watcher));
  at->unwatch(watcher);

  at->close("connection_closed"_atom);
  on.here.run_until_idle();

  const term down = tuple("nodedown"_atom, "peer@host"_atom);
  EXPECT_THAT(on.mail, ElementsAre(down, down));
  EXPECT_FALSE(at->watch(watcher));
}

TEST(Connection, TellsItsChannelToEnd) {
  table_node on;
  const pid channel = on.spawn_keeping_mail([] {});
  const auto at = on.table.reach("peer@host"_atom);
  at->open({}, channel);

  at->close("disconnect"_atom);
  on.here.run_until_idle();

  EXPECT_THAT(on.mail, ElementsAre(tuple("close"_atom, "disconnect"_atom)));
}

TEST(Connection, WakesItsChannelOnceHoweverMuchComes) {
  table_node on;
  const pid channel = on.spawn_keeping_mail([] {});
  const auto at = on.table.reach("peer@host"_atom);
  at->open({.flags = agreed, .creation = 7, .published = false}, channel);
  EXPECT_TRUE(at->rest());

  for (int i = 0; i < 3; ++i)
    at->put({}, control::send{{}, remote, i});
  on.here.run_until_idle();

  EXPECT_THAT(on.mail, ElementsAre(term("flush"_atom)));
  EXPECT_FALSE(at->rest());
}

// -- back-pressure ------------------------------------------------------------------------------------------------------------------------

/// Sends messages of 64 KiB until told otherwise, and counts them.
task<> sends_for_ever(int& count) {
  const term load = binary(std::string(32U << 10U, 'x'));
  for (;; ++count)
    co_await send(remote, load);
}

TEST(Connection, SuspendsASenderPastItsBudgetUntilHalfIsWritten) {
  table_node on;
  const auto at = on.connected();
  int count = 0;
  const pid sender = on.here->spawn(sends_for_ever, std::ref(count));
  on.here.run_until_idle();
  const int first = count;
  EXPECT_NEAR(first, outbox::busy_bytes / (32U << 10U), 2);

  std::vector<std::span<const std::byte>> pieces;
  at->gather(1, pieces);
  at->written(pieces.front().size());
  on.here.run_until_idle();
  EXPECT_EQ(count, first); // not for a little

  on.bytes_to(*at);
  on.here.run_until_idle();
  EXPECT_GT(count, first);
  on.here->exit(sender, "kill"_atom);
  on.here.run_until_idle();
}

TEST(Connection, SuspendsSendersWhileItIsSetUp) {
  table_node on;
  int count = 0;
  const pid sender = on.here->spawn(sends_for_ever, std::ref(count));
  on.here.run_until_idle();
  EXPECT_NEAR(count, 1000, 2);
  const int first = count;

  on.wanted.front()->open({.flags = agreed, .creation = 7, .published = false}, {});
  on.here.run_until_idle();

  EXPECT_GT(count, first);
  on.here->exit(sender, "kill"_atom);
  on.here.run_until_idle();
}

TEST(Connection, LetsSuspendedSendersGoWhenItCloses) {
  table_node on;
  const auto at = on.connected();
  const pid sender = on.here->spawn([]() -> task<> {
    co_await send(remote, binary(std::string(2 * outbox::busy_bytes, 'x')));
    co_await receive(after(std::chrono::milliseconds{0}, [] {}));
  });
  on.here.run_until_idle();
  EXPECT_TRUE(on.here->is_alive(sender));

  at->close("connection_closed"_atom);
  on.here.run_until_idle();

  EXPECT_FALSE(on.here->is_alive(sender));
}

TEST(Connection, EndsASenderThatNeverWaits) {
  table_node on;
  const auto at = on.connected();
  term why;
  on.here->spawn(
      [](term& reason) -> task<> {
        reason = co_await test::exit_reason_of([]() -> task<> {
          const term load = binary(std::string(64U << 20U, 'x')); // referred to: 64 MiB in all
          for (int i = 0; i < 1000; ++i)
            send(remote, load);
          co_return;
        });
      },
      std::ref(why));
  on.here.run_until_idle();

  ASSERT_TRUE(why.is_tuple());
  EXPECT_EQ(why[0], term("system_limit"_atom));
}

TEST(Connection, TakesNoMessagesWithoutEndWhileItIsSetUp) {
  table_node on;
  const auto at = on.table.reach("peer@host"_atom);
  std::size_t taken = 0;
  while (taken < 10'000'000 && at->put({}, control::send{{}, remote, 1}) != routed::too_large)
    ++taken;

  EXPECT_EQ(taken, 1'000'000U);
  EXPECT_EQ(at->put({}, control::link{pid_of("here@host", 1), remote}), routed::sent);
}

TEST(Connection, TellsOfAnEndHoweverFullItIs) {
  table_node on;
  const auto at = on.connected();
  const pid local = on.spawn_keeping_mail([] {});
  at->peer_links(local, remote);
  const term load = binary(std::string(64U << 20U, 'x'));
  while (at->put({}, control::send{{}, remote, load}) != routed::too_large) {
  }

  EXPECT_NE(at->put(local, control::exit{local, remote, "boo"_atom}), routed::too_large);
}

TEST(Connection, TellsOfAnEndWhoseReasonIsTooLarge) {
  table_node on;
  const auto at = on.connected();
  const pid local = pid_of("here@host", 1);
  std::vector<term> parts(5, binary(std::string(64U << 20U, 'x'))); // more than a message may have, one allocation

  at->put({}, control::exit{local, remote, list_of(std::move(parts))});

  EXPECT_THAT(on.signals_to(*at), ElementsAre(control::message{control::exit{local, remote, "system_limit"_atom}}));
}

TEST(Connection, TakesNoMessageThatIsTooLarge) {
  table_node on;
  const auto at = on.connected();
  std::vector<term> parts(5, binary(std::string(64U << 20U, 'x')));

  EXPECT_EQ(at->put({}, control::send{{}, remote, list_of(std::move(parts))}), routed::too_large);
  EXPECT_THAT(on.bytes_to(*at), IsEmpty());
}

} // namespace
} // namespace agner::dist::internal
