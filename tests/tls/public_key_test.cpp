// SPDX-License-Identifier: Apache-2.0
// Certificates as terms: one of each form, and what is no certificate. Every kind of extension and key: tests/interop/public_key_interop_test.cpp.

#include <gtest/gtest.h>

#include <agner/runtime/error.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/tls/public_key.hpp>

#include "../support/hexadecimal.hpp"

using namespace agner;
using public_key::otp;
using public_key::pkix_decode_cert;
using public_key::plain;

namespace {

/// A certificate that OpenSSL made for an Ed25519 key, and what OTP 25 decodes it to.
constexpr std::string_view golden_der =
    "3082012C3081DFA00302010202143AE4965D7C9EF43C08A0EB644F16D2FC6F14C887300506032B6570300C310A3008060355"
    "04030C0161301E170D3236313132333230303334355A170D3336313132303230303334355A300C310A300806035504030C01"
    "61302A300506032B6570032100B705D458614D477E6A66CA902D431BA82DD957F369E39047D4045F74DFFCCFC4A353305130"
    "1D0603551D0E04160414AAFF59FFD7767F551095FCD1836C1148B3D3F9D0301F0603551D23041830168014AAFF59FFD7767F"
    "551095FCD1836C1148B3D3F9D0300F0603551D130101FF040530030101FF300506032B65700341001F8659FD207227BEB8E6"
    "8F362C67E776D84E62FD58C041071D166E257CE79EFB17ED49EDE3C5BE2A7BB6ED30D4FA370DEC9FEFC4D5D8F8298C53EC3E"
    "E101B008";
constexpr std::string_view golden_otp =
    "{'OTPCertificate',{'OTPTBSCertificate',v3,336219133267847170211348117042240119070107420807,{'Signatu"
    "reAlgorithm',{1,3,101,112},asn1_NOVALUE},{rdnSequence,[[{'AttributeTypeAndValue',{2,5,4,3},{utf8Stri"
    "ng,<<\"a\">>}}]]},{'Validity',{utcTime,\"261123200345Z\"},{utcTime,\"361120200345Z\"}},{rdnSequence,[[{'At"
    "tributeTypeAndValue',{2,5,4,3},{utf8String,<<\"a\">>}}]]},{'OTPSubjectPublicKeyInfo',{'PublicKeyAlgori"
    "thm',{1,3,101,112},asn1_NOVALUE},{'ECPoint',<<183,5,212,88,97,77,71,126,106,102,202,144,45,67,27,168"
    ",45,217,87,243,105,227,144,71,212,4,95,116,223,252,207,196>>}},asn1_NOVALUE,asn1_NOVALUE,[{'Extensio"
    "n',{2,5,29,14},false,<<170,255,89,255,215,118,127,85,16,149,252,209,131,108,17,72,179,211,249,208>>}"
    ",{'Extension',{2,5,29,35},false,{'AuthorityKeyIdentifier',<<170,255,89,255,215,118,127,85,16,149,252"
    ",209,131,108,17,72,179,211,249,208>>,asn1_NOVALUE,asn1_NOVALUE}},{'Extension',{2,5,29,19},true,{'Bas"
    "icConstraints',true,asn1_NOVALUE}}]},{'SignatureAlgorithm',{1,3,101,112},asn1_NOVALUE},<<31,134,89,2"
    "53,32,114,39,190,184,230,143,54,44,103,231,118,216,78,98,253,88,192,65,7,29,22,110,37,124,231,158,25"
    "1,23,237,73,237,227,197,190,42,123,182,237,48,212,250,55,13,236,159,239,196,213,216,248,41,140,83,23"
    "6,62,225,1,176,8>>}";

std::vector<std::byte> golden() { return test::from_hex(golden_der); }

/// The certificate, or the reason.
term decoded(std::span<const std::byte> der, public_key::cert_form form) {
  try {
    return pkix_decode_cert(binary(der), form);
  } catch (const raised& of) {
    return of.reason();
  }
}

bool is_refusal(const term& of) { return of.is_tagged("badmatch"_atom, 2); }

} // namespace

TEST(PublicKey, OtpFormIsThatOfErlang) { EXPECT_EQ(decoded(golden(), otp), must(parse_term(golden_otp))); }

TEST(PublicKey, PlainFormLeavesExtensionsAndNamesEncoded) {
  const term made = decoded(golden(), plain);

  ASSERT_TRUE(made.is_tagged("Certificate"_atom, 4));
  EXPECT_EQ(made[1][4], must(parse_term("{rdnSequence, [[{'AttributeTypeAndValue', {2,5,4,3}, <<12,1,97>>}]]}")));
}

TEST(PublicKey, BytesBehindAreIgnored) {
  auto bytes = golden();
  bytes.push_back(std::byte{1});

  EXPECT_EQ(decoded(bytes, otp), must(parse_term(golden_otp)));
}

TEST(PublicKey, EveryTruncationIsRefused) {
  const auto whole = golden();

  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_TRUE(is_refusal(decoded(std::span{whole}.first(length), otp))) << length;
    EXPECT_TRUE(is_refusal(decoded(std::span{whole}.first(length), plain))) << length;
  }
}

TEST(PublicKey, EveryChangedByteGivesATermOrARefusal) {
  const auto whole = golden();

  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const unsigned change : {0x01U, 0x20U, 0x80U, 0xffU}) {
      auto bytes = whole;
      bytes[at] ^= static_cast<std::byte>(change);
      const term made = decoded(bytes, otp);
      EXPECT_TRUE(is_refusal(made) || made.is_tagged("OTPCertificate"_atom, 4)) << at;
    }
  }
}

TEST(PublicKey, OnlyBinariesAreDecoded) {
  try {
    pkix_decode_cert(string("text"), otp);
    FAIL();
  } catch (const raised& of) {
    EXPECT_EQ(of.reason(), term{"badarg"_atom});
  }
}
