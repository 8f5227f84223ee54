// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <agner/tls/certificate_maker.hpp>
#include <agner/tls/internal/openssl_handles.hpp>
#include <agner/tls/internal/peer_verification.hpp>

#include "../support/test_ca.hpp"

using namespace agner;
using namespace agner::ssl;
using namespace agner::ssl::internal;

namespace {

certificate_ptr parsed(const std::string& pem) {
  const bio_ptr from{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  return certificate_ptr{PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr)};
}

certificate_and_key authority() {
  auto plan = test::plan_for("CA");
  plan.use = certificate_use::authority;
  return must(make_self_signed(plan));
}

} // namespace

TEST(CertificateMaker, AuthorityMaySignAndOthersMayNot) {
  const auto ca = authority();
  const auto leaf = must(make_certificate(test::plan_for("leaf"), ca));

  EXPECT_EQ(X509_check_ca(parsed(ca.certificate).get()), 1);
  EXPECT_EQ(X509_check_ca(parsed(leaf.certificate).get()), 0);
  EXPECT_EQ(X509_check_issued(parsed(ca.certificate).get(), parsed(leaf.certificate).get()), X509_V_OK);
}

TEST(CertificateMaker, NamesAreWhatWasAskedFor) {
  auto plan = test::plan_for("leaf");
  plan.dns_names = {"a.example", "odd,name"};
  plan.addresses = {"127.0.0.1", "::1"};
  plan.uris = {"erlang://a@a.example"};

  const auto made = parsed(must(make_certificate(plan, authority())).certificate);

  EXPECT_TRUE(certificate_is_for(made.get(), "a.example"));
  EXPECT_TRUE(certificate_is_for(made.get(), "odd,name"));
  EXPECT_TRUE(certificate_is_for(made.get(), "127.0.0.1"));
  EXPECT_TRUE(certificate_is_for(made.get(), "::1"));
  EXPECT_FALSE(certificate_is_for(made.get(), "leaf"));
}

TEST(CertificateMaker, UsesAreTold) {
  auto plan = test::plan_for("leaf");
  plan.use = certificate_use::server;

  const auto made = parsed(must(make_certificate(plan, authority())).certificate);

  EXPECT_EQ(X509_check_purpose(made.get(), X509_PURPOSE_SSL_SERVER, 0), 1);
  EXPECT_EQ(X509_check_purpose(made.get(), X509_PURPOSE_SSL_CLIENT, 0), 0);
}

TEST(CertificateMaker, EveryKindOfKeySigns) {
  const auto ca = authority();
  for (const auto kind : {key_kind::p256, key_kind::p384, key_kind::rsa_2048, key_kind::ed25519}) {
    auto plan = test::plan_for("leaf");
    plan.key = kind;
    EXPECT_TRUE(make_certificate(plan, ca));
    EXPECT_TRUE(make_self_signed(plan));
  }
}

TEST(CertificateMaker, WrongAddressIsRefusedByName) {
  auto plan = test::plan_for("leaf");
  plan.addresses = {"300.1.1.1"};

  const auto made = make_self_signed(plan);

  ASSERT_FALSE(made);
  ASSERT_TRUE(made.error().reason().is_tagged("certificate"_atom, 2));
  EXPECT_TRUE(made.error().reason()[1].text().starts_with("300.1.1.1"));
}

TEST(CertificateMaker, AuthorityAndKeyMustBelongTogether) {
  const certificate_and_key mixed{.certificate = authority().certificate, .key = authority().key};

  EXPECT_FALSE(make_certificate(test::plan_for("leaf"), mixed));
  EXPECT_FALSE(make_certificate(test::plan_for("leaf"), {.certificate = "none", .key = "none"}));
}

TEST(CertificateMaker, EncryptedKeyIsNoPlainKey) {
  const auto encrypted = must(encrypt_key(authority().key, "secret"));

  EXPECT_TRUE(encrypted.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  EXPECT_FALSE(encrypt_key("nothing", "secret"));
}
