// SPDX-License-Identifier: Apache-2.0
// Follows OTP's ssl_basic_SUITE.

#include <gtest/gtest.h>

#include <agner/tls/ssl_application.hpp>
#include <agner/tls/ssl_suites.hpp>

#include "../support/process_probes.hpp"
#include "ssl_cases.hpp"

namespace agner {
namespace {

using namespace test;
using namespace std::chrono_literals;

class SslBasic : public testing::Test {
protected:
  node here;
};

constexpr ssl::protocol_version all_versions[] = {ssl::tlsv1, ssl::tlsv1_1, ssl::tlsv1_2, ssl::tlsv1_3};

// tls_versions_option, version_option
TEST_F(SslBasic, AVersionThatIsNamedIsSpokenAndNoOther) {
  here.run([]() -> task<> {
    for (const auto client : all_versions) {
      for (const auto server : all_versions) {
        const auto met = co_await meet(only(client), only(server));
        if (client == server)
          EXPECT_TRUE(co_await talk(met)) << print_short(met.client);
        else
          EXPECT_EQ(alert_in(met.client),
                    term{"protocol_version"_atom}); // which a server of TLS 1.0 or 1.1 takes for damage
      }
    }
  });
}

// defaults
TEST_F(SslBasic, DefaultsAreSafe) {
  const term versions = ssl::versions();
  EXPECT_TRUE(holds(versions, tuple("supported"_atom, list({"tlsv1.3"_atom, "tlsv1.2"_atom}))));
  const term names = ssl::cipher_suite_names(ssl::suite_selection::default_, ssl::tlsv1_2, true);
  for (const term& one : names.as_list()) {
    const auto name = from_term<std::string>(one).value_or("no text");
    EXPECT_FALSE(name.contains("RC4") || name.contains("DES") || name.contains("NULL") || name.contains("ADH")) << name;
  }
}

// connect_twice
TEST_F(SslBasic, OptionsServeForMoreThanOneConnection) {
  here.run([]() -> task<> {
    for (int i = 0; i < 2; ++i)
      EXPECT_TRUE(co_await talk(co_await meet({}, {})));
  });
}

// fallback
TEST_F(SslBasic, ASecondTryWithAnOlderVersionIsRefusedByWhoKnowsANewerOne) {
  here.run([]() -> task<> {
    ssl::options again = only(ssl::tlsv1_1);
    again.fallback = true;
    const auto met = co_await meet(std::move(again), {.versions = {{ssl::tlsv1_2, ssl::tlsv1_1}}});
    EXPECT_EQ(alerts_of(met), both_say("inappropriate_fallback"_atom));

    ssl::options right = only(ssl::tlsv1_2);
    right.fallback = true;
    EXPECT_TRUE(co_await talk(co_await meet(std::move(right), only(ssl::tlsv1_2))));
  });
}

// cipher_format
TEST_F(SslBasic, SuitesHaveOneMeaningInEveryForm) {
  for (const term& one : ssl::cipher_suites(ssl::suite_selection::all, ssl::tlsv1_2).as_list()) {
    EXPECT_EQ(ssl::str_to_suite(*ssl::suite_to_str(one)), one);
    EXPECT_EQ(ssl::str_to_suite(*ssl::suite_to_openssl_str(one)), one);
  }
}

// eccs
TEST_F(SslBasic, CurvesThatAreListedMayBeNamed) {
  here.run([]() -> task<> {
    const term curves = ssl::eccs();
    EXPECT_TRUE(holds(curves, "secp256r1"_atom));
    EXPECT_TRUE(holds(ssl::groups(), "x25519"_atom));
    for (const term& one : ssl::groups_by_default().as_list())
      EXPECT_TRUE(holds(ssl::groups(), one));
    EXPECT_TRUE(
        ssl::checked_options::for_client(
            this_node(), ssl::option_list{list({tuple("eccs"_atom, curves), tuple("verify"_atom, "verify_none"_atom)})})
            .has_value());
    co_return;
  });
}

// cipher_suites
TEST_F(SslBasic, ListsOfSuitesAreFilteredAndPutTogether) {
  const term all = ssl::cipher_suites(ssl::suite_selection::all, ssl::tlsv1_2);
  const ssl::suite_filter without_rsa{.key_exchange = [](atom of) { return of != "rsa"_atom; }};
  const term rest = ssl::filter_cipher_suites(all, without_rsa);
  const auto* first = rest.as_list().begin()->as_map().find("key_exchange"_atom);

  EXPECT_LT(rest.as_list().size(), all.as_list().size());
  EXPECT_NE(*first, term{"rsa"_atom});
  const ssl::suite_filter rsa{.key_exchange = [](atom of) { return of == "rsa"_atom; }};
  const term put_first = ssl::prepend_cipher_suites(rsa, all);
  const term put_last = ssl::append_cipher_suites(rsa, all);
  EXPECT_EQ(put_first.as_list().size(), all.as_list().size());
  EXPECT_EQ(*put_first.as_list().begin()->as_map().find("key_exchange"_atom), term{"rsa"_atom});
  EXPECT_EQ(put_last.as_list().size(), all.as_list().size());
  EXPECT_NE(*put_last.as_list().begin()->as_map().find("key_exchange"_atom), term{"rsa"_atom});
  EXPECT_EQ(ssl::append_cipher_suites(list({*rest.as_list().begin()}), rest).as_list().size(), rest.as_list().size());
}

// cipher_suites_mix
TEST_F(SslBasic, SuitesOfSeveralVersionsMayBeMixed) {
  here.run([]() -> task<> {
    const auto met =
        co_await meet({.ciphers = {{"TLS_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256"}}}, only(ssl::tlsv1_2));
    EXPECT_TRUE(co_await talk(met));
    const term suite = co_await fact_of(met.open->client, "selected_cipher_suite"_atom);
    EXPECT_EQ(ssl::suite_to_openssl_str(suite), "ECDHE-ECDSA-AES128-GCM-SHA256");
  });
}

// fake_root, fake_root_legacy
TEST_F(SslBasic, ARootThatOnlyHasTheNameOfATrustedOneIsNone) {
  here.run([]() -> task<> {
    for (const auto version : {ssl::tlsv1_2, ssl::tlsv1_3}) {
      const auto fake = foreign_ca().issue(plan_for_host("localhost"));
      const auto met =
          co_await meet(only(version), only(version, {.certfile = fake.certfile, .keyfile = fake.keyfile}));
      EXPECT_TRUE(alert_in(met.client).is("unknown_ca"_atom) || alert_in(met.client).is("bad_certificate"_atom))
          << print_short(met.client);
      EXPECT_EQ(alert_in(met.server), alert_in(met.client));
    }
  });
}

// fake_root_no_intermediate, fake_root_no_intermediate_legacy, fake_intermediate_cert, incomplete_chain_length
TEST_F(SslBasic, AnAuthorityBetweenThatNobodyTrustedSignedIsNone) {
  here.run([]() -> task<> {
    const auto fake = foreign_ca().issue_through_intermediate(plan_for_host("localhost"));
    const auto met = co_await meet({}, {.certfile = fake.certfile, .keyfile = fake.keyfile});
    EXPECT_FALSE(met.open.has_value());
    EXPECT_EQ(alert_in(met.server), alert_in(met.client));

    const auto right = shared_ca().issue_through_intermediate(plan_for_host("localhost"));
    const std::string whole = file_text(right.certfile);
    const std::string own = whole.substr(0, whole.find("-----END CERTIFICATE-----") + 26);
    const auto alone = shared_ca().folder().write("alone.pem", own);
    const auto incomplete = co_await meet({}, {.certfile = alone, .keyfile = right.keyfile});
    EXPECT_EQ(alerts_of(incomplete), both_say("unknown_ca"_atom));
    EXPECT_TRUE(co_await talk(co_await meet({}, {.certfile = right.certfile, .keyfile = right.keyfile})));
  });
}

// app: what the application's start and stop mean
TEST_F(SslBasic, StoppingClosesConnections) {
  here.run([]() -> task<> {
    EXPECT_EQ(ssl::stop().error().reason(), tuple("not_started"_atom, "ssl"_atom));
    for (const auto type :
         {ssl::application_type::temporary, ssl::application_type::transient, ssl::application_type::permanent})
      EXPECT_TRUE(ssl::start(type).has_value());
    const auto met = co_await meet({}, {});
    const auto gone = monitor(met.open->client.process());

    EXPECT_TRUE(ssl::stop().has_value());

    EXPECT_EQ(co_await down_reason(gone), term{"normal"_atom});
    EXPECT_TRUE(co_await talk(co_await meet({}, {})));
  });
}

// user_dies
TEST_F(SslBasic, AConnectionEndsWithItsControllingProcess) {
  here.run([]() -> task<> {
    const auto met = co_await meet({}, {});
    const pid owner = spawn(until_told);
    must(co_await ssl::controlling_process(met.open->server, owner));
    const auto gone = monitor(met.open->server.process());

    send(owner, "end"_atom);

    EXPECT_EQ(co_await down_reason(gone), term{"normal"_atom});
    EXPECT_EQ((co_await ssl::recv(met.open->client, 0, 30s)).error().reason(), term{"closed"_atom});
  });
}

// unordered_protocol_versions_server, unordered_protocol_versions_client
TEST_F(SslBasic, TheOrderInWhichVersionsAreNamedSaysNothing) {
  here.run([]() -> task<> {
    for (const bool client : {false, true}) {
      const ssl::options unordered{.versions = {{ssl::tlsv1_2, ssl::tlsv1_3}}};
      const auto met = co_await meet(client ? unordered : ssl::options{}, client ? ssl::options{} : unordered);
      EXPECT_TRUE(co_await talk(met));
      EXPECT_EQ(co_await fact_of(met.open->client, "protocol"_atom), term{"tlsv1.3"_atom});
    }
  });
}

} // namespace
} // namespace agner
