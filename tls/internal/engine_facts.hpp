// SPDX-License-Identifier: Apache-2.0
// What ssl:connection_information tells about a connection.

#pragma once

#include <vector>

#include "engine.hpp"

namespace agner::ssl::internal {

/// `{protocol, 'tlsv1.3'}`, `{selected_cipher_suite, #{...}}`, `{sni_hostname, "host"}`, `{session_resumption, false}`, `{session_id, <<>>}` of an engine that is open.
/// `sni_hostname` is `undefined` where no name was sent.
/// @source OTP 25 lib/ssl, ssl_gen_statem: connection_info
std::vector<term> connection_facts(const engine& of);

/// What connection_information tells only who asks for it by name: randoms and secrets.
bool is_secret_fact(const term& name);

} // namespace agner::ssl::internal
