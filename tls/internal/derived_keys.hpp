// SPDX-License-Identifier: Apache-2.0
// Key material for programs, derived from a connection's secrets. Used by the process that owns the connection.

#pragma once

#include "../../runtime/error.hpp"
#include "openssl_handles.hpp"

namespace agner::ssl::internal {

/// Longest material that is derived at once: TLS 1.3 can give 255 hashes.
inline constexpr std::size_t derived_bytes_max = 255UL * 32;

/// A binary of @p length bytes for each label, with its context, a binary or `no_context`. @errors `badarg`  lists of other lengths or of other things
/// @source RFC 5705; RFC 8446, section 7.5
result<term> exported_keys(SSL* of, const term& labels, const term& contexts, const term& lengths);

/// TLS's pseudo-random function over @p secret, a binary or `master_secret`, and @p seed, binaries, `client_random` and `server_random`.
/// @errors `undefined`  TLS 1.3 has none; `badarg`
/// @source OTP 25 lib/ssl, tls_dtls_connection: prf
result<term> pseudo_random(SSL* of, const term& secret, const term& label, const term& seed, const term& length);

} // namespace agner::ssl::internal
