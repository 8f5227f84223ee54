// SPDX-License-Identifier: Apache-2.0
// What is spoken above TLS, agreed on by ALPN or by Next Protocol Negotiation. Callbacks of a context; they find their choice in the settings of the engine's context.

#pragma once

#include <optional>
#include <string>

#include "openssl_handles.hpp"
#include "settings.hpp"

namespace agner::ssl::internal {

/// Lets connections of @p of agree.
void install_protocols(SSL_CTX* into, const context_settings& of);

/// What was agreed on; nothing where nobody asked.
std::optional<std::string> agreed_protocol(const SSL* of);

} // namespace agner::ssl::internal
