// SPDX-License-Identifier: Apache-2.0
// Connections of ssl over a pipe in memory: bytes, active modes, owners. How they end: ssl_close_test.cpp; who gets in: ssl_handshake_test.cpp.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../support/ssl_pair.hpp"

using namespace agner;
using namespace agner::test;
using namespace std::chrono_literals;
using testing::ElementsAre;

namespace {

class Ssl : public testing::TestWithParam<ssl::protocol_version> {
protected:
  /// Both ends of this version.
  static ssl_pair_options both(ssl::options client = {}, ssl::options server = {}, memory_pipe_options pipe = {}) {
    client.versions = server.versions = {{GetParam()}};
    return {.client = std::move(client), .server = std::move(server), .pipe = pipe};
  }

  node here;
};

/// The next message, whatever it is; `nothing` if none comes soon.
auto next_message(std::chrono::milliseconds time = 5s) {
  return receive([](term got) { return got; }, after(time, [] { return term{"nothing"_atom}; }));
}

/// Takes exactly @p bytes.
task<std::string> take(ssl::socket from, std::size_t bytes) {
  co_return text_of(must(co_await ssl::recv(from, bytes)));
}

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, Ssl, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

// -- bytes --------------------------------------------------------------------------------------------------------------------------

TEST_P(Ssl, CarriesBytesBothWays) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());

    must(co_await ssl::send(ends.client, "from the client"));
    must(co_await ssl::send(ends.server, list({binary("from "), list({116, 104, 101}), cons(32, binary("server"))})));

    EXPECT_EQ(co_await take(ends.server, 15), "from the client");
    EXPECT_EQ(co_await take(ends.client, 15), "from the server");
  });
}

TEST_P(Ssl, CarriesMuchThroughASmallPipe) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({}, {}, {.capacity_bytes = 1000, .step_bytes = 333}));
    const std::string much(200'000, 'x');
    spawn([ends, much]() -> task<> { must(co_await ssl::send(ends.client, much)); });

    EXPECT_EQ(co_await take(ends.server, much.size()), much);
  });
}

TEST_P(Ssl, SendsOfManyArriveWhole) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({.packet = 2}, {.packet = 2}));
    for (int i = 0; i < 50; ++i)
      spawn([ends, i]() -> task<> {
        for (int j = 0; j < 10; ++j)
          must(co_await ssl::send(ends.client, std::string(static_cast<std::size_t>(i), static_cast<char>('a' + j))));
      });

    std::vector<int> seen(50);
    for (int i = 0; i < 500; ++i) {
      const auto packet = text_of(must(co_await ssl::recv(ends.server, 0)));
      EXPECT_EQ(packet, std::string(packet.size(), static_cast<char>('a' + seen[packet.size()])));
      seen[packet.size()] += packet.empty() ? 0 : 1;
    }
  });
}

TEST_P(Ssl, SenderWaitsForASlowReader) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({}, {}, {.capacity_bytes = 1000}));
    const auto sender = spawn([ends, to = self()]() -> task<> {
      for (int i = 0; i < 100; ++i) {
        must(co_await ssl::send(ends.client, std::string(10'000, 'x')));
        send(to, "sent"_atom);
      }
    });
    (void)sender;

    int sent = 0;
    while (!(co_await next_message(100ms)).is("nothing"_atom))
      ++sent;
    EXPECT_LT(sent, 20);

    std::size_t left = 1'000'000;
    while (left != 0)
      left -= text_of(must(co_await ssl::recv(ends.server, 0))).size();
    while (sent < 100)
      sent += (co_await next_message()).is("sent"_atom) ? 1 : 0;
  });
}

TEST_P(Ssl, WhatIsNoIodataIsABadArgument) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());
    term raised_reason;
    try {
      co_await ssl::send(ends.client, list({term{"atom"_atom}}));
    } catch (const raised& what) {
      raised_reason = what.reason();
    }
    EXPECT_EQ(raised_reason, term("badarg"_atom));
  });
}

TEST_P(Ssl, PacketThatIsTooLongForItsHeaderIsRefused) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({.packet = 1}, {.packet = 1}));

    const auto refused = co_await ssl::send(ends.client, std::string(256, 'x'));

    EXPECT_EQ(refused.error().reason(), tuple("badarg"_atom, tuple("packet_to_large"_atom, 256, 255)));
    must(co_await ssl::send(ends.client, "ok"));
    EXPECT_EQ(co_await take(ends.server, 0), "ok");
  });
}

// -- recv ---------------------------------------------------------------------------------------------------------------------------

TEST_P(Ssl, RecvTimesOutAndLosesNothing) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());
    must(co_await ssl::send(ends.client, "abc"));

    EXPECT_EQ((co_await ssl::recv(ends.server, 10, 20ms)).error().reason(), term("timeout"_atom));

    EXPECT_EQ(co_await take(ends.server, 3), "abc");
  });
}

TEST_P(Ssl, RecvOnAnActiveConnectionIsRefused) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({.active = true}));

    EXPECT_EQ((co_await ssl::recv(ends.client, 0)).error().reason(), term("einval"_atom));
  });
}

TEST_P(Ssl, ListIsTheDefaultMode) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({}, {.mode = inet::mode::list}));
    must(co_await ssl::send(ends.client, "hi"));

    EXPECT_EQ(must(co_await ssl::recv(ends.server, 2)), list({104, 105}));
  });
}

// -- active modes -------------------------------------------------------------------------------------------------------------------

TEST_P(Ssl, ActiveConnectionSendsMessages) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({}, {.active = true}));
    must(co_await ssl::send(ends.client, "one"));

    EXPECT_EQ(co_await next_message(), tuple("ssl"_atom, to_term(ends.server), binary("one")));
    must(co_await ssl::send(ends.client, "two"));
    const auto text = co_await receive([ends](ssl::data in) {
      EXPECT_EQ(in.socket, ends.server);
      return text_of(in.bytes);
    });
    EXPECT_EQ(text, "two");
  });
}

TEST_P(Ssl, ActiveOnceIsOneMessage) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({.packet = 1}, {.packet = 1, .active = ssl::once}));
    must(co_await ssl::send(ends.client, "one"));
    must(co_await ssl::send(ends.client, "two"));

    EXPECT_EQ(text_of((co_await next_message())[2]), "one");
    EXPECT_EQ(co_await next_message(20ms), term("nothing"_atom));

    must(co_await ssl::setopts(ends.server, {.active = ssl::once}));
    EXPECT_EQ(text_of((co_await next_message())[2]), "two");
  });
}

TEST_P(Ssl, ActiveCountEndsWithPassive) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({.packet = 1}, {.packet = 1, .active = 1}));
    must(co_await ssl::setopts(ends.server, {.active = 1}));
    for (const char* text : {"one", "two", "three"})
      must(co_await ssl::send(ends.client, text));

    EXPECT_EQ(text_of((co_await next_message())[2]), "one");
    EXPECT_EQ(text_of((co_await next_message())[2]), "two");
    co_await receive([ends](ssl::passive of) { EXPECT_EQ(of.socket, ends.server); });
    EXPECT_EQ(co_await next_message(20ms), term("nothing"_atom));
    EXPECT_EQ(co_await take(ends.server, 0), "three");

    must(co_await ssl::setopts(ends.server, {.active = 5}));
    must(co_await ssl::setopts(ends.server, {.active = -6}));
    EXPECT_EQ((co_await next_message())[0], term("ssl_passive"_atom));
  });
}

TEST_P(Ssl, DataThatWaitsComesWithSetopts) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());
    must(co_await ssl::send(ends.client, "early"));
    EXPECT_EQ(co_await next_message(20ms), term("nothing"_atom));

    must(co_await ssl::setopts(ends.server, {.active = true}));

    EXPECT_EQ(text_of((co_await next_message())[2]), "early");
  });
}

// -- owners -------------------------------------------------------------------------------------------------------------------------

TEST_P(Ssl, AnyProcessMayHandTheConnectionOn) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());
    const auto other = spawn_monitor(
        [to = self()]() -> task<> { co_await receive([to](ssl::data in) { send(to, tuple("got"_atom, in.bytes)); }); });
    spawn([ends, other]() -> task<> { must(co_await ssl::controlling_process(ends.server, other.process)); });
    co_await receive(after(20ms, [] {}));
    must(co_await ssl::setopts(ends.server, {.active = true}));

    must(co_await ssl::send(ends.client, "hello"));

    EXPECT_EQ(co_await receive(on(match("got"_atom, any<std::string>), [](std::string text) { return text; })),
              "hello");
  });
}

TEST_P(Ssl, EndOfTheOwnerClosesTheConnection) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({.active = true}));
    const auto watch = monitor(ends.server.process());
    const auto owner = spawn([]() -> task<> { co_await receive([](decltype("go"_atom)) {}); });
    must(co_await ssl::controlling_process(ends.server, owner));

    send(owner, "go"_atom);

    co_await receive([ends](ssl::closed of) { EXPECT_EQ(of.socket, ends.client); });
    co_await receive(
        on(match("DOWN"_atom, watch, _, _, any<term>), [](const term& why) { EXPECT_EQ(why, term("normal"_atom)); }));
  });
}

// -- options and facts --------------------------------------------------------------------------------------------------------------

TEST_P(Ssl, OptionsAreReadBack) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both({.mode = inet::mode::list, .packet = 2, .packet_size = 99}));

    const auto got =
        must(co_await ssl::getopts(ends.client, {"mode"_atom, "packet"_atom, "packet_size"_atom, "active"_atom}));

    EXPECT_EQ(got, list({tuple("mode"_atom, "list"_atom), tuple("packet"_atom, 2), tuple("packet_size"_atom, 99),
                         tuple("active"_atom, false)}));
    EXPECT_EQ((co_await ssl::getopts(ends.client, {"nonsense"_atom})).error().reason(),
              tuple("options"_atom, tuple("socket_options"_atom, "nonsense"_atom, "einval"_atom)));
  });
}

TEST_P(Ssl, WrongOptionsChangeNothing) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());

    const auto refused =
        co_await ssl::setopts(ends.client, ssl::option_list{list({tuple("packet"_atom, 3), tuple("mode"_atom, 7)})});

    EXPECT_EQ(refused.error().reason()[1].as_list().size(), 2U);
    EXPECT_EQ(must(co_await ssl::getopts(ends.client, {"packet"_atom})), list({tuple("packet"_atom, 0)}));
  });
}

TEST_P(Ssl, TellsAboutItself) {
  here.run([]() -> task<> {
    const auto ends = co_await connected(both());

    EXPECT_EQ(must(co_await ssl::peername(ends.client)).port, 2);
    EXPECT_EQ(must(co_await ssl::sockname(ends.client)).port, 1);
    EXPECT_TRUE(must(co_await ssl::peercert(ends.client)).is_binary());
    EXPECT_EQ((co_await ssl::peercert(ends.server)).error().reason(), term("no_peercert"_atom));
    const term version = GetParam() == ssl::tlsv1_2 ? term("tlsv1.2"_atom) : term("tlsv1.3"_atom);
    EXPECT_EQ(must(co_await ssl::connection_information(ends.server, {"protocol"_atom})),
              list({tuple("protocol"_atom, version)}));
    EXPECT_GT(must(co_await ssl::connection_information(ends.server)).as_list().size(), 4U); // and the options
  });
}

TEST(SslHandles, AreTerms) {
  const ssl::socket connection{pid{.id = 1, .serial = 2}};
  const ssl::listen_socket listener{gen_tcp::socket{pid{.id = 3, .serial = 4}}};

  EXPECT_EQ(from_term<ssl::socket>(to_term(connection)), connection);
  EXPECT_EQ(from_term<ssl::listen_socket>(to_term(listener)), listener);
  EXPECT_FALSE(from_term<ssl::socket>(to_term(listener)));
  EXPECT_FALSE(from_term<ssl::listen_socket>(to_term(connection)));
}

TEST(SslHandles, NoConnectionAnswersAsAClosedOne) {
  node here;
  here.run([]() -> task<> {
    EXPECT_EQ((co_await ssl::send(ssl::socket{}, "x")).error().reason(), term("closed"_atom));
    EXPECT_EQ((co_await ssl::recv(ssl::socket{}, 0)).error().reason(), term("closed"_atom));
    EXPECT_TRUE(co_await ssl::close(ssl::socket{}));
  });
}

TEST(SslVersions, AreThoseOfTheManual) {
  const term all = ssl::versions();

  EXPECT_EQ(all.as_list().begin()->elements()[0], term("ssl_app"_atom));
  EXPECT_EQ((*std::next(all.as_list().begin()))[1], list({"tlsv1.3"_atom, "tlsv1.2"_atom}));
}
