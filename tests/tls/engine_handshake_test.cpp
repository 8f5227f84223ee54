// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/tls/format_error.hpp>
#include <agner/tls/internal/engine_facts.hpp>

#include "../support/engine_pair.hpp"
#include "../support/tls_records.hpp"
#include <agner/tls/internal/cipher_suites.hpp>

using namespace agner;
using namespace agner::ssl::internal;
using namespace agner::test;
using testing::HasSubstr;

namespace {

ssl::options version(ssl::protocol_version only) { return {.versions = {{only}}}; }

ssl::options with(ssl::options base, const credentials& own) {
  base.certfile = own.certfile;
  base.keyfile = own.keyfile;
  return base;
}

/// A server that demands a certificate.
ssl::options mutual(ssl::protocol_version only) {
  auto made = version(only);
  made.verify = ssl::verify_peer;
  made.fail_if_no_peer_cert = true;
  return made;
}

term alert_of(const engine& of) { return of.reason().is_tagged("tls_alert"_atom, 2) ? of.reason()[1][0] : of.reason(); }

class EngineHandshake : public testing::TestWithParam<ssl::protocol_version> {};

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, EngineHandshake, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

// -- what succeeds ------------------------------------------------------------------------------------------------------------------

TEST_P(EngineHandshake, OpensBothEnds) {
  engine_pair pair{client_context(version(GetParam())), server_context(version(GetParam()))};

  pair.run();

  EXPECT_TRUE(pair.open());
  EXPECT_TRUE(pair.talks());
  EXPECT_TRUE(pair.client.peer_certificate());
  EXPECT_FALSE(pair.server.peer_certificate());
}

TEST_P(EngineHandshake, OpensByteByByte) {
  engine_pair pair{client_context(with(version(GetParam()), shared_ca().client())), server_context(mutual(GetParam()))};

  pair.run(1);

  EXPECT_TRUE(pair.open());
  EXPECT_TRUE(pair.talks());
}

TEST_P(EngineHandshake, OpensWithBothCertificates) {
  engine_pair pair{client_context(with(version(GetParam()), shared_ca().client())), server_context(mutual(GetParam()))};

  pair.run();

  EXPECT_TRUE(pair.open());
  EXPECT_TRUE(pair.talks());
  EXPECT_TRUE(pair.server.peer_certificate());
}

TEST_P(EngineHandshake, OpensThroughAnIntermediateAuthority) {
  const auto own = shared_ca().issue_through_intermediate(plan_for_host("localhost"));
  engine_pair pair{client_context(version(GetParam())), server_context(with(version(GetParam()), own))};

  pair.run();

  EXPECT_TRUE(pair.open());
}

TEST_P(EngineHandshake, OpensWithRsa) {
  auto plan = plan_for_host("localhost");
  plan.key = ssl::key_kind::rsa_2048;
  engine_pair pair{client_context(version(GetParam())),
                   server_context(with(version(GetParam()), shared_ca().issue(plan)))};

  pair.run();

  EXPECT_TRUE(pair.open());
}

TEST_P(EngineHandshake, OpensWithEveryDefaultSuite) {
  for (const auto& suite : cipher_suites()) {
    if (!suite.by_default || suite.tls1_3 != (GetParam() == ssl::tlsv1_3)) continue;
    auto plan = plan_for_host("localhost");
    static const auto rsa = [&] {
      plan.key = ssl::key_kind::rsa_2048;
      return shared_ca().issue(plan);
    }();
    auto options = version(GetParam());
    options.ciphers = {suite.openssl_name};
    auto server = suite.key_exchange.ends_with("rsa") ? with(options, rsa) : options;
    engine_pair pair{client_context(options), server_context(server)};

    pair.run();

    EXPECT_TRUE(pair.open()) << suite.openssl_name;
    EXPECT_TRUE(pair.talks());
    EXPECT_THAT(connection_facts(pair.client),
                testing::Contains(tuple("selected_cipher_suite"_atom, suite_map(suite))));
  }
}

TEST_P(EngineHandshake, CertificateIsOptionalUnlessDemanded) {
  auto asks = mutual(GetParam());
  asks.fail_if_no_peer_cert = false;
  engine_pair pair{client_context(version(GetParam())), server_context(asks)};

  pair.run();

  EXPECT_TRUE(pair.open());
}

TEST_P(EngineHandshake, FactsTellWhatWasAgreed) {
  engine_pair pair{client_context(version(GetParam())), server_context(version(GetParam()))};

  pair.run();

  for (const auto* side : {&pair.client, &pair.server}) {
    const auto facts = connection_facts(*side);
    EXPECT_THAT(facts, testing::Contains(tuple("protocol"_atom, GetParam() == ssl::tlsv1_3 ? "tlsv1.3"_atom.value()
                                                                                           : "tlsv1.2"_atom.value())));
    const term asked_for = side == &pair.server ? string("localhost") : term("undefined"_atom);
    EXPECT_THAT(facts, testing::Contains(tuple("sni_hostname"_atom, asked_for)));
    EXPECT_THAT(facts, testing::Contains(tuple("session_resumption"_atom, false)));
  }
}

// -- names --------------------------------------------------------------------------------------------------------------------------

TEST_P(EngineHandshake, HostNameMustBeTheCertificates) {
  engine_pair pair{client_context(version(GetParam())), server_context(version(GetParam())),
                   client_options({}, "other.example")};

  pair.run();

  EXPECT_EQ(alert_of(pair.client), term("handshake_failure"_atom));
  EXPECT_THAT(ssl::format_error(pair.client.reason()), HasSubstr("is not for other.example"));
  EXPECT_EQ(alert_of(pair.server), term("handshake_failure"_atom));
}

TEST_P(EngineHandshake, AddressMustBeTheCertificates) {
  engine_pair right{client_context(version(GetParam())), server_context(version(GetParam())),
                    client_options({}, "127.0.0.1")};
  engine_pair wrong{client_context(version(GetParam())), server_context(version(GetParam())),
                    client_options({}, "127.0.0.2")};

  right.run();
  wrong.run();

  EXPECT_TRUE(right.open());
  EXPECT_THAT(connection_facts(right.server), testing::Contains(tuple("sni_hostname"_atom, "undefined"_atom)));
  EXPECT_EQ(alert_of(wrong.client), term("handshake_failure"_atom));
}

TEST_P(EngineHandshake, NameGivenIsSentAndChecked) {
  const name_settings given{.what = name_settings::form::given, .name = "localhost"};
  engine_pair pair{client_context(version(GetParam())), server_context(version(GetParam())),
                   client_options(given, "10.0.0.1")};

  pair.run();

  EXPECT_TRUE(pair.open());
  EXPECT_THAT(connection_facts(pair.server), testing::Contains(tuple("sni_hostname"_atom, string("localhost"))));
}

TEST_P(EngineHandshake, DisabledNameIsNeitherSentNorChecked) {
  const name_settings disabled{.what = name_settings::form::disabled};
  engine_pair pair{client_context(version(GetParam())), server_context(version(GetParam())),
                   client_options(disabled, "other.example")};

  pair.run();

  EXPECT_TRUE(pair.open());
  EXPECT_THAT(connection_facts(pair.server), testing::Contains(tuple("sni_hostname"_atom, "undefined"_atom)));
}

// -- what is refused, and what both ends say of it ----------------------------------------------------------------------------------

namespace {

/// The alerts that client and server end with when the client trusts the shared authority and the server has @p own.
std::pair<term, term> ends_with_server(ssl::protocol_version only, const credentials& own) {
  engine_pair pair{client_context(version(only)), server_context(with(version(only), own))};
  pair.run();
  return {alert_of(pair.client), alert_of(pair.server)};
}

std::pair<term, term> both(atom name) { return {name, name}; }

} // namespace

TEST_P(EngineHandshake, ForeignAuthorityIsUnknown) {
  EXPECT_EQ(ends_with_server(GetParam(), foreign_ca().server()), both("unknown_ca"_atom));
}

namespace {

credentials self_signed() {
  const auto made = must(ssl::make_self_signed(plan_for_host("localhost")));
  const auto& folder = shared_ca().folder();
  return {folder.write("self.pem", made.certificate), folder.write("self.key", made.key)};
}

} // namespace

TEST_P(EngineHandshake, SelfSignedPeerIsBad) {
  EXPECT_EQ(ends_with_server(GetParam(), self_signed()), both("bad_certificate"_atom));
}

TEST_P(EngineHandshake, SelfSignedPeerThatIsNamedAsTrustedIsTaken) {
  const auto own = self_signed();
  auto trusting = version(GetParam());
  trusting.cacertfile = own.certfile;
  engine_pair pair{client_context(trusting), server_context(with(version(GetParam()), own))};

  pair.run();

  EXPECT_TRUE(pair.open());
}

TEST_P(EngineHandshake, ExpiredCertificateIsExpired) {
  auto plan = plan_for_host("localhost");
  plan.not_after = plan.not_before + std::chrono::minutes{1};

  EXPECT_EQ(ends_with_server(GetParam(), shared_ca().issue(plan)), both("certificate_expired"_atom));
}

TEST_P(EngineHandshake, FutureCertificateIsExpired) {
  auto plan = plan_for_host("localhost");
  plan.not_before = plan.not_after - std::chrono::minutes{1};

  EXPECT_EQ(ends_with_server(GetParam(), shared_ca().issue(plan)), both("certificate_expired"_atom));
}

TEST_P(EngineHandshake, ClientsCertificateDoesNotServe) {
  auto plan = plan_for_host("localhost");
  plan.use = ssl::certificate_use::client;

  EXPECT_EQ(ends_with_server(GetParam(), shared_ca().issue(plan)), both("handshake_failure"_atom));
}

TEST_P(EngineHandshake, DepthBoundsTheChain) {
  const auto own = shared_ca().issue_through_intermediate(plan_for_host("localhost"));
  auto shallow = version(GetParam());
  shallow.depth = 0;
  engine_pair pair{client_context(shallow), server_context(with(version(GetParam()), own))};

  pair.run();

  EXPECT_EQ(alert_of(pair.client), term("handshake_failure"_atom));
}

TEST_P(EngineHandshake, ClientThatVerifiesNobodyTakesAnything) {
  auto blind = version(GetParam());
  blind.verify = ssl::verify_none;
  engine_pair pair{client_context(blind), server_context(with(version(GetParam()), foreign_ca().server())), {}};

  pair.run();

  EXPECT_TRUE(pair.open());
}

TEST_P(EngineHandshake, ServerThatVerifiesNobodyAsksForNothing) {
  engine_pair pair{client_context(with(version(GetParam()), foreign_ca().client())),
                   server_context(version(GetParam()))};

  pair.run();

  EXPECT_TRUE(pair.open());
  EXPECT_FALSE(pair.server.peer_certificate());
}

TEST_P(EngineHandshake, ForeignClientIsRefused) {
  engine_pair pair{client_context(with(version(GetParam()), foreign_ca().client())),
                   server_context(mutual(GetParam()))};

  pair.run();

  EXPECT_EQ(alert_of(pair.server), term("unknown_ca"_atom));
  read_text(pair.client);
  EXPECT_EQ(alert_of(pair.client), term("unknown_ca"_atom));
}

TEST_P(EngineHandshake, ClientWithoutCertificateIsRefusedWhereOneIsDemanded) {
  engine_pair pair{client_context(version(GetParam())), server_context(mutual(GetParam()))};

  pair.run();

  const term expected =
      GetParam() == ssl::tlsv1_3 ? "certificate_required"_atom.value() : "handshake_failure"_atom.value();
  EXPECT_EQ(alert_of(pair.server), expected);
  read_text(pair.client);
  EXPECT_EQ(alert_of(pair.client), expected);
}

TEST(EngineVersions, WithoutACommonOneBothSaySo) {
  engine_pair pair{client_context(version(ssl::tlsv1_3)), server_context(version(ssl::tlsv1_2))};

  pair.run();

  EXPECT_EQ(alert_of(pair.server), term("protocol_version"_atom));
  EXPECT_EQ(alert_of(pair.client), term("protocol_version"_atom));
}

TEST(EngineVersions, TheNewestCommonOneIsUsed) {
  engine_pair pair{client_context({}), server_context({})};

  pair.run();

  EXPECT_THAT(connection_facts(pair.client), testing::Contains(tuple("protocol"_atom, "tlsv1.3"_atom)));
}

TEST(EngineVersions, WithoutACommonSuiteBothSaySo) {
  auto one = version(ssl::tlsv1_2);
  auto other = one;
  one.ciphers = {"ECDHE-ECDSA-AES128-GCM-SHA256"};
  other.ciphers = {"ECDHE-ECDSA-AES256-GCM-SHA384"};
  engine_pair pair{client_context(one), server_context(other)};

  pair.run();

  EXPECT_EQ(alert_of(pair.server), term("handshake_failure"_atom));
  EXPECT_EQ(alert_of(pair.client), term("handshake_failure"_atom));
}

// -- how a client refuses -----------------------------------------------------------------------------------------------

/// OpenSSL's own alert would go out in plain text in TLS 1.3, which OTP takes for a damaged record.
TEST_P(EngineHandshake, RefusingClientSendsOneAlertAndNothingElse) {
  engine_pair pair{client_context(with(version(GetParam()), shared_ca().client())),
                   server_context(with(mutual(GetParam()), foreign_ca().server()))};
  pair.client.advance();
  engine_pair::carry(pair.client, pair.server);
  engine_pair::carry(pair.server, pair.client);

  const auto sent = split_records(taken_output(pair.client));

  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].type, GetParam() == ssl::tlsv1_3 ? record_type::application_data : record_type::alert);
  EXPECT_EQ(alert_of(pair.client), term("unknown_ca"_atom));
}

TEST_P(EngineHandshake, ServerThatStopsDoesNotKeepAClientFromRefusing) {
  engine_pair pair{client_context(version(GetParam())),
                   server_context(with(version(GetParam()), foreign_ca().server()))};
  pair.client.advance();
  engine_pair::carry(pair.client, pair.server);
  auto flight = taken_output(pair.server);
  flight.resize(flight.size() - 10);
  feed_all(pair.client, flight);
  EXPECT_NE(pair.client.status(), engine_status::open);

  pair.client.end_input();
  pair.client.advance();

  EXPECT_EQ(alert_of(pair.client), term("unknown_ca"_atom));
  EXPECT_FALSE(write_text(pair.client, "x"));
}

// -- texts --------------------------------------------------------------------------------------------------------------------------

TEST(EngineReasons, SayWhoFoundWhatWhere) {
  engine_pair pair{client_context(version(ssl::tlsv1_2)),
                   server_context(with(version(ssl::tlsv1_2), foreign_ca().server()))};

  pair.run();

  EXPECT_EQ(ssl::format_error(pair.client.reason()),
            "TLS client: In state certify generated CLIENT ALERT: Fatal - Unknown CA\n - "
            "unable to get local issuer certificate (certificate CN=localhost, depth 0)");
  EXPECT_EQ(ssl::format_error(pair.server.reason()),
            "TLS server: In state certify received CLIENT ALERT: Fatal - Unknown CA\n");
}
