// SPDX-License-Identifier: Apache-2.0

#include "format_error.hpp"

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

} // namespace

std::string format_error(const term& reason) {
  if (reason.is_tagged("error"_atom, 2)) return format_error(reason[1]);
  if (reason.is("closed"_atom)) return "TLS connection is closed";
  if (reason.is("timeout"_atom)) return "the time given was not enough";
  if (reason.is_tagged("options"_atom, 2)) return fault_sentences(reason[1]);
  if (reason.is_tagged("tls_alert"_atom, 2)) return alert_sentence(reason[1]);
  if (reason.is_tagged("flood"_atom, 2)) return "the peer sent more than is allowed: " + print_short(reason[1]);
  if (reason.is_atom())
    if (std::string socket_words = inet::format_error(reason); !socket_words.starts_with("unknown"))
      return socket_words;
  return print_short(reason);
}

std::string format_error(const error& of) { return format_error(of.reason()); }

} // namespace agner::ssl
