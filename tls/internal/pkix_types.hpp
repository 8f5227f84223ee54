// SPDX-License-Identifier: Apache-2.0
// The ASN.1 types of certificates, their names and their extensions, as tables. Constants; any thread.
// @source RFC 5280, appendix A; OTP 25 lib/public_key, asn1/OTP-PKIX.asn1, PKIX1Explicit88.asn1 and PKIX1Implicit88.asn1

#pragma once

#include "asn1_type.hpp"

namespace agner::ssl::internal {

/// 'Certificate', with names, keys and extensions as binaries.
extern const asn1_type plain_certificate_type;
/// 'OTPCertificate', with the same as binaries: pkix_certificate.hpp decodes them.
extern const asn1_type otp_certificate_type;

/// What the extension @p id holds; null where OTP does not know it either.
/// @source OTP 25 lib/public_key, pubkey_cert_records: extension_id
const asn1_type* extension_type(const term& id);
/// What the attribute @p id of a name holds; null where it stays a binary. @source attribute_type there
const asn1_type* attribute_type(const term& id);
/// True for the attributes whose choice is left out: country and e-mail address. @source transform there
bool is_bare_attribute(const term& id);
/// The parameters of a signature algorithm, and of a public key; null where they stay a binary.
const asn1_type* signature_parameters_type(const term& algorithm);
const asn1_type* key_parameters_type(const term& algorithm);

/// The key itself.
enum class key_form : std::uint8_t { unknown, point, decoded };
struct key_content {
  key_form form = key_form::unknown;
  const asn1_type* type = nullptr; // where it is decoded
};
/// @source supportedPublicKeyAlgorithms there
key_content key_content_of(const term& algorithm);

} // namespace agner::ssl::internal
