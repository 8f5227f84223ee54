// SPDX-License-Identifier: Apache-2.0
// Options of monitor, demonitor and alias. Each rule was asked of OTP 25.2.3 first.

#include <gtest/gtest.h>

#include <agner/runtime/term_text.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using test::deterministic_node;
using test::flush;

TEST(MonitorTag, StandsInThePlaceOfDown) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn(test::exits_as_told);
    const reference by_pid = monitor(child, {.tag = tuple("my"_atom, 1)});
    const reference by_name = monitor("nobody"_atom, {.tag = "gone"_atom});
    const reference plain = monitor(child);
    send(child, "boo"_atom);

    const auto got = co_await flush();
    EXPECT_EQ(got, (std::vector<term>{tuple("gone"_atom, by_name, "process"_atom,
                                            tuple("nobody"_atom, this_node().name()), "noproc"_atom),
                                      tuple(tuple("my"_atom, 1), by_pid, "process"_atom, child, "boo"_atom),
                                      tuple("DOWN"_atom, plain, "process"_atom, child, "boo"_atom)}));
  });
}

TEST(MonitorTag, GoesWithItsMonitorAndIsFlushedLikeDown) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn(test::exits_as_told);
    const reference taken_away = monitor(child, {.tag = "a"_atom});
    const reference flushed = monitor(child, {.tag = "b"_atom});
    EXPECT_TRUE(demonitor(taken_away, {.info = true}));
    send(child, "boo"_atom);
    co_await test::down_reason(monitor(child));

    EXPECT_FALSE(demonitor(flushed, {.flush = true, .info = true}));
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(MonitorTag, AndAliasStandTogether) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn(test::until_told);
    const reference ref = monitor(child, {.alias = alias_mode::demonitor, .tag = "gone"_atom});
    send(ref, 1);
    send(child, "end"_atom);
    co_await test::down_reason(monitor(child));
    send(ref, 2);

    EXPECT_EQ(co_await flush(), (std::vector<term>{1, tuple("gone"_atom, ref, "process"_atom, child, "normal"_atom)}));
  });
}

TEST(Demonitor, IsTrueUnlessAskedForMore) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_monitor(test::until_told);

    EXPECT_TRUE(demonitor(make_ref()));
    EXPECT_TRUE(demonitor(make_ref(), {.flush = true}));
    EXPECT_FALSE(demonitor(make_ref(), {.info = true}));
    EXPECT_TRUE(demonitor(child.monitor, {.flush = true, .info = true}));
    EXPECT_FALSE(demonitor(child.monitor, {.flush = true, .info = true}));
    co_return;
  });
}

TEST(Demonitor, WithInfoOnlyLeavesTheDownThatHasCome) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_monitor([]() -> task<> { co_return; });
    const auto before = co_await flush();
    send(self(), before.at(0));

    EXPECT_FALSE(demonitor(child.monitor, {.info = true}));
    EXPECT_EQ(co_await flush(), before);
  });
}

TEST(Demonitor, OfAnAliasThatIsNoMonitorLeavesTheAlias) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference reply = alias({.reply = true});
    demonitor(reply, {.flush = true});
    send(reply, 1);

    EXPECT_EQ(co_await flush(), std::vector<term>{1});
  });
}

TEST(MonitorOfOneself, IsNeitherMonitorNorAlias) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (const alias_mode mode : {alias_mode::explicit_unalias, alias_mode::demonitor, alias_mode::reply_demonitor}) {
      const reference ref = monitor(self(), {.alias = mode});
      send(ref, 1);
      EXPECT_TRUE((co_await flush()).empty());
      EXPECT_FALSE(demonitor(ref, {.info = true}));
      EXPECT_FALSE(unalias(ref));
    }
  });
}

TEST(ReplyAlias, GoesWithTheFirstMessage) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference to = alias({.reply = true});
    send(to, 1);
    send(to, 2);

    EXPECT_EQ(co_await flush(), std::vector<term>{1});
    EXPECT_FALSE(unalias(to));
    EXPECT_TRUE(unalias(alias({.reply = true})));
  });
}

} // namespace
} // namespace agner
