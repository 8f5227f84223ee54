// SPDX-License-Identifier: Apache-2.0
// Whether a certificate is for a host where the option customize_hostname_check says how names are compared. Used in the process that decides about a peer (peer_decision.hpp), as the
// functions may wait.

#pragma once

#include <optional>
#include <string>

#include "../../actors/task.hpp"
#include "../fun.hpp"

namespace agner::ssl::internal {

/// Each may be missing: then the rule of peer_verification.hpp counts.
struct hostname_rules {
  /// Takes `{dns_id, Host}` or `{ip, Host}`, and a name of the certificate, `{dNSName, Name}`, `{iPAddress, Bytes}` or `{uniformResourceIdentifier, Uri}`; gives a boolean or `default`.
  std::optional<fun> match_fun = {};
  /// Asked when nothing matches: takes the certificate, gives a boolean.
  std::optional<fun> fail_callback = {};
  /// Takes the reference that did not match; gives the host to look for instead, `default` or `undefined`.
  std::optional<fun> fqdn_fun = {};

  [[nodiscard]] bool any() const noexcept { return match_fun || fail_callback || fqdn_fun; }
};

/// True where the certificate @p der is for @p name. Unlike OTP's it never looks at common names.
/// @source OTP 25 lib/public_key, public_key: pkix_verify_hostname
task<bool> certificate_fits(term der, std::string name, hostname_rules by);

} // namespace agner::ssl::internal
