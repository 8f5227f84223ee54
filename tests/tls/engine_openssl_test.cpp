// SPDX-License-Identifier: Apache-2.0
// Engines against OpenSSL's own programs, in both roles.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>
#include <agner/tls/format_error.hpp>

#include "../support/child_process.hpp"
#include "../support/engine_link.hpp"

using namespace agner;
using namespace agner::ssl::internal;
using namespace agner::test;
using testing::HasSubstr;

namespace {

term alert_of(const engine& of) { return of.reason().is_tagged("tls_alert"_atom, 2) ? of.reason()[1][0] : of.reason(); }

struct EngineOpenSsl : testing::TestWithParam<ssl::protocol_version> {
  [[nodiscard]] std::string flag() const { return GetParam() == ssl::tlsv1_2 ? "-tls1_2" : "-tls1_3"; }
  [[nodiscard]] ssl::options version() const { return {.versions = {{GetParam()}}}; }

  [[nodiscard]] ssl::options mutual() const {
    auto made = version();
    made.verify = ssl::verify_peer;
    made.fail_if_no_peer_cert = true;
    return made;
  }

  [[nodiscard]] ssl::options as(const credentials& own) const {
    auto made = version();
    made.certfile = own.certfile;
    made.keyfile = own.keyfile;
    return made;
  }

  [[nodiscard]] std::vector<std::string> s_client(std::uint16_t port, std::vector<std::string> more = {}) const {
    std::vector<std::string> made{"openssl",
                                  "s_client",
                                  "-connect",
                                  "127.0.0.1:" + std::to_string(port),
                                  flag(),
                                  "-CAfile",
                                  shared_ca().cacertfile(),
                                  "-verify_return_error",
                                  "-verify_hostname",
                                  "localhost",
                                  "-quiet"};
    made.insert(made.end(), more.begin(), more.end());
    return made;
  }

  /// s_server sends every line back with its characters in reverse order.
  [[nodiscard]] std::vector<std::string> s_server(std::uint16_t port, std::vector<std::string> more = {}) const {
    std::vector<std::string> made{"openssl", "s_server",
                                  "-accept", "127.0.0.1:" + std::to_string(port),
                                  flag(),    "-rev",
                                  "-cert",   shared_ca().server().certfile,
                                  "-key",    shared_ca().server().keyfile};
    made.insert(made.end(), more.begin(), more.end());
    return made;
  }

  static std::vector<std::string> client_files(test_ca& by) {
    return {"-cert", by.client().certfile, "-key", by.client().keyfile};
  }
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, EngineOpenSsl, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

// -- as server ------------------------------------------------------------------------------------------------------------

TEST_P(EngineOpenSsl, ServesAClient) {
  const loopback_listener listener;
  child_process peer{s_client(listener.port())};
  engine_link link{listener.accept(), server_context(version())};

  ASSERT_EQ(link.handshake(), engine_status::open);
  peer.write("ping\n");
  EXPECT_EQ(link.receive("ping\n"), "ping\n");
  ASSERT_TRUE(link.send("pong\n"));
  EXPECT_THAT(peer.read_until("pong\n"), HasSubstr("pong\n"));

  link.finish();
  peer.close_input();
  peer.wait();
}

TEST_P(EngineOpenSsl, ServesAClientWithACertificate) {
  const loopback_listener listener;
  child_process peer{s_client(listener.port(), client_files(shared_ca()))};
  engine_link link{listener.accept(), server_context(mutual())};

  ASSERT_EQ(link.handshake(), engine_status::open);
  peer.write("ping\n");
  EXPECT_EQ(link.receive("ping\n"), "ping\n");
  EXPECT_TRUE(link.end().peer_certificate());
}

TEST_P(EngineOpenSsl, RefusedClientIsToldWhy) {
  const loopback_listener listener;
  child_process peer{s_client(listener.port(), client_files(foreign_ca()))};
  engine_link link{listener.accept(), server_context(mutual())};

  EXPECT_EQ(link.handshake(), engine_status::failed);

  EXPECT_EQ(alert_of(link.end()), term("unknown_ca"_atom));
  EXPECT_THAT(peer.read_until("alert unknown ca"), HasSubstr("alert unknown ca"));
}

/// The alert that the engine makes itself.
TEST_P(EngineOpenSsl, ClientRefusedByADecisionIsToldWhy) {
  auto settings = server_settings(mutual());
  settings.decision_awaited = true;
  const loopback_listener listener;
  child_process peer{s_client(listener.port(), client_files(shared_ca()))};
  engine_link link{listener.accept(), make_context(settings)};
  peer.write("let me in\n");

  ASSERT_EQ(link.handshake(), engine_status::awaits_decision);
  link.end().refuse_peer(certificate_revoked_alert, "");
  link.flush();

  EXPECT_THAT(peer.read_until("alert certificate revoked"), HasSubstr("alert certificate revoked"));
}

TEST_P(EngineOpenSsl, ClientAcceptedByADecisionGetsIn) {
  auto settings = server_settings(mutual());
  settings.decision_awaited = true;
  settings.sessions = true;
  const loopback_listener listener;
  child_process peer{s_client(listener.port(), client_files(foreign_ca()))};
  engine_link link{listener.accept(), make_context(settings)};
  peer.write("ping\n");

  ASSERT_EQ(link.handshake(), engine_status::awaits_decision);
  link.end().accept_peer();
  ASSERT_EQ(link.handshake(), engine_status::open);

  EXPECT_EQ(link.receive("ping\n"), "ping\n");
  ASSERT_TRUE(link.send("pong\n"));
  EXPECT_THAT(peer.read_until("pong\n"), HasSubstr("pong\n"));
}

// -- as client ------------------------------------------------------------------------------------------------------------

TEST_P(EngineOpenSsl, ConnectsToAServer) {
  const auto port = free_port();
  const child_process peer{s_server(port)};
  engine_link link{connect_to(port), client_context(version()), client_options({}, "localhost")};

  ASSERT_EQ(link.handshake(), engine_status::open) << ssl::format_error(link.end().reason());
  ASSERT_TRUE(link.send("ping\n"));

  EXPECT_EQ(link.receive("gnip\n"), "gnip\n");
}

TEST_P(EngineOpenSsl, ConnectsWithACertificate) {
  const auto port = free_port();
  const child_process peer{
      s_server(port, {"-Verify", "1", "-verify_return_error", "-CAfile", shared_ca().cacertfile()})};
  engine_link link{connect_to(port), client_context(as(shared_ca().client())), client_options({}, "localhost")};

  ASSERT_EQ(link.handshake(), engine_status::open);
  ASSERT_TRUE(link.send("ping\n"));

  EXPECT_EQ(link.receive("gnip\n"), "gnip\n");
}

TEST_P(EngineOpenSsl, HearsWhyItIsRefused) {
  const auto port = free_port();
  const child_process peer{
      s_server(port, {"-Verify", "1", "-verify_return_error", "-CAfile", shared_ca().cacertfile()})};
  engine_link link{connect_to(port), client_context(as(foreign_ca().client())), client_options({}, "localhost")};

  link.handshake();
  link.receive_all();

  EXPECT_EQ(alert_of(link.end()), term("unknown_ca"_atom));
  EXPECT_THAT(ssl::format_error(link.end().reason()), HasSubstr("received SERVER ALERT: Fatal - Unknown CA"));
}

TEST_P(EngineOpenSsl, ServerRefusedByADecisionIsToldWhy) {
  auto settings = client_settings(version());
  settings.decision_awaited = true;
  const auto port = free_port();
  child_process peer{s_server(port)};
  engine_link link{connect_to(port), make_context(settings), client_options({}, "localhost")};

  ASSERT_EQ(link.handshake(), engine_status::awaits_decision);
  link.end().refuse_peer(unknown_ca_alert, "");
  EXPECT_EQ(link.handshake(), engine_status::failed);

  EXPECT_THAT(peer.read_until("alert unknown ca"), HasSubstr("alert unknown ca"));
}
