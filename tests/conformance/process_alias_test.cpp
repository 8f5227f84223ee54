// SPDX-License-Identifier: Apache-2.0
// Follows OTP's process_SUITE: aliases, and monitors with alias and tag.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <agner/actors/process.hpp>
#include <agner/dist/net_kernel.hpp>

#include "../dist/loopback_nodes.hpp"
#include "../support/process_probes.hpp"
#include "../support/told_process.hpp"

namespace agner {
namespace {

using test::loopback_nodes;
using test::told_process;
using testing::ElementsAre;
using testing::IsEmpty;

struct process_SUITE : testing::Test {
  loopback_nodes net;
  node a{net.named("a@host")};
  std::optional<node> b{std::in_place, net.named("b@host")};
};

/// Sends 1 and 2 to a reference and then says so to whoever asked for it; ends as told.
task<> tells() {
  for (;;)
    co_await receive(on(match("tell"_atom, any<reference>, any<pid>),
                        [](const reference& to, const pid& asked) {
                          send(to, 1);
                          send(to, 2);
                          send(asked, "told"_atom);
                        }),
                     on(match("end"_atom, any<term>), [](term reason) { exit(std::move(reason)); }));
}

/// What of the messages that @p teller sends to @p to comes.
task<std::vector<term>> through(pid teller, reference to) {
  send(teller, tuple("tell"_atom, to, self()));
  std::vector<term> came;
  for (;;) {
    term message = co_await receive([](term m) { return m; });
    if (message == term("told"_atom)) co_return came;
    came.push_back(std::move(message));
  }
}

/// A process that `tells`, and its monitor.
struct watched_teller {
  pid process;
  reference monitor;
};
/// Starts one.
using maker = std::function<task<watched_teller>(monitor_options)>;

// @p other tells as well, and is not watched.
task<> follows_alias_modes(maker make, pid other) {
  for (const alias_mode mode : {alias_mode::explicit_unalias, alias_mode::demonitor, alias_mode::reply_demonitor}) {
    const bool stays = mode == alias_mode::explicit_unalias;

    const auto one = co_await make({.alias = mode});
    if (mode == alias_mode::reply_demonitor) {
      EXPECT_THAT(co_await through(other, one.monitor), ElementsAre(term{1}));
      EXPECT_FALSE(demonitor(one.monitor, {.info = true}));
    } else {
      EXPECT_THAT(co_await through(other, one.monitor), ElementsAre(term{1}, term{2}));
      EXPECT_TRUE(demonitor(one.monitor, {.info = true}));
    }
    EXPECT_EQ((co_await through(other, one.monitor)).size(), stays ? 2U : 0U);
    EXPECT_EQ(unalias(one.monitor), stays);
    EXPECT_THAT(co_await through(other, one.monitor), IsEmpty());
    send(one.process, tuple("end"_atom, "unseen"_atom)); // no DOWN comes: it would be seen among what comes through

    const auto two = co_await make({.alias = mode});
    send(two.process, tuple("end"_atom, "over"_atom));
    EXPECT_EQ(co_await test::down_reason(two.monitor), term("over"_atom));
    EXPECT_EQ((co_await through(other, two.monitor)).size(), stays ? 2U : 0U);
    EXPECT_EQ(unalias(two.monitor), stays);

    const auto three = co_await make({.alias = mode});
    EXPECT_TRUE(unalias(three.monitor));
    EXPECT_THAT(co_await through(other, three.monitor), IsEmpty());
    send(three.process, tuple("end"_atom, "over"_atom));
    EXPECT_EQ(co_await test::down_reason(three.monitor), term("over"_atom));
  }
}

/// A process of @p near starts one by spawn_opt or spawn_request.
task<watched_teller> by_spawn_opt(monitor_options how) {
  const auto made = spawn_opt({.monitor = std::move(how)}, tells);
  co_return watched_teller{made.process, *made.monitor};
}
task<watched_teller> by_spawn_request(monitor_options how) {
  const reference id = spawn_request({.spawn = {.monitor = std::move(how)}}, tells);
  const pid child =
      co_await receive(on(match("spawn_reply"_atom, id, "ok"_atom, any<pid>), [](const pid& p) { return p; }));
  co_return watched_teller{child, id};
}
/// One of @p far is started and then watched.
maker by_monitor(node& far) {
  return [&far](monitor_options how) -> task<watched_teller> {
    const pid child = far.spawn(tells);
    co_return watched_teller{child, monitor(child, how)};
  };
}

TEST_F(process_SUITE, alias_bif) {
  for (const pid& other : {a.spawn(tells), b->spawn(tells)})
    a.run([&]() -> task<> {
      const reference plain = alias();
      EXPECT_THAT(co_await through(other, plain), ElementsAre(term{1}, term{2}));
      EXPECT_EQ(co_await process_info(self(), "aliases"_atom), tuple("aliases"_atom, list({plain})));
      EXPECT_TRUE(unalias(plain));
      EXPECT_EQ(co_await process_info(self(), "aliases"_atom), tuple("aliases"_atom, term{}));
      EXPECT_THAT(co_await through(other, plain), IsEmpty());
      EXPECT_FALSE(unalias(plain));

      const reference once = alias({.reply = true});
      EXPECT_THAT(co_await through(other, once), ElementsAre(term{1}));
      EXPECT_THAT(co_await through(other, once), IsEmpty());
      EXPECT_FALSE(unalias(once));

      const reference never = alias({.reply = true});
      EXPECT_TRUE(unalias(never));
      EXPECT_THAT(co_await through(other, never), IsEmpty());
      EXPECT_FALSE(unalias(make_ref()));
    });
}

TEST_F(process_SUITE, monitor_alias) {
  for (node* const far : {&a, &*b}) {
    const pid other = far->spawn(tells);
    a.run([&]() -> task<> { co_await follows_alias_modes(by_monitor(*far), other); });
  }
}

TEST_F(process_SUITE, spawn_monitor_alias) {
  for (const pid& other : {a.spawn(tells), b->spawn(tells)})
    a.run([&]() -> task<> {
      co_await follows_alias_modes(by_spawn_opt, other);
      co_await follows_alias_modes(by_spawn_request, other);
    });
}

task<> follows_tags(maker make) {
  const term tag = tuple("a_tag"_atom, make_ref());
  const auto one = co_await make({.tag = tag});
  send(one.process, tuple("end"_atom, "over"_atom));
  EXPECT_EQ(co_await receive([](term down) { return down; }),
            tuple(tag, one.monitor, "process"_atom, one.process, "over"_atom));

  const auto two = co_await make({.alias = alias_mode::reply_demonitor, .tag = tag});
  send(two.process, tuple("end"_atom, "over"_atom));
  EXPECT_EQ(co_await receive([](term down) { return down; }),
            tuple(tag, two.monitor, "process"_atom, two.process, "over"_atom));

  const auto three = co_await make({.tag = tag});
  EXPECT_TRUE(demonitor(three.monitor, {.flush = true, .info = true}));
  const reference end = monitor(three.process);
  send(three.process, tuple("end"_atom, "over"_atom));
  EXPECT_EQ(co_await test::down_reason(end), term("over"_atom));
  EXPECT_THAT(co_await test::flush(), IsEmpty());
}

TEST_F(process_SUITE, monitor_tag) {
  for (node* const far : {&a, &*b})
    a.run([&]() -> task<> { co_await follows_tags(by_monitor(*far)); });
  a.run([&]() -> task<> {
    co_await follows_tags(by_spawn_opt);
    co_await follows_tags(by_spawn_request);

    const reference of_nobody = monitor("nobody"_atom, {.tag = 17});
    EXPECT_EQ(co_await receive([](term down) { return down; }),
              tuple(17, of_nobody, "process"_atom, tuple("nobody"_atom, "a@host"_atom), "noproc"_atom));
  });

  told_process watcher{a};
  const pid lost = b->spawn(tells);
  reference of_lost;
  bool watches = false;
  watcher.tell([&]() -> task<> {
    of_lost = monitor(lost, {.tag = "gone"_atom});
    watches = true;
    co_return;
  });
  EXPECT_TRUE(net.until([&] { return watches; }));
  net.settle();
  b.reset();
  term down;
  watcher.tell([&]() -> task<> { down = co_await receive([](term m) { return m; }); });
  EXPECT_TRUE(net.until([&] { return !down.is_nil(); }));
  EXPECT_EQ(down, tuple("gone"_atom, of_lost, "process"_atom, lost, "noconnection"_atom));
}

} // namespace
} // namespace agner
