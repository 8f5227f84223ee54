// SPDX-License-Identifier: Apache-2.0
// Erlang's names of the numbers in hellos: groups, curves, signature schemes. Pure; any thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../../runtime/term.hpp"

namespace agner::ssl::internal {

/// A group of TLS 1.3: `x25519`. @source OTP 25 lib/ssl, tls_v1: enum_to_group
std::optional<term> group_named(unsigned number);
/// The object identifier of a curve. @source tls_v1: enum_to_oid there
std::optional<term> curve_identifier(unsigned number);
/// A scheme: `ecdsa_secp256r1_sha256`, or a pair for an older one. @source OTP 25 lib/ssl, ssl_cipher: signature_scheme
std::optional<term> scheme_named(unsigned number);
/// A pair for TLS 1.2: `{sha256, rsa_pss_rsae}`. @source OTP 25 lib/ssl, ssl_handshake: decode_sign_alg
std::optional<term> pair_named(unsigned number);

/// The same by the scheme's name. @source OTP 25 lib/ssl, ssl_cipher: signature_schemes_1_2
std::optional<term> signature_pair(std::string_view scheme);

/// All names of curves that OTP knows, the strongest first; of groups; of schemes. @source OTP 25 lib/ssl, tls_v1: ecc_curves, groups
std::vector<std::string_view> curve_names();
std::vector<std::string_view> group_names();
std::vector<std::string_view> scheme_names();

/// OpenSSL's name of a curve or group, and of a scheme; it knows most by Erlang's.
std::string openssl_group(std::string_view erlang);
std::string openssl_scheme(std::string_view erlang);

} // namespace agner::ssl::internal
