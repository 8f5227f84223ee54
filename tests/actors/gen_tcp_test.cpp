// SPDX-License-Identifier: Apache-2.0
// Connections, and bytes in passive mode.

#include <agner/actors/gen_tcp.hpp>
#include <agner/actors/process.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tcp_pair.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using inet::mode;
using test::connected_pair;
using test::in_process;
using test::reason_of;
using test::soon;

TEST(GenTcp, BytesGoBothWays) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();

    must(co_await gen_tcp::send(pair.client, "ping"));
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 0, soon)), binary("ping"));
    must(co_await gen_tcp::send(pair.server, "pong"));
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.client, 4, soon)), binary("pong"));
  });
}

TEST(GenTcp, ListModeGivesLists) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({}, {.mode = mode::list});

    must(co_await gen_tcp::send(pair.client, "abc"));

    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 3, soon)), list({97, 98, 99}));
  });
}

TEST(GenTcp, IodataIsSentInOrder) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();
    const std::string large(5000, 'x');

    must(co_await gen_tcp::send(pair.client, list({97, binary("bc"), list({binary(large), 100}), term{}})));

    const auto got = must(co_await gen_tcp::recv(pair.server, 5004, soon));
    EXPECT_EQ(got.text(), "abc" + large + "d");
  });
}

TEST(GenTcp, WhatIsNoIodataIsEinval) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();

    EXPECT_EQ(reason_of(co_await gen_tcp::send(pair.client, term{7})), term{"einval"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::send(pair.client, list({256}))), term{"einval"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::send(pair.client, list({-1}))), term{"einval"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::send(pair.client, cons(1, 2))), term{"einval"_atom});
  });
}

TEST(GenTcp, RecvTakesExactlyTheLengthAndKeepsTheRest) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();

    must(co_await gen_tcp::send(pair.client, "abcdef"));

    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 2, soon)), binary("ab"));
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 3, soon)), binary("cde"));
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 0, soon)), binary("f"));
  });
}

TEST(GenTcp, RecvWaitsForTheWholeLength) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();
    spawn(
        [](gen_tcp::socket to) -> task<> {
          for (const char* part : {"ab", "cd", "ef"}) {
            must(co_await gen_tcp::send(to, part));
            co_await receive(after(10ms, [] {}));
          }
        },
        pair.client);

    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 6, soon)), binary("abcdef"));
  });
}

TEST(GenTcp, RecvTimesOutAndLeavesTheBytes) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();
    must(co_await gen_tcp::send(pair.client, "ab"));

    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.server, 3, 20ms)), term{"timeout"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.server, 3, 0ms)), term{"timeout"_atom});
    must(co_await gen_tcp::send(pair.client, "c"));
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 3, soon)), binary("abc"));
  });
}

TEST(GenTcp, RecvWithoutTimeTakesWhatIsThere) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();
    must(co_await gen_tcp::send(pair.client, "abc"));
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 1, soon)), binary("a"));

    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 0, 0ms)), binary("bc"));
  });
}

TEST(GenTcp, RefusesWrongReceives) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({}, {.packet = 4});

    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.server, 5, 0ms)), term{"einval"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.client, 0x4000001, 0ms)), term{"enomem"_atom});
    must(co_await inet::setopts(pair.client, {.active = true}));
    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.client, 0, 0ms)), term{"einval"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.listener, 0, 0ms)), term{"enotconn"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::send(pair.listener, "x")), term{"enotconn"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::accept(pair.client, 10ms)), term{"einval"_atom});
  });
}

TEST(GenTcp, OnlyOneRecvWaits) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();
    const auto first = spawn_monitor(
        [](gen_tcp::socket from) -> task<> { EXPECT_EQ(must(co_await gen_tcp::recv(from, 0, soon)), binary("x")); },
        pair.server);
    co_await receive(after(20ms, [] {}));

    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.server, 0, soon)), term{"ealready"_atom});

    must(co_await gen_tcp::send(pair.client, "x"));
    co_await receive(on(match("DOWN"_atom, first.monitor, _, _, "normal"_atom), [] {}));
  });
}

TEST(GenTcp, AKilledReceiverTakesNothing) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();
    const auto victim =
        spawn_monitor([](gen_tcp::socket from) -> task<> { (void)co_await gen_tcp::recv(from, 0); }, pair.server);
    co_await receive(after(20ms, [] {}));
    exit(victim.process, "kill"_atom);
    co_await receive(on(match("DOWN"_atom, victim.monitor, _, _, _), [] {}));

    must(co_await gen_tcp::send(pair.client, "x"));

    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 0, soon)), binary("x"));
  });
}

TEST(GenTcp, PacketsComeOneByOne) {
  for (const int type : {1, 2, 4})
    in_process([type]() -> task<> {
      const auto pair = co_await connected_pair({.packet = type}, {.packet = type});

      must(co_await gen_tcp::send(pair.client, "one"));
      must(co_await gen_tcp::send(pair.client, ""));
      must(co_await gen_tcp::send(pair.client, "three"));

      EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 0, soon)), binary("one"));
      EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 0, soon)), binary(""));
      EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 0, soon)), binary("three"));
    });
}

TEST(GenTcp, PacketsHaveTheirHeaderOnTheWire) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.packet = 2}, {.packet = 0});

    must(co_await gen_tcp::send(pair.client, "abc"));

    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 5, soon)), binary(std::string_view{"\0\3abc", 5}));
  });
}

TEST(GenTcp, APacketTooLongForItsHeaderIsEmsgsize) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.packet = 1}, {.packet = 1});

    EXPECT_EQ(reason_of(co_await gen_tcp::send(pair.client, std::string(256, 'x'))), term{"emsgsize"_atom});
    must(co_await gen_tcp::send(pair.client, std::string(255, 'y')));

    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 0, soon)).bytes().size(), 255U);
  });
}

TEST(GenTcp, APromiseOfTwoGibibytesIsEmsgsizeAndEndsTheConnection) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({}, {.packet = 4});
    must(co_await gen_tcp::send(pair.client, std::string_view{"\x80\0\0\0", 4}));

    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.server, 0, soon)), term{"emsgsize"_atom});

    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.server, 0, soon)), term{"closed"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.client, 0, soon)), term{"closed"_atom});
  });
}

TEST(GenTcp, PacketSizeLimitsWhatIsReceived) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.packet = 4}, {.packet = 4, .packet_size = 10});

    must(co_await gen_tcp::send(pair.client, "0123456789"));
    must(co_await gen_tcp::send(pair.client, "0123456789x"));

    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 0, soon)), binary("0123456789"));
    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.server, 0, soon)), term{"emsgsize"_atom});
  });
}

TEST(GenTcp, LargePacketsArriveWhole) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.packet = 4}, {.packet = 4});
    std::string large(3'000'000, '\0');
    for (std::size_t i = 0; i < large.size(); ++i)
      large[i] = static_cast<char>(i * 7 + i / 251);
    spawn([](gen_tcp::socket to, std::string what) -> task<> { must(co_await gen_tcp::send(to, what)); }, pair.client,
          large);

    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 0, soon)).text(), large);
  });
}

TEST(GenTcp, ManyAcceptAtOnceAndEachOwnsItsSocket) {
  in_process([]() -> task<> {
    constexpr int count = 20;
    const auto listener = must(
        gen_tcp::listen(0, {.active = false, .mode = mode::binary, .ip = ip_address::loopback(), .backlog = count}));
    const auto port = must(co_await inet::port(listener));
    for (int i = 0; i < count; ++i)
      spawn(
          [](gen_tcp::socket at) -> task<> {
            const auto mine = must(co_await gen_tcp::accept(at, soon));
            must(co_await inet::setopts(mine, {.active = true}));
            co_await receive(
                [mine](const gen_tcp::data& in) -> task<> { must(co_await gen_tcp::send(mine, in.bytes)); });
            co_await gen_tcp::close(mine);
          },
          listener);

    for (int i = 0; i < count; ++i) {
      const auto client =
          must(co_await gen_tcp::connect("127.0.0.1", port, {.active = false, .mode = mode::binary}, soon));
      must(co_await gen_tcp::send(client, std::to_string(i)));
      EXPECT_EQ(must(co_await gen_tcp::recv(client, 0, soon)), binary(std::to_string(i)));
      EXPECT_EQ(reason_of(co_await gen_tcp::recv(client, 0, soon)), term{"closed"_atom});
    }
  });
}

TEST(GenTcp, ConnectSaysWhyItFailed) {
  node here;

  here.run([]() -> task<> {
    const auto listener = must(gen_tcp::listen(0, {.ip = ip_address::loopback()}));
    const auto port = must(co_await inet::port(listener));
    EXPECT_EQ(reason_of(gen_tcp::listen(port, {.ip = ip_address::loopback()})), term{"eaddrinuse"_atom});
    co_await gen_tcp::close(listener);

    EXPECT_EQ(reason_of(co_await gen_tcp::connect("127.0.0.1", port, {}, soon)), term{"econnrefused"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::connect("no.such.host.invalid", port, {}, soon)), term{"nxdomain"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::connect("127.0.0.1", port, {.packet = 3}))[0], term{"options"_atom});
    EXPECT_EQ(reason_of(gen_tcp::listen(0, {.backlog = -1}))[0], term{"options"_atom});
    EXPECT_EQ(reason_of(gen_tcp::listen(0, {.ip = ip_address{1, 2, 3, 4}})), term{"eaddrnotavail"_atom});
  });
}

TEST(GenTcp, Ipv6Works) {
  in_process([]() -> task<> {
    const auto listener = must(gen_tcp::listen(0, {.active = false, .ip = ip_address::loopback_v6()}));
    const auto port = must(co_await inet::port(listener));

    const auto client = must(co_await gen_tcp::connect("::1", port, {}, soon));

    EXPECT_EQ(must(co_await inet::peername(client)).ip, ip_address::loopback_v6());
  });
}

TEST(GenTcp, AcceptInheritsOptions) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({}, {.active = false, .packet = 2, .nodelay = true});

    const auto inherited = must(co_await inet::getopts(pair.server));

    EXPECT_EQ(inherited.packet, inet::packet_option{2});
    EXPECT_EQ(inherited.nodelay, true);
    EXPECT_EQ(inherited.active, inet::active_option{false});
  });
}

TEST(GenTcp, SocketsAreTermsAndComeBack) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();

    const term handle = to_term(pair.client);

    EXPECT_EQ(handle, tuple("$inet"_atom, "gen_tcp"_atom, pair.client.process()));
    EXPECT_EQ(from_term<gen_tcp::socket>(handle), pair.client);
    EXPECT_FALSE(from_term<gen_tcp::socket>(tuple("$inet"_atom, "gen_tcp"_atom, 7)));
  });
}

} // namespace
} // namespace agner
