// SPDX-License-Identifier: Apache-2.0
// The decision about a peer that the options verify_fun and partial_chain make: OTP's events, in OTP's order. Runs in the process that a verifier is called in.
// Mechanism: docs/ssl.md.

#pragma once

#include "settings.hpp"
#include "verifier.hpp"

namespace agner::ssl::internal {

/// The verifier for @p of; empty where OpenSSL decides alone.
verifier verifier_for(const verification_settings& of);

} // namespace agner::ssl::internal
