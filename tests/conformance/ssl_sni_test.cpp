// SPDX-License-Identifier: Apache-2.0
// Follows OTP's ssl_sni_SUITE.

#include <gtest/gtest.h>

#include <agner/tls/certificate_names.hpp>
#include <agner/tls/public_key.hpp>

#include "ssl_cases.hpp"

namespace agner {
namespace {

using namespace test;

class SslSni : public testing::TestWithParam<ssl::protocol_version> {
protected:
  static const credentials& of_a() {
    static const credentials made = shared_ca().issue(plan_for_host("a.server"));
    return made;
  }
  static term files(const credentials& of) {
    return list({tuple("certfile"_atom, string(of.certfile)), tuple("keyfile"_atom, string(of.keyfile))});
  }
  static ssl::options with_hosts() {
    return only(GetParam(), {.sni_hosts = list({tuple(string("a.server"), files(of_a()))})});
  }
  static ssl::options with_fun() {
    return only(GetParam(), {.sni_fun = ssl::fun{[](term name) -> term {
                               if (name == string("a.server")) return files(of_a());
                               return "undefined"_atom;
                             }}});
  }
  /// The first DNS name of the certificate that a client of @p name is shown; it looks at none itself.
  static task<std::string> shown_to(ssl::name_indication name, ssl::options server) {
    auto client = only(GetParam());
    client.server_name_indication = std::move(name);
    client.verify = ssl::verify_none;
    const auto met = co_await meet(std::move(client), std::move(server));
    if (!met.open) co_return print_short(met.client);
    co_return ssl::names_of_certificate(must(co_await ssl::peercert(met.open->client)))->dns_names.front();
  }
  node here;
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, SslSni, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

// no_sni_header, sni_match, sni_no_match
TEST_P(SslSni, AHostThatIsListedHasItsOwnCertificate) {
  here.run([]() -> task<> {
    EXPECT_EQ(co_await shown_to("a.server", with_hosts()), "a.server");
    EXPECT_EQ(co_await shown_to("c.server", with_hosts()), "localhost");
    EXPECT_EQ(co_await shown_to(ssl::disable, with_hosts()), "localhost");
  });
}

// no_sni_header_fun, sni_match_fun, sni_no_match_fun
TEST_P(SslSni, AFunctionMayChooseTheCertificate) {
  here.run([]() -> task<> {
    EXPECT_EQ(co_await shown_to("a.server", with_fun()), "a.server");
    EXPECT_EQ(co_await shown_to("c.server", with_fun()), "localhost");
    EXPECT_EQ(co_await shown_to(ssl::disable, with_fun()), "localhost");
  });
}

// dns_name, and client of a name that is none of the certificate's
TEST_P(SslSni, TheNameThatIsAskedForIsLookedForInTheCertificate) {
  here.run([]() -> task<> {
    auto right = only(GetParam());
    right.server_name_indication = "a.server";
    EXPECT_TRUE(co_await talk(co_await meet(right, with_hosts())));
    auto wrong = only(GetParam());
    wrong.server_name_indication = "b.server";
    EXPECT_EQ(alert_in((co_await meet(wrong, with_hosts())).client), term{"handshake_failure"_atom});
  });
}

// ip_fallback, no_ip_fallback
TEST_P(SslSni, AnAddressIsLookedForAmongNamesAndAddresses) {
  here.run([]() -> task<> {
    for (const bool with_address : {true, false}) {
      auto plan = plan_for_host("localhost");
      if (with_address) plan.addresses = {"127.0.0.1"};
      const auto by = shared_ca().issue(plan);
      auto client = only(GetParam());
      client.server_name_indication = "127.0.0.1";
      const auto met = co_await meet(client, only(GetParam(), {.certfile = by.certfile, .keyfile = by.keyfile}));
      if (with_address)
        EXPECT_TRUE(co_await talk(met));
      else
        EXPECT_EQ(alert_in(met.client), term{"handshake_failure"_atom});
    }
  });
}

// customize_hostname_check
TEST_P(SslSni, HowNamesAreComparedMayBeSaid) {
  here.run([]() -> task<> {
    const auto by = shared_ca().issue(plan_for_host("*.example.org"));
    const auto server = only(GetParam(), {.certfile = by.certfile, .keyfile = by.keyfile});
    const auto client = [](std::string name, std::optional<term> how) {
      auto made = only(GetParam());
      made.server_name_indication = std::move(name);
      made.customize_hostname_check = std::move(how);
      return made;
    };
    const term https = list({tuple("match_fun"_atom, public_key::pkix_verify_hostname_match_fun().as_term())});

    EXPECT_TRUE(co_await talk(co_await meet(client("other.example.org", https), server)));
    for (const char* name : {"a.b.example.org", "example.org", "other.example.com"})
      EXPECT_EQ(alert_in((co_await meet(client(name, https), server)).client), term{"handshake_failure"_atom}) << name;
    EXPECT_EQ(alert_in((co_await meet(client("other.example.org", {}), server)).client),
              term{"handshake_failure"_atom});

    const ssl::fun anyway{[](term) -> term { return true; }};
    const term forgiving = list({tuple("fail_callback"_atom, anyway.as_term())});
    EXPECT_TRUE(co_await talk(co_await meet(client("nobody", forgiving), server)));
    const ssl::fun other{[](term reference) -> term {
      return reference[0].is("dns_id"_atom) ? string("*.example.org") : term{"undefined"_atom};
    }};
    const term elsewhere = list({tuple("fqdn_fun"_atom, other.as_term())});
    EXPECT_TRUE(co_await talk(co_await meet(client("nobody", elsewhere), server)));
  });
}

// sni_no_trailing_dot, hostname_trailing_dot
TEST_P(SslSni, ADotAtTheEndIsNoPartOfTheName) {
  here.run([]() -> task<> {
    auto client = only(GetParam());
    client.server_name_indication = "a.server.";
    const auto met = co_await meet(client, with_hosts());
    EXPECT_TRUE(co_await talk(met));
    EXPECT_EQ(co_await fact_of(met.open->server, "sni_hostname"_atom), string("a.server"));
  });
}

} // namespace agner
