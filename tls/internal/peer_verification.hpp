// SPDX-License-Identifier: Apache-2.0
// What OpenSSL and the name check find about a peer's certificate, in Erlang's words, and which alert says so. Pure: no connection is touched.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "../../runtime/term.hpp"
#include "alert.hpp"
#include "openssl_handles.hpp"

namespace agner::ssl::internal {

/// The outcome of validating a chain.
struct verdict {
  /// `valid`, or `{bad_cert, Reason}` as public_key gives it.
  term result;
  alert_number alert = 0; // to send for it
  std::string text = {};  // in words, with the certificate it is about
  bool valid = true;
};

/// Validates the peer's chain that @p store holds, and then, where @p expected_name is set, whether the certificate is for that host or address.
/// @source OTP 25 lib/ssl, ssl_handshake: path_validation_alert; ssl_certificate: validate, verify_hostname
verdict judge_peer(X509_STORE_CTX* store, const std::optional<std::string>& expected_name);

/// Erlang's reason, as in `{bad_cert, Reason}`, for OpenSSL's verification error.
term bad_cert_reason(int error);
/// The alert that OTP sends for such a reason. @source OTP 25 lib/ssl, ssl_handshake: path_validation_alert
alert_number alert_for(const term& reason);

/// True where one of the certificate's names is @p name: a DNS name, compared without wildcards and without regard to case, or an IP address.
/// The common name does not count.
bool certificate_is_for(X509* certificate, const std::string& name);

/// The peer's certificates in the order sent, its own first, as DER.
std::vector<term> peer_chain(X509_STORE_CTX* store);

/// A certificate as DER.
term der_of(X509* certificate);

/// The verification error that makes OpenSSL send the alert @p wanted, or handshake_failure where none does.
int error_for_alert(alert_number wanted);

} // namespace agner::ssl::internal
