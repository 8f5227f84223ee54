// SPDX-License-Identifier: Apache-2.0
// Puppets on one node; what they do across nodes is tested from Erlang.

#include "puppet.hpp"

#include <agner/runtime/term_builders.hpp>

#include <gtest/gtest.h>

#include "counter.hpp"

namespace agner::interop {
namespace {

using namespace std::chrono_literals;

/// Has @p who do @p command, and gives what it answers.
task<term> order(pid who, term command) {
  send(who, tuple("do"_atom, self(), std::move(command)));
  co_return co_await receive(on(match("done"_atom, who, any<term>), [](term result) { return result; }),
                             after(5s, [] { return term{"no_answer"_atom}; }));
}

/// Why @p who ended.
task<term> end_of(reference monitor) {
  co_return co_await receive(
      on(match("DOWN"_atom, monitor, "process"_atom, _, any<term>), [](term why) { return why; }),
      after(5s, [] { return term{"alive"_atom}; }));
}

template <class F>
void in_process(F body) {
  node here;
  here.run(std::move(body));
}

TEST(Puppet, SaysWhoItIs) {
  in_process([]() -> task<> {
    const pid p = spawn(puppet);

    EXPECT_EQ(co_await order(p, "self"_atom), term{p});
    EXPECT_EQ(co_await order(p, "nodes"_atom), term{});
  });
}

TEST(Puppet, LinksAndUnlinks) {
  in_process([]() -> task<> {
    const pid p = spawn(puppet);
    const auto [other, monitor] = spawn_monitor(puppet);

    EXPECT_EQ(co_await order(p, tuple("link"_atom, other)), term{true});
    EXPECT_EQ(co_await order(p, tuple("unlink"_atom, other)), term{true});
    EXPECT_EQ(co_await order(p, tuple("link"_atom, other)), term{true});
    send(p, tuple("do"_atom, self(), tuple("exit"_atom, "boo"_atom)));

    EXPECT_EQ(co_await end_of(monitor), term{"boo"_atom});
  });
}

TEST(Puppet, TrapsExitsAndForwardsThem) {
  in_process([]() -> task<> {
    const pid p = spawn(puppet);

    EXPECT_EQ(co_await order(p, tuple("trap_exit"_atom, true)), term{false});
    EXPECT_EQ(co_await order(p, tuple("forward_to"_atom, self())), term{true});
    const term child = co_await order(p, "spawn_link"_atom);
    EXPECT_EQ(co_await order(p, tuple("exit"_atom, child, "boo"_atom)), term{true});

    const term got = co_await receive(on(match("got"_atom, p, any<term>), [](term what) { return what; }));
    EXPECT_EQ(got, tuple("EXIT"_atom, child, "boo"_atom));
  });
}

TEST(Puppet, MonitorsAndDemonitors) {
  in_process([]() -> task<> {
    const pid p = spawn(puppet);
    const pid other = spawn(puppet);
    co_await order(p, tuple("forward_to"_atom, self()));

    const term dropped = co_await order(p, tuple("monitor"_atom, other));
    const term kept = co_await order(p, tuple("monitor"_atom, other));
    EXPECT_TRUE(dropped.is_reference());
    EXPECT_EQ(co_await order(p, tuple("demonitor"_atom, dropped)), term{true});
    exit(other, "kill"_atom);

    const term got = co_await receive(on(match("got"_atom, p, any<term>), [](term what) { return what; }));
    EXPECT_EQ(got, tuple("DOWN"_atom, kept, "process"_atom, other, "killed"_atom));
  });
}

TEST(Puppet, SpawnsWithAMonitor) {
  in_process([]() -> task<> {
    const pid p = spawn(puppet);

    const term made = co_await order(p, "spawn_monitor"_atom);

    EXPECT_TRUE(made.size() == 2 && made[0].is_pid() && made[1].is_reference());
    EXPECT_TRUE((co_await order(p, "spawn"_atom)).is_pid());
  });
}

TEST(Puppet, RegistersLooksUpAndSends) {
  in_process([]() -> task<> {
    const pid p = spawn(puppet);

    EXPECT_EQ(co_await order(p, tuple("whereis"_atom, "puppet"_atom)), term{"undefined"_atom});
    EXPECT_EQ(co_await order(p, tuple("register"_atom, "puppet"_atom)), term{true});
    EXPECT_EQ(co_await order(p, tuple("whereis"_atom, "puppet"_atom)), term{p});
    EXPECT_EQ(co_await order(p, tuple("send"_atom, self(), 42)), term{42});
    EXPECT_EQ(co_await receive([](std::int64_t number) { return number; }), 42);
  });
}

TEST(Puppet, DropsMessagesUntilItForwards) {
  in_process([]() -> task<> {
    const pid p = spawn(puppet);

    send(p, 1);
    co_await order(p, tuple("forward_to"_atom, self()));
    send(p, 2);

    EXPECT_EQ(co_await receive(on(match("got"_atom, p, any<term>), [](term what) { return what; })), term{2});
  });
}

TEST(Puppet, EndsWithWhatItDoesNotUnderstand) {
  in_process([]() -> task<> {
    const auto [p, monitor] = spawn_monitor(puppet);

    send(p, tuple("do"_atom, self(), "dance"_atom));

    EXPECT_TRUE((co_await end_of(monitor)).is_tuple());
  });
}

TEST(Counter, AddsUpAndCrashesWhenTold) {
  in_process([]() -> task<> {
    const auto [server, monitor] = must(co_await gen_server::start_monitor<counter>());

    gen_server::cast(server, add{2});
    EXPECT_EQ(co_await gen_server::call<std::int64_t>(server, add{3}), 5);
    EXPECT_EQ(co_await gen_server::call<std::int64_t>(server, get{}), 5);
    term why;
    try {
      co_await gen_server::call(server, crash{});
    } catch (const raised& what) {
      why = what.reason();
    }

    EXPECT_EQ(why[0], term{"crashed"_atom});
    EXPECT_EQ(co_await end_of(monitor), term{"crashed"_atom});
  });
}

} // namespace
} // namespace agner::interop
