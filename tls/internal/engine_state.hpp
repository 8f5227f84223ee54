// SPDX-License-Identifier: Apache-2.0
// Where a handshake stands, by OTP's names of states.

#pragma once

#include <string>

#include "openssl_handles.hpp"

namespace agner::ssl::internal {

/// `hello`, `certify`, `cipher`, `connection`; in TLS 1.3 `start`, `wait_sh`, `wait_cert`, and so on.
/// @source OTP 25 lib/ssl, tls_connection and tls_connection_1_3: the names of their state functions
std::string state_name(const SSL* of);

} // namespace agner::ssl::internal
