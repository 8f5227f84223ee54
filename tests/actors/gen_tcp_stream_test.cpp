// SPDX-License-Identifier: Apache-2.0

#include <agner/actors/gen_tcp.hpp>
#include <agner/actors/gen_tcp_stream.hpp>
#include <agner/actors/process.hpp>
#include <agner/actors/transport.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace agner {
namespace {

using namespace std::chrono_literals;
using gen_tcp::internal::accept_stream;
using gen_tcp::internal::connect_stream;

const inet::options on_loopback{.reuseaddr = true, .ip = ip_address::loopback()};

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }

// Reads until the peer sends no more.
task<std::string> read_all(transport& from) {
  std::string all;
  std::array<std::byte, 100> into{};
  for (;;) {
    const io_result got = from.read(into);
    if (got.is_done()) {
      all.append(reinterpret_cast<const char*>(into.data()), got.bytes);
    } else if (got.what == io_result::status::would_block) {
      const reference ready = make_ref();
      from.notify(transport::direction::input, self(), tuple("ready"_atom, ready));
      co_await receive(on(match("ready"_atom, ready), [] {}));
    } else {
      co_return all;
    }
  }
}

struct received {
  static constexpr auto tag = "received"_atom;
  std::string text;
};

TEST(GenTcpStream, ConnectedStreamsCarryBytesBetweenProcesses) {
  node here;

  const auto text = here.run([]() -> task<std::string> {
    const auto listener = must(gen_tcp::listen(0, on_loopback));
    const auto port = must(co_await inet::port(listener));
    spawn(
        [](gen_tcp::socket at, pid parent) -> task<> {
          auto accepted = must(co_await accept_stream(at));
          spawn(
              [](stream_socket& socket, pid to) -> task<> {
                const auto peer = make_transport(this_node().scheduler(), std::move(socket));
                send(to, received{co_await read_all(*peer)});
              },
              std::move(accepted.socket), parent);
        },
        listener, self());

    auto peer = make_transport(this_node().scheduler(), must(co_await connect_stream("localhost", port)));
    const std::array parts{bytes_of("hello, "), bytes_of("world")};
    EXPECT_EQ(peer->write(parts).bytes, 12U);
    EXPECT_TRUE(peer->peername());
    peer->close();
    co_return co_await receive([](received r) { return r.text; });
  });

  EXPECT_EQ(text, "hello, world");
}

TEST(GenTcpStream, ConnectingToAPortWhereNobodyListensIsRefused) {
  node here;

  const auto reason = here.run([]() -> task<term> {
    const auto listener = must(gen_tcp::listen(0, on_loopback));
    const auto port = must(co_await inet::port(listener));
    co_await gen_tcp::close(listener);
    const auto refused = co_await connect_stream(ip_address::loopback(), port);
    co_return refused ? term{} : refused.error().reason();
  });

  EXPECT_EQ(reason, term{"econnrefused"_atom});
}

TEST(GenTcpStream, NamesThatDoNotExistAreNxdomain) {
  node here;

  const auto reason = here.run([]() -> task<term> {
    const auto refused = co_await connect_stream("no.such.host.invalid", 1);
    co_return refused ? term{} : refused.error().reason();
  });

  EXPECT_EQ(reason, term{"nxdomain"_atom});
}

TEST(GenTcpStream, AcceptGivesUpAfterItsTimeAndAnotherGetsTheConnection) {
  node here;

  here.run([]() -> task<> {
    const auto listener = must(gen_tcp::listen(0, on_loopback));
    const auto port = must(co_await inet::port(listener));

    const auto late = co_await accept_stream(listener, 10ms);
    EXPECT_FALSE(late);
    EXPECT_EQ(late.error().reason(), term{"timeout"_atom});

    const auto client = co_await connect_stream("127.0.0.1", port);
    const auto served = co_await accept_stream(listener, 5s);
    EXPECT_TRUE(client);
    EXPECT_TRUE(served);
  });
}

TEST(GenTcpStream, AcceptOnAClosedSocketIsClosed) {
  node here;

  here.run([]() -> task<> {
    const auto listener = must(gen_tcp::listen(0, on_loopback));
    const auto waiting =
        spawn_monitor([](gen_tcp::socket at) -> task<> { must(co_await accept_stream(at)); }, listener);
    co_await receive(after(20ms, [] {}));
    co_await gen_tcp::close(listener);

    const term reason =
        co_await receive(on(match("DOWN"_atom, waiting.monitor, _, _, any<term>), [](term why) { return why; }));
    EXPECT_EQ(reason[0], tuple("badmatch"_atom, tuple("error"_atom, "closed"_atom)));
    const auto again = co_await accept_stream(listener);
    EXPECT_EQ(again.error().reason(), term{"closed"_atom});
  });
}

TEST(GenTcpStream, EndOfTheOwnerClosesTheListener) {
  node here;

  here.run([]() -> task<> {
    const auto owner = spawn_monitor(
        [](pid to) -> task<> {
          const auto listener = must(gen_tcp::listen(0, on_loopback));
          send(to, tuple("listener"_atom, to_term(listener)));
          co_await receive([](atom) {});
        },
        self());
    const auto listener =
        co_await receive(on(match("listener"_atom, any<gen_tcp::socket>), [](gen_tcp::socket s) { return s; }));
    const reference gone = monitor(listener.process());

    exit(owner.process, "kill"_atom);

    co_await receive(on(match("DOWN"_atom, gone, _, _, "normal"_atom), [] {}));
  });
}

} // namespace
} // namespace agner
