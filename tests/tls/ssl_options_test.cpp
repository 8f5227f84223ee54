// SPDX-License-Identifier: Apache-2.0
// What options do to a connection of two ends of ours: protocols above TLS, names, certificates as DER, secrets, versions; and the functions that tell of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/runtime/term_text.hpp>
#include <agner/tls/internal/openssl_handles.hpp>

#include "../support/ssl_pair.hpp"

using namespace agner;
using namespace agner::test;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

term fact(const result<term>& facts, atom name) {
  if (!facts) return facts.error().reason();
  for (const term& one : facts->as_list())
    if (one[0].is(name)) return one[1];
  return "missing"_atom;
}

task<term> fact_of(ssl::socket of, atom name) {
  std::vector<atom> names{name};
  co_return fact(co_await ssl::connection_information(of, std::move(names)), name);
}

/// The reasons of both ends of a handshake that is to fail; `ok` of one that does not.
struct outcomes {
  term client;
  term server;
};

outcomes meet(node& where, ssl::options client, ssl::options server) {
  return where.run([&]() -> task<outcomes> {
    memory_pipe pipe;
    spawn(
        [to = self()](std::unique_ptr<transport>& over, ssl::options& with) -> task<> {
          const auto made = co_await ssl::handshake(std::move(over), std::move(with), 10s);
          send(to, tuple("server"_atom, made ? term{"ok"_atom} : made.error().reason()));
          co_await receive(after(200ms, [] {}));
        },
        std::move(pipe.right), std::move(server));
    const auto made = co_await ssl::connect(std::move(pipe.left), std::move(client), 10s);
    outcomes got;
    got.client = made ? term{"ok"_atom} : made.error().reason();
    got.server = co_await receive(on(match("server"_atom, any<term>), [](term reason) { return reason; }));
    co_return got;
  });
}

/// The DER of the first certificate in a file, and the key of another as PrivateKeyInfo.
term der_of_file(const std::string& path) {
  using namespace ssl::internal;
  const bio_ptr file{BIO_new_file(path.c_str(), "r")};
  const certificate_ptr read{PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr)};
  unsigned char* der = nullptr;
  const int length = i2d_X509(read.get(), &der);
  const term made = binary(std::string_view(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)));
  OPENSSL_free(der);
  return made;
}

term key_of_file(const std::string& path) {
  using namespace ssl::internal;
  const bio_ptr file{BIO_new_file(path.c_str(), "r")};
  const key_ptr read{PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr)};
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, freed_by<PKCS8_PRIV_KEY_INFO_free>> info{EVP_PKEY2PKCS8(read.get())};
  unsigned char* der = nullptr;
  const int length = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
  const term made =
      tuple("PrivateKeyInfo"_atom,
            binary(std::string_view(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length))));
  OPENSSL_free(der);
  return made;
}

class SslOptions : public testing::TestWithParam<ssl::protocol_version> {
protected:
  static ssl::options only(ssl::options of) {
    of.versions = {{GetParam()}};
    return of;
  }
  static bool tls1_3() { return GetParam() == ssl::tlsv1_3; }
  node here;
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, SslOptions, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

// -- above TLS ------------------------------------------------------------------------------------------------------------------------

TEST_P(SslOptions, AlpnTakesTheServersFirst) {
  here.run([]() -> task<> {
    const auto made = co_await connected({.client = only({.alpn_advertised_protocols = {{"spdy", "http/1.1", "h2"}}}),
                                          .server = only({.alpn_preferred_protocols = {{"h2", "http/1.1"}}})});
    EXPECT_EQ(must(co_await ssl::negotiated_protocol(made.client)), binary("h2"));
    EXPECT_EQ(must(co_await ssl::negotiated_protocol(made.server)), binary("h2"));
  });
}

/// OTP 25, where a passive connection does not see that the peer has closed before somebody reads, answers the same.
TEST_P(SslOptions, WhatWasAgreedIsKnownUntilSomebodyIsToldThatThePeerClosed) {
  here.run([]() -> task<> {
    const auto made = co_await connected({.client = only({.alpn_advertised_protocols = {{"h2"}}}),
                                          .server = only({.alpn_preferred_protocols = {{"h2"}}})});
    must(co_await ssl::close(made.server));
    while ((co_await ssl::send(made.client, "")).has_value()) // refused from when the client has seen it
      co_await yield{};

    EXPECT_EQ(must(co_await ssl::negotiated_protocol(made.client)), binary("h2"));
    EXPECT_TRUE((co_await ssl::peercert(made.client)).has_value());
    EXPECT_TRUE((co_await ssl::connection_information(made.client)).has_value());
    EXPECT_EQ((co_await ssl::recv(made.client, 0, 10s)).error().reason(), term("closed"_atom));
    EXPECT_EQ((co_await ssl::negotiated_protocol(made.client)).error().reason(), term("closed"_atom));
  });
}

TEST_P(SslOptions, AlpnWithoutACommonProtocolIsRefused) {
  const auto got =
      meet(here, client_options(only({.server_name_indication = "localhost", .alpn_advertised_protocols = {{"spdy"}}})),
           server_options(only({.alpn_preferred_protocols = {{"h2"}}})));

  EXPECT_EQ(alert_in(got.client), term("no_application_protocol"_atom));
  EXPECT_EQ(alert_in(got.server), term("no_application_protocol"_atom));
}

TEST_P(SslOptions, WithoutProtocolsNothingIsNegotiated) {
  here.run([]() -> task<> {
    const auto made = co_await connected({.client = only({}), .server = only({.alpn_preferred_protocols = {{"h2"}}})});
    EXPECT_EQ((co_await ssl::negotiated_protocol(made.client)).error().reason(), term("protocol_not_negotiated"_atom));
  });
}

TEST(SslOptionsTls12, NextProtocolByTheClientsOrder) {
  node here;
  here.run([]() -> task<> {
    const auto made = co_await connected(
        {.client = {.versions = {{ssl::tlsv1_2}},
                    .client_preferred_next_protocols = tuple("client"_atom, list({binary("b"), binary("a")}))},
         .server = {.versions = {{ssl::tlsv1_2}}, .next_protocols_advertised = {{"a", "b"}}}});
    EXPECT_EQ(must(co_await ssl::negotiated_next_protocol(made.client)), binary("b"));
    EXPECT_EQ(must(co_await ssl::negotiated_protocol(made.server)), binary("b"));
  });
}

TEST(SslOptionsTls12, NextProtocolFallsBackToTheDefault) {
  node here;
  here.run([]() -> task<> {
    const auto made = co_await connected(
        {.client = {.versions = {{ssl::tlsv1_2}},
                    .client_preferred_next_protocols = tuple("server"_atom, list({binary("x")}), binary("y"))},
         .server = {.versions = {{ssl::tlsv1_2}}, .next_protocols_advertised = {{"a"}}}});
    EXPECT_EQ(must(co_await ssl::negotiated_protocol(made.server)), binary("y"));
  });
}

// -- names ----------------------------------------------------------------------------------------------------------------------------

TEST_P(SslOptions, HostOfSniHasEveryOptionOfItsOwn) {
  const term host = tuple(string("localhost"),
                          list({tuple("verify"_atom, "verify_peer"_atom), tuple("fail_if_no_peer_cert"_atom, true),
                                tuple("cacertfile"_atom, binary(shared_ca().cacertfile()))}));
  const auto open = meet(here, client_options(only({.server_name_indication = "localhost"})), server_options(only({})));
  const auto strict = meet(here, client_options(only({.server_name_indication = "localhost"})),
                           server_options(only({.sni_hosts = list({host})})));

  EXPECT_EQ(open.server, term("ok"_atom));
  EXPECT_EQ(alert_in(strict.server), tls1_3() ? term("certificate_required"_atom) : term("handshake_failure"_atom));
}

TEST_P(SslOptions, SniFunIsAskedAndMayWait) {
  const ssl::fun asked{[](term name) -> task<term> {
    EXPECT_EQ(name, string("localhost"));
    co_await receive(after(20ms, [] {}));
    co_return list({tuple("alpn_preferred_protocols"_atom, list({binary("chosen")}))});
  }};
  here.run([&]() -> task<> {
    const auto made = co_await connected(
        {.client = only({.server_name_indication = "localhost", .alpn_advertised_protocols = {{"chosen"}}}),
         .server = only({.sni_fun = asked})});
    EXPECT_EQ(must(co_await ssl::negotiated_protocol(made.server)), binary("chosen"));
  });
}

TEST_P(SslOptions, SniFunMayHaveNothingToSay) {
  const ssl::fun silent{[](term) { return term{"undefined"_atom}; }};
  const auto got = meet(here, client_options(only({.server_name_indication = "localhost"})),
                        server_options(only({.sni_fun = silent})));

  EXPECT_EQ(got.client, term("ok"_atom));
}

TEST_P(SslOptions, SniFunThatFailsLetsNobodyIn) {
  const ssl::fun fails{[](term) -> term { raise_error("oops"_atom); }};
  const auto got = meet(here, client_options(only({.server_name_indication = "localhost"})),
                        server_options(only({.sni_fun = fails})));

  EXPECT_EQ(alert_in(got.server), term("unrecognized_name"_atom));
  EXPECT_EQ(alert_in(got.client), term("unrecognized_name"_atom));
}

TEST(SslOptionsCheck, HostsOfSniAreCheckedWithTheRest) {
  node here;
  here.run([]() -> task<> {
    const auto refused = ssl::listen(
        0, server_options(
               {.sni_hosts = list({tuple(string("host"), list({tuple("certfile"_atom, string("/nowhere"))}))})}));
    EXPECT_THAT(ssl::format_error(refused.error()), HasSubstr("sni_hosts"));
    co_return;
  });
}

// -- certificates ---------------------------------------------------------------------------------------------------------------------

TEST_P(SslOptions, CertificatesAndKeysAsDer) {
  const auto& own = shared_ca().server();
  here.run([&]() -> task<> {
    memory_pipe pipe;
    spawn(
        [](std::unique_ptr<transport>& over, ssl::options& with) -> task<> {
          const auto made = co_await ssl::handshake(std::move(over), std::move(with));
          EXPECT_TRUE(made.has_value());
          co_await receive(after(200ms, [] {}));
        },
        std::move(pipe.right), only({.cert = der_of_file(own.certfile), .key = key_of_file(own.keyfile)}));
    const auto made = co_await ssl::connect(
        std::move(pipe.left),
        only({.cacerts = list({der_of_file(shared_ca().cacertfile())}), .server_name_indication = "localhost"}));
    EXPECT_TRUE(made.has_value()) << ssl::format_error(made.error());
    if (made) EXPECT_EQ(must(co_await ssl::peercert(*made)), der_of_file(own.certfile));
  });
}

TEST_P(SslOptions, OneOfSeveralCertificatesFitsThePeer) {
  auto plan = plan_for_host("localhost");
  plan.key = ssl::key_kind::rsa_2048;
  const auto rsa = shared_ca().issue(plan);
  const auto& ec = shared_ca().server();
  const auto member = [](const credentials& of) {
    return map({{"certfile"_atom, binary(of.certfile)}, {"keyfile"_atom, binary(of.keyfile)}});
  };
  here.run([&]() -> task<> {
    memory_pipe pipe;
    spawn(
        [](std::unique_ptr<transport>& over, ssl::options& with) -> task<> {
          const auto made = co_await ssl::handshake(std::move(over), std::move(with));
          EXPECT_TRUE(made.has_value());
          co_await receive(after(200ms, [] {}));
        },
        std::move(pipe.right), only({.certs_keys = list({member(ec), member(rsa)})}));
    const auto made = co_await ssl::connect(
        std::move(pipe.left),
        client_options(only({.server_name_indication = "localhost",
                             .ciphers = {{"ECDHE-RSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"}},
                             .signature_algs = {{"rsa_pss_rsae_sha256", "ecdsa_secp384r1_sha384"}}})));
    EXPECT_TRUE(made.has_value()) << ssl::format_error(made.error());
    if (made) EXPECT_EQ(must(co_await ssl::peercert(*made)), der_of_file(rsa.certfile));
  });
}

TEST(SslOptionsCheck, KeyOfAnotherCertificateIsRefusedByListen) {
  node here;
  here.run([]() -> task<> {
    const auto refused = ssl::listen(0, ssl::options{.cert = der_of_file(shared_ca().server().certfile),
                                                     .key = key_of_file(shared_ca().client().keyfile)});
    EXPECT_THAT(ssl::format_error(refused.error()), HasSubstr("option key"));
    co_return;
  });
}

// -- versions and limits --------------------------------------------------------------------------------------------------------------

TEST(SslOptionsOld, OldVersionsWhereBothNameThem) {
  node here;
  for (const auto version : {ssl::tlsv1, ssl::tlsv1_1}) {
    here.run([version]() -> task<> {
      const auto made = co_await connected({.client = {.versions = {{version}}}, .server = {.versions = {{version}}}});
      EXPECT_EQ(co_await fact_of(made.client, "protocol"_atom),
                version == ssl::tlsv1 ? term("tlsv1"_atom) : term("tlsv1.1"_atom));
    });
  }
}

TEST(SslOptionsOld, OldVersionsAreNotSpokenByDefault) {
  node here;
  const auto got = meet(here, client_options({.server_name_indication = "localhost", .versions = {{ssl::tlsv1_1}}}),
                        server_options({}));

  EXPECT_EQ(alert_in(got.server), term("protocol_version"_atom));
}

TEST_P(SslOptions, HandshakeLargerThanAllowedIsRefused) {
  const auto got = meet(here, client_options(only({.server_name_indication = "localhost", .max_handshake_size = 100})),
                        server_options(only({})));

  EXPECT_TRUE(got.client.is_tagged("flood"_atom, 2) || got.client.is_tagged("tls_alert"_atom, 2)) << print(got.client);
}

// -- secrets --------------------------------------------------------------------------------------------------------------------------

TEST(SslOptionsSecrets, PreSharedKeyInsteadOfCertificates) {
  const auto lookup = [](term kind, term identity, term secret) -> term {
    EXPECT_EQ(kind, term("psk"_atom));
    return identity == string("device") || identity.is("undefined"_atom) || identity == string("hint")
               ? tuple("ok"_atom, secret)
               : term("error"_atom);
  };
  const ssl::fun_with_state by{lookup, binary("0123456789abcdef")};
  node here;
  here.run([&]() -> task<> {
    memory_pipe pipe;
    const std::vector<std::string> suites{"PSK-AES128-GCM-SHA256"};
    spawn(
        [](std::unique_ptr<transport>& over, ssl::options& with) -> task<> {
          EXPECT_TRUE((co_await ssl::handshake(std::move(over), std::move(with))).has_value());
          co_await receive(after(200ms, [] {}));
        },
        std::move(pipe.right),
        ssl::options{.versions = {{ssl::tlsv1_2}}, .ciphers = suites, .user_lookup_fun = by, .psk_identity = "hint"});
    const auto made = co_await ssl::connect(std::move(pipe.left), ssl::options{.server_name_indication = ssl::disable,
                                                                               .versions = {{ssl::tlsv1_2}},
                                                                               .ciphers = suites,
                                                                               .user_lookup_fun = by,
                                                                               .psk_identity = "device"});
    EXPECT_TRUE(made.has_value()) << ssl::format_error(made.error());
  });
}

// -- keys -----------------------------------------------------------------------------------------------------------------------------

TEST_P(SslOptions, BothEndsExportTheSameKeys) {
  here.run([]() -> task<> {
    const auto made = co_await connected({.client = only({}), .server = only({})});
    const term labels = list({binary("EXPORTER-a"), binary("EXPORTER-b")});
    const term contexts = list({"no_context"_atom, binary("c")});
    const auto ours = must(co_await ssl::export_key_materials(made.client, labels, contexts, list({16, 40})));
    EXPECT_EQ(ours, must(co_await ssl::export_key_materials(made.server, labels, contexts, list({16, 40}))));
    EXPECT_EQ(ours.head().bytes().size(), 16U);
    EXPECT_EQ((co_await ssl::export_key_materials(made.client, labels, contexts, list({1}))).error().reason(),
              term("badarg"_atom));
  });
}

TEST_P(SslOptions, PseudoRandomFunctionIsOfTls12) {
  here.run([]() -> task<> {
    const auto made = co_await connected({.client = only({}), .server = only({})});
    const term seed = list({"client_random"_atom, "server_random"_atom, binary("x")});
    const auto ours = co_await ssl::prf(made.client, "master_secret"_atom, binary("label"), seed, 24);
    const auto theirs = co_await ssl::prf(made.server, "master_secret"_atom, binary("label"), seed, 24);
    EXPECT_EQ(ours.has_value(), !tls1_3());
    if (ours) EXPECT_EQ(*ours, must(theirs));
    if (!ours) EXPECT_EQ(ours.error().reason(), term("undefined"_atom));
  });
}

TEST_P(SslOptions, KeysAreUpdatedInTls13) {
  here.run([]() -> task<> {
    const auto made = co_await connected({.client = only({}), .server = only({})});
    const auto done = co_await ssl::update_keys(made.client, ssl::key_update::read_write);
    EXPECT_EQ(done.has_value(), tls1_3());
    must(co_await ssl::send(made.client, "after"));
    EXPECT_EQ(text_of(must(co_await ssl::recv(made.server, 5, 5s))), "after");
    must(co_await ssl::send(made.server, "again"));
    EXPECT_EQ(text_of(must(co_await ssl::recv(made.client, 5, 5s))), "again");
  });
}

TEST_P(SslOptions, RandomsAndKeyLogAreToldByNameOnly) {
  here.run([]() -> task<> {
    const auto made = co_await connected({.client = only({.keep_secrets = true}), .server = only({})});
    EXPECT_EQ(fact(co_await ssl::connection_information(made.client), "client_random"_atom), term("missing"_atom));
    EXPECT_EQ(fact(co_await ssl::connection_information(made.client), "keylog"_atom), term("missing"_atom));
    EXPECT_EQ(co_await fact_of(made.client, "client_random"_atom), co_await fact_of(made.server, "client_random"_atom));
    EXPECT_TRUE((co_await fact_of(made.client, "keylog"_atom)).is_cons());
    EXPECT_EQ((co_await fact_of(made.server, "keylog"_atom)).is_cons(), !tls1_3()); // of TLS 1.3 only what was kept
    EXPECT_EQ((co_await fact_of(made.client, "master_secret"_atom)).is_binary(), !tls1_3());
  });
}

TEST(SslOptionsTls12, ServerRenegotiates) {
  node here;
  here.run([]() -> task<> {
    const auto made = co_await connected({.client = {.versions = {{ssl::tlsv1_2}}, .active = true},
                                          .server = {.versions = {{ssl::tlsv1_2}}, .active = true}});
    EXPECT_TRUE((co_await ssl::renegotiate(made.server)).has_value());
    must(co_await ssl::send(made.client, "after"));
    EXPECT_EQ(text_of(co_await receive([](ssl::data of) { return of.bytes; }, after(5s, [] { return term{}; }))),
              "after");
  });
}

TEST(SslOptionsTls13, RenegotiationIsRefused) {
  node here;
  here.run([]() -> task<> {
    const auto made = co_await connected({.client = {.versions = {{ssl::tlsv1_3}}}});
    EXPECT_EQ((co_await ssl::renegotiate(made.client)).error().reason(), term("renegotiation_rejected"_atom));
  });
}

TEST_P(SslOptions, ConnectionInfoIsVersionAndSuite) {
  here.run([]() -> task<> {
    const auto made = co_await connected({.client = only({}), .server = only({})});
    const term info = must(co_await ssl::connection_info(made.client));
    EXPECT_EQ(info.size(), 2U);
    EXPECT_EQ(info[0], tls1_3() ? term("tlsv1.3"_atom) : term("tlsv1.2"_atom));
    EXPECT_TRUE(info[1].is_map());
  });
}
