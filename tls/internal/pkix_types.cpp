// SPDX-License-Identifier: Apache-2.0

#include "pkix_types.hpp"

#include "pkix_table.hpp"

namespace agner::ssl::internal {
namespace {

using namespace pkix;

constexpr asn1_name version_names[] = {{0, "v1"}, {1, "v2"}, {2, "v3"}};
constexpr asn1_type version_{.kind = kind::integer, .tag = utag::integer, .names = version_names};
term first_version() { return "v1"_atom; }

constexpr asn1_field time_fields[] = {must("utcTime", utc_time), must("generalTime", generalized_time)};
constexpr auto time_ = choice(time_fields);
constexpr asn1_field validity_fields[] = {must("notBefore", time_), must("notAfter", time_)};
constexpr auto validity = record("Validity", validity_fields);
constexpr asn1_field extension_fields[] = {must("extnID", oid), otherwise(must("critical", boolean), false_),
                                           must("extnValue", octets)};
constexpr auto extension = record("Extension", extension_fields);
constexpr auto extensions = list_type(extension);

constexpr asn1_field algorithm_fields[] = {must("algorithm", oid), may("parameters", any)};
constexpr auto plain_algorithm = record("AlgorithmIdentifier", algorithm_fields);
constexpr auto signature_algorithm = record("SignatureAlgorithm", algorithm_fields);
constexpr auto key_algorithm = record("PublicKeyAlgorithm", algorithm_fields);
constexpr asn1_field key_info_fields[] = {must("algorithm", plain_algorithm), must("subjectPublicKey", bits)};
constexpr auto key_info = record("SubjectPublicKeyInfo", key_info_fields);
constexpr asn1_field otp_key_info_fields[] = {must("algorithm", key_algorithm), must("subjectPublicKey", bits)};
constexpr auto otp_key_info = record("OTPSubjectPublicKeyInfo", otp_key_info_fields);

constexpr asn1_field tbs_fields[] = {otherwise(wrapped("version", 0, version_), first_version),
                                     must("serialNumber", integer_),
                                     must("signature", plain_algorithm),
                                     must("issuer", name),
                                     must("validity", validity),
                                     must("subject", name),
                                     must("subjectPublicKeyInfo", key_info),
                                     tagged("issuerUniqueID", 1, bits),
                                     tagged("subjectUniqueID", 2, bits),
                                     wrapped("extensions", 3, extensions)};
constexpr auto tbs = record("TBSCertificate", tbs_fields);
constexpr asn1_field otp_tbs_fields[] = {otherwise(wrapped("version", 0, version_), first_version),
                                         must("serialNumber", integer_),
                                         must("signature", signature_algorithm),
                                         must("issuer", name),
                                         must("validity", validity),
                                         must("subject", name),
                                         must("subjectPublicKeyInfo", otp_key_info),
                                         tagged("issuerUniqueID", 1, bits),
                                         tagged("subjectUniqueID", 2, bits),
                                         wrapped("extensions", 3, extensions)};
constexpr auto otp_tbs = record("OTPTBSCertificate", otp_tbs_fields);
constexpr asn1_field certificate_fields[] = {must("tbsCertificate", tbs), must("signatureAlgorithm", plain_algorithm),
                                             must("signature", bits)};
constexpr asn1_field otp_certificate_fields[] = {
    must("tbsCertificate", otp_tbs), must("signatureAlgorithm", signature_algorithm), must("signature", bits)};

} // namespace

const asn1_type plain_certificate_type = record("Certificate", certificate_fields);
const asn1_type otp_certificate_type = record("OTPCertificate", otp_certificate_fields);

const asn1_type* attribute_type(const term& id) {
  static const identified known[] = {{{2, 5, 4, 41}, &directory_string},
                                     {{2, 5, 4, 4}, &directory_string},
                                     {{2, 5, 4, 42}, &directory_string},
                                     {{2, 5, 4, 43}, &directory_string},
                                     {{2, 5, 4, 44}, &directory_string},
                                     {{2, 5, 4, 3}, &directory_string},
                                     {{2, 5, 4, 7}, &directory_string},
                                     {{2, 5, 4, 8}, &directory_string},
                                     {{2, 5, 4, 10}, &directory_string},
                                     {{2, 5, 4, 11}, &directory_string},
                                     {{2, 5, 4, 12}, &directory_string},
                                     {{2, 5, 4, 46}, &printable},
                                     {{2, 5, 4, 6}, &country_name},
                                     {{2, 5, 4, 5}, &printable},
                                     {{2, 5, 4, 65}, &directory_string},
                                     {{0, 9, 2342, 19200300, 100, 1, 25}, &ia5},
                                     {{1, 2, 840, 113549, 1, 9, 1}, &email_address}};
  return found(known, id);
}

bool is_bare_attribute(const term& id) { return is_id(id, {2, 5, 4, 6}) || is_id(id, {1, 2, 840, 113549, 1, 9, 1}); }
} // namespace agner::ssl::internal
