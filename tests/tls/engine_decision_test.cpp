// SPDX-License-Identifier: Apache-2.0
// Somebody else decides about the peer, later: nothing goes in or out meanwhile, and a refusal reaches the peer as the right alert.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/tls/format_error.hpp>

#include "../support/engine_pair.hpp"

using namespace agner;
using namespace agner::ssl::internal;
using namespace agner::test;
using testing::HasSubstr;

namespace {

term alert_of(const engine& of) { return of.reason().is_tagged("tls_alert"_atom, 2) ? of.reason()[1][0] : of.reason(); }

/// Who waits for a decision, over which version.
struct waiting {
  ssl::protocol_version version;
  role side;
};

class EngineDecision : public testing::TestWithParam<waiting> {
protected:
  [[nodiscard]] bool tls1_3() const { return GetParam().version == ssl::tlsv1_3; }
  [[nodiscard]] bool server_waits() const { return GetParam().side == role::server; }

  /// A pair with certificates on both ends, of which one side waits. @p by is who signs the certificate that is decided about.
  engine_pair pair_of(test_ca& by = shared_ca(), bool sessions = false) {
    ssl::options common{.versions = {{GetParam().version}}};
    auto client = client_settings(own(common, server_waits() ? by.client() : shared_ca().client()));
    auto server_options = own(common, server_waits() ? shared_ca().server() : by.server());
    server_options.verify = ssl::verify_peer;
    server_options.fail_if_no_peer_cert = true;
    auto server = server_settings(server_options);
    (server_waits() ? server : client).decision_awaited = true;
    client.sessions = server.sessions = sessions;
    return {make_context(client), make_context(server)};
  }

  engine& waiter(engine_pair& of) { return server_waits() ? of.server : of.client; }
  engine& other(engine_pair& of) { return server_waits() ? of.client : of.server; }

private:
  static ssl::options own(ssl::options base, const credentials& with) {
    base.certfile = with.certfile;
    base.keyfile = with.keyfile;
    return base;
  }
};

} // namespace

INSTANTIATE_TEST_SUITE_P(All, EngineDecision,
                         testing::Values(waiting{ssl::tlsv1_2, role::client}, waiting{ssl::tlsv1_3, role::client},
                                         waiting{ssl::tlsv1_2, role::server}, waiting{ssl::tlsv1_3, role::server}),
                         [](const auto& of) {
                           return std::string(of.param.side == role::client ? "Client" : "Server") +
                                  (of.param.version == ssl::tlsv1_2 ? "12" : "13");
                         });

// -- waiting ------------------------------------------------------------------------------------------------------------------------

TEST_P(EngineDecision, WaitsWithTheChainAndOpenSslsVerdict) {
  auto pair = pair_of();

  pair.run();

  EXPECT_EQ(waiter(pair).status(), engine_status::awaits_decision);
  EXPECT_EQ(waiter(pair).peer_certificates().size(), 1U);
  EXPECT_TRUE(waiter(pair).found().valid);
  EXPECT_EQ(waiter(pair).found().result, term("valid"_atom));
  EXPECT_EQ(waiter(pair).advance(), engine_status::awaits_decision);
}

TEST_P(EngineDecision, WaitsEvenWhereOpenSslWouldRefuse) {
  auto pair = pair_of(foreign_ca());

  pair.run();

  EXPECT_EQ(waiter(pair).status(), engine_status::awaits_decision);
  EXPECT_FALSE(waiter(pair).found().valid);
  EXPECT_EQ(waiter(pair).found().result, tuple("bad_cert"_atom, "unknown_ca"_atom));
  EXPECT_EQ(waiter(pair).found().alert, unknown_ca_alert);
}

TEST_P(EngineDecision, NothingGoesOutWhileItWaits) {
  auto pair = pair_of();
  pair.run();

  EXPECT_FALSE(write_text(waiter(pair), "too early"));
  waiter(pair).close_write();
  waiter(pair).advance();

  EXPECT_EQ(waiter(pair).output().size(), 0U);
  EXPECT_EQ(waiter(pair).output().held(), 0U);
}

/// A client of TLS 1.3 is open as soon as it has sent its certificate, and may send data at once.
TEST_P(EngineDecision, DataOfAPeerThatDoesNotWaitIsKeptBack) {
  auto pair = pair_of(foreign_ca());
  pair.run();
  if (write_text(other(pair), "let me in")) engine_pair::carry(other(pair), waiter(pair));

  EXPECT_EQ(waiter(pair).status(), engine_status::awaits_decision);
  EXPECT_EQ(read_text(waiter(pair)), "");

  waiter(pair).refuse_peer(bad_certificate_alert, "not you");
  waiter(pair).advance();

  EXPECT_EQ(read_text(waiter(pair)), "");
  EXPECT_EQ(waiter(pair).status(), engine_status::failed);
}

TEST_P(EngineDecision, DataThatCameWhileItWaitedIsReadAfterwards) {
  auto pair = pair_of();
  pair.run();
  const bool sent = write_text(other(pair), "early");
  if (sent) engine_pair::carry(other(pair), waiter(pair));

  waiter(pair).accept_peer();
  waiter(pair).advance();
  pair.run();

  EXPECT_TRUE(pair.open());
  EXPECT_EQ(sent, server_waits() && tls1_3());
  EXPECT_EQ(read_text(waiter(pair)), sent ? "early" : "");
  EXPECT_TRUE(pair.talks());
}

TEST_P(EngineDecision, InputIsBoundedWhileItWaits) {
  auto pair = pair_of();
  pair.run();
  const std::vector<std::byte> much(1 << 20);

  const auto fed = feed_all(waiter(pair), much);

  EXPECT_LE(fed, input_bytes_max);
  EXPECT_EQ(waiter(pair).status(), engine_status::awaits_decision);
}

// -- deciding -----------------------------------------------------------------------------------------------------------------------

TEST_P(EngineDecision, AcceptedPeerGetsIn) {
  auto pair = pair_of();
  pair.run();

  waiter(pair).accept_peer();
  waiter(pair).advance();
  pair.run();

  EXPECT_TRUE(pair.open());
  EXPECT_TRUE(waiter(pair).peer_certificate());
  EXPECT_TRUE(pair.talks());
}

TEST_P(EngineDecision, AcceptingOverrulesOpenSsl) {
  auto pair = pair_of(foreign_ca());
  pair.run();

  waiter(pair).accept_peer();
  waiter(pair).advance();
  pair.run();

  EXPECT_TRUE(pair.open());
  EXPECT_TRUE(pair.talks());
}

TEST_P(EngineDecision, RefusalReachesThePeerAsTheAlertChosen) {
  for (const alert_number alert :
       {bad_certificate_alert, unsupported_certificate_alert, certificate_revoked_alert, certificate_expired_alert,
        certificate_unknown_alert, unknown_ca_alert, internal_error_alert, handshake_failure_alert}) {
    auto pair = pair_of();
    pair.run();

    waiter(pair).refuse_peer(alert, "because");
    waiter(pair).advance();
    pair.run();
    read_text(other(pair));

    EXPECT_EQ(alert_of(waiter(pair)), term(alert_name(alert)));
    EXPECT_THAT(ssl::format_error(waiter(pair).reason()),
                HasSubstr("ALERT: Fatal - " + alert_text(alert) + "\n - because"));
    EXPECT_EQ(alert_of(other(pair)), term(alert_name(alert)));
    EXPECT_EQ(other(pair).status(), engine_status::failed);
  }
}

TEST_P(EngineDecision, RefusedEndDoesNothingMore) {
  auto pair = pair_of();
  pair.run();
  waiter(pair).refuse_peer(unknown_ca_alert, "");
  waiter(pair).advance();
  taken_output(waiter(pair));

  waiter(pair).accept_peer();
  waiter(pair).close_write();

  EXPECT_EQ(waiter(pair).advance(), engine_status::failed);
  EXPECT_FALSE(write_text(waiter(pair), "x"));
  EXPECT_EQ(read_text(waiter(pair)), "");
  EXPECT_EQ(waiter(pair).output().size(), 0U);
}

TEST_P(EngineDecision, DecisionBeforeOneIsAskedForIsNone) {
  auto pair = pair_of(foreign_ca());
  waiter(pair).accept_peer();
  waiter(pair).refuse_peer(unknown_ca_alert, "");

  pair.run();

  EXPECT_EQ(waiter(pair).status(), engine_status::awaits_decision);
}

TEST_P(EngineDecision, WaitsAtEveryFragmentation) {
  for (const std::size_t piece : {1UL, 2UL, 3UL, 5UL, 64UL, 1000UL}) {
    auto pair = pair_of(foreign_ca());
    pair.run(piece);
    ASSERT_EQ(waiter(pair).status(), engine_status::awaits_decision) << piece;

    waiter(pair).refuse_peer(unknown_ca_alert, "");
    waiter(pair).advance();
    pair.run(piece);
    read_text(other(pair));

    EXPECT_EQ(alert_of(other(pair)), term("unknown_ca"_atom)) << piece;
  }
}

// -- sessions -----------------------------------------------------------------------------------------------------------------------

TEST_P(EngineDecision, NobodyResumesBeforeTheDecision) {
  auto pair = pair_of(shared_ca(), true);
  pair.run();
  if (write_text(other(pair), "x")) engine_pair::carry(other(pair), waiter(pair));
  EXPECT_EQ(pair.client.take_session(), nullptr);

  waiter(pair).accept_peer();
  waiter(pair).advance();
  pair.run();
  read_text(pair.client);

  EXPECT_NE(pair.client.take_session(), nullptr);
}

TEST_P(EngineDecision, RefusedPeerHasNothingToResumeWith) {
  auto pair = pair_of(shared_ca(), true);
  pair.run();

  waiter(pair).refuse_peer(bad_certificate_alert, "");
  waiter(pair).advance();
  pair.run();
  read_text(pair.client);

  EXPECT_EQ(pair.client.take_session(), nullptr);
}

// -- a peer that puts its whole flight into one record ------------------------------------------------------------------------------

// OpenSSL then has the Finished in hand when it meets the certificate, and takes the handshake for done.
// (OpenSSL's own client sends a record a message, so this is played with a client whose records are joined: see engine_one_record_test.cpp.)
