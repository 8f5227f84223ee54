// SPDX-License-Identifier: Apache-2.0
// Secrets that are no certificates: pre-shared keys and passwords (SRP), as user_lookup_fun gives them. Callbacks of a context, called while OpenSSL waits: the fun answers at once.

#pragma once

#include "openssl_handles.hpp"
#include "settings.hpp"

namespace agner::ssl::internal {

void install_secrets(SSL_CTX* into, const context_settings& of);

} // namespace agner::ssl::internal
