// SPDX-License-Identifier: Apache-2.0
// Handshakes that stop at the peer's hello: what is told, how they go on with other options, and how they are cancelled.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include <agner/runtime/term_text.hpp>
#include <agner/runtime/term_views.hpp>
#include <agner/tls/ssl_handshake.hpp>

#include "../support/ssl_pair.hpp"

using namespace agner;
using namespace agner::test;
using namespace std::chrono_literals;

namespace {

term extension(const term& of, atom name) {
  const auto* found = of.as_map().find(name);
  return found == nullptr ? term{"missing"_atom} : *found;
}

bool holds(const term& list, const term& one) {
  return std::ranges::any_of(list.as_list(), [&](const term& each) { return each == one; });
}

/// What the other end does meanwhile: it is given the answer of its handshake as {other, ok or Reason}.
task<> other_end(pid to, std::unique_ptr<transport>& over, bool client, ssl::options& with) {
  result<ssl::socket> made;
  if (client)
    made = co_await ssl::connect(std::move(over), std::move(with), 10s);
  else
    made = co_await ssl::handshake(std::move(over), std::move(with), 10s);
  send(to, tuple("other"_atom, made ? term{"ok"_atom} : made.error().reason()));
  co_await receive(on(match("stop"_atom), [] {}));
}

auto other_says() {
  return receive(on(match("other"_atom, any<term>), [](term said) { return said; }));
}

class SslPause : public testing::TestWithParam<ssl::protocol_version> {
protected:
  static ssl::options only(ssl::options of) {
    of.versions = {{GetParam()}};
    if (!of.active) of.active = false;
    if (!of.mode) of.mode = inet::mode::binary;
    return of;
  }
  static ssl::options of_client(ssl::options more = {}) {
    more.server_name_indication = "localhost";
    return client_options(only(std::move(more)));
  }
  static ssl::options of_server(ssl::options more = {}) { return server_options(only(std::move(more))); }
  static bool tls1_3() { return GetParam() == ssl::tlsv1_3; }

  /// A server that pauses, and a client of these options.
  static task<ssl::socket> paused_server(memory_pipe& pipe, ssl::options client, ssl::options server) {
    spawn(other_end, self(), std::move(pipe.left), true, std::move(client));
    server.handshake = ssl::hello;
    co_return must(co_await ssl::handshake(std::move(pipe.right), std::move(server), 10s));
  }
  static task<ssl::socket> paused_client(memory_pipe& pipe, ssl::options client, ssl::options server) {
    spawn(other_end, self(), std::move(pipe.right), false, std::move(server));
    client.handshake = ssl::hello;
    co_return must(co_await ssl::connect(std::move(pipe.left), std::move(client), 10s));
  }
  node here;
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, SslPause, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

TEST_P(SslPause, AServerIsToldTheClientsExtensions) {
  here.run([]() -> task<> {
    memory_pipe pipe;
    const auto paused =
        co_await paused_server(pipe, of_client({.alpn_advertised_protocols = {{"a", "bc"}}}), of_server());

    const term told = must(co_await ssl::hello_extensions(paused));

    EXPECT_EQ(extension(told, "sni"_atom), string("localhost"));
    EXPECT_EQ(extension(told, "alpn"_atom), binary("\x01"
                                                   "a"
                                                   "\x02"
                                                   "bc"));
    const term schemes = extension(told, "signature_algs"_atom);
    const term ecdsa = tls1_3() ? term{"ecdsa_secp256r1_sha256"_atom} : tuple("sha256"_atom, "ecdsa"_atom);
    EXPECT_TRUE(holds(schemes, ecdsa)) << print_short(schemes);
    const term group = tls1_3() ? term{"x25519"_atom} : tuple(1, 2, 840, 10045, 3, 1, 7);
    EXPECT_TRUE(holds(extension(told, "elliptic_curves"_atom), group));
    if (tls1_3())
      EXPECT_EQ(extension(told, "client_hello_versions"_atom), list({tuple(3, 4)}));
    else
      EXPECT_EQ(extension(told, "srp"_atom), term("undefined"_atom));
    must(co_await ssl::handshake_cancel(paused));
  });
}

TEST_P(SslPause, AClientIsToldTheServersExtensions) {
  here.run([]() -> task<> {
    memory_pipe pipe;
    const auto paused = co_await paused_client(pipe, of_client({.alpn_advertised_protocols = {{"h2"}}}),
                                               of_server({.alpn_preferred_protocols = {{"h2"}}}));

    const term told = must(co_await ssl::hello_extensions(paused));

    if (tls1_3()) {
      EXPECT_EQ(extension(told, "server_hello_selected_version"_atom), tuple(3, 4));
      EXPECT_EQ(extension(told, "key_share"_atom)[1], term("x25519"_atom));
    } else {
      EXPECT_EQ(extension(told, "alpn"_atom), binary("\x02"
                                                     "h2"));
      EXPECT_EQ(extension(told, "renegotiation_info"_atom), binary(std::string_view("\0", 1)));
    }
    must(co_await ssl::handshake_cancel(paused));
  });
}

TEST_P(SslPause, BothGoOn) {
  here.run([]() -> task<> {
    for (const bool client : {false, true}) {
      memory_pipe pipe;
      const auto paused = client ? co_await paused_client(pipe, of_client(), of_server())
                                 : co_await paused_server(pipe, of_client(), of_server());

      EXPECT_EQ(must(co_await ssl::handshake_continue(paused)), paused);
      EXPECT_EQ(co_await other_says(), term("ok"_atom));
      EXPECT_TRUE((co_await ssl::send(paused, "open")).has_value());
      EXPECT_EQ((co_await ssl::hello_extensions(paused)).error().reason(), term("einval"_atom));
      co_await ssl::close(paused);
    }
  });
}

TEST_P(SslPause, AServerGoesOnWithOtherOptions) {
  here.run([]() -> task<> {
    memory_pipe pipe;
    const auto paused =
        co_await paused_server(pipe, of_client({.alpn_advertised_protocols = {{"a", "b"}}}), of_server());

    must(co_await ssl::handshake_continue(paused, ssl::options{.alpn_preferred_protocols = {{"b"}}}, 10s));

    EXPECT_EQ(co_await other_says(), term("ok"_atom));
    EXPECT_EQ(must(co_await ssl::negotiated_protocol(paused)), binary("b"));
    co_await ssl::close(paused);
  });
}

/// A server that did not ask for a certificate before the hello was looked at does now.
TEST_P(SslPause, AServerMayDemandACertificateThen) {
  here.run([]() -> task<> {
    memory_pipe pipe;
    const auto paused = co_await paused_server(pipe, of_client(), of_server());

    const auto got = co_await ssl::handshake_continue(
        paused,
        ssl::options{.cacertfile = shared_ca().cacertfile(), .verify = ssl::verify_peer, .fail_if_no_peer_cert = true},
        10s);

    EXPECT_EQ(alert_in(got.error().reason()),
              tls1_3() ? term("certificate_required"_atom) : term("handshake_failure"_atom));
  });
}

/// Who began with verify_none and then wants to know whom it talks to gets what it asks for, and the other way round.
TEST_P(SslPause, AClientVerifiesByTheLaterOptions) {
  here.run([]() -> task<> {
    for (const bool late : {false, true}) {
      memory_pipe pipe;
      ssl::options first =
          late ? ssl::options{.verify = ssl::verify_none} : ssl::options{.cacertfile = foreign_ca().cacertfile()};
      const auto paused = co_await paused_client(pipe, of_client(std::move(first)), of_server());

      const ssl::options then = late ? ssl::options{.cacertfile = foreign_ca().cacertfile(), .verify = ssl::verify_peer}
                                     : ssl::options{.cacertfile = shared_ca().cacertfile()};
      const auto got = co_await ssl::handshake_continue(paused, then, 10s);

      if (late)
        EXPECT_FALSE(got.has_value());
      else
        EXPECT_TRUE(got.has_value()) << ssl::format_error(got.error());
      co_await ssl::close(paused);
    }
  });
}

TEST_P(SslPause, AClientShowsTheLaterCertificate) {
  here.run([]() -> task<> {
    memory_pipe pipe;
    const auto paused =
        co_await paused_client(pipe, of_client(), demanding(of_server({.cacertfile = shared_ca().cacertfile()})));

    must(co_await ssl::handshake_continue(paused, with_client_certificate({}), 10s));

    EXPECT_EQ(co_await other_says(), term("ok"_atom));
    co_await ssl::close(paused);
  });
}

TEST_P(SslPause, CancellingTellsThePeer) {
  here.run([]() -> task<> {
    for (const bool client : {false, true}) {
      memory_pipe pipe;
      const auto paused = client ? co_await paused_client(pipe, of_client(), of_server())
                                 : co_await paused_server(pipe, of_client(), of_server());

      EXPECT_TRUE((co_await ssl::handshake_cancel(paused)).has_value());
      EXPECT_EQ(alert_in(co_await other_says()), term("user_canceled"_atom));
      EXPECT_EQ((co_await ssl::handshake_continue(paused)).error().reason(), term("closed"_atom));
    }
  });
}

TEST_P(SslPause, TheRestOfTheHandshakeHasATimeOfItsOwn) {
  here.run([]() -> task<> {
    memory_pipe pipe; // nobody answers the server
    auto& silent = pipe.left;
    auto client_side = std::move(silent);
    spawn(
        [](std::unique_ptr<transport>& over, ssl::options& with) -> task<> {
          with.handshake = ssl::hello;
          const auto made = co_await ssl::connect(std::move(over), std::move(with), 10s);
          co_await receive(on(match("stop"_atom), [] {})); // holds the connection, and does not go on
        },
        std::move(client_side), of_client());
    auto server = of_server({.handshake = ssl::hello});
    const auto paused = must(co_await ssl::handshake(std::move(pipe.right), std::move(server), 10s));

    const auto got = co_await ssl::handshake_continue(paused, ssl::options{}, 50ms);

    EXPECT_EQ(got.error().reason(), term("timeout"_atom));
  });
}

TEST_P(SslPause, WrongOptionsEndTheConnection) {
  here.run([]() -> task<> {
    memory_pipe pipe;
    const auto paused = co_await paused_server(pipe, of_client(), of_server());

    const auto got = co_await ssl::handshake_continue(paused, ssl::options{.depth = -1});

    EXPECT_TRUE(got.error().reason().is_tagged("options"_atom, 2)) << print_short(got.error().reason());
    EXPECT_NE(co_await other_says(), term("ok"_atom));
  });
}

TEST_P(SslPause, OptionsOfANameGoOverTheLaterOnes) {
  here.run([]() -> task<> {
    memory_pipe pipe;
    const term hosts =
        list({tuple(string("localhost"), list({tuple("alpn_preferred_protocols"_atom, list({binary("a")}))}))});
    const auto paused = co_await paused_server(pipe, of_client({.alpn_advertised_protocols = {{"a", "b"}}}),
                                               of_server({.sni_hosts = hosts}));

    must(co_await ssl::handshake_continue(paused, ssl::options{.alpn_preferred_protocols = {{"b"}}}, 10s));

    EXPECT_EQ(must(co_await ssl::negotiated_protocol(paused)), binary("a"));
    co_await ssl::close(paused);
  });
}

TEST(SslPauseAlone, ConnectionsThatDoNotPauseCannotGoOn) {
  node here;
  here.run([]() -> task<> {
    const auto made = co_await connected();
    EXPECT_EQ((co_await ssl::handshake_continue(made.server)).error().reason(), term("einval"_atom));
    EXPECT_EQ((co_await ssl::handshake_cancel(made.client)).error().reason(), term("einval"_atom));
  });
}
