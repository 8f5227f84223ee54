// SPDX-License-Identifier: Apache-2.0
// Follows OTP's ssl_api_SUITE. Its cases about bytes, modes, owners and ends are tests of the same rules in tests/tls: ssl_test, ssl_close_test, ssl_listen_test.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/pem.h>

#include <agner/actors/hibernate.hpp>
#include <agner/tls/ssl_handshake.hpp>
#include <agner/tls/ssl_suites.hpp>

#include "../support/engine_pair.hpp"
#include "../support/process_probes.hpp"
#include "ssl_cases.hpp"
#include "ssl_suite_table.hpp"

namespace agner {
namespace {

using namespace test;
using namespace std::chrono_literals;
using testing::HasSubstr;

class SslApi : public testing::TestWithParam<ssl::protocol_version> {
protected:
  static ssl::options of(ssl::options more = {}) { return only(GetParam(), std::move(more)); }
  static bool tls1_3() { return GetParam() == ssl::tlsv1_3; }
  node here;
};

term first_of(const term& list) { return *list.as_list().begin(); }

std::string fault_of(node& on, const ssl::options& given, bool client) {
  const auto made = client ? ssl::checked_options::for_client(on, client_options(given))
                           : ssl::checked_options::for_server(on, server_options(given));
  return made ? "none" : ssl::format_error(made.error());
}

/// Parameters of a safe prime, which OpenSSL has by name.
std::string dh_file() {
  using namespace ssl::internal;
  EVP_PKEY_CTX* made = EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_paramgen_init(made);
  EVP_PKEY_CTX_set_dh_nid(made, NID_ffdhe2048);
  EVP_PKEY_paramgen(made, &key);
  EVP_PKEY_CTX_free(made);
  const bio_ptr text{BIO_new(BIO_s_mem())};
  PEM_write_bio_Parameters(text.get(), key);
  EVP_PKEY_free(key);
  char* data = nullptr;
  const long length = BIO_get_mem_data(text.get(), &data);
  return shared_ca().folder().write("dh.pem", std::string(data, static_cast<std::size_t>(length)));
}

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, SslApi, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

// -- facts --------------------------------------------------------------------------------------------------------------------------------

// peercert, peercert_with_client_cert
TEST_P(SslApi, EachEndKnowsTheOthersCertificate) {
  here.run([]() -> task<> {
    const auto met = co_await meet(of(), of());
    EXPECT_TRUE((co_await ssl::peercert(met.open->client)).has_value());
    EXPECT_EQ((co_await ssl::peercert(met.open->server)).error().reason(), term{"no_peercert"_atom});
    const auto both = co_await meet(with_client_certificate(of()), demanding(of()));
    EXPECT_TRUE((co_await ssl::peercert(both.open->server)).has_value());
  });
}

// select_best_cert
TEST_P(SslApi, TheCertificateFitsWhatTheClientTakes) {
  auto plan = plan_for_host("localhost");
  plan.key = ssl::key_kind::rsa_2048;
  const auto rsa = shared_ca().issue(plan);
  here.run([&]() -> task<> {
    const term second = map({{"certfile"_atom, string(rsa.certfile)}, {"keyfile"_atom, string(rsa.keyfile)}});
    for (const bool wants_rsa : {true, false}) {
      auto client = of({.verify = ssl::verify_none,
                        .signature_algs = {{wants_rsa ? "rsa_pss_rsae_sha256" : "ecdsa_secp256r1_sha256"}}});
      if (!wants_rsa) client.signature_algs->emplace_back("rsa_pkcs1_sha256"); // for the chain
      const auto met = co_await meet(client, of({.certs_keys = list({second})}));
      EXPECT_TRUE(co_await talk(met)) << print_short(met.client);
      if (!met.open) continue;
      const auto der = must(co_await ssl::peercert(met.open->client));
      const auto* at = reinterpret_cast<const unsigned char*>(der.bytes().data());
      const ssl::internal::certificate_ptr read{d2i_X509(nullptr, &at, static_cast<long>(der.bytes().size()))};
      EXPECT_EQ(EVP_PKEY_get_id(X509_get0_pubkey(read.get())), wants_rsa ? EVP_PKEY_RSA : EVP_PKEY_EC);
    }
  });
}

// connection_information
TEST_P(SslApi, ConnectionInformationTellsWhatWasAgreedAndTheOptions) {
  here.run([]() -> task<> {
    const auto met = co_await meet(of({.password = "secret", .depth = 3}), of({.honor_cipher_order = true}));
    EXPECT_EQ(co_await fact_of(met.open->client, "depth"_atom), term{3});
    EXPECT_EQ(co_await fact_of(met.open->client, "verify"_atom), term{"verify_peer"_atom});
    EXPECT_EQ(co_await fact_of(met.open->client, "cacertfile"_atom), binary(shared_ca().cacertfile()));
    EXPECT_EQ(co_await fact_of(met.open->client, "password"_atom), term{"missing"_atom});
    EXPECT_EQ(co_await fact_of(met.open->server, "honor_cipher_order"_atom), term{true});
    EXPECT_EQ(first_of(co_await fact_of(met.open->server, "versions"_atom)),
              term{tls1_3() ? "tlsv1.3"_atom.value() : "tlsv1.2"_atom.value()});
    EXPECT_TRUE(first_of(co_await fact_of(met.open->server, "ciphers"_atom)).is_map());
    EXPECT_EQ(co_await fact_of(met.open->server, "sni_hostname"_atom), string("localhost"));
    const term curve = co_await fact_of(met.open->client, "ecc"_atom);
    if (tls1_3())
      EXPECT_EQ(curve, term{"missing"_atom});
    else
      EXPECT_TRUE(curve.is_tagged("named_curve"_atom, 2)) << print_short(curve);
    const auto all = must(co_await ssl::connection_information(met.open->client));
    for (const term& one : all.as_list())
      EXPECT_FALSE(one[0].is("client_random"_atom) || one[0].is("keylog"_atom) || one[0].is("key"_atom));
  });
}

// secret_connection_info, check_random_nonce
TEST_P(SslApi, RandomsAndSecretsAreTheSameAtBothEndsAndNeverTwice) {
  here.run([]() -> task<> {
    std::vector<term> seen;
    for (int i = 0; i < 3; ++i) {
      const auto met = co_await meet(of({.keep_secrets = true}), of({.keep_secrets = true}));
      std::vector<atom> names{"client_random"_atom, "server_random"_atom};
      names.push_back(tls1_3() ? "client_traffic_secret_0"_atom.value() : "master_secret"_atom.value());
      for (const atom name : names) {
        const term known = co_await fact_of(met.open->client, name);
        EXPECT_TRUE(known.is_binary()) << print_short(known);
        EXPECT_EQ(co_await fact_of(met.open->server, name), known);
        EXPECT_EQ(std::ranges::find(seen, known), seen.end());
        seen.push_back(known);
      }
    }
  });
}

// keylog_connection_info
TEST_P(SslApi, AKeyLogHasALineForEachSecret) {
  here.run([]() -> task<> {
    for (const bool kept : {true, false}) {
      const auto met = co_await meet(of({.keep_secrets = kept}), of({.keep_secrets = kept}));
      const term log = co_await fact_of(met.open->server, "keylog"_atom);
      if (tls1_3() && !kept) {
        EXPECT_EQ(log, term{"missing"_atom});
        continue;
      }
      std::string lines;
      for (const term& line : log.as_list())
        lines += from_term<std::string>(line).value_or("no text") + "\n";
      EXPECT_THAT(lines, HasSubstr(tls1_3() ? "CLIENT_TRAFFIC_SECRET_0 " : "CLIENT_RANDOM "));
    }
  });
}

// versions
TEST(SslApiAlone, VersionsAreThoseOfOpenssl) {
  EXPECT_TRUE(holds(ssl::versions(),
                    tuple("available"_atom, list({"tlsv1.3"_atom, "tlsv1.2"_atom, "tlsv1.1"_atom, "tlsv1"_atom}))));
}

// prf
TEST_P(SslApi, BothEndsMakeTheSameKeyMaterial) {
  here.run([]() -> task<> {
    const auto met = co_await meet(of(), of());
    const term seed = list({"client_random"_atom, "server_random"_atom});
    const auto here_ = co_await ssl::prf(met.open->client, "master_secret"_atom, binary("TEST_LABEL"), seed, 32);
    const auto there = co_await ssl::prf(met.open->server, "master_secret"_atom, binary("TEST_LABEL"), seed, 32);
    if (tls1_3())
      EXPECT_EQ(here_.error().reason(), term{"undefined"_atom});
    else
      EXPECT_EQ(must(here_), must(there));
  });
}

// connection_information_with_srp
TEST(SslApiAlone, AServerKnowsTheUserOfSrp) {
  node here;
  here.run([]() -> task<> {
    const ssl::fun_with_state lookup{[](term, term user, term) -> term {
      const auto name = from_term<std::string>(user).value_or("no text");
      return tuple("ok"_atom, tuple("srp_2048"_atom, binary("12345678"), srp_key("12345678", name, "secret")));
    }};
    const auto with = [] { return only(ssl::tlsv1_2, {.ciphers = {{"SRP-AES-128-CBC-SHA"}}}); };
    auto client = with();
    client.srp_identity = tuple(string("Test-User"), string("secret"));
    auto server = with();
    server.user_lookup_fun = lookup;
    const auto met = co_await meet(client, server);
    EXPECT_EQ(co_await fact_of(met.open->server, "srp_username"_atom), binary("Test-User"));
    client.srp_identity = tuple(string("Test-User"), string("wrong"));
    EXPECT_FALSE((co_await meet(client, server)).open.has_value());
  });
}

// -- handshakes ---------------------------------------------------------------------------------------------------------------------------

// hibernate_client, hibernate_server
TEST_P(SslApi, AnIdleConnectionSleepsAndWakes) {
  here.run([]() -> task<> {
    for (const bool client : {true, false}) {
      const auto sleepy = of({.hibernate_after = 0});
      const auto met = co_await meet(client ? sleepy : of(), client ? of() : sleepy);
      for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(co_await talk(met));
      EXPECT_EQ(co_await fact_of(client ? met.open->client : met.open->server, "hibernate_after"_atom), term{0});
      must(co_await ssl::close(met.open->client));
      EXPECT_EQ((co_await ssl::recv(met.open->server, 0, 30s)).error().reason(), term{"closed"_atom});
    }
  });
}

// max_handshake_size
TEST_P(SslApi, AHandshakeThatIsTooLongIsRefused) {
  here.run([]() -> task<> {
    const auto met = co_await meet(of({.max_handshake_size = 100}), of());
    EXPECT_FALSE(met.open.has_value());
    EXPECT_TRUE(met.client.is_tagged("tls_alert"_atom, 2) || met.client.is_tagged("flood"_atom, 2))
        << print_short(met.client);
    EXPECT_TRUE(co_await talk(co_await meet(of({.max_handshake_size = 8'388'607}), of())));
  });
}

// honor_server_cipher_order, honor_client_cipher_order, and the same of tls13
TEST_P(SslApi, WhoseOrderOfSuitesCountsIsTheServersChoice) {
  here.run([]() -> task<> {
    const std::vector<std::string> names =
        tls1_3() ? std::vector<std::string>{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"}
                 : std::vector<std::string>{"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"};
    for (const bool servers : {true, false}) {
      const auto met = co_await meet(of({.ciphers = {{names[0], names[1]}}}),
                                     of({.ciphers = {{names[1], names[0]}}, .honor_cipher_order = servers}));
      EXPECT_EQ(ssl::suite_to_openssl_str(co_await fact_of(met.open->client, "selected_cipher_suite"_atom)),
                names[servers ? 1 : 0]);
    }
  });
}

// supported_groups
TEST_P(SslApi, GroupsMayBeNamed) {
  here.run([]() -> task<> {
    EXPECT_TRUE(co_await talk(co_await meet(of({.supported_groups = {{"x448", "x25519", "secp256r1"}}}),
                                            of({.supported_groups = {{"x448", "x25519", "secp256r1"}}}))));
  });
}

// conf_signature_algs, no_common_signature_algs
TEST_P(SslApi, SchemesMayBeNamed) {
  here.run([]() -> task<> {
    EXPECT_TRUE(co_await talk(co_await meet(of({.signature_algs = {{"ecdsa_secp256r1_sha256"}}}),
                                            of({.signature_algs = {{"ecdsa_secp256r1_sha256"}}}))));
    const auto met = co_await meet(of({.signature_algs = {{"rsa_pss_rsae_sha384"}}}),
                                   of({.signature_algs = {{"rsa_pss_rsae_sha256"}}}));
    EXPECT_FALSE(met.open.has_value());
    EXPECT_TRUE(met.client.is_tagged("tls_alert"_atom, 2)) << print_short(met.client);
  });
}

// versions_option_based_on_sni
TEST(SslApiAlone, VersionsOfANameCount) {
  node here;
  here.run([]() -> task<> {
    const term hosts = list({tuple(string("localhost"), list({tuple("versions"_atom, list({"tlsv1.2"_atom}))}))});
    const auto met = co_await meet({}, {.versions = {{ssl::tlsv1_3, ssl::tlsv1_2}}, .sni_hosts = hosts});
    EXPECT_TRUE(co_await talk(met));
    EXPECT_EQ(co_await fact_of(met.open->client, "protocol"_atom), term{"tlsv1.2"_atom});
  });
}

// dh_params
TEST(SslApiAlone, ParametersOfDiffieHellmanMayBeGiven) {
  auto plan = plan_for_host("localhost");
  plan.key = ssl::key_kind::rsa_2048;
  const auto rsa = shared_ca().issue(plan);
  node here;
  here.run([&]() -> task<> {
    const std::string file = dh_file();
    for (const bool as_der : {false, true}) {
      ssl::options server = only(
          ssl::tlsv1_2, {.certfile = rsa.certfile, .keyfile = rsa.keyfile, .ciphers = {{"DHE-RSA-AES128-GCM-SHA256"}}});
      if (as_der) {
        const ssl::internal::bio_ptr text{BIO_new_file(file.c_str(), "r")};
        unsigned char* der = nullptr;
        char* name = nullptr;
        char* header = nullptr;
        long length = 0;
        EXPECT_EQ(PEM_read_bio(text.get(), &name, &header, &der, &length), 1);
        server.dh = binary(std::string_view(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)));
        for (void* one : {static_cast<void*>(der), static_cast<void*>(name), static_cast<void*>(header)})
          OPENSSL_free(one);
      } else {
        server.dhfile = file;
      }
      const auto met = co_await meet(only(ssl::tlsv1_2), server);
      EXPECT_TRUE(co_await talk(met)) << print_short(met.client) << print_short(met.server);
    }
  });
  EXPECT_THAT(fault_of(here, {.dhfile = shared_ca().cacertfile()}, false), HasSubstr("dhfile"));
  EXPECT_THAT(fault_of(here, {.dh = binary("no parameters")}, false), HasSubstr("dh"));
}

// new_options_in_handshake
TEST_P(SslApi, HandshakeTakesOptionsOverThoseOfListen) {
  here.run([]() -> task<> {
    auto server = server_options(of({.active = false, .ip = "127.0.0.1"}));
    const auto listener = must(ssl::listen(0, server));
    const auto port = must(co_await ssl::sockname(listener)).port;
    spawn(
        [](std::uint16_t& to, ssl::options& with, pid& owner) -> task<> {
          const auto made = co_await ssl::connect("localhost", to, std::move(with), 30s);
          send(owner, tuple("suite"_atom,
                            made ? co_await fact_of(*made, "selected_cipher_suite"_atom) : made.error().reason()));
          co_await receive(on(match("stop"_atom), [] {}));
        },
        port, client_options(of()), self());
    const std::string name = tls1_3() ? "TLS_CHACHA20_POLY1305_SHA256" : "ECDHE-ECDSA-CHACHA20-POLY1305";
    const auto pending = must(co_await ssl::transport_accept(listener, 30s));
    must(co_await ssl::handshake(pending, ssl::options{.ciphers = {{name}}}, 30s));
    EXPECT_EQ(
        ssl::suite_to_openssl_str(co_await receive(on(match("suite"_atom, any<term>), [](term said) { return said; }))),
        name);
  });
}

// default_reject_anonymous
TEST(SslApiAlone, AnonymousSuitesNeedTwoWhoNameThem) {
  node here;
  here.run([]() -> task<> {
    const auto met = co_await meet(only(ssl::tlsv1_2, {.ciphers = {{"ADH-AES128-GCM-SHA256"}}}), only(ssl::tlsv1_2));
    EXPECT_TRUE(alert_in(met.client).is("handshake_failure"_atom) ||
                alert_in(met.client).is("insufficient_security"_atom))
        << print_short(met.client);
  });
}

// -- wrong options ------------------------------------------------------------------------------------------------------------------------

// invalid_options, invalid_options_tls13, client_options_negative_version_gap, server_options_negative_version_gap, *_dependency_role
TEST_P(SslApi, EachWrongOptionIsNamed) {
  const auto says = [&](bool client, const char* option, const char* value) {
    const auto given =
        must(parse_term("[{" + std::string(option) + "," + value + "},{verify,verify_none},{certfile,\"" +
                        shared_ca().server().certfile + "\"},{keyfile,\"" + shared_ca().server().keyfile + "\"}]"));
    const ssl::option_list list{given};
    const auto made =
        client ? ssl::checked_options::for_client(here, list) : ssl::checked_options::for_server(here, list);
    EXPECT_FALSE(made.has_value()) << option << " " << value;
    if (!made) EXPECT_THAT(ssl::format_error(made.error()), HasSubstr(option)) << value;
  };
  says(true, "versions", "[sslv2,sslv3]");
  says(true, "versions", "['tlsv1.3','tlsv1.1']");
  says(false, "versions", "['tlsv1.2',tlsv1]");
  says(true, "ssl_imp", "cool");
  says(true, "reuseaddr", "foo");
  says(true, "depth", "four");
  says(true, "verify_fun", "function");
  says(false, "fail_if_no_peer_cert", "0");
  says(true, "fail_if_no_peer_cert", "true");
  says(true, "keyfile", "\"\"");
  says(true, "cacertfile", "\"\"");
  says(false, "dhfile", "'does_not_exist'");
  says(true, "ciphers", "[{foo, bar, sha, ignore}]");
  says(false, "secure_renegotiate", "yes");
  says(true, "log_level", "loud");
  says(true, "handshake", "half");
  says(true, "hibernate_after", "soon");
  says(true, "cb_info", "{my_tcp, tcp, tcp_closed, tcp_error}");
  says(true, "signature_algs_cert", "[rsa_pkcs1_sha256]");
  says(true, "customize_hostname_check", "[{match_fun, foo}]");
  says(false, "max_fragment_length", "512");
  says(true, "max_fragment_length", "513");
  says(true, "honor_cipher_order", "true");
  says(false, "server_name_indication", "\"a\"");
}

// options_not_proplist
TEST_P(SslApi, WhatIsNoListOfOptionsIsRefused) {
  const auto made = ssl::checked_options::for_client(
      here, ssl::option_list{list({tuple("client_preferred_next_protocols"_atom, "client"_atom,
                                         list({binary("spdy/3")}), binary("http/1.1"))})});
  EXPECT_FALSE(made.has_value());
}

// invalid_certfile, invalid_cacertfile, invalid_keyfile
TEST_P(SslApi, FilesThatAreNoneAreNamed) {
  EXPECT_THAT(fault_of(here, {.certfile = "/none/cert.pem"}, true), HasSubstr("/none/cert.pem"));
  EXPECT_THAT(fault_of(here, {.cacertfile = "/none/ca.pem"}, true), HasSubstr("/none/ca.pem"));
  EXPECT_THAT(fault_of(here, {.certfile = shared_ca().server().certfile, .keyfile = "/none/key.pem"}, true),
              HasSubstr("/none/key.pem"));
}

// cb_info
TEST_P(SslApi, TheTransportMayBeNamedWhereItIsTcp) {
  const term given = must(parse_term("[{cb_info,{gen_tcp,tcp,tcp_closed,tcp_error}},{verify,verify_none}]"));
  EXPECT_TRUE(ssl::checked_options::for_client(here, ssl::option_list{given}).has_value());
}

// -- pauses -------------------------------------------------------------------------------------------------------------------------------

// handshake_continue, handshake_continue_tls13_client, handshake_continue_change_verify, handshake_continue_timeout, hello_client_cancel, hello_server_cancel: tests/tls/ssl_pause_test.cpp,
// and with OTP at the other end ssl_otp_test.cpp

} // namespace agner
