// SPDX-License-Identifier: Apache-2.0
// Follows OTP's ssl_cert_SUITE: each rule with keys of RSA, ECDSA and Ed25519, in TLS 1.2 and 1.3.

#include <tuple>

#include <gtest/gtest.h>

#include "ssl_cases.hpp"

namespace agner {
namespace {

using namespace test;
using std::chrono::hours;
using std::chrono::system_clock;

struct credentials_of_both {
  credentials server;
  credentials client;
};

class SslCert : public testing::TestWithParam<std::tuple<ssl::protocol_version, ssl::key_kind>> {
protected:
  static ssl::protocol_version version() { return std::get<0>(GetParam()); }
  static bool tls1_3() { return version() == ssl::tlsv1_3; }
  static ssl::certificate_plan plan(const std::string& host) {
    auto made = plan_for_host(host);
    made.key = std::get<1>(GetParam());
    return made;
  }
  static credentials_of_both usual() {
    return {.server = shared_ca().issue(plan("localhost")), .client = shared_ca().issue(plan("client"))};
  }
  static ssl::options server(const credentials& as, ssl::options more = {}) {
    more.certfile = as.certfile;
    more.keyfile = as.keyfile;
    return only(version(), std::move(more));
  }
  static ssl::options demanding(const credentials& as) {
    return server(as,
                  {.cacertfile = shared_ca().cacertfile(), .verify = ssl::verify_peer, .fail_if_no_peer_cert = true});
  }
  static ssl::options client(ssl::options more = {}) { return only(version(), std::move(more)); }
  static ssl::options client_as(const credentials& as, ssl::options more = {}) {
    more.certfile = as.certfile;
    more.keyfile = as.keyfile;
    return client(std::move(more));
  }
  /// Both ends are refused with one of @p alerts.
  static void expect_refused(const meeting& met, std::initializer_list<atom> alerts) {
    bool known = false;
    for (const atom one : alerts)
      known = known || alert_in(met.client).is(one) || alert_in(met.server).is(one);
    EXPECT_FALSE(met.open.has_value());
    EXPECT_TRUE(known) << print_short(met.client) << print_short(met.server);
  }
  node here;
};

std::string first_certificate(const std::string& file) {
  const std::string whole = file_text(file);
  return whole.substr(0, whole.find("-----END CERTIFICATE-----") + 26);
}

} // namespace

INSTANTIATE_TEST_SUITE_P(VersionsAndKeys, SslCert,
                         testing::Combine(testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                                          testing::Values(ssl::key_kind::rsa_2048, ssl::key_kind::p256,
                                                          ssl::key_kind::ed25519)),
                         [](const auto& of) {
                           const auto key = std::get<1>(of.param);
                           return std::string(std::get<0>(of.param) == ssl::tlsv1_2 ? "Tls12" : "Tls13") +
                                  (key == ssl::key_kind::rsa_2048 ? "Rsa"
                                   : key == ssl::key_kind::p256   ? "Ecdsa"
                                                                  : "Eddsa");
                         });

// no_auth, missing_root_cert_no_auth
TEST_P(SslCert, WhoVerifiesNothingNeedsNoAuthority) {
  here.run([]() -> task<> {
    EXPECT_TRUE(co_await talk(co_await meet(client({.verify = ssl::verify_none}), server(usual().server))));
  });
}

// auth, client_auth_empty_cert_accepted, client_auth_empty_cert_rejected
TEST_P(SslCert, AServerDemandsACertificateOrDoesNot) {
  here.run([]() -> task<> {
    const auto both = usual();
    EXPECT_TRUE(co_await talk(co_await meet(client_as(both.client), demanding(both.server))));
    auto asking = demanding(both.server);
    asking.fail_if_no_peer_cert = false;
    EXPECT_TRUE(co_await talk(co_await meet(client(), asking)));
    expect_refused(co_await meet(client(), demanding(both.server)),
                   {"certificate_required"_atom, "handshake_failure"_atom});
  });
}

// missing_root_cert_auth, missing_root_cert_auth_user_verify_fun_accept, missing_root_cert_auth_user_verify_fun_reject
TEST_P(SslCert, WithoutTheRootAFunctionDecides) {
  here.run([]() -> task<> {
    const auto both = usual();
    const auto without = [] { return client({.cacertfile = foreign_ca().cacertfile()}); };
    expect_refused(co_await meet(without(), server(both.server)), {"unknown_ca"_atom, "bad_certificate"_atom});
    for (const bool accepts : {true, false}) {
      auto asking = without();
      asking.verify_fun = ssl::fun_with_state{[accepts](term, term event, term state) -> term {
        if (event.is_tagged("extension"_atom, 2)) return tuple("unknown"_atom, state);
        if (!event.is_tagged("bad_cert"_atom, 2) || accepts) return tuple("valid"_atom, state);
        return tuple("fail"_atom, event);
      }};
      const auto met = co_await meet(asking, server(both.server));
      if (accepts)
        EXPECT_TRUE(co_await talk(met));
      else
        expect_refused(met, {"unknown_ca"_atom, "bad_certificate"_atom});
    }
  });
}

// verify_fun_always_run_client, verify_fun_always_run_server
TEST_P(SslCert, AFunctionIsAskedThoughAllIsRight) {
  here.run([]() -> task<> {
    const auto both = usual();
    const ssl::fun_with_state refusing{[](term, term event, term state) -> term {
      if (event.is("valid_peer"_atom)) return tuple("fail"_atom, "verify_fun_was_always_run"_atom);
      return tuple(event.is_tagged("extension"_atom, 2) ? "unknown"_atom.value() : "valid"_atom.value(), state);
    }};
    expect_refused(co_await meet(client({.verify_fun = refusing}), server(both.server)), {"handshake_failure"_atom});
    auto asking = demanding(both.server);
    asking.verify_fun = refusing;
    expect_refused(co_await meet(client_as(both.client), asking), {"handshake_failure"_atom});
  });
}

// client_auth_use_partial_chain, client_auth_do_not_use_partial_chain, client_auth_partial_chain_fun_fail
TEST_P(SslCert, AnAuthorityBetweenMayBeTrusted) {
  here.run([]() -> task<> {
    const auto both = usual();
    const auto shown = foreign_ca().issue_through_intermediate(plan("client"));
    for (const int how : {0, 1, 2}) {
      auto asking = demanding(both.server);
      asking.partial_chain = ssl::fun{[how](term chain) -> term {
        if (how == 2) raise_error("no_way"_atom);
        // The authority first: what is sent begins with the one between, as nobody has the root.
        return how == 0 ? tuple("trusted_ca"_atom, *chain.as_list().begin()) : term{"unknown_ca"_atom};
      }};
      const auto met = co_await meet(client_as(shown), asking);
      if (how == 0)
        EXPECT_TRUE(co_await talk(met)) << print_short(met.server);
      else
        expect_refused(met, {"unknown_ca"_atom});
    }
  });
}

// client_auth_sni
TEST_P(SslCert, TheOptionsOfANameDemandACertificate) {
  here.run([]() -> task<> {
    const auto both = usual();
    const term strict = list({tuple("cacertfile"_atom, string(shared_ca().cacertfile())),
                              tuple("verify"_atom, "verify_peer"_atom), tuple("fail_if_no_peer_cert"_atom, true)});
    const auto hosting = server(both.server, {.sni_hosts = list({tuple(string("localhost"), strict)})});
    EXPECT_TRUE(co_await talk(co_await meet(client_as(both.client), hosting)));
    expect_refused(co_await meet(client(), hosting), {"certificate_required"_atom, "handshake_failure"_atom});
  });
}

// longer_chain, incomplete_chain_auth, no_chain_client_auth, client_auth_no_suitable_chain
TEST_P(SslCert, AChainIsWholeOrOfNoUse) {
  here.run([]() -> task<> {
    const auto both = usual();
    const auto longer = shared_ca().issue_through_intermediate(plan("localhost"));
    EXPECT_TRUE(co_await talk(co_await meet(client(), server(longer))));
    EXPECT_TRUE(co_await talk(co_await meet(client_as(longer), demanding(both.server))));

    const credentials alone{
        .certfile = shared_ca().folder().write("alone" + std::to_string(static_cast<int>(std::get<1>(GetParam()))) +
                                                   (tls1_3() ? "n" : "o"),
                                               first_certificate(longer.certfile)),
        .keyfile = longer.keyfile};
    expect_refused(co_await meet(client(), server(alone)), {"unknown_ca"_atom});
    expect_refused(co_await meet(client_as(alone), demanding(both.server)), {"unknown_ca"_atom});
  });
}

// invalid_signature_server, invalid_signature_client
TEST_P(SslCert, ASignatureOfSomebodyElseIsRefused) {
  here.run([]() -> task<> {
    const auto both = usual();
    const auto forged = foreign_ca().issue(plan("localhost"));
    expect_refused(co_await meet(client(), server(forged)),
                   {"unknown_ca"_atom, "bad_certificate"_atom, "decrypt_error"_atom});
    expect_refused(co_await meet(client_as(forged), demanding(both.server)),
                   {"unknown_ca"_atom, "bad_certificate"_atom, "decrypt_error"_atom});
  });
}

// extended_key_usage_auth, extended_key_usage_client_auth, key_auth_ext_sign_only
TEST_P(SslCert, ACertificateServesItsPurposeOnly) {
  here.run([]() -> task<> {
    auto of_server = plan("localhost");
    of_server.use = ssl::certificate_use::server;
    auto of_client = plan("client");
    of_client.use = ssl::certificate_use::client;
    const auto shown = shared_ca().issue(of_server);
    const auto own = shared_ca().issue(of_client);
    EXPECT_TRUE(co_await talk(co_await meet(client_as(own), demanding(shown))));
    of_client.dns_names = {"localhost"};
    expect_refused(co_await meet(client(), server(shared_ca().issue(of_client))),
                   {"handshake_failure"_atom, "unsupported_certificate"_atom});
    expect_refused(co_await meet(client_as(shown), demanding(shown)),
                   {"handshake_failure"_atom, "unsupported_certificate"_atom});
  });
}

// cert_expired
TEST_P(SslCert, ACertificateOfYesterdayIsRefused) {
  here.run([]() -> task<> {
    const auto both = usual();
    auto old = plan("localhost");
    old.not_before = system_clock::now() - hours{48};
    old.not_after = system_clock::now() - hours{24};
    const auto expired = shared_ca().issue(old);
    expect_refused(co_await meet(client(), server(expired)), {"certificate_expired"_atom});
    expect_refused(co_await meet(client_as(expired), demanding(both.server)), {"certificate_expired"_atom});
  });
}

// hello_retry_request, hello_retry_client_auth, hello_retry_client_auth_empty_cert_accepted, hello_retry_client_auth_empty_cert_rejected, custom_groups
TEST_P(SslCert, AServerMayAskForAnotherGroup) {
  if (!tls1_3()) return; // a matter of TLS 1.3
  here.run([]() -> task<> {
    const auto both = usual();
    const auto offer = [](ssl::options of) {
      of.supported_groups = {{"x448", "x25519"}};
      return of;
    };
    const auto insist = [](ssl::options of) {
      of.supported_groups = {{"x25519"}};
      return of;
    };
    EXPECT_TRUE(co_await talk(co_await meet(offer(client()), insist(server(both.server)))));
    EXPECT_TRUE(co_await talk(co_await meet(offer(client_as(both.client)), insist(demanding(both.server)))));
    auto asking = demanding(both.server);
    asking.fail_if_no_peer_cert = false;
    EXPECT_TRUE(co_await talk(co_await meet(offer(client()), insist(asking))));
    expect_refused(co_await meet(offer(client()), insist(demanding(both.server))), {"certificate_required"_atom});
    auto nothing = client({.supported_groups = {{"secp521r1"}}});
    expect_refused(co_await meet(nothing, insist(server(both.server))), {"handshake_failure"_atom});
  });
}

// server_certificate_authorities_disabled
TEST_P(SslCert, AServerNeedNotTellWhomItTrusts) {
  here.run([]() -> task<> {
    const auto both = usual();
    auto silent = demanding(both.server);
    silent.certificate_authorities = false;
    EXPECT_TRUE(co_await talk(co_await meet(client_as(both.client), silent)));
  });
}

// unsupported_sign_algo_client_auth, signature_algorithms_bad_curve_secp256r1 and its kin
TEST_P(SslCert, ASchemeThatTheOtherDoesNotTakeIsNotUsed) {
  here.run([]() -> task<> {
    const auto both = usual();
    const bool ecdsa = std::get<1>(GetParam()) == ssl::key_kind::p256;
    const std::string other = ecdsa ? "rsa_pss_rsae_sha256" : "ecdsa_secp256r1_sha256";
    expect_refused(co_await meet(client({.signature_algs = {{other}}}), server(both.server)),
                   {"handshake_failure"_atom, "insufficient_security"_atom});
  });
}

// client_auth_seelfsigned_peer
TEST_P(SslCert, ACertificateThatSignsItselfIsRefused) {
  here.run([]() -> task<> {
    const auto both = usual();
    const auto made = must(ssl::make_self_signed(plan("localhost")));
    const std::string mark = std::to_string(static_cast<int>(std::get<1>(GetParam()))) + (tls1_3() ? "n" : "o");
    const credentials self{.certfile = shared_ca().folder().write("self" + mark + ".pem", made.certificate),
                           .keyfile = shared_ca().folder().write("self" + mark + ".key", made.key)};
    expect_refused(co_await meet(client_as(self), demanding(both.server)), {"bad_certificate"_atom});
    expect_refused(co_await meet(client(), server(self)), {"bad_certificate"_atom});
  });
}

} // namespace agner
