// SPDX-License-Identifier: Apache-2.0
// The extensions of a peer's hello as OTP's ssl gives them to who pauses a handshake: a map of names, `undefined` for what the peer did not send.

#pragma once

#include "engine.hpp"

namespace agner::ssl::internal {

/// What the peer of @p of, which awaits its answer to the hello, has said.
///
/// A client's, before TLS 1.3: alpn, next_protocol_negotiation (as sent), ec_point_formats, elliptic_curves (object identifiers), renegotiation_info, signature_algs (pairs), sni, srp; in
/// TLS 1.3: alpn, certificate_authorities (DER), client_hello_versions, cookie, elliptic_curves (names), key_share, pre_shared_key, psk_key_exchange_modes, signature_algs,
/// signature_algs_cert (schemes), sni. A server's: alpn, ec_point_formats, next_protocol_negotiation, renegotiation_info, or key_share, pre_shared_key, server_hello_selected_version.
/// Where it was sent also max_frag_enum. What is damaged is left out.
/// @source OTP 25 lib/ssl, ssl_handshake: decode_extensions, empty_extensions, extension_value
term hello_extensions(const engine& of);

} // namespace agner::ssl::internal
