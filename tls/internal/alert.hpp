// SPDX-License-Identifier: Apache-2.0
// TLS alerts: their numbers, Erlang's names for them, and the sentence that OTP makes of one.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "../../runtime/term.hpp"
#include "role.hpp"

namespace agner::ssl::internal {

enum class alert_level : std::uint8_t { warning = 1, fatal = 2 };

/// Number of an alert, from RFC 8446 section 6 and IANA's registry: frozen.
using alert_number = std::uint8_t;

inline constexpr alert_number close_notify_alert = 0;
inline constexpr alert_number unexpected_message_alert = 10;
inline constexpr alert_number handshake_failure_alert = 40;
inline constexpr alert_number bad_certificate_alert = 42;
inline constexpr alert_number unsupported_certificate_alert = 43;
inline constexpr alert_number certificate_revoked_alert = 44;
inline constexpr alert_number certificate_expired_alert = 45;
inline constexpr alert_number certificate_unknown_alert = 46;
inline constexpr alert_number unknown_ca_alert = 48;
inline constexpr alert_number access_denied_alert = 49;
inline constexpr alert_number internal_error_alert = 80;
inline constexpr alert_number user_canceled_alert = 90;
inline constexpr alert_number unrecognized_name_alert = 112;

/// Erlang's atom: `unknown_ca`; 'unsupported/unknown_alert' for a number that no standard names.
/// @source OTP 25 lib/ssl, ssl_alert: description_atom
atom alert_name(alert_number of);

/// The number of an alert by Erlang's atom.
std::optional<alert_number> alert_called(atom name);

/// "Unknown CA". @source OTP 25 lib/ssl, ssl_alert: description_txt
std::string alert_text(alert_number of);

enum class alert_direction : std::uint8_t { sent, received };

/// An alert that ended a connection, and where.
struct alert_event {
  alert_level level = alert_level::fatal;
  alert_number number = 0;
  alert_direction direction = alert_direction::sent;
  role side = role::client; // ours
  std::string state;        // OTP's name of the state we were in
  std::string detail = {};  // what OpenSSL or a verifier found, for an alert we sent
};

/// `{tls_alert, {unknown_ca, "TLS client: In state certify received SERVER ALERT: Fatal - Unknown CA\n"}}`; `closed` for a close_notify.
/// @source OTP 25 lib/ssl, ssl_alert: reason_code
term alert_reason(const alert_event& of);

} // namespace agner::ssl::internal
