// SPDX-License-Identifier: Apache-2.0
// Contexts for tests of TLS, from options as a program would give them.

#pragma once

#include <memory>

#include <agner/tls/internal/context.hpp>
#include <agner/tls/internal/options_check.hpp>

#include "test_ca.hpp"

namespace agner::test {

/// The context settings of a server with the shared authority's certificate, unless @p given names another.
ssl::internal::context_settings server_settings(ssl::options given);
/// The context settings of a client that trusts the shared authority, unless @p given names another. It has no certificate of its own.
ssl::internal::context_settings client_settings(ssl::options given);

/// The context for @p of. Throws, with the sentences of format_error, where options or files are refused.
std::shared_ptr<const ssl::internal::context> make_context(const ssl::internal::context_settings& of);
std::shared_ptr<const ssl::internal::context> server_context(ssl::options given);
std::shared_ptr<const ssl::internal::context> client_context(ssl::options given);

} // namespace agner::test
