// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <agner/runtime/term_text.hpp>
#include <agner/runtime/term_views.hpp>
#include <agner/tls/ssl_suites.hpp>

using namespace agner;

TEST(SslSuites, EveryFormNamesTheSameSuite) {
  const term map = must(parse_term("#{key_exchange => ecdhe_rsa, cipher => aes_128_gcm, mac => aead, prf => sha256}"));

  EXPECT_EQ(ssl::suite_to_str(map), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
  EXPECT_EQ(ssl::suite_to_openssl_str(must(parse_term("{ecdhe_rsa, aes_128_gcm, sha256}"))),
            "ECDHE-RSA-AES128-GCM-SHA256");
  EXPECT_EQ(ssl::str_to_suite("ECDHE-RSA-AES128-GCM-SHA256"), map);
  EXPECT_EQ(ssl::str_to_suite("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), map);
  EXPECT_EQ(ssl::str_to_suite("RC4-SHA"), std::nullopt);
}

TEST(SslSuites, ExclusiveSuitesAreThoseOfTheVersionAlone) {
  const term of_1_3 = ssl::cipher_suites(ssl::suite_selection::exclusive, ssl::tlsv1_3);

  EXPECT_EQ(of_1_3.as_list().size(), 5U);
  for (const term& one : of_1_3.as_list())
    EXPECT_EQ(*one.as_map().find("key_exchange"_atom), term("any"_atom));
  EXPECT_TRUE(ssl::cipher_suites(ssl::suite_selection::exclusive, ssl::tlsv1_1).is_nil());
}

TEST(SslSuites, DefaultsAreAmongAllAndAnonymousOnesAreNot) {
  const auto size = [](ssl::suite_selection which) { return ssl::cipher_suites(which, ssl::tlsv1_2).as_list().size(); };
  EXPECT_GT(size(ssl::suite_selection::all), size(ssl::suite_selection::default_));
  const term anonymous = ssl::cipher_suites(ssl::suite_selection::anonymous, ssl::tlsv1_2);
  EXPECT_FALSE(anonymous.is_nil());
  for (const term& one : ssl::cipher_suites(ssl::suite_selection::all, ssl::tlsv1_2).as_list())
    for (const term& none : anonymous.as_list())
      EXPECT_NE(one, none);
}

TEST(SslSuites, TriplesOfTheOldManualNameTheirSuites) {
  const term names = ssl::cipher_suites(ssl::suite_type::openssl);
  auto name = names.as_list().begin();
  for (const term& one : ssl::cipher_suites().as_list()) {
    ASSERT_EQ(one.size(), 3U);
    EXPECT_EQ(string(ssl::suite_to_openssl_str(one).value_or("")), *name);
    ++name;
  }
  EXPECT_GT(ssl::cipher_suites(ssl::suite_type::all).as_list().size(), names.as_list().size());
}
