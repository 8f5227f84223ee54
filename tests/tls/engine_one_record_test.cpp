// SPDX-License-Identifier: Apache-2.0
// A client that joins its whole flight into one record: OpenSSL has CertificateVerify and Finished in hand when it meets the certificate, goes on, and takes
// the handshake for done. The server must not.

#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>
#include <agner/tls/internal/sealed_record.hpp>

#include "../support/engine_pair.hpp"
#include "../support/hexadecimal.hpp"
#include "../support/tls_records.hpp"

using namespace agner;
using namespace agner::ssl::internal;
using namespace agner::test;

namespace {

/// The client's handshake secret of the last handshake, from the line that OpenSSL logs.
std::vector<std::byte> handshake_secret;

void note_secret(const SSL* /*of*/, const char* line) {
  constexpr std::string_view label = "CLIENT_HANDSHAKE_TRAFFIC_SECRET ";
  const std::string_view text = line;
  if (text.starts_with(label)) handshake_secret = from_hex(text.substr(text.find(' ', label.size()) + 1));
}

term alert_of(const engine& of) { return of.reason().is_tagged("tls_alert"_atom, 2) ? of.reason()[1][0] : of.reason(); }

struct joined_flight : testing::TestWithParam<ssl::protocol_version> {
  ssl::options own{
      .certfile = foreign_ca().client().certfile, .keyfile = foreign_ca().client().keyfile, .versions = {{GetParam()}}};
  std::shared_ptr<const context> of_client = client_context(own);
  engine_pair pair{of_client, waiting_server()};

  joined_flight() { SSL_CTX_set_keylog_callback(of_client->native(), note_secret); }

  static std::shared_ptr<const context> waiting_server() {
    auto settings =
        server_settings({.verify = ssl::verify_peer, .fail_if_no_peer_cert = true, .versions = {{GetParam()}}});
    settings.decision_awaited = true;
    settings.sessions = true;
    return make_context(settings);
  }

  /// The client's second flight with all its handshake messages in one record, as far as the version allows.
  [[nodiscard]] std::vector<std::byte> flight() {
    pair.client.advance();
    engine_pair::carry(pair.client, pair.server);
    engine_pair::carry(pair.server, pair.client);
    const auto records = split_records(taken_output(pair.client));
    return GetParam() == ssl::tlsv1_3 ? joined_1_3(records) : joined_1_2(records);
  }

  static std::vector<std::byte> joined_1_2(const std::vector<record>& records) {
    record all{.type = record_type::handshake};
    std::vector<std::byte> made;
    bool encrypted = false;
    for (const auto& one : records) {
      if (!encrypted && one.type == record_type::handshake) {
        all.content.insert(all.content.end(), one.content.begin(), one.content.end());
        continue;
      }
      if (!encrypted) append(made, all);
      encrypted = true;
      append(made, one);
    }
    return made;
  }

  [[nodiscard]] std::vector<std::byte> joined_1_3(const std::vector<record>& records) const {
    const auto key = traffic_key::derive(SSL_get_current_cipher(pair.client.native()), handshake_secret);
    std::vector<std::byte> messages;
    std::uint64_t sequence = 0;
    for (const auto& one : records) {
      if (one.type != record_type::application_data) continue;
      const auto opened = open_record(*key, sequence++, one);
      messages.insert(messages.end(), opened.content.begin(), opened.content.end());
    }
    EXPECT_EQ(sequence, 3U);
    return *seal_record(*key, 0, record_type::handshake, messages);
  }
};

} // namespace

INSTANTIATE_TEST_SUITE_P(EngineOneRecord, joined_flight, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

TEST_P(joined_flight, StillWaitsAndLetsNothingOut) {
  feed_all(pair.server, flight());
  if (write_text(pair.client, "let me in")) engine_pair::carry(pair.client, pair.server);

  // In TLS 1.2 the change of cipher is a record of its own, which OpenSSL does not get.
  EXPECT_EQ(SSL_is_init_finished(pair.server.native()), GetParam() == ssl::tlsv1_3 ? 1 : 0);
  EXPECT_EQ(pair.server.status(), engine_status::awaits_decision);
  EXPECT_EQ(pair.server.advance(), engine_status::awaits_decision);
  EXPECT_EQ(pair.server.output().size(), 0U);
  EXPECT_EQ(pair.server.output().held(), 0U);
  EXPECT_EQ(read_text(pair.server), "");
  EXPECT_FALSE(write_text(pair.server, "x"));
}

TEST_P(joined_flight, RefusalReachesTheClient) {
  feed_all(pair.server, flight());

  pair.server.refuse_peer(certificate_revoked_alert, "");
  engine_pair::carry(pair.server, pair.client);
  read_text(pair.client);

  EXPECT_EQ(alert_of(pair.client), term("certificate_revoked"_atom));
  EXPECT_EQ(pair.client.take_session(), nullptr);
}

TEST_P(joined_flight, AcceptedClientGetsIn) {
  feed_all(pair.server, flight());

  pair.server.accept_peer();
  pair.server.advance();
  pair.run();

  EXPECT_TRUE(pair.open());
  EXPECT_TRUE(pair.talks());
}
