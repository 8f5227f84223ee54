// SPDX-License-Identifier: Apache-2.0
// A server that looks at the ClientHello before it answers, and may answer with other options.

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>
#include <agner/tls/internal/engine_facts.hpp>

#include "../support/engine_pair.hpp"

using namespace agner;
using namespace agner::ssl::internal;
using namespace agner::test;

namespace {

term alert_of(const engine& of) { return of.reason().is_tagged("tls_alert"_atom, 2) ? of.reason()[1][0] : of.reason(); }

std::shared_ptr<const context> curious_server(ssl::options given = {}) {
  auto settings = server_settings(std::move(given));
  settings.hello_awaited = true;
  return make_context(settings);
}

engine_pair curious_pair(ssl::options client = {}) { return {client_context(std::move(client)), curious_server()}; }

} // namespace

TEST(EngineHello, WaitsWithTheServerName) {
  auto pair = curious_pair();

  pair.run();

  EXPECT_EQ(pair.server.status(), engine_status::awaits_hello);
  EXPECT_EQ(pair.server.hello().server_name, "localhost");
  EXPECT_EQ(pair.server.output().size(), 0U);
  EXPECT_EQ(pair.server.advance(), engine_status::awaits_hello);
}

TEST(EngineHello, NameMayBeMissing) {
  engine_pair pair{client_context({}), curious_server(), client_options({}, "127.0.0.1")};

  pair.run();

  EXPECT_EQ(pair.server.hello().server_name, "");
}

TEST(EngineHello, GoesOnWithItsOwnOptions) {
  for (const std::size_t piece : {1UL, 7UL, SIZE_MAX}) {
    auto pair = curious_pair();
    pair.run(piece);

    pair.server.continue_with(nullptr);
    pair.server.advance();
    pair.run(piece);

    EXPECT_TRUE(pair.open());
    EXPECT_TRUE(pair.talks());
  }
}

TEST(EngineHello, RefusalReachesTheClient) {
  auto pair = curious_pair();
  pair.run();

  pair.server.refuse_hello(unrecognized_name_alert);
  pair.server.advance();
  pair.run();

  EXPECT_EQ(alert_of(pair.server), term("unrecognized_name"_atom));
  EXPECT_EQ(alert_of(pair.client), term("unrecognized_name"_atom));
}

/// Versions, verification and certificates are the other context's, which SSL_set_SSL_CTX would not do.
TEST(EngineHello, OtherOptionsReplaceAll) {
  const auto other = shared_ca().issue(plan_for_host("localhost"));
  const auto strict = server_context({.certfile = other.certfile,
                                      .keyfile = other.keyfile,
                                      .cacertfile = shared_ca().cacertfile(),
                                      .verify = ssl::verify_peer,
                                      .fail_if_no_peer_cert = true,
                                      .versions = {{ssl::tlsv1_2}}});
  auto bare = curious_pair();
  engine_pair known{
      client_context({.certfile = shared_ca().client().certfile, .keyfile = shared_ca().client().keyfile}),
      curious_server()};
  for (auto* pair : {&bare, &known}) {
    pair->run(3);
    pair->server.continue_with(strict);
    pair->server.advance();
    pair->run(3);
  }

  EXPECT_EQ(alert_of(bare.server), term("handshake_failure"_atom));
  ASSERT_TRUE(known.open());
  EXPECT_TRUE(known.talks());
  EXPECT_THAT(connection_facts(known.server), testing::Contains(tuple("protocol"_atom, "tlsv1.2"_atom)));
  EXPECT_TRUE(known.server.peer_certificate());
}

TEST(EngineHello, OtherOptionsMayWaitForADecision) {
  auto settings = server_settings({.verify = ssl::verify_peer});
  settings.decision_awaited = true;
  engine_pair pair{
      client_context({.certfile = foreign_ca().client().certfile, .keyfile = foreign_ca().client().keyfile}),
      curious_server()};
  pair.run();
  pair.server.continue_with(make_context(settings));
  pair.server.advance();
  pair.run();

  ASSERT_EQ(pair.server.status(), engine_status::awaits_decision);
  pair.server.refuse_peer(unknown_ca_alert, "");
  pair.run();
  read_text(pair.client);

  EXPECT_EQ(alert_of(pair.client), term("unknown_ca"_atom));
}

/// A HelloRetryRequest makes the client say hello twice; nobody is asked twice.
TEST(EngineHello, SecondHelloIsNotAskedAbout) {
  const auto server = curious_server();
  constexpr std::array groups = {NID_secp384r1};
  SSL_CTX_ctrl(server->native(), SSL_CTRL_SET_GROUPS, groups.size(), const_cast<int*>(groups.data()));
  engine_pair pair{client_context({}), server};
  pair.run();

  pair.server.continue_with(nullptr);
  pair.server.advance();
  pair.run();

  EXPECT_TRUE(pair.open());
}

TEST(EngineHello, AnswerBeforeTheQuestionIsNone) {
  auto pair = curious_pair();
  pair.server.continue_with(server_context({}));
  pair.server.refuse_hello(unrecognized_name_alert);

  pair.run();

  EXPECT_EQ(pair.server.status(), engine_status::awaits_hello);
}
