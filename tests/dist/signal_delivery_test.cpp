// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/internal/signal_delivery.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>

#include "channel_pair.hpp"

namespace agner::dist::internal {
namespace {

using test::agreed;
using test::channel_pair;
using test::pid_of;
using test::reference_of;
using testing::ElementsAre;
using testing::IsEmpty;

const pid remote = pid_of("peer@host", 9);
const reference ref = reference_of("peer@host", 1);

/// A pid that was @p of in an earlier life of its node.
pid earlier(const pid& of) { return {of.id, of.serial, incarnation{of.node(), 4}}; }
pid never(const pid& of) { return {of.id, of.serial + 1, of.home}; }

control::message as_message(control::message what) { return what; }

// -- messages -----------------------------------------------------------------------------------------------------------------------------

TEST(SignalDelivery, BringsMessagesToPidsNamesAndAliases) {
  channel_pair with;
  reference mine;
  const pid local = with.spawn_keeping_mail([&] {
    register_("mail"_atom, self());
    mine = alias();
  });

  with.write(control::send{remote, local, 1});
  with.write(control::reg_send{remote, "mail"_atom, 2});
  with.write(control::alias_send{remote, mine, 3});

  EXPECT_THAT(with.mail, ElementsAre(term{1}, term{2}, term{3}));
}

TEST(SignalDelivery, DropsMessagesToNobodyWithoutAWord) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});

  with.write(control::send{remote, earlier(local), 1});
  with.write(control::send{remote, never(local), 2});
  with.write(control::reg_send{remote, "nobody_has_this_name"_atom, 3});
  with.write(control::alias_send{remote, with.here->make_reference(), 4});
  with.write(control::exit2{remote, earlier(local), "kill"_atom});
  with.write(control::exit2{remote, never(local), "kill"_atom});

  EXPECT_THAT(with.mail, IsEmpty());
  EXPECT_TRUE(with.here->is_alive(local));
  EXPECT_THAT(with.read_signals(), IsEmpty());
  EXPECT_EQ(with.ended, std::nullopt);
}

// -- links --------------------------------------------------------------------------------------------------------------------------------

TEST(SignalDelivery, LinksAndTellsOfTheEnd) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});

  with.write(control::link{remote, local});
  with.here->exit(local, "kill"_atom);

  EXPECT_THAT(with.read_signals(), ElementsAre(as_message(control::exit{local, remote, "killed"_atom})));
}

TEST(SignalDelivery, AnswersALinkToNobodyWithNoproc) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});
  for (const pid& nobody : {earlier(local), never(local)}) {
    with.write(control::link{remote, nobody});

    EXPECT_THAT(with.read_signals(), ElementsAre(as_message(control::exit{nobody, remote, "noproc"_atom})));
  }
}

TEST(SignalDelivery, BringsTheEndOfALinkedProcess) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});

  with.write(control::exit{remote, local, "not_linked"_atom}); // says nothing to who is not linked
  with.write(control::link{remote, local});
  with.write(control::exit{remote, local, "boo"_atom});
  with.write(control::exit{remote, local, "again"_atom});

  EXPECT_THAT(with.mail, ElementsAre(tuple("EXIT"_atom, remote, "boo"_atom)));
}

TEST(SignalDelivery, UnlinksAndAcknowledges) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});
  with.write(control::link{remote, local});

  with.write(control::unlink_id{17, remote, local});

  EXPECT_THAT(with.read_signals(), ElementsAre(as_message(control::unlink_id_ack{17, local, remote})));
  with.pipe.right->close();
  with.here.run_until_idle();
  EXPECT_THAT(with.mail, IsEmpty());
}

TEST(SignalDelivery, AcknowledgesAnUnlinkOfNobody) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});

  with.write(control::unlink_id{17, remote, never(local)});

  EXPECT_THAT(with.read_signals(), ElementsAre(as_message(control::unlink_id_ack{17, never(local), remote})));
}

TEST(SignalDelivery, VoidsAnEndThatCrossedAnUnlink) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {
    link(remote);
    unlink(remote);
  });
  const auto out = with.read_signals();
  ASSERT_EQ(out.size(), 2U);

  with.write(control::exit{remote, local, "crossed"_atom});
  with.write(control::unlink_id_ack{std::get<control::unlink_id>(out[1]).id, remote, local});

  EXPECT_THAT(with.mail, IsEmpty());
}

TEST(SignalDelivery, BringsExitSignals) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});

  with.write(control::exit2{remote, local, "boo"_atom});
  EXPECT_THAT(with.mail, ElementsAre(tuple("EXIT"_atom, remote, "boo"_atom)));
  with.write(control::exit2{remote, local, "kill"_atom});

  EXPECT_FALSE(with.here->is_alive(local));
}

// -- monitors -----------------------------------------------------------------------------------------------------------------------------

TEST(SignalDelivery, WatchesAPidAndTellsOfItsEnd) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});

  with.write(control::monitor{remote, local, ref});
  with.here->exit(local, "kill"_atom);

  EXPECT_THAT(with.read_signals(), ElementsAre(as_message(control::monitor_exit{local, remote, ref, "killed"_atom})));
}

TEST(SignalDelivery, WatchesANameAndTellsOfItsEnd) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] { register_("mail"_atom, self()); });

  with.write(control::monitor{remote, "mail"_atom, ref});
  with.here->exit(local, "kill"_atom);

  EXPECT_THAT(with.read_signals(),
              ElementsAre(as_message(control::monitor_exit{"mail"_atom, remote, ref, "killed"_atom})));
}

TEST(SignalDelivery, AnswersAMonitorOfNobodyWithNoproc) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});
  for (const control::process_or_name& nobody :
       {control::process_or_name{earlier(local)}, control::process_or_name{never(local)},
        control::process_or_name{atom{"nobody_has_this_name"}}}) {
    with.write(control::monitor{remote, nobody, ref});

    EXPECT_THAT(with.read_signals(),
                ElementsAre(as_message(control::monitor_exit{nobody, remote, ref, "noproc"_atom})));
  }
}

TEST(SignalDelivery, TellsNobodyWhoNoLongerWatches) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});

  with.write(control::monitor{remote, local, ref});
  with.write(control::demonitor{remote, local, ref});
  with.here->exit(local, "kill"_atom);

  EXPECT_THAT(with.read_signals(), IsEmpty());
}

TEST(SignalDelivery, BringsTheEndOfAWatchedProcessOnce) {
  channel_pair with;
  reference down;
  const pid local = with.spawn_keeping_mail([&] { down = monitor(remote); });

  with.write(control::monitor_exit{remote, local, down, "boo"_atom});
  with.write(control::monitor_exit{remote, local, down, "again"_atom});
  with.pipe.right->close();
  with.here.run_until_idle();

  EXPECT_THAT(with.mail, ElementsAre(tuple("DOWN"_atom, down, "process"_atom, remote, "boo"_atom)));
}

TEST(SignalDelivery, BringsTheEndOfAWatchedName) {
  channel_pair with;
  reference down;
  const pid local = with.spawn_keeping_mail([&] { down = monitor({"name"_atom, "peer@host"_atom}); });

  with.write(control::monitor_exit{"name"_atom, local, down, "boo"_atom});

  EXPECT_THAT(with.mail,
              ElementsAre(tuple("DOWN"_atom, down, "process"_atom, tuple("name"_atom, "peer@host"_atom), "boo"_atom)));
}

// -- the rest -----------------------------------------------------------------------------------------------------------------------------

TEST(SignalDelivery, AnswersASpawnRequestThatItCannotServe) {
  channel_pair with{1, {}, agreed.with(flag::spawn)};

  const term request = tuple(29, ref, remote, remote, tuple("erlang"_atom, "halt"_atom, 0), list({}));
  gather_buffer frame;
  must(write_frame(frame, agreed, request, list({})));
  with.write(frame.flatten());

  EXPECT_THAT(with.read_signals(), ElementsAre(as_message(control::spawn_reply{ref, remote, 0, "notsup"_atom})));
  EXPECT_EQ(with.ended, std::nullopt);
}

TEST(SignalDelivery, PassesOverAGroupLeader) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});

  with.write(control::group_leader{remote, local});

  EXPECT_EQ(with.ended, std::nullopt);
  EXPECT_THAT(with.mail, IsEmpty());
}

} // namespace
} // namespace agner::dist::internal
