// SPDX-License-Identifier: Apache-2.0
// Listening, connecting and upgrading over TCP on the loopback.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/actors/gen_tcp.hpp>

#include "../support/ssl_pair.hpp"

using namespace agner;
using namespace agner::test;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

ssl::options listening(ssl::options more = {}) {
  more.ip = "127.0.0.1";
  if (!more.active) more.active = false;
  return server_options(std::move(more));
}

task<std::uint16_t> port_of(ssl::listen_socket of) { co_return must(co_await ssl::sockname(of)).port; }

/// Serves @p clients connections, one after the other: each is greeted and closed.
task<> greet(ssl::listen_socket at, int clients) {
  for (int i = 0; i < clients; ++i) {
    const auto pending = must(co_await ssl::transport_accept(at));
    const auto made = co_await ssl::handshake(pending, 5s);
    if (!made) continue;
    (void)co_await ssl::send(*made, "hello");
    co_await ssl::close(*made);
  }
}

task<std::string> greeting(ssl::socket from) { co_return text_of(must(co_await ssl::recv(from, 5, 5s))); }

class SslListen : public testing::Test {
protected:
  node here;
};

} // namespace

// -- the snippet of the manual: it must compile and work ------------------------------------------------------------------------------

TEST_F(SslListen, WorksAsTheManualSays) {
  here.run([]() -> task<> {
    const temporary_folder folder;
    const std::string cert = folder.write("cert.pem", file_text(shared_ca().server().certfile));
    const std::string key = folder.write("key.pem", file_text(shared_ca().server().keyfile));
    const std::string cacert = shared_ca().cacertfile();

    auto listener = must(ssl::listen(0, {.certfile = cert, .keyfile = key}));
    const auto port = co_await port_of(listener);
    spawn([port, cacert, to = self()]() -> task<> {
      auto socket = must(co_await ssl::connect("localhost", port, {.cacertfile = cacert}));
      must(co_await ssl::send(socket, "foo"));
      co_await receive([&](ssl::data in) { send(to, tuple("echo"_atom, in.bytes)); });
      must(co_await ssl::close(socket));
    });
    auto pending = must(co_await ssl::transport_accept(listener));
    auto socket = must(co_await ssl::handshake(pending, 5s));
    co_await receive([&](ssl::data in) -> task<> { must(co_await ssl::send(socket, in.bytes)); }, [&](ssl::closed) {});
    co_await receive([&](ssl::data) {}, [&](ssl::closed of) { EXPECT_EQ(of.socket, socket); });

    EXPECT_EQ(co_await receive(on(match("echo"_atom, any<term>), [](term bytes) { return bytes; })), string("foo"));
  });
}

// -- listening ----------------------------------------------------------------------------------------------------------------------

TEST_F(SslListen, RefusesUnusableFilesAtOnce) {
  here.run([]() -> task<> {
    const temporary_folder folder;
    const std::string garbage = folder.write("garbage.pem", "no certificate");

    const auto missing = ssl::listen(0, {.certfile = "/nonexistent/cert.pem"});
    const auto wrong = ssl::listen(0, {.certfile = garbage});
    const auto mixed =
        ssl::listen(0, {.certfile = shared_ca().server().certfile, .keyfile = shared_ca().client().keyfile});
    const auto nothing = ssl::listen(0, {});

    EXPECT_THAT(ssl::format_error(missing.error()), HasSubstr("there is no such file"));
    EXPECT_THAT(ssl::format_error(wrong.error()), HasSubstr("certfile"));
    EXPECT_THAT(ssl::format_error(mixed.error()), HasSubstr("key"));
    EXPECT_THAT(ssl::format_error(nothing.error()), HasSubstr("certfile"));
    co_return;
  });
}

TEST_F(SslListen, NamesAllWrongOptions) {
  here.run([]() -> task<> {
    const auto refused =
        ssl::listen(0, ssl::option_list{list({tuple("depth"_atom, -1), tuple("certfile"_atom, string("/nonexistent")),
                                              tuple("verfiy"_atom, "verify_peer"_atom)})});

    const auto text = ssl::format_error(refused.error());
    EXPECT_THAT(text, HasSubstr("depth"));
    EXPECT_THAT(text, HasSubstr("/nonexistent"));
    EXPECT_THAT(text, HasSubstr("did you mean verify?"));
    co_return;
  });
}

TEST_F(SslListen, PortInUseIsNamed) {
  here.run([]() -> task<> {
    const auto first = must(ssl::listen(0, listening()));

    const auto second = ssl::listen(co_await port_of(first), listening());

    EXPECT_EQ(second.error().reason(), term("eaddrinuse"_atom));
  });
}

TEST_F(SslListen, AddressMayBeAWord) {
  here.run([]() -> task<> {
    const term certfile = string(shared_ca().server().certfile);
    const term keyfile = string(shared_ca().server().keyfile);
    const auto listener =
        must(ssl::listen(0, ssl::option_list{list({tuple("certfile"_atom, certfile), tuple("keyfile"_atom, keyfile),
                                                   tuple("ip"_atom, "loopback"_atom)})}));

    EXPECT_EQ(must(co_await ssl::sockname(listener)).ip, ip_address::loopback());
  });
}

TEST_F(SslListen, ManyClientsAreServed) {
  here.run([]() -> task<> {
    const auto listener = must(ssl::listen(0, listening({.backlog = 100})));
    const auto port = co_await port_of(listener);
    for (int i = 0; i < 4; ++i)
      spawn(greet, listener, 10);
    for (int i = 0; i < 40; ++i)
      spawn([port, to = self()]() -> task<> {
        const auto made = must(co_await ssl::connect("localhost", port, client_options({.active = false})));
        send(to, tuple("greeted"_atom, binary(co_await greeting(made))));
        co_await ssl::close(made);
      });

    for (int i = 0; i < 40; ++i)
      EXPECT_EQ(co_await receive(on(match("greeted"_atom, any<std::string>), [](std::string text) { return text; })),
                "hello");
  });
}

TEST_F(SslListen, SilentClientsHoldUpNobody) {
  here.run([]() -> task<> {
    const auto listener = must(ssl::listen(0, listening({.backlog = 100})));
    const auto port = co_await port_of(listener);
    std::vector<gen_tcp::socket> silent;
    for (int i = 0; i < 50; ++i)
      silent.push_back(must(co_await gen_tcp::connect("127.0.0.1", port)));
    spawn([listener]() -> task<> {
      for (;;) {
        const auto pending = must(co_await ssl::transport_accept(listener));
        const auto server = spawn(
            [](ssl::socket of) -> task<> {
              const auto made = co_await ssl::handshake(of, 30s);
              if (made) (void)co_await ssl::send(*made, "hello");
              co_await receive([](decltype("never"_atom)) {});
            },
            pending);
        must(co_await ssl::controlling_process(pending, server));
      }
    });

    const auto made = must(co_await ssl::connect("localhost", port, client_options({.active = false}), 5s));

    EXPECT_EQ(co_await greeting(made), "hello");
  });
}

TEST_F(SslListen, AcceptTimesOutAndEndsWithTheListener) {
  here.run([]() -> task<> {
    const auto listener = must(ssl::listen(0, listening()));

    EXPECT_EQ((co_await ssl::transport_accept(listener, 10ms)).error().reason(), term("timeout"_atom));
    spawn([listener]() -> task<> {
      co_await receive(after(20ms, [] {}));
      co_await ssl::close(listener);
    });
    EXPECT_EQ((co_await ssl::transport_accept(listener)).error().reason(), term("closed"_atom));
    EXPECT_EQ((co_await ssl::transport_accept(listener)).error().reason(), term("closed"_atom));
  });
}

TEST_F(SslListen, ConnectionBeforeItsHandshakeOffersLittle) {
  here.run([]() -> task<> {
    const auto listener = must(ssl::listen(0, listening()));
    const auto below = must(co_await gen_tcp::connect("127.0.0.1", co_await port_of(listener)));
    const auto pending = must(co_await ssl::transport_accept(listener));

    EXPECT_EQ((co_await ssl::send(pending, "x")).error().reason(), term("notsup_on_transport_accept_socket"_atom));
    EXPECT_EQ((co_await ssl::recv(pending, 0)).error().reason(), term("notsup_on_transport_accept_socket"_atom));
    EXPECT_EQ(must(co_await ssl::sockname(pending)).ip, ip_address::loopback());
    must(co_await ssl::close(pending));
    EXPECT_EQ((co_await ssl::handshake(pending)).error().reason(), term("closed"_atom));
    co_await gen_tcp::close(below);
  });
}

TEST_F(SslListen, HandshakeMayAddOptions) {
  here.run([]() -> task<> {
    const auto listener = must(ssl::listen(0, listening()));
    const auto port = co_await port_of(listener);
    for (const bool demands : {true, false}) {
      spawn([listener, demands]() -> task<> {
        const auto pending = must(co_await ssl::transport_accept(listener));
        const auto made =
            co_await ssl::handshake(pending, ssl::options{.cacertfile = shared_ca().cacertfile(),
                                                          .verify = demands ? ssl::verify_peer : ssl::verify_none,
                                                          .fail_if_no_peer_cert = demands,
                                                          .versions = {{ssl::tlsv1_2}}});
        if (made) (void)co_await ssl::send(*made, "hello");
        co_await receive(after(1s, [] {}));
      });
      const auto made = co_await ssl::connect("localhost", port, client_options({.active = false}));
      EXPECT_EQ(made.has_value(), !demands);
      if (made) EXPECT_EQ(co_await greeting(*made), "hello");
    }
  });
}

TEST_F(SslListen, WrongOptionsOfHandshakeEndTheConnection) {
  here.run([]() -> task<> {
    const auto listener = must(ssl::listen(0, listening()));
    const auto below = must(co_await gen_tcp::connect("127.0.0.1", co_await port_of(listener)));
    const auto pending = must(co_await ssl::transport_accept(listener));

    const auto refused = co_await ssl::handshake(pending, ssl::option_list{list({tuple("depth"_atom, -1)})});

    EXPECT_THAT(ssl::format_error(refused.error()), HasSubstr("depth"));
    EXPECT_EQ((co_await ssl::handshake(pending)).error().reason(), term("closed"_atom));
    co_await gen_tcp::close(below);
  });
}

TEST_F(SslListen, OptionsOfTheListenerMayChange) {
  here.run([]() -> task<> {
    const auto listener = must(ssl::listen(0, listening({.packet = 0})));
    must(co_await ssl::setopts(listener, {.packet = 4}));
    const auto port = co_await port_of(listener);
    spawn(greet, listener, 1);

    const auto made = must(co_await ssl::connect("localhost", port, client_options({.packet = 4, .active = false})));

    EXPECT_EQ(text_of(must(co_await ssl::recv(made, 0))), "hello");
  });
}

TEST_F(SslListen, KernelOptionsAreObeyedByBothEnds) {
  here.run([]() -> task<> {
    const auto listener = must(ssl::listen(0, listening({.nodelay = true, .keepalive = true})));
    const auto port = co_await port_of(listener);
    spawn([listener, to = self()]() -> task<> {
      const auto made = must(co_await ssl::handshake(must(co_await ssl::transport_accept(listener))));
      send(to, tuple("server"_atom, must(co_await ssl::getopts(made, {"nodelay"_atom, "keepalive"_atom}))));
      co_await ssl::recv(made, 0);
    });

    const auto made = must(co_await ssl::connect(
        ip_address::loopback(), port,
        client_options({.server_name_indication = "localhost", .active = false, .nodelay = true, .sndbuf = 100'000})));

    const term on_both = list({tuple("nodelay"_atom, true), tuple("keepalive"_atom, true)});
    EXPECT_EQ(co_await receive(on(match("server"_atom, any<term>), [](term got) { return got; })), on_both);
    const auto ours = must(co_await ssl::getopts(made, {"nodelay"_atom, "sndbuf"_atom}));
    EXPECT_EQ(ours.as_list().begin()->elements()[1], term(true));
    EXPECT_GE(*(*std::next(ours.as_list().begin()))[1].to_int64(), 100'000);
  });
}

// -- connecting ---------------------------------------------------------------------------------------------------------------------

TEST_F(SslListen, ConnectNamesWhatWentWrong) {
  here.run([]() -> task<> {
    const auto listener = must(ssl::listen(0, listening()));
    const auto port = co_await port_of(listener);
    co_await ssl::close(listener);

    EXPECT_EQ((co_await ssl::connect("127.0.0.1", port, client_options())).error().reason(), term("econnrefused"_atom));
    EXPECT_EQ((co_await ssl::connect("no.such.host.invalid", 1, client_options())).error().reason(),
              term("nxdomain"_atom));
    EXPECT_THAT(ssl::format_error((co_await ssl::connect("127.0.0.1", port)).error()), HasSubstr("cacertfile"));
  });
}

TEST_F(SslListen, ClientVerifiesTheHostItAskedFor) {
  here.run([]() -> task<> {
    auto credentials = shared_ca().issue(plan_for_host("elsewhere.example"));
    const auto listener =
        must(ssl::listen(0, listening({.certfile = credentials.certfile, .keyfile = credentials.keyfile})));
    const auto port = co_await port_of(listener);
    spawn(greet, listener, 3);

    const auto wrong = co_await ssl::connect("localhost", port, client_options());
    const auto named = co_await ssl::connect(
        "localhost", port, client_options({.server_name_indication = "elsewhere.example", .active = false}));
    const auto careless =
        co_await ssl::connect("localhost", port, client_options({.verify = ssl::verify_none, .active = false}));

    EXPECT_EQ(alert_in(wrong.error().reason()), term("handshake_failure"_atom));
    EXPECT_EQ(co_await greeting(must(named)), "hello");
    EXPECT_EQ(co_await greeting(must(careless)), "hello");
  });
}

TEST_F(SslListen, SilentServerIsWaitedForNoLongerThanTold) {
  here.run([]() -> task<> {
    const auto listener = must(gen_tcp::listen(0, {.ip = ip_address::loopback()}));
    const auto port = must(co_await inet::port(listener));

    EXPECT_EQ((co_await ssl::connect("localhost", port, client_options(), 30ms)).error().reason(),
              term("timeout"_atom));
  });
}

// -- upgrading ----------------------------------------------------------------------------------------------------------------------

TEST_F(SslListen, OpenTcpSocketsAreUpgraded) {
  here.run([]() -> task<> {
    const auto listener = must(gen_tcp::listen(0, {.active = false, .ip = ip_address::loopback()}));
    const auto port = must(co_await inet::port(listener));
    spawn([listener]() -> task<> {
      const auto plain = must(co_await gen_tcp::accept(listener));
      must(co_await gen_tcp::recv(plain, 8)); // STARTTLS
      must(co_await gen_tcp::send(plain, "go"));
      const auto made = must(co_await ssl::handshake(plain, server_options({.active = false})));
      EXPECT_EQ((co_await gen_tcp::send(plain, "x")).error().reason(), term("closed"_atom));
      must(co_await ssl::send(made, "hello"));
      co_await ssl::close(made);
    });
    const auto plain = must(co_await gen_tcp::connect("127.0.0.1", port, {.active = false}));
    must(co_await gen_tcp::send(plain, "STARTTLS"));
    must(co_await gen_tcp::recv(plain, 2));

    const auto made = must(co_await ssl::connect(plain, client_options({.active = false})));

    EXPECT_EQ(co_await greeting(made), "hello");
  });
}

TEST_F(SslListen, WrongOptionsLeaveATcpSocketAlone) {
  here.run([]() -> task<> {
    const auto listener = must(gen_tcp::listen(0, {.ip = ip_address::loopback()}));
    const auto plain = must(co_await gen_tcp::connect("127.0.0.1", must(co_await inet::port(listener))));

    EXPECT_FALSE(co_await ssl::connect(plain, ssl::options{.cacertfile = "/nonexistent"}));

    must(co_await gen_tcp::send(plain, "still plain"));
  });
}

// -- back to TCP --------------------------------------------------------------------------------------------------------------------

TEST_F(SslListen, TcpGoesOnWhenBothEndTls) {
  here.run([]() -> task<> {
    const auto listener = must(ssl::listen(0, listening()));
    const auto port = co_await port_of(listener);
    spawn([listener]() -> task<> {
      const auto made = must(co_await ssl::handshake(must(co_await ssl::transport_accept(listener))));
      must(co_await ssl::recv(made, 4));
      const auto plain = must(co_await ssl::close(made, {self(), 5s}));
      must(co_await gen_tcp::send(plain, "answer to " + text_of(must(co_await gen_tcp::recv(plain, 5)))));
      must(co_await gen_tcp::recv(plain, 3));
    });
    const auto made = must(co_await ssl::connect("localhost", port, client_options({.active = false})));
    must(co_await ssl::send(made, "safe"));

    const auto plain = must(co_await ssl::close(made, {self(), 5s}));

    must(co_await gen_tcp::send(plain, "plain"));
    EXPECT_EQ(text_of(must(co_await gen_tcp::recv(plain, 15))), "answer to plain");
    EXPECT_EQ((co_await ssl::send(made, "x")).error().reason(), term("closed"_atom));
    must(co_await gen_tcp::send(plain, "end"));
  });
}

TEST_F(SslListen, WhatHasEndedHasNoTcpSocketToGive) {
  here.run([]() -> task<> {
    const auto listener = must(ssl::listen(0, listening()));
    const auto port = co_await port_of(listener);
    spawn(greet, listener, 1);
    const auto made = must(co_await ssl::connect("localhost", port, client_options({.active = false})));
    EXPECT_EQ(co_await greeting(made), "hello");
    must(co_await ssl::close(made));

    EXPECT_EQ((co_await ssl::close(made, {self(), 5s})).error().reason(), term("closed"_atom));
  });
}
