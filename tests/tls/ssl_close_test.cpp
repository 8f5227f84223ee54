// SPDX-License-Identifier: Apache-2.0
// How connections of ssl end, and what each side hears of it, in each mode.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../support/ssl_pair.hpp"

using namespace agner;
using namespace agner::test;
using namespace std::chrono_literals;

namespace {

class SslClose : public testing::TestWithParam<ssl::protocol_version> {
protected:
  static ssl_pair_options both(ssl::options client = {}, ssl::options server = {}, memory_pipe_options pipe = {}) {
    client.versions = server.versions = {{GetParam()}};
    return {.client = std::move(client), .server = std::move(server), .pipe = pipe};
  }

  node here;
};

const term closed_reason{"closed"_atom};

auto next_message(std::chrono::milliseconds time = 5s) {
  return receive([](term got) { return got; }, after(time, [] { return term{"nothing"_atom}; }));
}

/// Waits until @p process has ended.
task<> gone(pid process) {
  const auto watch = monitor(process);
  co_await receive(on(match("DOWN"_atom, watch, _, _, _), [] {}));
}

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, SslClose, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

// -- an orderly end -----------------------------------------------------------------------------------------------------------------

TEST_P(SslClose, ActivePeerGetsAMessage) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({}, {.active = true}));

    must(co_await ssl::close(ends.client));

    co_await receive([ends](ssl::closed of) { EXPECT_EQ(of.socket, ends.server); });
    co_await gone(ends.client.process());
    co_await gone(ends.server.process());
  });
}

TEST_P(SslClose, PassivePeerFindsItClosed) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());

    must(co_await ssl::close(ends.client));

    EXPECT_EQ((co_await ssl::recv(ends.server, 0)).error().reason(), closed_reason);
    EXPECT_EQ((co_await ssl::recv(ends.server, 0)).error().reason(), closed_reason);
    EXPECT_EQ((co_await ssl::send(ends.server, "x")).error().reason(), closed_reason);
    EXPECT_EQ((co_await ssl::connection_information(ends.server)).error().reason(), closed_reason);
    must(co_await ssl::close(ends.server));
    co_await gone(ends.server.process());
  });
}

TEST_P(SslClose, RecvThatWaitsIsAnswered) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());
    spawn([ends]() -> task<> {
      co_await receive(after(20ms, [] {}));
      co_await ssl::close(ends.client);
    });

    EXPECT_EQ((co_await ssl::recv(ends.server, 5)).error().reason(), closed_reason);
  });
}

TEST_P(SslClose, RecvAtTheOwnEndIsAnswered) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());
    spawn([ends]() -> task<> {
      co_await receive(after(20ms, [] {}));
      co_await ssl::close(ends.client);
    });

    EXPECT_EQ((co_await ssl::recv(ends.client, 5)).error().reason(), closed_reason);
  });
}

TEST_P(SslClose, WhatWasSentBeforeArrives) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({}, {}, {.capacity_bytes = 1000}));
    const std::string much(50'000, 'x');
    spawn([ends, much]() -> task<> {
      must(co_await ssl::send(ends.client, much));
      must(co_await ssl::close(ends.client));
    });

    EXPECT_EQ(text_of(must(co_await ssl::recv(ends.server, much.size()))), much);
    EXPECT_EQ((co_await ssl::recv(ends.server, 0)).error().reason(), closed_reason);
  });
}

TEST_P(SslClose, DataThatCameBeforeTheEndIsReadFirst) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());
    must(co_await ssl::send(ends.client, "last words"));
    must(co_await ssl::close(ends.client));
    co_await receive(after(20ms, [] {}));

    EXPECT_EQ(text_of(must(co_await ssl::recv(ends.server, 4))), "last");
    EXPECT_EQ(text_of(must(co_await ssl::recv(ends.server, 0))), " words");
    EXPECT_EQ((co_await ssl::recv(ends.server, 0)).error().reason(), closed_reason);
  });
}

TEST_P(SslClose, ActiveOnceGetsDataAndThenTheEnd) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());
    must(co_await ssl::send(ends.client, "last words"));
    must(co_await ssl::close(ends.client));
    co_await receive(after(20ms, [] {}));

    must(co_await ssl::setopts(ends.server, {.active = ssl::once}));
    EXPECT_EQ((co_await next_message())[0], term("ssl"_atom));
    EXPECT_EQ(co_await next_message(20ms), term("nothing"_atom));
    must(co_await ssl::setopts(ends.server, {.active = ssl::once}));
    EXPECT_EQ((co_await next_message())[0], term("ssl_closed"_atom));
    co_await gone(ends.server.process());
  });
}

TEST_P(SslClose, PeerThatTakesNothingHoldsACloseUpForItsTimeOnly) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({}, {}, {.capacity_bytes = 1000}));
    for (int i = 0; i < 20; ++i)
      spawn([ends]() -> task<> { co_await ssl::send(ends.client, std::string(20'000, 'x')); });
    co_await receive(after(50ms, [] {}));

    const auto before = std::chrono::steady_clock::now();
    must(co_await ssl::close(ends.client, 50ms));

    EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
    co_await gone(ends.client.process());
  });
}

TEST_P(SslClose, ClosingTwiceIsFine) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());

    EXPECT_TRUE(co_await ssl::close(ends.client));
    EXPECT_TRUE(co_await ssl::close(ends.client));
    EXPECT_EQ((co_await ssl::send(ends.client, "x")).error().reason(), closed_reason);
    EXPECT_EQ((co_await ssl::peername(ends.client)).error().reason(), term("einval"_atom));
    EXPECT_EQ((co_await ssl::sockname(ends.client)).error().reason(), term("einval"_atom));
  });
}

// -- half an end --------------------------------------------------------------------------------------------------------------------

TEST_P(SslClose, ShutdownOfBothSendsTheFarewell) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({}, {.active = true}));
    must(co_await ssl::send(ends.client, "x"));

    must(co_await ssl::shutdown(ends.client, shutdown_how::read_write));

    EXPECT_EQ((co_await next_message())[0], term("ssl"_atom));
    EXPECT_EQ((co_await next_message())[0], term("ssl_closed"_atom));
    EXPECT_EQ((co_await ssl::send(ends.client, "x")).error().reason(), closed_reason);
    EXPECT_EQ((co_await ssl::recv(ends.client, 0)).error().reason(), closed_reason);
  });
}

TEST_P(SslClose, ShutdownOfWritingStillReads) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());
    must(co_await ssl::send(ends.server, "for you"));

    must(co_await ssl::shutdown(ends.client, shutdown_how::write));

    EXPECT_EQ((co_await ssl::send(ends.client, "x")).error().reason(), closed_reason);
    EXPECT_EQ(text_of(must(co_await ssl::recv(ends.client, 7))), "for you");
    EXPECT_EQ((co_await ssl::recv(ends.server, 0)).error().reason(), closed_reason);
  });
}

// -- a bad end ----------------------------------------------------------------------------------------------------------------------

TEST_P(SslClose, BrokenTransportLooksClosed) {
  here.run([]() -> task<> {
    for (const bool active : {true, false}) {
      auto pipe = std::make_unique<memory_pipe>();
      spawn(
          [](std::unique_ptr<transport>& over) -> task<> {
            must(co_await ssl::handshake(std::move(over), server_options({.versions = {{GetParam()}}})));
            co_await receive([](decltype("never"_atom)) {});
          },
          std::move(pipe->right));
      const auto client = must(
          co_await ssl::connect(std::move(pipe->left), client_options({.versions = {{GetParam()}}, .active = active})));

      pipe->break_with("econnreset"_atom);

      if (active)
        EXPECT_EQ((co_await next_message())[0], term("ssl_closed"_atom));
      else
        EXPECT_EQ((co_await ssl::recv(client, 0)).error().reason(), closed_reason);
    }
  });
}

TEST_P(SslClose, TooLongAPacketEndsTheConnection) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({}, {.packet = 4, .packet_size = 8, .active = true}));
    must(co_await ssl::send(ends.client, std::string_view("\0\0\0\11abc", 7)));

    const term got = co_await next_message();

    EXPECT_TRUE(got.is_tagged("ssl_error"_atom, 3));
    EXPECT_EQ(got[2], tuple("invalid_packet"_atom, binary(std::string_view("\0\0\0\11abc", 7))));
    co_await gone(ends.server.process());
    EXPECT_EQ((co_await ssl::recv(ends.client, 0)).error().reason(), closed_reason);
  });
}

TEST_P(SslClose, TooLongAPacketIsTheAnswerOfRecv) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({}, {.packet = 1, .packet_size = 8}));
    must(co_await ssl::send(ends.client, "\11abcdefghi"));

    EXPECT_TRUE((co_await ssl::recv(ends.server, 0)).error().reason().is_tagged("invalid_packet"_atom, 2));
  });
}

TEST_P(SslClose, KilledConnectionAnswersClosed) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());
    spawn([ends]() -> task<> {
      co_await receive(after(20ms, [] {}));
      exit(ends.client.process(), "kill"_atom);
    });

    EXPECT_EQ((co_await ssl::recv(ends.client, 1)).error().reason(), closed_reason);
    EXPECT_EQ((co_await ssl::recv(ends.server, 1)).error().reason(), closed_reason);
  });
}

TEST_P(SslClose, ToldToEndItSaysFarewell) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({}, {.active = true}));

    exit(ends.client.process(), "shutdown"_atom);

    EXPECT_EQ((co_await next_message())[0], term("ssl_closed"_atom));
    co_await gone(ends.client.process());
  });
}

TEST_P(SslClose, NothingIsLeftBehind) {
  here.run([]() -> task<> {
    {
      const auto ends = co_await connected(both());
      must(co_await ssl::send(ends.client, "x"));
      must(co_await ssl::close(ends.server));
      must(co_await ssl::close(ends.client));
    }
    while (this_node().process_count() > 1)
      co_await receive(after(1ms, [] {}));
  });
}
