// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/tls/format_error.hpp>
#include <agner/tls/internal/context.hpp>

#include "../support/test_ca.hpp"
#include "../support/tls_contexts.hpp"

using namespace agner;
using namespace agner::ssl::internal;
using agner::test::credentials;
using agner::test::shared_ca;
using testing::HasSubstr;

namespace {

const test::temporary_folder& folder() { return shared_ca().folder(); }

/// What a server is refused with that has these files.
std::string refusal(const credentials& own, const std::string& cacertfile = {}, const std::string& password = {}) {
  context_settings settings{.side = role::server,
                            .certfile = own.certfile,
                            .keyfile = own.keyfile,
                            .cacertfile = cacertfile,
                            .password = password};
  option_faults faults;
  EXPECT_EQ(context::make(settings, faults), nullptr);
  EXPECT_FALSE(faults.empty());
  return faults.empty() ? "" : ssl::format_error(faults.reason());
}

} // namespace

TEST(Context, IsMadeFromFilesThatFit) {
  const auto made = test::server_context({});

  ASSERT_NE(made, nullptr);
  EXPECT_EQ(SSL_CTX_get_min_proto_version(made->native()), TLS1_2_VERSION);
  EXPECT_EQ(SSL_CTX_get_max_proto_version(made->native()), TLS1_3_VERSION);
}

TEST(Context, MissingFileIsReportedAsOtpDoes) {
  context_settings settings{.side = role::server, .certfile = "/nowhere/cert.pem", .keyfile = "/nowhere/key.pem"};
  option_faults faults;

  EXPECT_EQ(context::make(settings, faults), nullptr);

  EXPECT_EQ(faults.reason().reason(),
            tuple("options"_atom,
                  list({tuple("certfile"_atom, string("/nowhere/cert.pem"), tuple("error"_atom, "enoent"_atom)),
                        tuple("keyfile"_atom, string("/nowhere/key.pem"), tuple("error"_atom, "enoent"_atom))})));
}

TEST(Context, FileNamedTwiceIsReportedOnce) {
  context_settings settings{.side = role::server, .certfile = "/nowhere/cert.pem", .keyfile = "/nowhere/cert.pem"};
  option_faults faults;

  context::make(settings, faults);

  EXPECT_EQ(faults.size(), 1U);
}

TEST(Context, DirectoryIsNoCertificate) {
  EXPECT_THAT(refusal({folder().path(), shared_ca().server().keyfile}), HasSubstr("this is a directory"));
}

TEST(Context, FileWithoutCertificateIsRefused) {
  const auto& good = shared_ca().server();

  EXPECT_THAT(refusal({good.keyfile, good.keyfile}), HasSubstr("holds no certificate"));
  EXPECT_THAT(refusal({folder().write("text.pem", "some text"), good.keyfile}), HasSubstr("holds no certificate"));
  EXPECT_THAT(refusal({folder().write("empty.pem", ""), good.keyfile}), HasSubstr("the file is empty"));
  EXPECT_THAT(refusal(good, folder().write("text.pem", "some text")), HasSubstr("option cacertfile"));
}

TEST(Context, DamagedCertificateIsRefusedWithItsPlace) {
  const auto& good = shared_ca().server();
  auto damaged = test::file_text(good.certfile);
  damaged[damaged.size() / 2] = '!';

  EXPECT_THAT(refusal({folder().write("damaged.pem", damaged), good.keyfile}),
              HasSubstr("certificate 1 of the file is damaged"));
  EXPECT_THAT(refusal({folder().write("damaged.pem", test::file_text(good.certfile) + damaged), good.keyfile}),
              HasSubstr("certificate 2 of the file is damaged"));
}

TEST(Context, EveryTruncationOfACertificateFailsCleanly) {
  const auto& good = shared_ca().server();
  const auto text = test::file_text(good.certfile);
  const auto end = text.rfind("-----END");
  for (std::size_t length = 0; length < end; length += 7)
    EXPECT_THAT(refusal({folder().write("cut.pem", text.substr(0, length)), good.keyfile}),
                HasSubstr("option certfile"));
}

TEST(Context, CertificateWithoutKeyIsRefused) {
  const auto& good = shared_ca().server();

  EXPECT_THAT(refusal({good.certfile, good.certfile}),
              HasSubstr("put it there after the certificate, or name its file with keyfile"));
}

TEST(Context, KeyOfAnotherCertificateIsRefused) {
  EXPECT_THAT(refusal({shared_ca().server().certfile, shared_ca().client().keyfile}),
              HasSubstr("does not belong to the certificate"));
}

TEST(Context, EncryptedKeyNeedsTheRightPassword) {
  const auto& good = shared_ca().server();
  const credentials encrypted{good.certfile, shared_ca().encrypted_key(good, "secret")};
  context_settings settings{.side = role::server,
                            .certfile = good.certfile,
                            .keyfile = encrypted.keyfile,
                            .password = "secret",
                            .ciphers_1_3 = "TLS_AES_128_GCM_SHA256"};
  option_faults faults;

  EXPECT_NE(context::make(settings, faults), nullptr);
  EXPECT_THAT(refusal(encrypted), HasSubstr("the key is encrypted; give the option password"));
  EXPECT_THAT(refusal(encrypted, {}, "wrong"), HasSubstr("cannot be decrypted with the password given"));
  EXPECT_THAT(refusal(encrypted, {}, std::string(5000, 'x')), HasSubstr("cannot be decrypted"));
}

TEST(Context, PasswordIsNotKept) {
  const auto& good = shared_ca().server();
  context_settings settings{
      .side = role::server, .certfile = good.certfile, .keyfile = good.keyfile, .password = "secret"};
  option_faults faults;

  EXPECT_TRUE(context::make(settings, faults)->settings().password.empty());
}

TEST(Context, AllFilesAreLookedAt) {
  EXPECT_THAT(refusal({"/nowhere/cert.pem", "/nowhere/key.pem"}, "/nowhere/ca.pem"),
              testing::AllOf(HasSubstr("certfile"), HasSubstr("keyfile"), HasSubstr("cacertfile")));
}
