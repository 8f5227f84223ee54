// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/internal/peers.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include <agner/runtime/term_builders.hpp>

#include "table_node.hpp"

namespace agner::dist::internal {
namespace {

using handshake::known;
using handshake::status;
using net_kernel::monitor_options;
using test::agreed;
using test::pid_of;
using test::table_node;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const atom peer{"peer@host"};
const peer_facts facts{.flags = agreed, .creation = 7, .published = true};
const term nodeup = tuple("nodeup"_atom, peer);
const term nodedown = tuple("nodedown"_atom, peer);

// -- finding ------------------------------------------------------------------------------------------------------------------------------

TEST(Peers, AreReachedByOneConnectionEach) {
  table_node on;

  const auto at = on.table.reach(peer);

  ASSERT_NE(at, nullptr);
  EXPECT_EQ(on.table.reach(peer), at);
  EXPECT_EQ(on.table.find(peer), at);
  EXPECT_EQ(on.wanted.size(), 1U);
}

TEST(Peers, AreNotWhatIsNoOtherNode) {
  table_node on;

  EXPECT_EQ(on.table.reach("here@host"_atom), nullptr);
  for (const char* name : {"", "name", "@host", "name@", "a@b@c", "nonode"})
    EXPECT_EQ(on.table.reach(atom{name}), nullptr) << name;
  EXPECT_THAT(on.wanted, IsEmpty());
}

TEST(Peers, AreForgottenWhenTheirConnectionCloses) {
  table_node on;
  const auto first = on.connected();
  first->close("connection_closed"_atom); // by whoever: the table finds out

  EXPECT_EQ(on.table.find(peer), nullptr);
  const auto second = on.table.reach(peer);

  EXPECT_NE(second, first);
  EXPECT_EQ(second->id(), first->id() + 1);
}

TEST(Peers, AreReachedByNobodyOnceTheNodeStops) {
  table_node on;
  const auto up = on.connected();
  const auto pending = on.table.reach("other@host"_atom);

  on.table.stop();

  EXPECT_EQ(up->now(), connection::state::closed);
  EXPECT_EQ(pending->now(), connection::state::closed);
  EXPECT_EQ(on.table.reach(peer), nullptr);
  EXPECT_EQ(on.table.open_incoming(peer, status::ok, facts, {}), nullptr);
}

TEST(Peers, AreNotReachedWhereNobodyCanSetThemUp) {
  table_node on;
  on.table.on_wanted([](const auto&) { raise_error("system_limit"_atom); });
  reference watched;

  EXPECT_EQ(on.table.reach(peer), nullptr);
  on.spawn_keeping_mail([&] { watched = monitor(pid_of("peer@host", 1)); });

  EXPECT_EQ(on.table.find(peer), nullptr);
  EXPECT_THAT(on.mail,
              ElementsAre(tuple("DOWN"_atom, watched, "process"_atom, pid_of("peer@host", 1), "noconnection"_atom)));
}

TEST(Peers, AreListedAsErlangListsThem) {
  table_node on;
  on.connected("visible@host"_atom, true);
  on.connected("hidden@host"_atom, false);
  on.table.reach("pending@host"_atom);
  on.connected("gone@host"_atom, true)->close("connection_closed"_atom);

  const auto names = [&](node_type which) {
    std::vector<std::string> found;
    for (const atom name : on.table.names(which))
      found.emplace_back(name.name());
    return found;
  };
  EXPECT_THAT(names(node_type::visible), ElementsAre("visible@host"));
  EXPECT_THAT(names(node_type::hidden), ElementsAre("hidden@host"));
  EXPECT_THAT(names(node_type::connected), UnorderedElementsAre("visible@host", "hidden@host"));
  EXPECT_THAT(names(node_type::this_node), ElementsAre("here@host"));
  EXPECT_THAT(names(node_type::known),
              UnorderedElementsAre("visible@host", "hidden@host", "pending@host", "gone@host", "here@host"));
}

// -- whether a signal connects ----------------------------------------------------------------------------------------------------------------

TEST(Peers, AreConnectedToByEverySignal) {
  table_node on{1, auto_connect::always};
  on.connected()->close("connection_closed"_atom);

  EXPECT_NE(on.table.reach_for_signal(peer), nullptr);
}

TEST(Peers, AreConnectedToByTheFirstSignalOnly) {
  table_node on{1, auto_connect::once};
  const auto first = on.table.reach_for_signal(peer);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(on.table.reach_for_signal(peer), first);
  on.table.close(first, "connection_closed"_atom);

  EXPECT_EQ(on.table.reach_for_signal(peer), nullptr);
  EXPECT_NE(on.table.reach(peer), nullptr); // connect_node still does
}

TEST(Peers, AreConnectedToByNoSignal) {
  table_node on{1, auto_connect::never};
  EXPECT_EQ(on.table.reach_for_signal(peer), nullptr);

  const auto at = on.connected();

  EXPECT_EQ(on.table.reach_for_signal(peer), at);
}

// -- incoming connections ---------------------------------------------------------------------------------------------------------------------

TEST(Peers, StandAsTheTableSays) {
  table_node on;
  EXPECT_EQ(on.table.standing_of("peer@host"), known::nothing);
  const auto at = on.table.reach(peer);
  EXPECT_EQ(on.table.standing_of("peer@host"), known::outgoing);
  on.table.open_outgoing(at, facts, {});
  EXPECT_EQ(on.table.standing_of("peer@host"), known::up);
  at->close("connection_closed"_atom);
  EXPECT_EQ(on.table.standing_of("peer@host"), known::nothing);
}

TEST(Peers, AreAskedForWithoutMakingAtoms) {
  table_node on;

  EXPECT_EQ(on.table.standing_of("nobody-ever-said-this@host"), known::nothing);

  EXPECT_EQ(atom::existing("nobody-ever-said-this@host"), std::nullopt);
}

TEST(Peers, ThatConnectAreUp) {
  table_node on;

  const auto at = on.table.open_incoming(peer, status::ok, facts, {});

  ASSERT_NE(at, nullptr);
  EXPECT_EQ(at->now(), connection::state::up);
  EXPECT_EQ(on.table.find(peer), at);
  EXPECT_THAT(on.wanted, IsEmpty());
}

TEST(Peers, OfGreaterNameTakeOurAttemptOverWithWhatWaitsInIt) {
  table_node on; // here@host < peer@host
  const pid remote = pid_of("peer@host", 1);
  on.here->spawn([remote]() -> task<> {
    send(remote, "hello"_atom);
    co_return;
  });
  on.here.run_until_idle();
  const auto ours = on.wanted.front();

  const auto at = on.table.open_incoming(peer, status::ok_simultaneous, facts, {});

  EXPECT_EQ(at, ours);
  EXPECT_EQ(on.signals_to(*at).size(), 1U);
  // What our attempt then comes to is void.
  EXPECT_FALSE(on.table.open_outgoing(ours, facts, {}));
  EXPECT_FALSE(on.table.give_up(ours, "closed"_atom));
  EXPECT_EQ(at->now(), connection::state::up);
}

TEST(Peers, OfANewLifeReplaceTheOldOne) {
  table_node on;
  const pid watcher = on.spawn_keeping_mail([] {});
  on.table.subscribe(watcher, {});
  const auto old = on.connected(peer, true);

  const auto fresh = on.table.open_incoming(peer, status::alive, facts, {});
  on.here.run_until_idle();

  EXPECT_EQ(old->now(), connection::state::closed);
  EXPECT_EQ(fresh->now(), connection::state::up);
  EXPECT_EQ(on.table.find(peer), fresh);
  EXPECT_THAT(on.mail, ElementsAre(nodeup, nodedown, nodeup));
}

TEST(Peers, YieldToAConnectionThatWonMeanwhile) {
  table_node on;
  const auto first = on.table.open_incoming(peer, status::ok, facts, {});

  EXPECT_EQ(on.table.open_incoming(peer, status::ok, facts, {}), nullptr);

  EXPECT_EQ(first->now(), connection::state::up);
}

// -- who is told ------------------------------------------------------------------------------------------------------------------------------

TEST(Peers, ComingAndGoingIsTold) {
  table_node on;
  const pid watcher = on.spawn_keeping_mail([] {});
  on.table.subscribe(watcher, {});

  const auto at = on.connected(peer, true);
  EXPECT_TRUE(on.table.close(at, "connection_closed"_atom));
  EXPECT_FALSE(on.table.close(at, "connection_closed"_atom));
  on.here.run_until_idle();

  EXPECT_THAT(on.mail, ElementsAre(nodeup, nodedown));
}

TEST(Peers, ThatNeverCameDoNotGo) {
  table_node on;
  const pid watcher = on.spawn_keeping_mail([] {});
  on.table.subscribe(watcher, {});

  on.table.give_up(on.table.reach(peer), "timeout"_atom);
  on.here.run_until_idle();

  EXPECT_THAT(on.mail, IsEmpty());
}

TEST(Peers, GoneAreToldOfAfterTheDowns) {
  table_node on;
  reference down;
  const auto at = on.connected(peer, true);
  const pid watcher = on.spawn_keeping_mail([&] { down = monitor(pid_of("peer@host", 1)); });
  on.table.subscribe(watcher, {});
  at->watch(watcher);

  on.table.close(at, "connection_closed"_atom);
  on.here.run_until_idle();

  EXPECT_THAT(on.mail,
              ElementsAre(tuple("DOWN"_atom, down, "process"_atom, pid_of("peer@host", 1), "noconnection"_atom),
                          nodedown, nodedown));
}

TEST(Peers, ComingAgainIsToldAfterTheGoing) {
  table_node on;
  const pid watcher = on.spawn_keeping_mail([] {});
  on.table.subscribe(watcher, {});
  on.connected(peer, true)->close("connection_closed"_atom); // nobody has told yet

  on.connected(peer, true);
  on.here.run_until_idle();

  EXPECT_THAT(on.mail, ElementsAre(nodeup, nodedown, nodeup));
}

TEST(Peers, HiddenAreToldToThoseWhoAsk) {
  table_node on;
  const pid watcher = on.spawn_keeping_mail([] {});
  const auto subscribe = [&](monitor_options::type type) {
    on.table.subscribe(watcher, {.plain = false, .node_type = type});
  };
  subscribe(monitor_options::type::visible);
  on.table.subscribe(watcher, {});
  on.connected(peer, false);
  on.here.run_until_idle();
  EXPECT_THAT(on.mail, IsEmpty());

  subscribe(monitor_options::type::hidden);
  subscribe(monitor_options::type::all);
  on.table.close(on.table.find(peer), "connection_closed"_atom);
  on.here.run_until_idle();

  const term down = tuple("nodedown"_atom, peer, list({tuple("node_type"_atom, "hidden"_atom)}));
  EXPECT_THAT(on.mail, ElementsAre(down, down));
}

TEST(Peers, AreToldOfWithWhatWasAskedFor) {
  table_node on;
  const pid watcher = on.spawn_keeping_mail([] {});
  on.table.subscribe(watcher, {.plain = false, .nodedown_reason = true, .connection_id = true});

  const auto at = on.connected(peer, true);
  on.table.close(at, "net_tick_timeout"_atom);
  on.here.run_until_idle();

  const term id = tuple("connection_id"_atom, at->id());
  EXPECT_THAT(on.mail, ElementsAre(tuple("nodeup"_atom, peer, list({id})),
                                   tuple("nodedown"_atom, peer,
                                         list({id, tuple("nodedown_reason"_atom, "net_tick_timeout"_atom)}))));
}

TEST(Peers, AreToldOfOncePerSubscriptionUntilItEnds) {
  table_node on;
  const pid watcher = on.spawn_keeping_mail([] {});
  on.table.subscribe(watcher, {});
  on.table.subscribe(watcher, {});
  on.table.subscribe(watcher, {.plain = false});
  const auto at = on.connected(peer, true);
  on.table.unsubscribe(watcher, {});
  on.table.close(at, "connection_closed"_atom);
  on.here.run_until_idle();

  const term nothing = list({});
  EXPECT_THAT(on.mail, UnorderedElementsAre(nodeup, nodeup, tuple("nodeup"_atom, peer, nothing),
                                            tuple("nodedown"_atom, peer, nothing)));
}

// -- the router -------------------------------------------------------------------------------------------------------------------------------

TEST(DistRouter, AnswersForEarlierLivesOfThisNode) {
  table_node on;
  const pid earlier{1, 0, incarnation{"here@host"_atom, 4}};
  reference down;

  on.spawn_keeping_mail([&] {
    send(earlier, "hello"_atom); // vanishes
    down = monitor(earlier);
    link(earlier);
  });

  EXPECT_THAT(on.mail, ElementsAre(tuple("DOWN"_atom, down, "process"_atom, earlier, "noproc"_atom),
                                   tuple("EXIT"_atom, earlier, "noproc"_atom)));
  EXPECT_THAT(on.wanted, IsEmpty());
}

TEST(DistRouter, SendsNothingThatNeedsAConnectionToStandWhereNoneDoes) {
  table_node on;
  const pid remote = pid_of("peer@host", 1);
  const auto at = on.connected();
  on.spawn_keeping_mail([&] { link(remote); });
  at->close("connection_closed"_atom);
  on.spawn_keeping_mail([&] { unlink(remote); });

  EXPECT_EQ(on.table.find(peer), nullptr);
  EXPECT_THAT(on.wanted, testing::SizeIs(1));
}

TEST(DistRouter, SaysNoconnectionWhereNoneMayBeMade) {
  table_node on{1, auto_connect::never};
  const pid remote = pid_of("peer@host", 1);
  reference down;

  on.spawn_keeping_mail([&] {
    send(remote, "hello"_atom); // vanishes
    link(remote);
    down = monitor({"name"_atom, peer});
  });

  EXPECT_THAT(on.mail,
              ElementsAre(tuple("EXIT"_atom, remote, "noconnection"_atom),
                          tuple("DOWN"_atom, down, "process"_atom, tuple("name"_atom, peer), "noconnection"_atom)));
}

} // namespace
} // namespace agner::dist::internal
