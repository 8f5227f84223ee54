// SPDX-License-Identifier: Apache-2.0
// Certificates of every kind, decoded here and by the installed Erlang/OTP's public_key: both must give the same terms.

#include <gtest/gtest.h>

#include <string>

#include <agner/runtime/term_text.hpp>
#include <agner/runtime/term_views.hpp>
#include <agner/tls/public_key.hpp>

#include "../support/erl_peer.hpp"

namespace agner::test {
namespace {

using public_key::otp;
using public_key::pkix_decode_cert;
using public_key::plain;

/// Funs that make certificates: Make(Subject, Extensions), Openssl(Arguments), and Show of what OTP makes of DER.
constexpr std::string_view tools = R"erl(
Key = public_key:generate_key({namedCurve, secp256r1}),
Point = element(5, Key),
Cn = fun(Text) -> {rdnSequence, [[{'AttributeTypeAndValue', {2,5,4,3}, Text}]]} end,
Make = fun(Subject, Extensions) ->
  public_key:pkix_sign({'OTPTBSCertificate', v3, 16#123456789abcdef0123456789abcdef,
    {'SignatureAlgorithm', {1,2,840,10045,4,3,2}, asn1_NOVALUE}, Cn({utf8String, <<"ca">>}),
    {'Validity', {utcTime, "200101000000Z"}, {generalTime, "20600101000000Z"}}, Subject,
    {'OTPSubjectPublicKeyInfo', {'PublicKeyAlgorithm', {1,2,840,10045,2,1}, {namedCurve, {1,2,840,10045,3,1,7}}}, {'ECPoint', Point}},
    asn1_NOVALUE, asn1_NOVALUE, Extensions}, Key) end,
Openssl = fun(Arguments) ->
  Pem = os:cmd("openssl req -x509 -nodes -keyout /dev/null -days 1 " ++ Arguments ++ " 2>/dev/null"),
  [{'Certificate', Der, not_encrypted}] = public_key:pem_decode(list_to_binary(Pem)), Der end,
Show = fun(Ders) -> list_to_binary(io_lib:format("~w", [[{Der, public_key:pkix_decode_cert(Der, otp),
  public_key:pkix_decode_cert(Der, plain)} || Der <- Ders]])) end,
ok)erl";

class PublicKeyInterop : public testing::Test {
protected:
  PublicKeyInterop() { EXPECT_EQ(erl_.eval(tools), "ok"); }

  /// Compares what both make of the certificates that @p expression, a list, gives; how many there were.
  std::size_t compare(const std::string& expression) {
    const auto text = erl_.eval("Show(" + expression + ")");
    const auto quoted = parse_term(text);
    if (!quoted || !quoted->is_binary()) {
      ADD_FAILURE() << text;
      return 0;
    }
    const auto shown = parse_term(quoted->text());
    if (!shown) {
      ADD_FAILURE() << print_short(shown.error().reason());
      return 0;
    }
    std::size_t count = 0;
    for (const term& one : shown->as_list()) {
      EXPECT_EQ(pkix_decode_cert(one[0], otp), one[1]);
      EXPECT_EQ(pkix_decode_cert(one[0], plain), one[2]);
      ++count;
    }
    return count;
  }

  erl_peer erl_{{}};
};

TEST_F(PublicKeyInterop, NamesOfEveryStringType) {
  const auto count = compare(R"erl([Make({rdnSequence, [
      [{'AttributeTypeAndValue', {2,5,4,3}, {Type, Text}}, {'AttributeTypeAndValue', {2,5,4,10}, {utf8String, <<"both in one">>}}],
      [{'AttributeTypeAndValue', {2,5,4,41}, {Type, Text}}], [{'AttributeTypeAndValue', {2,5,4,12}, {Type, Text}}],
      [{'AttributeTypeAndValue', {2,5,4,65}, {Type, Text}}], [{'AttributeTypeAndValue', {2,5,4,7}, {Type, Text}}],
      [{'AttributeTypeAndValue', {2,5,4,8}, {Type, Text}}], [{'AttributeTypeAndValue', {2,5,4,11}, {Type, Text}}],
      [{'AttributeTypeAndValue', {2,5,4,4}, {Type, Text}}], [{'AttributeTypeAndValue', {2,5,4,42}, {Type, Text}}],
      [{'AttributeTypeAndValue', {2,5,4,43}, {Type, Text}}], [{'AttributeTypeAndValue', {2,5,4,44}, {Type, Text}}],
      [{'AttributeTypeAndValue', {2,5,4,46}, "qualifier"}], [{'AttributeTypeAndValue', {2,5,4,5}, "4711"}],
      [{'AttributeTypeAndValue', {2,5,4,6}, "SE"}], [{'AttributeTypeAndValue', {1,2,840,113549,1,9,1}, "a@b.example"}],
      [{'AttributeTypeAndValue', {0,9,2342,19200300,100,1,25}, "example"}],
      [{'AttributeTypeAndValue', {2,5,4,97}, <<12,3,"odd">>}]]}, asn1_NOVALUE)
    || {Type, Text} <- [{printableString, "name"}, {teletexString, [200, 65]}, {utf8String, <<"n\x{e4}me"/utf8>>},
                        {bmpString, [65, {0,0,1,66}]}, {universalString, [65, {0,1,2,3}]}]])erl");

  EXPECT_EQ(count, 5U);
}

TEST_F(PublicKeyInterop, CountryAndMailAddressAsUtf8) {
  const auto count = compare(R"erl(begin
      {ok, Name} = 'OTP-PUB-KEY':encode('Name', {rdnSequence, [[{'AttributeTypeAndValue', {2,5,4,6}, <<12,2,"SE">>}],
        [{'AttributeTypeAndValue', {1,2,840,113549,1,9,1}, <<12,4,"a@",195,164>>}]]}),
      {'Certificate', Tbs, Algorithm, Signature} = public_key:pkix_decode_cert(Make(Cn({utf8String, <<"x">>}), asn1_NOVALUE), plain),
      {ok, Der} = 'OTP-PUB-KEY':encode('Certificate', {'Certificate',
        setelement(7, Tbs, element(2, 'OTP-PUB-KEY':decode('Name', Name))), Algorithm, Signature}),
      [Der] end)erl");

  EXPECT_EQ(count, 1U);
}

TEST_F(PublicKeyInterop, EveryExtension) {
  const auto count = compare(R"erl(begin
      Dir = {directoryName, Cn({utf8String, <<"d">>})},
      Names = [{otherName, {'AnotherName', {1,2,3}, <<12,2,"hi">>}}, {rfc822Name, "a@b"}, {dNSName, "host"}, Plain = element(2, {x,
        {directoryName, {rdnSequence, [[{'AttributeTypeAndValue', {2,5,4,3}, <<12,1,"d">>}]]}}}),
        {uniformResourceIdentifier, "http://a/b"}, {iPAddress, <<127,0,0,1>>}, {registeredID, {1,2,3,4}},
        {ediPartyName, {'EDIPartyName', {utf8String, <<"a">>}, {printableString, "b"}}},
        {x400Address, {'ORAddress', {'BuiltInStandardAttributes', {'iso-3166-alpha2-code', "SE"}, {printable, "adm"}, "123", "t", {numeric, "12"}, "org", "7",
          {'PersonalName', "sur", "giv", asn1_NOVALUE, "jr"}, ["u1", "u2"]}, [{'BuiltInDomainDefinedAttribute', "k", "v"}],
          [{'ExtensionAttribute', 1, <<19,2,"cn">>}]}}],
      Dp = fun(Of) -> {'DistributionPoint', Of, [keyCompromise, aACompromise], [Plain]} end,
      Values = [{{2,5,29,35}, {'AuthorityKeyIdentifier', <<1,2,3>>, [Dir], 99}}, {{2,5,29,35}, {'AuthorityKeyIdentifier', <<1>>, asn1_NOVALUE, asn1_NOVALUE}},
        {{2,5,29,14}, <<9,8,7>>}, {{2,5,29,15}, [digitalSignature, decipherOnly]}, {{2,5,29,15}, []},
        {{2,5,29,16}, {'PrivateKeyUsagePeriod', "20200101000000Z", asn1_NOVALUE}},
        {{2,5,29,32}, [{'PolicyInformation', {2,5,29,32,0}, [{'PolicyQualifierInfo', {1,3,6,1,5,5,7,2,1}, <<22,1,"A">>}]},
                       {'PolicyInformation', {1,2,3}, asn1_NOVALUE}]},
        {{2,5,29,33}, [{'PolicyMappings_SEQOF', {1,2,3}, {1,2,4}}]}, {{2,5,29,17}, [Dir]}, {{2,5,29,17}, Names}, {{2,5,29,18}, Names},
        {{2,5,29,9}, [{'Attribute', {1,2,3}, [<<2,1,5>>, <<5,0>>]}]}, {{2,5,29,19}, {'BasicConstraints', true, 3}}, {{2,5,29,19}, {'BasicConstraints', false, asn1_NOVALUE}},
        {{2,5,29,30}, {'NameConstraints', [{'GeneralSubtree', Dir, 0, asn1_NOVALUE}, {'GeneralSubtree', {dNSName, ".a"}, 1, 4}], asn1_NOVALUE}},
        {{2,5,29,36}, {'PolicyConstraints', 1, asn1_NOVALUE}}, {{2,5,29,31}, [Dp({fullName, Names}), {'DistributionPoint', asn1_NOVALUE, asn1_NOVALUE, [Plain]}]},
        {{2,5,29,31}, [Dp({nameRelativeToCRLIssuer, [{'AttributeTypeAndValue', {2,5,4,3}, <<12,1,"r">>}]})]},
        {{2,5,29,37}, [{1,3,6,1,5,5,7,3,1}, {2,5,29,37,0}]}, {{2,5,29,54}, 2}, {{2,5,29,46}, [Dp({fullName, [Plain]})]},
        {{1,3,6,1,5,5,7,1,1}, [{'AccessDescription', {1,3,6,1,5,5,7,48,1}, {uniformResourceIdentifier, "http://o"}}]},
        {{1,3,6,1,5,5,7,1,11}, [{'AccessDescription', {1,3,6,1,5,5,7,48,5}, Plain}]}, {{2,5,29,20}, 12345678901234567890},
        {{2,5,29,28}, {'IssuingDistributionPoint', {fullName, [Plain]}, true, false, [superseded], false, false}}, {{2,5,29,27}, 7},
        {{2,5,29,21}, removeFromCRL}, {{2,5,29,29}, [Dir]}, {{2,5,29,23}, {1,2,840,10040,2,3}}, {{2,5,29,24}, "20200101000000Z"},
        {{1,2,3,4,5}, <<"anything">>}],
      [Make(Cn({printableString, "x"}), [{'Extension', Id, Critical, Value}]) || {Id, Value} <- Values, Critical <- [true, false]] end)erl");

  EXPECT_EQ(count, 62U);
}

TEST_F(PublicKeyInterop, KeysAndSignaturesOfEveryKind) {
  const auto count = compare(R"erl(begin
      Dsa = os:cmd("f=$(mktemp); openssl dsaparam 1024 > $f 2>/dev/null; openssl req -x509 -newkey dsa:$f -nodes -keyout /dev/null -subj /CN=x 2>/dev/null; rm $f"),
      [{'Certificate', DsaDer, not_encrypted}] = public_key:pem_decode(list_to_binary(Dsa)),
      Explicit = os:cmd("f=$(mktemp); openssl ecparam -name secp256k1 -param_enc explicit -genkey > $f 2>/dev/null; openssl req -x509 -new -key $f -subj /CN=x 2>/dev/null; rm $f"),
      [{'Certificate', ExplicitDer, not_encrypted}] = public_key:pem_decode(list_to_binary(Explicit)),
      [DsaDer, ExplicitDer | [Openssl(A ++ " -subj /CN=x") || A <- ["-newkey rsa:1024 -sha1", "-newkey rsa:1024 -sha512", "-newkey ed25519", "-newkey ed448",
        "-newkey rsa-pss -pkeyopt rsa_keygen_bits:1024 -sha256",
        "-newkey rsa-pss -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha512 -pkeyopt rsa_pss_keygen_saltlen:40",
        "-newkey rsa:1024 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20 -sha1",
        "-newkey ec -pkeyopt ec_paramgen_curve:secp384r1 -sha384", "-newkey ec -pkeyopt ec_paramgen_curve:brainpoolP256r1"]]] end)erl");

  EXPECT_EQ(count, 11U);
}

/// What the world really has.
TEST_F(PublicKeyInterop, PublicAuthorities) {
  const auto count = compare(R"erl(begin {ok, Pem} = file:read_file("/etc/ssl/certs/ca-certificates.crt"),
      [Der || {'Certificate', Der, not_encrypted} <- public_key:pem_decode(Pem)] end)erl");

  EXPECT_GT(count, 50U);
}

} // namespace
} // namespace agner::test
