// SPDX-License-Identifier: Apache-2.0
// The expected maps were printed by ssl:cipher_suites/2 and ssl:suite_to_openssl_str/1 of OTP 25.

#include <algorithm>

#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/tls/internal/cipher_suites.hpp>

using namespace agner;
using namespace agner::ssl::internal;

namespace {

struct golden {
  const char* openssl;
  const char* iana;
  const char* key_exchange;
  const char* cipher;
  const char* mac;
  const char* prf;
};

constexpr golden suites[] = {
    {"TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", "any", "aes_128_gcm", "aead", "sha256"},
    {"TLS_AES_128_CCM_8_SHA256", "TLS_AES_128_CCM_8_SHA256", "any", "aes_128_ccm_8", "aead", "sha256"},
    {"TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256", "any", "chacha20_poly1305", "aead", "sha256"},
    {"ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ecdhe_ecdsa", "aes_256_gcm", "aead",
     "sha384"},
    {"ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ecdhe_rsa", "chacha20_poly1305",
     "aead", "sha256"},
    {"ECDHE-ECDSA-AES128-CCM8", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", "ecdhe_ecdsa", "aes_128_ccm_8", "aead",
     "default_prf"},
    {"ECDHE-RSA-AES256-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "ecdhe_rsa", "aes_256_cbc", "sha384",
     "sha384"},
    {"ECDHE-RSA-AES128-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "ecdhe_rsa", "aes_128_cbc", "sha256",
     "sha256"},
    {"DHE-RSA-AES256-SHA256", "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", "dhe_rsa", "aes_256_cbc", "sha256", "default_prf"},
    {"ECDHE-ECDSA-AES128-SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ecdhe_ecdsa", "aes_128_cbc", "sha",
     "default_prf"},
    {"AES256-SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA256", "rsa", "aes_256_cbc", "sha256", "default_prf"},
    {"ADH-AES128-SHA256", "TLS_DH_anon_WITH_AES_128_CBC_SHA256", "dh_anon", "aes_128_cbc", "sha256", "sha256"},
    {"RSA-PSK-AES256-CBC-SHA384", "TLS_RSA_PSK_WITH_AES_256_CBC_SHA384", "rsa_psk", "aes_256_cbc", "sha384", "sha384"},
    {"PSK-AES128-CCM8", "TLS_PSK_WITH_AES_128_CCM_8", "psk", "aes_128_ccm_8", "aead", "default_prf"},
    {"SRP-RSA-AES-256-CBC-SHA", "TLS_SRP_SHA_RSA_WITH_AES_256_CBC_SHA", "srp_rsa", "aes_256_cbc", "sha", "default_prf"},
};

term expected_map(const golden& of) {
  return map({{"key_exchange"_atom, atom{of.key_exchange}},
              {"cipher"_atom, atom{of.cipher}},
              {"mac"_atom, atom{of.mac}},
              {"prf"_atom, atom{of.prf}}});
}

} // namespace

TEST(CipherSuites, HaveErlangsMaps) {
  for (const auto& of : suites) {
    const auto* const found = suite_called(of.openssl);
    ASSERT_NE(found, nullptr) << of.openssl;
    EXPECT_EQ(found->iana_name, of.iana);
    EXPECT_EQ(suite_map(*found), expected_map(of)) << of.openssl;
  }
}

TEST(CipherSuites, AreFoundByEveryForm) {
  for (const auto& of : suites) {
    const auto* const found = suite_called(of.openssl);
    EXPECT_EQ(suite_called(of.iana), found);
    EXPECT_EQ(suite_of(expected_map(of)), found);
    EXPECT_EQ(suite_of(tuple(atom{of.key_exchange}, atom{of.cipher}, atom{of.mac}, atom{of.prf})), found);
    EXPECT_EQ(suite_numbered(found->number), found);
  }
}

TEST(CipherSuites, OldTripleNamesTheHashOfAnAeadSuite) {
  EXPECT_EQ(suite_of(tuple("ecdhe_rsa"_atom, "aes_128_gcm"_atom, "sha256"_atom)),
            suite_called("ECDHE-RSA-AES128-GCM-SHA256"));
}

TEST(CipherSuites, UnknownOnesAreNotFound) {
  EXPECT_EQ(suite_called("RC4-SHA"), nullptr);
  EXPECT_EQ(suite_called(""), nullptr);
  EXPECT_EQ(suite_numbered(0), nullptr);
  EXPECT_EQ(suite_of(tuple("rsa"_atom, "rc4_128"_atom, "sha"_atom)), nullptr);
  EXPECT_EQ(suite_of(map({})), nullptr);
  EXPECT_EQ(suite_of(7), nullptr);
}

TEST(CipherSuites, DefaultsHaveForwardSecrecyAndAuthenticatedPeers) {
  const auto all = cipher_suites();
  EXPECT_TRUE(std::ranges::is_partitioned(all, &cipher_suite::by_default));
  for (const auto& suite : all) {
    if (!suite.by_default) continue;
    EXPECT_EQ(suite.support, suite_support::yes) << suite.openssl_name;
    EXPECT_TRUE(suite.key_exchange == "any" || suite.key_exchange.starts_with("ecdhe_") ||
                suite.key_exchange == "dhe_rsa")
        << suite.openssl_name;
    EXPECT_FALSE(suite.cipher.ends_with("ccm_8")) << suite.openssl_name;
  }
  EXPECT_EQ(all.front().openssl_name, "TLS_AES_256_GCM_SHA384");
}

TEST(CipherSuites, NeedsAreToldApart) {
  EXPECT_EQ(suite_called("NULL-SHA256")->support, suite_support::no_encryption);
  EXPECT_EQ(suite_called("PSK-AES128-GCM-SHA256")->support, suite_support::needs_secret);
  EXPECT_EQ(suite_called("SRP-AES-128-CBC-SHA")->support, suite_support::needs_secret);
  EXPECT_EQ(suite_called("ADH-AES128-GCM-SHA256")->support, suite_support::anonymous);
}
