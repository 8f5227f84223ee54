// SPDX-License-Identifier: Apache-2.0
// How connections end, and that nothing is left of them.

#include <agner/actors/gen_tcp.hpp>
#include <agner/actors/gen_tcp_stream.hpp>
#include <agner/actors/process.hpp>
#include <agner/actors/transport.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>

#include "tcp_pair.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::connected_pair;
using test::in_process;
using test::next_message;
using test::open_descriptors;
using test::reason_of;
using test::soon;
using test::until_gone;

TEST(GenTcpClose, AClosedSocketSaysSo) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();

    co_await gen_tcp::close(pair.client);
    co_await gen_tcp::close(pair.client);

    EXPECT_EQ(reason_of(co_await gen_tcp::send(pair.client, "x")), term{"closed"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.client, 0, soon)), term{"closed"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::shutdown(pair.client, shutdown_how::write)), term{"closed"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::controlling_process(pair.client, self())), term{"closed"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::accept(pair.client, soon)), term{"closed"_atom});
    EXPECT_EQ(reason_of(co_await inet::setopts(pair.client, {.active = true})), term{"einval"_atom});
    EXPECT_EQ(reason_of(co_await inet::getopts(pair.client)), term{"einval"_atom});
    EXPECT_EQ(reason_of(co_await inet::peername(pair.client)), term{"einval"_atom});
    EXPECT_EQ(reason_of(co_await inet::sockname(pair.client)), term{"einval"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::recv({}, 0, soon)), term{"closed"_atom});
  });
}

TEST(GenTcpClose, TheClosedMessageOfTheCloserIsTaken) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.active = true});
    co_await gen_tcp::close(pair.server);
    co_await receive(after(20ms, [] {}));

    co_await gen_tcp::close(pair.client);

    EXPECT_EQ(co_await next_message(0ms), term{"nothing"_atom});
  });
}

TEST(GenTcpClose, WhatWasSentBeforeCloseArrives) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.sndbuf = 4096}, {.recbuf = 4096});
    const std::string much(1'000'000, 'x');
    must(co_await gen_tcp::send(pair.client, much));
    const auto closer = spawn_monitor([](gen_tcp::socket of) -> task<> { co_await gen_tcp::close(of); }, pair.client);

    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, much.size(), soon)).text(), much);

    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.server, 0, soon)), term{"closed"_atom});
    EXPECT_EQ((co_await next_message())[1], term{closer.monitor});
  });
}

TEST(GenTcpClose, WhatWasSentBeforeTheOwnerEndedArrives) {
  in_process([]() -> task<> {
    const auto listener = must(gen_tcp::listen(
        0, {.active = false, .mode = inet::mode::binary, .recbuf = 4096, .ip = ip_address::loopback()}));
    const auto port = must(co_await inet::port(listener));
    spawn(
        [](std::uint16_t to) -> task<> {
          const auto socket = must(co_await gen_tcp::connect("127.0.0.1", to, {.sndbuf = 4096}));
          must(co_await gen_tcp::send(socket, std::string(500'000, 'x')));
        },
        port);
    const auto server = must(co_await gen_tcp::accept(listener, soon));

    EXPECT_EQ(must(co_await gen_tcp::recv(server, 500'000, soon)).bytes().size(), 500'000U);
    EXPECT_EQ(reason_of(co_await gen_tcp::recv(server, 0, soon)), term{"closed"_atom});
  });
}

TEST(GenTcpClose, TheEndOfTheOwnerClosesTheSocket) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();
    const auto owner = spawn_monitor([]() -> task<> { co_await receive([](atom) {}); });
    must(co_await gen_tcp::controlling_process(pair.client, owner.process));

    exit(owner.process, "kill"_atom);

    co_await until_gone(pair.client);
    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.server, 0, soon)), term{"closed"_atom});
  });
}

TEST(GenTcpClose, ASocketIsLinkedWithNobody) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();

    exit(pair.client.process(), "boom"_atom);

    co_await until_gone(pair.client);
    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.server, 0, soon)), term{"closed"_atom});
    EXPECT_EQ(co_await next_message(0ms), term{"nothing"_atom});
  });
}

TEST(GenTcpClose, AWaitingRecvIsClosedWithItsSocket) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();
    const auto reader = spawn_monitor(
        [](gen_tcp::socket from) -> task<> {
          EXPECT_EQ(reason_of(co_await gen_tcp::recv(from, 0)), term{"closed"_atom});
        },
        pair.client);
    co_await receive(after(20ms, [] {}));

    co_await gen_tcp::close(pair.client);

    EXPECT_EQ((co_await next_message())[4], term{"normal"_atom});
  });
}

TEST(GenTcpClose, HalfClosedByShutdown) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({}, {.exit_on_close = false});
    must(co_await gen_tcp::send(pair.client, "question"));

    must(co_await gen_tcp::shutdown(pair.client, shutdown_how::write));

    EXPECT_EQ(reason_of(co_await gen_tcp::send(pair.client, "more")), term{"closed"_atom});
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 8, soon)), binary("question"));
    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.server, 0, soon)), term{"closed"_atom});
    must(co_await gen_tcp::send(pair.server, "answer"));
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.client, 6, soon)), binary("answer"));
  });
}

TEST(GenTcpClose, ShutdownComesAfterWhatWasSent) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.sndbuf = 4096}, {.recbuf = 4096});
    must(co_await gen_tcp::send(pair.client, std::string(1'000'000, 'x')));

    must(co_await gen_tcp::shutdown(pair.client, shutdown_how::write));

    must(co_await gen_tcp::recv(pair.server, 1'000'000, soon));
    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.server, 0, soon)), term{"closed"_atom});
  });
}

TEST(GenTcpClose, WithExitOnCloseTheEndOfThePeerEndsTheSocket) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({}, {.active = true});

    must(co_await gen_tcp::shutdown(pair.client, shutdown_how::write));

    EXPECT_EQ(co_await next_message(), tuple("tcp_closed"_atom, to_term(pair.server)));
    co_await until_gone(pair.server);
    EXPECT_EQ(reason_of(co_await gen_tcp::send(pair.server, "x")), term{"closed"_atom});
  });
}

TEST(GenTcpClose, WithoutExitOnCloseActiveSocketsAreToldOnce) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({}, {.active = true, .exit_on_close = false});

    must(co_await gen_tcp::shutdown(pair.client, shutdown_how::write));

    EXPECT_EQ(co_await next_message(), tuple("tcp_closed"_atom, to_term(pair.server)));
    must(co_await inet::setopts(pair.server, {.active = inet::once}));
    EXPECT_EQ(co_await next_message(30ms), term{"nothing"_atom});
    must(co_await gen_tcp::send(pair.server, "x"));
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.client, 1, soon)), binary("x"));
  });
}

TEST(GenTcpClose, SendingToAPeerThatIsGoneIsClosed) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.linger = std::pair{true, 0s}});
    co_await gen_tcp::close(pair.client);
    co_await receive(after(20ms, [] {}));

    EXPECT_EQ(reason_of(co_await gen_tcp::send(pair.server, "x")), term{"closed"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::recv(pair.server, 0, soon)), term{"closed"_atom});
  });
}

TEST(GenTcpClose, ASendThatTimedOutMayCloseTheSocket) {
  in_process([]() -> task<> {
    const auto pair =
        co_await connected_pair({.send_timeout = 20ms, .send_timeout_close = true, .sndbuf = 4096}, {.recbuf = 4096});
    const std::string much(1'000'000, 'x');
    must(co_await gen_tcp::send(pair.client, much));

    EXPECT_EQ(reason_of(co_await gen_tcp::send(pair.client, much)), term{"timeout"_atom});

    co_await until_gone(pair.client);
  });
}

task<std::chrono::milliseconds> time_to_close(gen_tcp::socket of) {
  const auto now = [] { return this_node().scheduler().time().now(); };
  const auto began = now();
  co_await gen_tcp::close(of);
  co_return std::chrono::floor<std::chrono::milliseconds>(now() - began);
}

TEST(GenTcpClose, GivesUpOnAPeerThatTakesNothingForFiveSeconds) {
  test::deterministic_node here;

  here->run([]() -> task<> {
    const auto pair = co_await connected_pair({.sndbuf = 4096}, {.recbuf = 4096});
    must(co_await gen_tcp::send(pair.client, std::string(1'000'000, 'x')));

    const auto took = co_await time_to_close(pair.client);

    // The kernel may take some at first: then that is what the first five seconds saw.
    EXPECT_GE(took, 5s);
    EXPECT_LE(took, 10100ms);
  });
}

TEST(GenTcpClose, WaitsAsLongAsLingerSays) {
  test::deterministic_node here;

  here->run([]() -> task<> {
    const auto pair = co_await connected_pair({.linger = std::pair{true, 60s}, .sndbuf = 4096}, {.recbuf = 4096});
    must(co_await gen_tcp::send(pair.client, std::string(1'000'000, 'x')));

    const auto took = co_await time_to_close(pair.client);

    EXPECT_GE(took, 60s);
    EXPECT_LE(took, 60100ms);
  });
}

TEST(GenTcpClose, WaitsLongerForAPeerThatIsSlow) {
  test::deterministic_node here;

  here->run([]() -> task<> {
    const auto pair = co_await connected_pair({.sndbuf = 4096}, {.recbuf = 4096});
    must(co_await gen_tcp::send(pair.client, std::string(1'000'000, 'x')));
    spawn(
        [](gen_tcp::socket from) -> task<> {
          for (int i = 0; i < 10; ++i) {
            co_await receive(after(4s, [] {}));
            must(co_await gen_tcp::recv(from, 100'000, soon));
          }
        },
        pair.server);

    const auto took = co_await time_to_close(pair.client);

    EXPECT_GE(took, 30s);
  });
}

TEST(GenTcpClose, NoDescriptorIsLeft) {
  const auto before = open_descriptors();
  {
    node here;
    const auto with_node = here.run([]() -> task<std::ptrdiff_t> {
      must(co_await inet::getaddrs("localhost")); // the event loop opens its own descriptors when first used
      const auto pair = co_await connected_pair();
      for (const auto each : {pair.listener, pair.client, pair.server})
        co_await gen_tcp::close(each);
      co_return open_descriptors();
    });

    const auto after_all = here.run([]() -> task<std::ptrdiff_t> {
      for (int i = 0; i < 10; ++i) {
        const auto pair = co_await connected_pair();
        // An owner that is killed, a peer that resets, an accepter and a connector that give up, a listener that is closed.
        const auto owner = spawn_monitor([]() -> task<> { co_await receive([](atom) {}); });
        must(co_await gen_tcp::controlling_process(pair.client, owner.process));
        exit(owner.process, "kill"_atom);
        co_await until_gone(pair.client);
        must(co_await inet::setopts(pair.server, {.active = true}));
        co_await until_gone(pair.server);
        const auto accepter =
            spawn_monitor([](gen_tcp::socket at) -> task<> { (void)co_await gen_tcp::accept(at); }, pair.listener);
        co_await receive(after(1ms, [] {}));
        exit(accepter.process, "kill"_atom);
        const auto port = must(co_await inet::port(pair.listener));
        const auto connector =
            spawn_monitor([](std::uint16_t to) -> task<> { (void)co_await gen_tcp::connect("localhost", to); }, port);
        exit(connector.process, "kill"_atom);
        co_await receive(on(match("DOWN"_atom, connector.monitor, _, _, _), [] {}));
        co_await receive(on(match("DOWN"_atom, accepter.monitor, _, _, _), [] {}));
        co_await gen_tcp::close(pair.listener);
        co_await until_gone(pair.listener);
      }
      // Processes that were killed just now are closing their descriptors: ours is the last one.
      while (this_node().process_count() > 1)
        co_await receive(on(match("never"_atom, "comes"_atom), [] {}), after(1ms, [] {}));
      co_return open_descriptors();
    });

    EXPECT_EQ(after_all, with_node);
  }
  EXPECT_EQ(open_descriptors(), before);
}

// -- taking a connection out of its socket ------------------------------------------------------------------------------------------------

TEST(GenTcpDetach, GivesTheConnectionAndWhatWasRead) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({}, {.nodelay = true});
    must(co_await gen_tcp::send(pair.client, "abc"));
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 1, soon)), binary("a"));

    auto stream = must(co_await gen_tcp::internal::detach(pair.server, soon));

    co_await until_gone(pair.server);
    EXPECT_EQ(stream.unread.size(), 2U);
    EXPECT_EQ(stream.options.nodelay, true);
    const auto transport = make_transport(this_node().scheduler(), std::move(stream.socket), std::move(stream.unread));
    transport->notify(transport::direction::input, self(), "ready"_atom);
    EXPECT_EQ(co_await next_message(), term{"ready"_atom});
    std::array<std::byte, 8> into{};
    EXPECT_EQ(transport->read(into).bytes, 2U);
    const std::array parts{std::as_bytes(std::span{"d", 1})};
    EXPECT_EQ(transport->write(parts).bytes, 1U);
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.client, 1, soon)), binary("d"));
    EXPECT_EQ(co_await next_message(0ms), term{"nothing"_atom});
  });
}

TEST(GenTcpDetach, SendsWhatIsQueuedFirst) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.sndbuf = 4096}, {.recbuf = 4096});
    must(co_await gen_tcp::send(pair.client, std::string(1'000'000, 'x')));
    spawn([](gen_tcp::socket from) -> task<> { must(co_await gen_tcp::recv(from, 1'000'000, soon)); }, pair.server);

    EXPECT_TRUE(co_await gen_tcp::internal::detach(pair.client, soon));
  });
}

TEST(GenTcpDetach, GivesUpAfterItsTimeAndTheSocketGoesOn) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair({.sndbuf = 4096}, {.recbuf = 4096});
    must(co_await gen_tcp::send(pair.client, std::string(1'000'000, 'x')));

    EXPECT_EQ(reason_of(co_await gen_tcp::internal::detach(pair.client, 20ms)), term{"timeout"_atom});

    must(co_await gen_tcp::recv(pair.server, 1'000'000, soon));
    must(co_await gen_tcp::send(pair.client, "y"));
    EXPECT_EQ(must(co_await gen_tcp::recv(pair.server, 0, soon)), binary("y"));
  });
}

TEST(GenTcpDetach, IsForTheControllingProcess) {
  in_process([]() -> task<> {
    const auto pair = co_await connected_pair();
    spawn([](pid parent,
             gen_tcp::socket of) -> task<> { send(parent, reason_of(co_await gen_tcp::internal::detach(of, soon))); },
          self(), pair.client);

    EXPECT_EQ(co_await next_message(), term{"not_owner"_atom});
    EXPECT_EQ(reason_of(co_await gen_tcp::internal::detach(pair.listener, soon)), term{"einval"_atom});
  });
}

} // namespace
} // namespace agner
