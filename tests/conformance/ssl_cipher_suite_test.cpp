// SPDX-License-Identifier: Apache-2.0
// Follows OTP's ssl_cipher_suite_SUITE: each of its suites between two ends of ours, as far as this OpenSSL has it. With OTP at the other end: ssl_otp_test.cpp.

#include <gtest/gtest.h>

#include <agner/tls/ssl_suites.hpp>

#include "ssl_cases.hpp"
#include "ssl_suite_table.hpp"

namespace agner {
namespace {

using namespace test;

class SslCipherSuite : public testing::Test {
protected:
  node here;
};

term psk_and_srp(term kind, term user, term secret) {
  if (kind.is("psk"_atom)) return tuple("ok"_atom, secret);
  return tuple("ok"_atom, tuple("srp_2048"_atom, binary("12345678"),
                                srp_key("12345678", from_term<std::string>(user).value_or("no text"), "secret")));
}

ssl::options with_suite(const suite_case& of) {
  ssl::options made = only(of.tls1_3 ? ssl::tlsv1_3 : ssl::tlsv1_2, {.ciphers = {{of.openssl}}});
  made.user_lookup_fun = ssl::fun_with_state{
      [](term kind, term user, term secret) { return psk_and_srp(kind, user, secret); }, binary("0123456789abcdef")};
  made.psk_identity = "Test-User";
  return made;
}

} // namespace

TEST_F(SslCipherSuite, EachSuiteThatThereIsEncrypts) {
  const auto rsa = shared_ca().issue([] {
    auto plan = plan_for_host("localhost");
    plan.key = ssl::key_kind::rsa_2048;
    return plan;
  }());
  here.run([&]() -> task<> {
    for (const suite_case& of : suite_cases) {
      if (of.missing) continue;
      auto server = with_suite(of);
      auto client = with_suite(of);
      if (of.srp) {
        client.user_lookup_fun.reset();
        client.psk_identity.reset();
        client.srp_identity = tuple(string("Test-User"), string("secret"));
      }
      if (of.rsa) {
        server.certfile = rsa.certfile;
        server.keyfile = rsa.keyfile;
      }
      const auto met = co_await meet(client, server);
      EXPECT_TRUE(co_await talk(met)) << of.name << print_short(met.client) << print_short(met.server);
      if (!met.open) continue;
      const term used = co_await fact_of(met.open->client, "selected_cipher_suite"_atom);
      EXPECT_EQ(ssl::suite_to_openssl_str(used), of.openssl) << of.name;
      co_await ssl::close(met.open->client);
    }
  });
}

TEST_F(SslCipherSuite, SuitesThatOpenSslIsBuiltWithoutAreRefused) {
  for (const suite_case& of : suite_cases) {
    if (!of.missing) continue;
    EXPECT_FALSE(
        ssl::checked_options::for_client(here, ssl::options{.verify = ssl::verify_none, .ciphers = {{of.openssl}}})
            .has_value())
        << of.name;
  }
}

} // namespace agner
