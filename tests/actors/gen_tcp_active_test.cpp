// SPDX-License-Identifier: Apache-2.0
// What arrives as messages, and to whom.

#include <agner/actors/gen_tcp.hpp>
#include <agner/actors/process.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tcp_pair.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::connected_pair;
using test::in_process;
using test::next_message;
using test::reason_of;
using test::soon;

term tcp(gen_tcp::socket of, std::string_view bytes) { return tuple("tcp"_atom, to_term(of), binary(bytes)); }
term tcp_closed(gen_tcp::socket of) { return tuple("tcp_closed"_atom, to_term(of)); }
term tcp_passive(gen_tcp::socket of) { return tuple("tcp_passive"_atom, to_term(of)); }

TEST(GenTcpActive, EverythingComesAsMessages) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.packet = 1}, {.active = true, .packet = 1});

    must(co_await gen_tcp::send(pair.client, "a"));
    must(co_await gen_tcp::send(pair.client, "b"));
    co_await gen_tcp::close(pair.client);

    EXPECT_EQ(co_await next_message(), tcp(pair.server, "a"));
    EXPECT_EQ(co_await next_message(), tcp(pair.server, "b"));
    EXPECT_EQ(co_await next_message(), tcp_closed(pair.server));
  });
}

TEST(GenTcpActive, MessagesMapToStructs) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({}, {.active = 1});
    must(co_await gen_tcp::send(pair.client, "a"));

    co_await receive([&](const gen_tcp::data& in) {
      EXPECT_EQ(in.socket, pair.server);
      EXPECT_EQ(in.bytes, binary("a"));
    });
    co_await receive([&](const gen_tcp::passive& in) { EXPECT_EQ(in.socket, pair.server); });
    must(co_await inet::setopts(pair.server, {.active = true}));
    co_await gen_tcp::close(pair.client);
    co_await receive([&](const gen_tcp::closed& in) { EXPECT_EQ(in.socket, pair.server); });
  });
}

TEST(GenTcpActive, OnceIsForOneMessage) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.packet = 1}, {.active = inet::once, .packet = 1});
    must(co_await gen_tcp::send(pair.client, "a"));
    must(co_await gen_tcp::send(pair.client, "b"));

    EXPECT_EQ(co_await next_message(), tcp(pair.server, "a"));
    EXPECT_EQ(co_await next_message(30ms), term{"nothing"_atom});
    EXPECT_EQ(must(co_await inet::getopts(pair.server)).active, inet::active_option{false});
    must(co_await inet::setopts(pair.server, {.active = inet::once}));
    EXPECT_EQ(co_await next_message(), tcp(pair.server, "b"));
  });
}

TEST(GenTcpActive, ACountEndsWithTcpPassive) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.packet = 1}, {.active = 2, .packet = 1});
    for (const char* each : {"a", "b", "c"})
      must(co_await gen_tcp::send(pair.client, each));

    EXPECT_EQ(co_await next_message(), tcp(pair.server, "a"));
    EXPECT_EQ(co_await next_message(), tcp(pair.server, "b"));
    EXPECT_EQ(co_await next_message(), tcp_passive(pair.server));
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 0, soon)), binary("c"));
  });
}

TEST(GenTcpActive, CountsAddUp) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();
    const auto active = [&]() -> task<inet::active_option> {
      co_return *must(co_await inet::getopts(pair.server)).active;
    };

    must(co_await inet::setopts(pair.server, {.active = 3}));
    must(co_await inet::setopts(pair.server, {.active = 2}));
    EXPECT_EQ(co_await active(), inet::active_option{5});
    must(co_await inet::setopts(pair.server, {.active = -2}));
    EXPECT_EQ(co_await active(), inet::active_option{3});
    EXPECT_EQ(reason_of(co_await inet::setopts(pair.server, {.active = 32767})), term{"einval"_atom});
    must(co_await inet::setopts(pair.server, {.active = -3}));
    EXPECT_EQ(co_await active(), inet::active_option{false});
    EXPECT_EQ(co_await next_message(), tcp_passive(pair.server));
  });
}

TEST(GenTcpActive, APacketThatIsTooLongIsTcpErrorThenTcpClosed) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({}, {.active = true, .packet = 4});

    must(co_await gen_tcp::send(pair.client, std::string_view{"\xff\xff\xff\xff", 4}));

    EXPECT_EQ(co_await next_message(), tuple("tcp_error"_atom, to_term(pair.server), "emsgsize"_atom));
    EXPECT_EQ(co_await next_message(), tcp_closed(pair.server));
  });
}

TEST(GenTcpActive, AResetIsTcpClosedUnlessShown) {
  for (const bool shown : {false, true})
    in_process([shown]() -> task<> {
      const auto pair =
          co_await connected_pair({.linger = std::pair{true, 0s}}, {.active = true, .show_econnreset = shown});

      co_await gen_tcp::close(pair.client);

      if (shown) EXPECT_EQ(co_await next_message(), tuple("tcp_error"_atom, to_term(pair.server), "econnreset"_atom));
      EXPECT_EQ(co_await next_message(), tcp_closed(pair.server));
      co_await test::until_gone(pair.server);
    });
}

TEST(GenTcpActive, PassiveSocketsReadNothing) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.sndbuf = 4096}, {.recbuf = 4096});
    const std::string much(1'000'000, 'x');

    // The peer does not read: the first send is taken whole, the next ones wait.
    must(co_await gen_tcp::send(pair.client, much));
    must(co_await inet::setopts(pair.client, {.send_timeout = 30ms}));
    EXPECT_EQ(reason_of(co_await gen_tcp::send(pair.client, much)), term{"timeout"_atom});

    // Once it reads, all of it arrives, what timed out too.
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 2 * much.size(), soon)).text(), much + much);
  });
}

TEST(GenTcpActive, ASendBehindTheHighWatermarkWaitsForTheLowOne) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.sndbuf = 4096}, {.recbuf = 4096});
    const std::string much(1'000'000, 'x');
    must(co_await gen_tcp::send(pair.client, much));
    const auto sender =
        spawn_monitor([](gen_tcp::socket to) -> task<> { must(co_await gen_tcp::send(to, "tail")); }, pair.client);
    EXPECT_EQ(co_await next_message(30ms), term{"nothing"_atom});

    must(co_await gen_tcp::recv(pair.server, much.size(), soon));

    EXPECT_EQ((co_await next_message())[4], term{"normal"_atom});
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 4, soon)), binary("tail"));
  });
}

TEST(GenTcpActive, ControllingProcessTakesOverWithWhatHasCome) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.packet = 1}, {.active = true, .packet = 1});
    must(co_await gen_tcp::send(pair.client, "a"));
    co_await receive(after(20ms, [] {}));
    const pid next = spawn(
        [](pid parent, gen_tcp::socket mine) -> task<> {
          EXPECT_EQ(co_await next_message(), tcp(mine, "a"));
          EXPECT_EQ(co_await next_message(), tcp(mine, "b"));
          send(parent, "done"_atom);
        },
        self(), pair.server);

    must(co_await gen_tcp::controlling_process(pair.server, next));
    must(co_await gen_tcp::send(pair.client, "b"));

    EXPECT_EQ(co_await next_message(), term{"done"_atom});
  });
}

TEST(GenTcpActive, OnlyTheControllingProcessGivesASocketAway) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();
    spawn(
        [](pid parent, gen_tcp::socket connection, gen_tcp::socket listener) -> task<> {
          EXPECT_EQ(reason_of(co_await gen_tcp::controlling_process(connection, self())), term{"not_owner"_atom});
          EXPECT_EQ(reason_of(co_await gen_tcp::controlling_process(listener, self())), term{"not_owner"_atom});
          EXPECT_EQ(reason_of(co_await gen_tcp::controlling_process(connection, parent)), term{"ok"_atom});
          send(parent, "done"_atom);
        },
        self(), pair.server, pair.listener);
    EXPECT_EQ(co_await next_message(), term{"done"_atom});

    const auto dead = spawn_monitor([]() -> task<> { co_return; });
    co_await receive(on(match("DOWN"_atom, dead.monitor, _, _, _), [] {}));
    EXPECT_EQ(reason_of(co_await gen_tcp::controlling_process(pair.server, dead.process)), term{"badarg"_atom});
    must(co_await gen_tcp::send(pair.client, "still works"));
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 0, soon)), binary("still works"));
  });
}

TEST(GenTcpActive, AListenerThatWasGivenAwayOutlivesItsMaker) {
  in_process([]() -> task<> {
    const auto maker = spawn_monitor(
        [](pid parent) -> task<> {
          const auto listener = must(gen_tcp::listen(0, {.ip = ip_address::loopback()}));
          must(co_await gen_tcp::controlling_process(listener, parent));
          send(parent, tuple("listener"_atom, to_term(listener)));
        },
        self());
    const auto listener =
        co_await receive(on(match("listener"_atom, any<gen_tcp::socket>), [](gen_tcp::socket s) { return s; }));
    co_await receive(on(match("DOWN"_atom, maker.monitor, _, _, _), [] {}));

    EXPECT_TRUE(co_await inet::port(listener));
  });
}

} // namespace
} // namespace agner
