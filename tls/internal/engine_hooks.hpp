// SPDX-License-Identifier: Apache-2.0
// The callbacks that OpenSSL calls while an engine drives it. They belong to the context, so they are the same for all connections, and find the engine of theirs.

#pragma once

#include "openssl_handles.hpp"
#include "settings.hpp"

namespace agner::ssl::internal {

class engine;

/// Sets the callbacks that connections of these settings need.
void install_hooks(SSL_CTX* into, const context_settings& of);

/// Lets the callbacks find @p to from @p of.
void attach(SSL* of, engine& to);

} // namespace agner::ssl::internal
