// SPDX-License-Identifier: Apache-2.0

#include "format_error.hpp"

#include <string_view>

#include "../actors/inet.hpp"
#include "../runtime/term_text.hpp"
#include "../runtime/term_views.hpp"
#include "internal/option_faults.hpp"
#include "internal/option_values.hpp"

namespace agner::ssl {
namespace {

std::string fault_sentences(const term& faults) {
  if (!faults.is_cons()) return internal::fault_sentence(faults);
  std::string text;
  for (const term& fault : faults.as_list()) {
    if (!text.empty()) text += "; ";
    text += internal::fault_sentence(fault);
  }
  return text;
}

std::string alert_sentence(const term& alert) {
  const auto parts = alert.elements();
  const auto text = parts.size() == 2 ? internal::text_value(parts[1]) : std::nullopt;
  return text ? *text : print_short(alert);
}

/// What functions of ssl answer without a connection's end.
struct refusal {
  std::string_view reason;
  std::string_view words;
};
constexpr refusal refusals[] = {
    {"renegotiation_rejected", "the peer, or TLS 1.3, does not renegotiate"},
    {"protocol_not_negotiated", "no protocol above TLS was agreed on"},
    {"no_peercert", "the peer has shown no certificate"},
    {"notsup_on_transport_accept_socket", "the connection has not shaken hands"},
    {"not_owner", "the caller is not the controlling process"},
    {"undefined", "this version of TLS does not have it"},
    {"enotsup", "this connection cannot do it"},
    {"badarg", "an argument is wrong"},
};

std::string refusal_sentence(atom reason) {
  for (const auto& one : refusals)
    if (reason.name() == one.reason) return std::string(one.words);
  return {};
}

} // namespace

std::string format_error(const term& reason) {
  if (reason.is_tagged("error"_atom, 2)) return format_error(reason[1]);
  if (reason.is("closed"_atom)) return "TLS connection is closed";
  if (reason.is("timeout"_atom)) return "the time given was not enough";
  if (reason.is_tagged("options"_atom, 2)) return fault_sentences(reason[1]);
  if (reason.is_tagged("tls_alert"_atom, 2)) return alert_sentence(reason[1]);
  if (reason.is_tagged("flood"_atom, 2)) return "the peer sent more than is allowed: " + print_short(reason[1]);
  if (reason.is_tagged("invalid_packet"_atom, 2)) return "what came is no packet, or a longer one than packet_size";
  if (reason.is_tagged("badarg"_atom, 2) && reason[1].is_tagged("packet_to_large"_atom, 3))
    return "a packet of " + print_short(reason[1][1]) + " bytes is longer than its header can say, which is " +
           print_short(reason[1][2]);
  if (reason.is_atom())
    if (std::string words = refusal_sentence(reason.as_atom()); !words.empty()) return words;
  // As in OTP, text is itself.
  if (const auto text = reason.is_cons() ? internal::text_value(reason) : std::nullopt) return *text;
  if (reason.is_atom())
    if (std::string socket_words = inet::format_error(reason); !socket_words.starts_with("unknown"))
      return socket_words;
  return print_short(reason);
}

std::string format_error(const error& of) { return format_error(of.reason()); }

} // namespace agner::ssl
