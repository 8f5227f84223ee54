// SPDX-License-Identifier: Apache-2.0
// A peer's chain, validated outside a handshake, with everything that is wrong with it: what verify_fun and partial_chain are asked about. OpenSSL finds the path and the faults; they are
// put into Erlang's words here. Pure; any thread.

#pragma once

#include <optional>
#include <span>
#include <vector>

#include "context.hpp"

namespace agner::ssl::internal {

/// A certificate of the path, and the reasons found against it, each as in {bad_cert, Reason}.
struct path_step {
  term der;
  std::vector<term> faults;
};

/// From the trust anchor, or from the last that was found where there is none, down to the peer's own.
struct certificate_path {
  std::vector<path_step> steps;
};

/// Validates @p sent, the peer's own first, for the other end of @p with.
/// @param anchor  trusted alone, where it is given; else the authorities of @p with
/// @source OTP 25 lib/public_key, public_key: pkix_path_validation; lib/ssl, ssl_certificate: trusted_cert_and_paths
certificate_path validate_path(const context& with, std::span<const term> sent, const std::optional<term>& anchor);

} // namespace agner::ssl::internal
