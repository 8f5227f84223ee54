// SPDX-License-Identifier: Apache-2.0
// Who gets in, how long that may take, and what each side hears of a refusal.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/tls/internal/limits.hpp>
#include <agner/tls/internal/open_connection.hpp>
#include <agner/tls/internal/options_check.hpp>

#include "../support/process_probes.hpp"
#include "../support/ssl_pair.hpp"

using namespace agner;
using namespace agner::test;
using namespace std::chrono_literals;
using ssl::internal::verification;
using ssl::internal::verification_answer;
using ssl::internal::verifier;
using testing::HasSubstr;

namespace {

const term ok{"ok"_atom};

auto next_message(std::chrono::milliseconds time = 5s) {
  return receive([](term got) { return got; }, after(time, [] { return term{"nothing"_atom}; }));
}

std::string_view name_of(ssl::protocol_version of) { return of == ssl::tlsv1_2 ? "Tls12" : "Tls13"; }

ssl::options issued_by(test_ca& by, ssl::options more) {
  more.certfile = by.client().certfile;
  more.keyfile = by.client().keyfile;
  return more;
}

/// One end of a handshake that somebody may decide about: ok, or the reason. In the end it is closed.
struct end {
  ssl::options options;
  verifier by = {};
  std::chrono::milliseconds time = 10s;
};

task<term> shake(std::unique_ptr<transport> over, bool client, end with) {
  with.options.active = false;
  auto set = ssl::internal::option_set::make(this_node(), list_of(ssl::internal::option_list(with.options)),
                                             client ? ssl::internal::role::client : ssl::internal::role::server);
  if (!set) co_return set.error().reason();
  const auto made = ssl::internal::open_connection(std::move(over), *std::move(set), "localhost", with.by);
  const auto done = co_await ssl::internal::shake_hands(made, "default"_atom, with.time);
  if (!done) co_return done.error().reason();
  // A client of TLS 1.3 learns only from what the server says next whether it was let in.
  (void)co_await ssl::send(made, "hello");
  const auto got = co_await ssl::recv(made, 5, with.time);
  co_await ssl::close(made);
  co_return got ? ok : got.error().reason();
}

struct outcomes {
  term client;
  term server;
};

outcomes meet(node& where, end client, end server) {
  return where.run([&]() -> task<outcomes> {
    memory_pipe pipe;
    spawn(
        [to = self()](std::unique_ptr<transport>& over, end& with) -> task<> {
          send(to, tuple("server"_atom, co_await shake(std::move(over), false, with)));
        },
        std::move(pipe.right), server);
    outcomes got;
    got.client = co_await shake(std::move(pipe.left), true, client);
    got.server = co_await receive(on(match("server"_atom, any<term>), [](term reason) { return reason; }));
    co_return got;
  });
}

class SslHandshake : public testing::TestWithParam<ssl::protocol_version> {
protected:
  static ssl::options this_version(ssl::options of) {
    of.versions = {{GetParam()}};
    return of;
  }

  node here;
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, SslHandshake, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return std::string(name_of(of.param)); });

// -- refusals -----------------------------------------------------------------------------------------------------------------------

TEST_P(SslHandshake, ForeignServerIsRefusedAtBothEnds) {
  const auto got = meet(here, {this_version(client_options())}, {this_version(issued_by(foreign_ca(), {}))});

  EXPECT_EQ(alert_in(got.client), term("unknown_ca"_atom));
  EXPECT_EQ(alert_in(got.server), term("unknown_ca"_atom));
  EXPECT_THAT(ssl::format_error(got.client), HasSubstr("Unknown CA"));
}

TEST_P(SslHandshake, ForeignClientIsRefusedAtBothEnds) {
  const auto got = meet(here, {this_version(client_options(issued_by(foreign_ca(), {})))},
                        {this_version(server_options(demanding()))});

  EXPECT_TRUE(got.server.is_tagged("tls_alert"_atom, 2));
  EXPECT_EQ(alert_in(got.client), alert_in(got.server));
}

TEST_P(SslHandshake, RefusalAfterTheHandshakeReachesTheOwner) {
  here.run([]() -> task<> {
    memory_pipe pipe;
    spawn(
        [](std::unique_ptr<transport>& over) -> task<> {
          co_await ssl::handshake(std::move(over), this_version(server_options(demanding())));
        },
        std::move(pipe.right));

    auto options = this_version(client_options());
    options.active = true;
    const auto made = co_await ssl::connect(std::move(pipe.left), options);

    const term reason = made ? (co_await receive([](ssl::error_ of) { return of.reason; })) : made.error().reason();
    const bool tls1_3 = GetParam() == ssl::tlsv1_3;
    EXPECT_EQ(made.has_value(), tls1_3);
    EXPECT_EQ(alert_in(reason), tls1_3 ? term("certificate_required"_atom) : term("handshake_failure"_atom));
  });
}

TEST(SslHandshakeTls13, RefusalIsKeptForThePassive) {
  node here;
  here.run([]() -> task<> {
    memory_pipe pipe;
    spawn(
        [](std::unique_ptr<transport>& over) -> task<> {
          co_await ssl::handshake(std::move(over), server_options(demanding({.versions = {{ssl::tlsv1_3}}})));
        },
        std::move(pipe.right));
    const auto options = client_options({.versions = {{ssl::tlsv1_3}}, .active = false});
    const auto made = must(co_await ssl::connect(std::move(pipe.left), options));

    EXPECT_EQ(alert_in((co_await ssl::recv(made, 0)).error().reason()), term("certificate_required"_atom));
    EXPECT_EQ(alert_in((co_await ssl::send(made, "x")).error().reason()), term("certificate_required"_atom));
    EXPECT_EQ(alert_in((co_await ssl::recv(made, 0)).error().reason()), term("certificate_required"_atom));
    must(co_await ssl::close(made));
  });
}

TEST_P(SslHandshake, SilentPeerIsWaitedForNoLongerThanTold) {
  here.run([]() -> task<> {
    for (const bool client : {true, false}) {
      memory_pipe pipe;
      EXPECT_EQ(co_await shake(std::move(pipe.left), client, {client ? client_options() : server_options(), {}, 30ms}),
                term("timeout"_atom));
    }
  });
}

TEST_P(SslHandshake, PeerThatClosesIsNamed) {
  here.run([]() -> task<> {
    for (const bool client : {true, false}) {
      memory_pipe pipe;
      pipe.right.reset();
      EXPECT_EQ(co_await shake(std::move(pipe.left), client, {client ? client_options() : server_options()}),
                term("closed"_atom));
    }
  });
}

TEST_P(SslHandshake, ConnectionWithoutAddressNeedsAName) {
  class nowhere final : public transport {
    io_result read(std::span<std::byte>) override { return io_result::would_block(); }
    io_result write(std::span<const std::span<const std::byte>>) override { return io_result::would_block(); }
    void notify(direction, const pid&, term) override {}
    result<> shutdown(shutdown_how) override { return {}; }
    void close() noexcept override {}
    [[nodiscard]] result<socket_address> peername() const override { return fail("enotsup"_atom); }
    [[nodiscard]] result<socket_address> sockname() const override { return fail("enotsup"_atom); }
  };
  here.run([]() -> task<> {
    const auto refused = co_await ssl::connect(std::make_unique<nowhere>(), client_options());
    EXPECT_THAT(ssl::format_error(refused.error()), HasSubstr("server_name_indication"));
    const auto late = co_await ssl::connect(std::make_unique<nowhere>(),
                                            client_options({.server_name_indication = "localhost"}), 10ms);
    EXPECT_EQ(late.error().reason(), term("timeout"_atom));
  });
}

// -- somebody else decides ----------------------------------------------------------------------------------------------------------

namespace {

struct deciding {
  ssl::protocol_version version;
  bool client;
};

class SslDecision : public testing::TestWithParam<deciding> {
protected:
  /// Both ends with certificates of @p ca for the one that is asked about.
  outcomes decide(const verifier& by, std::chrono::milliseconds time = 10s, test_ca& ca = shared_ca()) {
    const bool client = GetParam().client;
    end of_client{client_options(issued_by(client ? shared_ca() : ca, {}))};
    end of_server{server_options(demanding(
        client ? ssl::options{.certfile = ca.server().certfile, .keyfile = ca.server().keyfile} : ssl::options{}))};
    of_client.options.versions = of_server.options.versions = {{GetParam().version}};
    end& asks = client ? of_client : of_server;
    asks.by = by;
    asks.time = time;
    return meet(here, of_client, of_server);
  }
  static term asking(const outcomes& of) { return GetParam().client ? of.client : of.server; }
  static term other(const outcomes& of) { return GetParam().client ? of.server : of.client; }

  node here;
};

task<verification_answer> accept_late(verification) {
  co_await receive(after(50ms, [] {}));
  co_return verification_answer::accept();
}

task<verification_answer> never(verification) {
  co_await receive([](decltype("never"_atom)) {});
  co_return verification_answer::accept();
}

} // namespace

INSTANTIATE_TEST_SUITE_P(All, SslDecision,
                         testing::Values(deciding{ssl::tlsv1_2, true}, deciding{ssl::tlsv1_3, true},
                                         deciding{ssl::tlsv1_2, false}, deciding{ssl::tlsv1_3, false}),
                         [](const auto& of) {
                           return std::string(of.param.client ? "Client" : "Server") +
                                  std::string(name_of(of.param.version));
                         });

TEST_P(SslDecision, LateAcceptanceLetsIn) {
  const auto got = decide(accept_late);

  EXPECT_EQ(asking(got), ok);
  EXPECT_EQ(other(got), ok);
}

TEST_P(SslDecision, AcceptanceOverrulesWhatOpenSslFound) {
  const auto found = std::make_shared<term>();
  const auto got = decide(
      [found](verification about) -> task<verification_answer> {
        *found = about.found;
        EXPECT_EQ(about.certificates.size(), 1U);
        co_return verification_answer::accept();
      },
      10s, foreign_ca());

  EXPECT_EQ(asking(got), ok);
  EXPECT_EQ(found->elements()[0], term("bad_cert"_atom));
}

/// `shake` sends as soon as its handshake is done, as a hostile peer would: a client of TLS 1.3 while the server still waits.
TEST_P(SslDecision, LateRefusalLetsNothingIn) {
  const auto got = decide([](verification) -> task<verification_answer> {
    co_await receive(after(50ms, [] {}));
    co_return verification_answer::refuse(ssl::internal::certificate_revoked_alert, "since yesterday");
  });

  EXPECT_EQ(alert_in(asking(got)), term("certificate_revoked"_atom));
  EXPECT_THAT(ssl::format_error(asking(got)), HasSubstr("since yesterday"));
  EXPECT_EQ(alert_in(other(got)), term("certificate_revoked"_atom));
}

TEST_P(SslDecision, NoAnswerEndsAtTheDeadline) {
  const auto got = decide(never, 50ms);

  EXPECT_EQ(asking(got), term("timeout"_atom));
  EXPECT_NE(other(got), ok);
}

TEST_P(SslDecision, EndOfTheConnectionEndsWhoWasAsked) {
  here.run([]() -> task<> {
    memory_pipe pipe;
    const bool client = GetParam().client;
    const verifier tells = [to = self()](verification about) -> task<verification_answer> {
      send(to, tuple("asked"_atom, self()));
      co_return co_await never(std::move(about));
    };
    const auto start = [](bool is_client, const verifier& by, std::unique_ptr<transport>& over) {
      auto options = is_client ? client_options(with_client_certificate()) : server_options(demanding());
      options.versions = {{GetParam().version}};
      const auto run = [is_client](std::unique_ptr<transport>& mine, end& with) -> task<> {
        co_await shake(std::move(mine), is_client, with);
      };
      return spawn(run, std::move(over), end{options, by});
    };
    start(!client, {}, client ? pipe.right : pipe.left);
    const pid owner = start(client, tells, client ? pipe.left : pipe.right);
    const pid asked = co_await receive(on(match("asked"_atom, any<pid>), [](pid who) { return who; }));
    const auto gone = monitor(asked);

    exit(owner, "kill"_atom);

    EXPECT_EQ(co_await down_reason(gone), term("killed"_atom));
  });
}

TEST_P(SslDecision, EndOfWhoShouldAnswerLetsNobodyIn) {
  const auto got = decide([](verification) -> task<verification_answer> {
    exit("gone"_atom);
    co_return verification_answer::accept();
  });

  EXPECT_EQ(alert_in(asking(got)), term("internal_error"_atom));
  EXPECT_EQ(alert_in(other(got)), term("internal_error"_atom));
}

TEST_P(SslDecision, ConnectionThatWaitsStillHears) {
  const bool client = GetParam().client;
  here.run([client]() -> task<> {
    memory_pipe pipe;
    const auto other = [client](std::unique_ptr<transport>& over) -> task<> {
      auto options = client ? server_options(demanding()) : client_options(with_client_certificate());
      options.versions = {{GetParam().version}};
      co_await shake(std::move(over), !client, {options, {}, 1s});
    };
    spawn(other, std::move(client ? pipe.right : pipe.left));
    auto options = client ? client_options(with_client_certificate()) : server_options(demanding());
    options.versions = {{GetParam().version}};
    auto set =
        must(ssl::internal::option_set::make(this_node(), list_of(ssl::internal::option_list(options)),
                                             client ? ssl::internal::role::client : ssl::internal::role::server));
    const auto made =
        ssl::internal::open_connection(std::move(client ? pipe.left : pipe.right), set, "localhost", never);
    spawn([made, to = self()]() -> task<> {
      const auto done = co_await ssl::internal::shake_hands(made, "default"_atom, infinity);
      send(to, tuple("shaken"_atom, done ? ok : done.error().reason()));
    });
    co_await receive(after(50ms, [] {}));

    EXPECT_EQ(must(co_await ssl::peername(made)).ip, ip_address::loopback());
    must(co_await ssl::close(made));

    EXPECT_EQ(co_await next_message(), tuple("shaken"_atom, "closed"_atom));
  });
}

/// A client of TLS 1.3 is done before the server has decided, and may send as much as it likes: it waits in the transport, which the server does not read.
TEST(SslDecisionTls13, FloodBeforeTheDecisionIsNotTakenIn) {
  node here;
  here.run([]() -> task<> {
    constexpr std::size_t pipe_bytes = 65536;
    constexpr std::size_t chunk_bytes = 16384;
    memory_pipe pipe{{.capacity_bytes = pipe_bytes}};
    const verifier decides = [to = self()](verification) -> task<verification_answer> {
      send(to, tuple("asked"_atom, self()));
      co_await receive([](decltype("refuse"_atom)) {});
      co_return verification_answer::refuse(ssl::internal::access_denied_alert, "not known");
    };
    spawn(
        [to = self()](std::unique_ptr<transport>& over, const verifier& by) -> task<> {
          send(to, tuple("server"_atom, co_await shake(std::move(over), false, {server_options(demanding()), by})));
        },
        std::move(pipe.right), decides);
    const auto made =
        must(co_await ssl::connect(std::move(pipe.left), client_options(with_client_certificate({.active = false}))));
    const pid asked = co_await receive(on(match("asked"_atom, any<pid>), [](pid who) { return who; }));

    const auto flood = spawn_monitor([made, to = self()]() -> task<> {
      while (co_await ssl::send(made, std::string(chunk_bytes, 'x')))
        send(to, "sent"_atom);
    });
    std::size_t sent = 0;
    while (co_await receive([](decltype("sent"_atom)) { return true; }, after(100ms, [] { return false; })))
      sent += chunk_bytes;

    // What the pipe and the client's own queue hold, and the record that passes the watermark.
    EXPECT_LE(sent, pipe_bytes + ssl::internal::output_high_watermark + 2 * chunk_bytes);
    send(asked, "refuse"_atom);
    const auto server = co_await receive(on(match("server"_atom, any<term>), [](term why) { return why; }));
    EXPECT_EQ(alert_in(server), term("access_denied"_atom));
    EXPECT_EQ(co_await down_reason(flood.monitor), term("normal"_atom));
    EXPECT_EQ(alert_in((co_await ssl::recv(made, 0)).error().reason()), term("access_denied"_atom));
  });
}
