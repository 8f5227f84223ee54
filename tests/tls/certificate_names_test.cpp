// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/tls/certificate_names.hpp>
#include <agner/tls/internal/peer_verification.hpp>

#include "../support/test_ca.hpp"

using namespace agner;
using namespace agner::test;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

/// The DER of the certificate in @p of.
term der_in(const credentials& of) {
  const auto text = file_text(of.certfile);
  const ssl::internal::bio_ptr bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  const ssl::internal::certificate_ptr read{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
  return ssl::internal::der_of(read.get());
}

ssl::certificate_names names_in(const ssl::certificate_plan& plan) {
  return ssl::names_of_certificate(der_in(shared_ca().issue(plan))).value();
}

} // namespace

TEST(CertificateNames, AreThoseOfTheCertificate) {
  auto plan = plan_for("node1");
  plan.dns_names = {"one.example", "two.example"};
  plan.addresses = {"127.0.0.1", "::1"};
  plan.uris = {"node:a@one.example"};

  const auto names = names_in(plan);

  EXPECT_THAT(names.dns_names, ElementsAre("one.example", "two.example"));
  EXPECT_THAT(names.addresses, ElementsAre(ip_address::loopback(), ip_address::loopback_v6()));
  EXPECT_THAT(names.uris, ElementsAre("node:a@one.example"));
  EXPECT_EQ(names.common_name, "node1");
  EXPECT_EQ(names.subject, "CN=node1");
}

TEST(CertificateNames, CommonNameIsNoHost) {
  const auto names = names_in(plan_for("localhost"));

  EXPECT_THAT(names.dns_names, IsEmpty());
  EXPECT_FALSE(names.name_host("localhost"));
}

TEST(CertificateNames, HostsAreComparedWithoutCaseAndWildcards) {
  auto plan = plan_for("x");
  plan.dns_names = {"One.Example", "*.wild.example"};

  const auto names = names_in(plan);

  EXPECT_TRUE(names.name_host("oNE.eXAMPLE"));
  EXPECT_FALSE(names.name_host("a.wild.example"));
  EXPECT_FALSE(names.name_host("one.example.org"));
  EXPECT_FALSE(names.name_host(""));
}

TEST(CertificateNames, AddressMayBeAnAddressOrADnsName) {
  auto plan = plan_for("x");
  plan.addresses = {"10.0.0.1"};
  plan.dns_names = {"10.0.0.2"};

  const auto names = names_in(plan);

  EXPECT_TRUE(names.name_host("10.0.0.1"));
  EXPECT_TRUE(names.name_host("10.0.0.2"));
  EXPECT_FALSE(names.name_host("10.0.0.3"));
}

TEST(CertificateNames, OtherBytesHaveNone) {
  const term der = der_in(shared_ca().server());

  EXPECT_FALSE(ssl::names_of_certificate(binary("no certificate")));
  EXPECT_FALSE(ssl::names_of_certificate("atom"_atom));
  EXPECT_FALSE(ssl::names_of_certificate(binary("")));
  EXPECT_FALSE(ssl::names_of_certificate(binary(std::string(der.text()) + "x")));
  for (std::size_t size = 0; size < der.bytes().size(); ++size)
    EXPECT_FALSE(ssl::names_of_certificate(binary_part(der, 0, size)));
}

TEST(CertificateNames, SubjectIsEscaped) {
  auto plan = plan_for("a,b\n\xc3\xa9");

  const auto names = names_in(plan);

  EXPECT_EQ(names.subject, "CN=a\\,b\\0A\\C3\\A9");
  EXPECT_EQ(names.common_name, plan.common_name);
}
