// SPDX-License-Identifier: Apache-2.0
// Key updates of TLS 1.3 and renegotiations of TLS 1.2, started by either end, with data under way.

#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>

#include "../support/openssl_peer.hpp"

using namespace agner;
using namespace agner::ssl::internal;
using namespace agner::test;

namespace {

term alert_of(const engine& of) { return of.reason().is_tagged("tls_alert"_atom, 2) ? of.reason()[1][0] : of.reason(); }

const ssl::options tls1_2{.versions = {{ssl::tlsv1_2}}};
const ssl::options tls1_3{.versions = {{ssl::tlsv1_3}}};

std::shared_ptr<const context> patient_server(bool mutual = false) {
  auto given = tls1_2;
  given.client_renegotiation = true;
  if (mutual) {
    given.verify = ssl::verify_peer;
    given.fail_if_no_peer_cert = true;
  }
  return server_context(given);
}

std::shared_ptr<const context> known_client() {
  auto given = tls1_2;
  given.certfile = shared_ca().client().certfile;
  given.keyfile = shared_ca().client().keyfile;
  return client_context(given);
}

/// What the last handshake ended with: it changes with every one.
std::string finished(openssl_peer& of) {
  std::array<char, 64> made{};
  SSL_get_finished(of.native(), made.data(), made.size());
  return {made.data(), made.size()};
}

} // namespace

// -- key updates ----------------------------------------------------------------------------------------------------------

TEST(EngineKeyUpdate, KeyIsChangedAfterSoManyRecords) {
  engine_pair pair{client_context(tls1_3), server_context(tls1_3), {.records_per_key = 3}};
  pair.run();

  std::string expected;
  std::string got;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(write_text(pair.client, std::to_string(i)));
    expected += std::to_string(i);
    engine_pair::carry(pair.client, pair.server);
    got += read_text(pair.server);
  }

  EXPECT_EQ(got, expected);
  EXPECT_TRUE(pair.talks());
}

TEST(EngineKeyUpdate, PeerMayAskForOne) {
  openssl_peer client{client_context(tls1_3)};
  engine server{server_context(tls1_3), {}};
  client.run(server);
  ASSERT_EQ(server.status(), engine_status::open);

  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(SSL_key_update(client.native(), SSL_KEY_UPDATE_REQUESTED), 1);
    ASSERT_TRUE(client.write_text("ping"));
    EXPECT_EQ(client.run(server), "ping");
    ASSERT_TRUE(test::write_text(server, "pong"));
    client.carry_from(server);
    EXPECT_EQ(client.read_text(), "pong");
  }
}

// -- renegotiation --------------------------------------------------------------------------------------------------------

TEST(EngineRenegotiation, ClientMayWhereItIsAllowed) {
  openssl_peer client{known_client()};
  engine server{patient_server(true), {}};
  client.run(server);
  ASSERT_EQ(server.status(), engine_status::open);
  const auto known = server.peer_certificate();

  for (int i = 0; i < 20; ++i) {
    const auto before = finished(client);
    ASSERT_EQ(SSL_renegotiate(client.native()), 1);
    client.run(server);
    EXPECT_NE(finished(client), before);
    ASSERT_TRUE(client.write_text("ping"));
    EXPECT_EQ(client.run(server), "ping");
  }

  EXPECT_EQ(server.peer_certificate(), known);
}

TEST(EngineRenegotiation, WritesWaitWhileTheHandshakeIsUnderWay) {
  openssl_peer client{known_client()};
  engine server{patient_server(), {}};
  client.run(server);
  SSL_renegotiate(client.native());
  client.handshake();
  client.carry_to(server);
  EXPECT_EQ(test::read_text(server), "");

  const std::string text = "meanwhile";
  const std::array piece{std::span{reinterpret_cast<const std::byte*>(text.data()), text.size()}};
  const auto refused = server.write(piece);
  EXPECT_EQ(refused.bytes, 0U);
  EXPECT_EQ(refused.status, engine_status::wants_input);

  client.run(server);
  EXPECT_EQ(server.write(piece).bytes, text.size());
  client.carry_from(server);
  EXPECT_EQ(client.read_text(), text);
}

TEST(EngineRenegotiation, DataBeforeAndBehindItKeepsItsOrder) {
  openssl_peer client{known_client()};
  engine server{patient_server(), {}};
  client.run(server);

  ASSERT_TRUE(client.write_text("before "));
  SSL_renegotiate(client.native());
  client.handshake();
  std::string got = client.run(server);
  ASSERT_TRUE(client.write_text("behind"));
  got += client.run(server);

  EXPECT_EQ(got, "before behind");
}

TEST(EngineRenegotiation, IsRefusedByDefault) {
  openssl_peer client{known_client()};
  engine server{server_context(tls1_2), {}};
  client.run(server);
  SSL_renegotiate(client.native());
  client.run(server);

  // The server says no_renegotiation, which OpenSSL's client takes as the end.
  EXPECT_FALSE(client.write_text("x"));
}

TEST(EngineRenegotiation, ServerMayAskAClient) {
  openssl_peer server{server_context(tls1_2)};
  engine client{client_context(tls1_2), client_options({}, "localhost")};
  server.run(client);
  ASSERT_EQ(client.status(), engine_status::open);

  const auto before = finished(server);
  ASSERT_EQ(SSL_renegotiate(server.native()), 1);
  server.run(client);
  EXPECT_NE(finished(server), before);
  ASSERT_TRUE(test::write_text(client, "ping"));
  server.carry_from(client);

  EXPECT_EQ(server.read_text(), "ping");
}

TEST(EngineRenegotiation, ServerMustNotChangeItsCertificate) {
  openssl_peer server{server_context(tls1_2)};
  engine client{client_context(tls1_2), client_options({}, "localhost")};
  server.run(client);
  const auto other = shared_ca().issue(plan_for_host("localhost"));
  ASSERT_EQ(SSL_use_certificate_file(server.native(), other.certfile.c_str(), SSL_FILETYPE_PEM), 1);
  ASSERT_EQ(SSL_use_PrivateKey_file(server.native(), other.keyfile.c_str(), SSL_FILETYPE_PEM), 1);

  SSL_renegotiate(server.native());
  server.run(client);

  EXPECT_EQ(alert_of(client), term("bad_certificate"_atom));
}

TEST(EngineRenegotiation, AcceptedPeerIsNotAskedAboutAgain) {
  auto settings =
      server_settings({.verify = ssl::verify_peer, .versions = {{ssl::tlsv1_2}}, .client_renegotiation = true});
  settings.decision_awaited = true;
  openssl_peer client{known_client()};
  engine server{make_context(settings), {}};
  client.run(server);
  ASSERT_EQ(server.status(), engine_status::awaits_decision);
  server.accept_peer();
  client.run(server);

  const auto before = finished(client);
  SSL_renegotiate(client.native());
  client.run(server);
  EXPECT_NE(finished(client), before);
  ASSERT_TRUE(client.write_text("ping"));

  EXPECT_EQ(client.run(server), "ping");
}

TEST(EngineRenegotiation, FloodEndsTheConnection) {
  openssl_peer client{known_client()};
  engine server{patient_server(), {}};
  client.run(server);

  for (unsigned i = 0; i < 2 * idle_renegotiations_max && server.status() == engine_status::open; ++i) {
    SSL_renegotiate(client.native());
    client.run(server);
  }

  EXPECT_EQ(server.status(), engine_status::failed);
  EXPECT_EQ(server.reason(), tuple("flood"_atom, tuple("renegotiations"_atom, idle_renegotiations_max)));
}
