// SPDX-License-Identifier: Apache-2.0

#include "alert.hpp"

#include <algorithm>
#include <array>

#include "../../runtime/term_builders.hpp"

namespace agner::ssl::internal {
namespace {

struct alert_entry {
  alert_number number;
  std::string_view name;
  std::string_view text;
};

constexpr std::array alerts = {
    alert_entry{0, "close_notify", "Close Notify"},
    alert_entry{10, "unexpected_message", "Unexpected Message"},
    alert_entry{20, "bad_record_mac", "Bad Record MAC"},
    alert_entry{21, "decryption_failed_reserved", "Decryption Failed Reserved"},
    alert_entry{22, "record_overflow", "Record Overflow"},
    alert_entry{30, "decompression_failure", "Decompression Failure"},
    alert_entry{40, "handshake_failure", "Handshake Failure"},
    alert_entry{41, "no_certificate_reserved", "No Certificate Reserved"},
    alert_entry{42, "bad_certificate", "Bad Certificate"},
    alert_entry{43, "unsupported_certificate", "Unsupported Certificate"},
    alert_entry{44, "certificate_revoked", "Certificate Revoked"},
    alert_entry{45, "certificate_expired", "Certificate Expired"},
    alert_entry{46, "certificate_unknown", "Certificate Unknown"},
    alert_entry{47, "illegal_parameter", "Illegal Parameter"},
    alert_entry{48, "unknown_ca", "Unknown CA"},
    alert_entry{49, "access_denied", "Access Denied"},
    alert_entry{50, "decode_error", "Decode Error"},
    alert_entry{51, "decrypt_error", "Decrypt Error"},
    alert_entry{60, "export_restriction", "Export Restriction"},
    alert_entry{70, "protocol_version", "Protocol Version"},
    alert_entry{71, "insufficient_security", "Insufficient Security"},
    alert_entry{80, "internal_error", "Internal Error"},
    alert_entry{86, "inappropriate_fallback", "Inappropriate Fallback"},
    alert_entry{90, "user_canceled", "User Canceled"},
    alert_entry{100, "no_renegotiation", "No Renegotiation"},
    alert_entry{109, "missing_extension", "Missing extension"},
    alert_entry{110, "unsupported_extension", "Unsupported Extension"},
    alert_entry{111, "certificate_unobtainable", "Certificate Unobtainable"},
    alert_entry{112, "unrecognized_name", "Unrecognized Name"},
    alert_entry{113, "bad_certificate_status_response", "Bad Certificate Status Response"},
    alert_entry{114, "bad_certificate_hash_value", "Bad Certificate Hash Value"},
    alert_entry{115, "unknown_psk_identity", "Unknown Psk Identity"},
    alert_entry{116, "certificate_required", "Certificate required"},
    alert_entry{120, "no_application_protocol", "No application protocol"},
};

const alert_entry* entry(alert_number of) {
  const auto* const found = std::ranges::find(alerts, of, &alert_entry::number);
  return found == alerts.end() ? nullptr : found;
}

std::string_view lower(role of) { return of == role::client ? "client" : "server"; }
std::string_view upper(role of) { return of == role::client ? "CLIENT" : "SERVER"; }

} // namespace

atom alert_name(alert_number of) {
  const auto* const found = entry(of);
  return found != nullptr ? atom{found->name} : atom{"unsupported/unknown_alert"_atom};
}

std::optional<alert_number> alert_called(atom name) {
  const auto* const found = std::ranges::find(alerts, name.name(), &alert_entry::name);
  if (found == alerts.end()) return std::nullopt;
  return found->number;
}

std::string alert_text(alert_number of) {
  if (const auto* const found = entry(of)) return std::string(found->text);
  return "unsupported/unknown alert: " + std::to_string(of);
}

term alert_reason(const alert_event& of) {
  if (of.number == close_notify_alert) return "closed"_atom;
  const bool sent = of.direction == alert_direction::sent;
  std::string text = "TLS ";
  text.append(lower(of.side)).append(": In state ").append(of.state);
  text.append(sent ? " generated " : " received ").append(upper(sent ? of.side : peer_of(of.side)));
  text.append(of.level == alert_level::fatal ? " ALERT: Fatal - " : " ALERT: Warning - ")
      .append(alert_text(of.number))
      .append("\n");
  if (!of.detail.empty()) text.append(" - ").append(of.detail);
  return tuple("tls_alert"_atom, tuple(alert_name(of.number), string(text)));
}

} // namespace agner::ssl::internal
