// SPDX-License-Identifier: Apache-2.0
// Certificates as the terms of Erlang's public_key: what verify_fun and other callbacks of ssl are given. Reading proves nothing: only a validated certificate counts.
// Mechanism: docs/certificates.md.

#pragma once

#include "../runtime/term.hpp"
#include "fun.hpp"

namespace agner::public_key {

/// `plain`: names, keys and extensions stay DER in binaries. `otp`: they are decoded too.
enum class cert_form : std::uint8_t { plain, otp };
using enum cert_form;

/// A certificate as `{'OTPCertificate', {'OTPTBSCertificate', v3, Serial, ...}, {'SignatureAlgorithm', Oid, Parameters}, Signature}`, or as `{'Certificate', ...}`: the records of
/// OTP's public_key.hrl, member by member. Bytes behind the certificate are ignored, as OTP does.
///
/// @param der  a binary
/// @errors raises `{badmatch, {error, {asn1, Reason}}}`  no certificate, or a part of it is none of the form wanted; `badarg`  @p der is no binary
/// @context any thread
/// @erlang  public_key:pkix_decode_cert/2
/// @source  OTP 25 lib/public_key, pubkey_cert_records: decode_cert, transform
term pkix_decode_cert(const term& der, cert_form form);

/// Compares names as https does, for customize_hostname_check: the first label of a certificate's name may have one `*`.
/// @context any thread
/// @erlang  public_key:pkix_verify_hostname_match_fun(https)
/// @source  OTP 25 lib/public_key, public_key: verify_hostname_match_wildcard
ssl::fun pkix_verify_hostname_match_fun();

} // namespace agner::public_key
