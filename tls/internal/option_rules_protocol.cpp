// SPDX-License-Identifier: Apache-2.0
// Rules of the options about the protocol: versions, suites, groups, signatures, and what is spoken above TLS.

#include <algorithm>
#include <array>
#include <limits>

#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_views.hpp"
#include "hello_names.hpp"
#include "option_rules.hpp"
#include "option_values.hpp"

namespace agner::ssl::internal {
namespace {

bool is_list(const term& of) { return of.is_cons() && of.as_list().is_proper(); }

template <auto Member>
void flag(atom option, const term& value, checking& in) {
  if (const auto on = boolean_value(value))
    in.made.context.*Member = *on;
  else
    in.faults.expected(option, value, "true or false");
}

// -- versions -----------------------------------------------------------------------------------------------------------------------

/// Without gaps between them, as in OTP. @source OTP 25 lib/ssl, ssl: tls_validate_version_gap
void versions(atom option, const term& value, checking& in) {
  static const std::array known = {atom{"tlsv1"}, atom{"tlsv1.1"}, atom{"tlsv1.2"}, atom{"tlsv1.3"}};
  std::array<bool, 4> named{};
  bool fits = is_list(value);
  if (fits) {
    for (const term& version : value.as_list()) {
      if (version.is("sslv3"_atom) || version.is("sslv2"_atom))
        return in.faults.expected(option, value,
                                  "no SSL: OpenSSL is built without it; 'tlsv1.2' and 'tlsv1.3' are safe");
      const auto* const found = std::ranges::find_if(known, [&](atom one) { return version.is(one); });
      fits = fits && found != known.end();
      if (found != known.end()) named.at(static_cast<std::size_t>(found - known.begin())) = true;
    }
  }
  const auto first = std::ranges::find(named, true);
  const auto last = std::ranges::find(named.rbegin(), named.rend(), true).base();
  fits = fits && std::find(first, last, false) == last;
  if (!fits)
    return in.faults.expected(option, value,
                              "a list of 'tlsv1.3', 'tlsv1.2', 'tlsv1.1' and tlsv1 without one left out "
                              "between two others");
  auto& context = in.made.context;
  context.tls1_0 = named[0];
  context.tls1_1 = named[1];
  context.tls1_2 = named[2];
  context.tls1_3 = named[3];
}

void padding_check(atom option, const term& value, checking& in) {
  if (!value.is("true"_atom))
    in.faults.expected(option, value,
                       "true: OpenSSL always checks the padding, since connections without it can be read");
}

void fallback(atom option, const term& value, checking& in) { flag<&context_settings::fallback>(option, value, in); }

// -- ciphers ------------------------------------------------------------------------------------------------------------------------

/// Why OpenSSL has no suite of this name; empty where nothing special is to say.
std::string_view missing_cipher(std::string_view name) {
  const auto has = [name](std::string_view part) { return name.contains(part); };
  if (has("RC4") || has("rc4")) return "a cipher suite without RC4, which OpenSSL is built without";
  if (has("3DES") || has("DES-CBC") || has("des")) return "a cipher suite without DES, which OpenSSL is built without";
  return {};
}

std::string_view refusal(const cipher_suite* of, const term& value) {
  if (of == nullptr) {
    const auto name = name_value(value);
    const auto* const cipher = value.is_map() ? value.as_map().find("cipher"_atom)
                                              : (value.is_tuple() && value.size() > 1 ? &value[1] : nullptr);
    const auto why = name                                     ? missing_cipher(*name)
                     : cipher != nullptr && cipher->is_atom() ? missing_cipher(cipher->as_atom().name())
                                                              : std::string_view{};
    return why.empty() ? "the name of a cipher suite that this OpenSSL has, or its Erlang map" : why;
  }
  return of->support == suite_support::no_encryption ? "a cipher suite that encrypts" : std::string_view{};
}

void one_suite(atom option, const term& value, checking& in) {
  const auto name = name_value(value);
  const cipher_suite* found = name ? suite_called(*name) : suite_of(value);
  if (const auto why = refusal(found, value); !why.empty())
    in.faults.expected(option, value, why);
  else
    in.suites.push_back(found);
}

void suite_names(atom option, std::string_view names, checking& in) {
  while (!names.empty()) {
    const auto end = std::min(names.find(':'), names.size());
    one_suite(option, binary(names.substr(0, end)), in);
    names.remove_prefix(std::min(end + 1, names.size()));
  }
}

/// "A:B", ["A", "B"], [#{...}, #{...}] or [{...}, {...}].
void ciphers(atom option, const term& value, checking& in) {
  in.suites_given = true;
  if (const auto names = name_value(value)) {
    suite_names(option, *names, in);
  } else if (is_list(value)) {
    for (const term& one : value.as_list())
      one_suite(option, one, in);
  } else if (!value.is_nil()) {
    in.faults.expected(option, value, "a list of cipher suites, or their OpenSSL names joined by colons");
  } else {
    in.suites_given = false; // as in OTP, the empty list asks for the defaults
  }
}

// -- groups and signatures ------------------------------------------------------------------------------------------------------------

/// For both options: TLS 1.2 has eccs, TLS 1.3 supported_groups, OpenSSL one list, in which the first that was given come first.
void groups(atom option, const term& value, checking& in) {
  bool fits = is_list(value);
  std::string made;
  if (fits) {
    for (const term& one : value.as_list()) {
      fits = fits && one.is_atom();
      if (!fits) break;
      if (!made.empty()) made += ':';
      made += openssl_group(one.as_atom().name());
    }
  }
  if (!fits) return in.faults.expected(option, value, "a list of names of groups, such as [x25519, secp256r1]");
  auto& all = in.made.context.groups;
  all = all.empty() ? made : all + ":" + made;
}

std::string upper(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return made;
}

/// OpenSSL's name of {Hash, Signature} or of a scheme of TLS 1.3; empty for other terms.
std::string signature_name(const term& of) {
  if (of.is_atom()) return openssl_scheme(of.as_atom().name());
  if (!of.is_tuple() || of.size() != 2 || !of[0].is_atom() || !of[1].is_atom()) return {};
  const std::string_view hash = of[0].as_atom().name();
  const std::string_view by = of[1].as_atom().name();
  if (by == "rsa_pss_rsae" || by == "rsa_pss_pss") return std::string(by) + "_" + std::string(hash);
  return upper(by) + "+" + (hash == "sha" ? "SHA1" : upper(hash));
}

void signature_algs(atom option, const term& value, checking& in) {
  bool fits = is_list(value);
  std::string made;
  if (fits) {
    for (const term& one : value.as_list()) {
      const auto name = signature_name(one);
      fits = fits && !name.empty();
      if (!made.empty()) made += ':';
      made += name;
    }
  }
  if (fits)
    in.made.context.signature_algs = std::move(made);
  else
    in.faults.expected(option, value, "a list of schemes, such as [rsa_pss_rsae_sha256, {sha256, ecdsa}]");
}

// -- sizes --------------------------------------------------------------------------------------------------------------------------

void max_fragment_length(atom option, const term& value, checking& in) {
  if (value.is("undefined"_atom)) return;
  for (const int length : {512, 1024, 2048, 4096})
    if (value == term{length}) {
      in.made.context.max_fragment_length = length;
      return;
    }
  in.faults.expected(option, value, "512, 1024, 2048, 4096 or undefined");
}

void max_handshake_size(atom option, const term& value, checking& in) {
  constexpr std::int64_t most = 8'388'607; // @source OTP 25 lib/ssl, MAX_HANDSHAKE_SIZE: 2^23 - 1
  if (const auto bytes = integer_value(value, 1, most))
    in.made.context.handshake_bytes = static_cast<std::size_t>(*bytes);
  else
    in.faults.expected(option, value, "a number of bytes from 1 to 8388607");
}

void key_update_at(atom option, const term& value, checking& in) {
  if (const auto bytes = integer_value(value, 1, std::numeric_limits<std::int64_t>::max()))
    in.made.key_update_at = static_cast<std::uint64_t>(*bytes);
  else
    in.faults.expected(option, value, "a number of bytes");
}

// -- what is spoken above TLS -------------------------------------------------------------------------------------------------------

/// @source RFC 7301, section 3.1: names of 1 to 255 bytes, all of them at most 65535 with their lengths
std::optional<std::vector<std::string>> protocols_value(const term& of) {
  if (!is_list(of)) return std::nullopt;
  std::vector<std::string> made;
  std::size_t total = 0;
  for (const term& one : of.as_list()) {
    const bool fits = one.is_binary() && !one.text().empty() && one.text().size() <= 255;
    if (!fits) return std::nullopt;
    total += 1 + one.text().size();
    made.emplace_back(one.text());
  }
  if (total > 65535) return std::nullopt;
  return made;
}

constexpr std::string_view protocols_expected = "a list of binaries of 1 to 255 bytes, such as [<<\"h2\">>]";

template <auto Member>
void protocols(atom option, const term& value, checking& in) {
  if (value.is("undefined"_atom)) return;
  if (auto names = protocols_value(value))
    in.made.context.*Member = *std::move(names);
  else
    in.faults.expected(option, value, protocols_expected);
}

void next_protocols(atom option, const term& value, checking& in) {
  const auto count = value.is_tuple() ? value.size() : 0;
  const bool shape = count == 2 || count == 3;
  auto names = shape ? protocols_value(value[1]) : std::nullopt;
  const bool server = shape && value[0].is("server"_atom);
  const bool fits = names && (server || value[0].is("client"_atom)) &&
                    (count == 2 || (value[2].is_binary() && !value[2].text().empty() && value[2].text().size() <= 255));
  if (!fits)
    return in.faults.expected(option, value,
                              "{client, Protocols}, {server, Protocols}, or these with a default behind");
  auto& made = in.made.context.next_protocol;
  made = {.wanted = true, .server_decides = server, .preferred = *names, .fallback = {}};
  made.fallback = count == 3 ? std::string(value[2].text()) : made.preferred.front();
}

// -- logging ------------------------------------------------------------------------------------------------------------------------

void log_alert(atom option, const term& value, checking& in) {
  if (const auto on = boolean_value(value))
    in.made.log_alert = *on;
  else
    in.faults.expected(option, value, "true or false");
}

/// Alerts are notices. @source OTP 25 lib/ssl, ssl_logger: log
void log_level(atom option, const term& value, checking& in) {
  static const std::array levels = {atom{"none"},    atom{"emergency"}, atom{"alert"}, atom{"critical"}, atom{"error"},
                                    atom{"warning"}, atom{"notice"},    atom{"info"},  atom{"debug"},    atom{"all"}};
  const auto* const found = std::ranges::find_if(levels, [&](atom one) { return value.is(one); });
  if (found == levels.end())
    return in.faults.expected(option, value, "none, all, or a level of logger from emergency to debug");
  in.made.log_alert = found - levels.begin() >= 6;
}

constexpr std::array rules = {
    rule{"versions", rule::sides::both, versions},
    rule{"ciphers", rule::sides::both, ciphers},
    rule{"client_renegotiation", rule::sides::server, flag<&context_settings::client_renegotiation>},
    rule{"secure_renegotiate", rule::sides::both, flag<&context_settings::secure_renegotiate>},
    rule{"honor_cipher_order", rule::sides::server, flag<&context_settings::honor_cipher_order>},
    rule{"fallback", rule::sides::client, fallback},
    rule{"padding_check", rule::sides::both, padding_check},
    rule{"keep_secrets", rule::sides::both, flag<&context_settings::keep_secrets>},
    rule{"certificate_authorities", rule::sides::both, flag<&context_settings::certificate_authorities>},
    rule{"supported_groups", rule::sides::both, groups},
    rule{"eccs", rule::sides::both, groups},
    rule{"signature_algs", rule::sides::both, signature_algs},
    rule{"max_fragment_length", rule::sides::client, max_fragment_length},
    rule{"max_handshake_size", rule::sides::both, max_handshake_size},
    rule{"key_update_at", rule::sides::both, key_update_at},
    rule{"alpn_advertised_protocols", rule::sides::client, protocols<&context_settings::alpn>},
    rule{"alpn_preferred_protocols", rule::sides::server, protocols<&context_settings::alpn>},
    rule{"next_protocols_advertised", rule::sides::server, protocols<&context_settings::next_protocols>},
    rule{"client_preferred_next_protocols", rule::sides::client, next_protocols},
    rule{"log_alert", rule::sides::both, log_alert},
    rule{"log_level", rule::sides::both, log_level},
};

} // namespace

std::span<const rule> protocol_rules() { return rules; }

} // namespace agner::ssl::internal
