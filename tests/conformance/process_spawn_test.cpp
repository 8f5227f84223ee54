// SPDX-License-Identifier: Apache-2.0
// Follows OTP's process_SUITE: spawn requests, arguments, aliases.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "../dist/loopback_nodes.hpp"
#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

template <class F>
void in_process(F f) {
  test::with_seeds(10, [&](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run(f);
  });
}

task<> exits_with(term reason) {
  exit(std::move(reason));
  co_return;
}
task<> waits() {
  co_await receive([](term) {});
}

const spawn_request_options monitored{.spawn = {.monitor = monitor_options{}}};
const spawn_request_options linked{.spawn = {.link = true}};

/// The pid in the reply to @p id.
task<pid> spawned(reference id) {
  co_return co_await receive(on(match("spawn_reply"_atom, id, "ok"_atom, any<pid>), [](pid p) { return p; }));
}

TEST(process, spawn_huge_arglist) {
  in_process([]() -> task<> {
    const std::string large(1 << 20U, 'a');
    std::vector<term> all;
    for (int i = 0; i < 255; ++i)
      all.push_back(i % 9 == 0 ? binary(large) : term(i));
    const term arguments = list_of(std::move(all));
    const auto gives_back = [](term given, std::string text, pid to) -> task<> {
      co_await receive([](term) {});
      exit(tuple(given, binary(text.substr(0, 3)), to));
    };
    const term expected = tuple(arguments, binary("aaa"), self());

    const reference id = spawn_request(monitored, gives_back, arguments, large, self());
    send(co_await spawned(id), "go"_atom);
    EXPECT_EQ(co_await test::down_reason(id), expected);
    const auto two = spawn_monitor(gives_back, arguments, large, self());
    send(two.process, "go"_atom);
    EXPECT_EQ(co_await test::down_reason(two.monitor), expected);
    const auto three = spawn_opt({.monitor = monitor_options{}}, gives_back, arguments, large, self());
    send(three.process, "go"_atom);
    EXPECT_EQ(co_await test::down_reason(*three.monitor), expected);
    trap_exit(true);
    const pid four = spawn_link(gives_back, arguments, large, self());
    send(four, "go"_atom);
    EXPECT_EQ(co_await flush(), std::vector{tuple("EXIT"_atom, four, expected)});
  });
}

TEST(process, spawn_request_bif) {
  in_process([]() -> task<> {
    trap_exit(true);
    const term tag = tuple("test"_atom, 1);
    const term reason = tuple("exit"_atom, tag);
    const reference id =
        spawn_request({.spawn = {.link = true, .monitor = monitor_options{}}, .reply_tag = tag}, exits_with, reason);
    const pid child = co_await receive(on(match(tag, id, "ok"_atom, any<pid>), [](pid p) { return p; }));
    EXPECT_EQ(co_await test::down_reason(id), reason);
    co_await receive(on(match("EXIT"_atom, child, reason), [] {}));

    const reference plain = spawn_request({}, [to = self()]() -> task<> {
      send(to, "ran"_atom);
      co_return;
    });
    const auto messages = co_await flush();
    EXPECT_EQ(messages.size(), 2U);
    EXPECT_TRUE(messages[0].is_tagged("spawn_reply"_atom, 4) && messages[0][1] == term(plain));

    register_("taken"_atom, self());
    const reference bad = spawn_request({.spawn = {.name = "taken"_atom}, .reply_tag = tag}, waits);
    EXPECT_EQ(co_await flush(), std::vector{tuple(tag, bad, "error"_atom, "badarg"_atom)});
  });
}

TEST(process, spawn_request_monitor_demonitor) {
  in_process([]() -> task<> {
    const reference id = spawn_request(monitored, waits);
    const pid child = co_await spawned(id);
    EXPECT_EQ(co_await process_info(self(), "monitors"_atom),
              tuple("monitors"_atom, list({tuple("process"_atom, child)})));
    demonitor(id);
    EXPECT_EQ(co_await process_info(self(), "monitors"_atom), tuple("monitors"_atom, term{}));
    exit(child, "kill"_atom);
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(process, spawn_request_monitor_child_exit) {
  in_process([]() -> task<> {
    const reference id = spawn_request(monitored, exits_with, "hello"_atom);
    const auto messages = co_await flush();
    EXPECT_EQ(messages.size(), 2U);
    EXPECT_TRUE(messages[0].is_tagged("spawn_reply"_atom, 4));
    EXPECT_EQ(messages[1], tuple("DOWN"_atom, id, "process"_atom, messages[0][3], "hello"_atom));
  });
}

TEST(process, spawn_request_link_child_exit) {
  in_process([]() -> task<> {
    trap_exit(true);
    spawn_request(linked, exits_with, "hello"_atom);
    const auto messages = co_await flush();
    EXPECT_EQ(messages.size(), 2U);
    EXPECT_TRUE(messages[0].is_tagged("spawn_reply"_atom, 4));
    EXPECT_EQ(messages[1], tuple("EXIT"_atom, messages[0][3], "hello"_atom));
  });
}

TEST(process, spawn_request_link_parent_exit) {
  in_process([]() -> task<> {
    const auto parent = spawn_monitor([tester = self()]() -> task<> {
      const reference id = spawn_request(linked, [tester]() -> task<> {
        trap_exit(true);
        send(tester, "ready"_atom);
        co_await receive(on(match("EXIT"_atom, _, any<term>), [&](term got) { send(tester, std::move(got)); }));
      });
      (void)co_await spawned(id);
      co_await receive([](term) {});
    });
    EXPECT_EQ(co_await receive([](term said) { return said; }), term("ready"_atom));
    exit(parent.process, "kaboom"_atom);
    EXPECT_EQ(co_await test::down_reason(parent.monitor), term("kaboom"_atom));
    EXPECT_EQ(co_await flush(), std::vector{term("kaboom"_atom)});
  });
}

TEST(process, spawn_request_link_parent_exit_compound_reason) {
  in_process([]() -> task<> {
    const term reason = tuple("kaboom"_atom, list({1, 2, 3}), binary("why"));
    const auto parent = spawn_monitor([reason]() -> task<> {
      spawn_request({.spawn = {.link = true, .name = "child"_atom}}, waits);
      exit(reason);
      co_return;
    });
    EXPECT_EQ(co_await test::down_reason(parent.monitor), reason);
    co_await flush();
    EXPECT_FALSE(whereis("child"_atom));
  });
}

TEST(process, spawn_request_abandon_bif) {
  in_process([]() -> task<> {
    const reference id = spawn_request(monitored, exits_with, "hello"_atom);
    EXPECT_FALSE(spawn_request_abandon(id)); // it is answered already
    EXPECT_EQ((co_await flush()).size(), 2U);
    EXPECT_FALSE(spawn_request_abandon(id));
    EXPECT_FALSE(spawn_request_abandon(make_ref()));
  });
}

// agner is to requests of other nodes what OTP's C library is.
TEST(process, spawn_against_ei_node) {
  test::loopback_nodes net;
  node a{net.named("a@host")};
  const node b{net.named("b@host")};

  a.run([]() -> task<> {
    const reference id =
        spawn_request("b@host"_atom, "erlang"_atom, "exit"_atom, list({"hello"_atom}),
                      {.spawn = {.link = true, .monitor = monitor_options{}}, .reply_tag = "a_tag"_atom});
    EXPECT_EQ(co_await receive([](term said) { return said; }), tuple("a_tag"_atom, id, "error"_atom, "notsup"_atom));
    EXPECT_TRUE((co_await flush()).empty());
    EXPECT_EQ((co_await process_info(self(), "links"_atom))[1], term{});
    EXPECT_EQ((co_await process_info(self(), "monitors"_atom))[1], term{});
  });
}

TEST(process, spawn_request_reply_option) {
  in_process([]() -> task<> {
    register_("taken"_atom, self());
    const auto replies = [](spawn_reply how, std::optional<atom> name) -> task<std::size_t> {
      spawn_request({.spawn = {.name = name}, .reply = how}, []() -> task<> { co_return; });
      co_return (co_await flush()).size();
    };
    const std::optional<atom> none;
    const std::optional<atom> taken{"taken"_atom.value()};
    EXPECT_EQ(co_await replies(spawn_reply::yes, none), 1U);
    EXPECT_EQ(co_await replies(spawn_reply::success_only, none), 1U);
    EXPECT_EQ(co_await replies(spawn_reply::error_only, none), 0U);
    EXPECT_EQ(co_await replies(spawn_reply::no, none), 0U);
    EXPECT_EQ(co_await replies(spawn_reply::yes, taken), 1U);
    EXPECT_EQ(co_await replies(spawn_reply::success_only, taken), 0U);
    EXPECT_EQ(co_await replies(spawn_reply::error_only, taken), 1U);
    EXPECT_EQ(co_await replies(spawn_reply::no, taken), 0U);
  });
}

} // namespace
} // namespace agner
