// SPDX-License-Identifier: Apache-2.0

#include "cipher_suites.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <tuple>
#include <vector>

#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_views.hpp"
#include "openssl_handles.hpp"

namespace agner::ssl::internal {
namespace {

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return made;
}

bool ends(std::string_view text, std::string_view with) { return text.ends_with(with); }

// -- Erlang's parts, read off IANA's name -------------------------------------------------------------------------------------------

/// "ECDHE_ECDSA" is ecdhe_ecdsa; SRP suites carry a hash in the name that Erlang leaves out.
std::string key_exchange_of(std::string_view text) {
  if (text == "SRP_SHA") return "srp_anon";
  if (text.starts_with("SRP_SHA_")) return "srp_" + lower(text.substr(8));
  return lower(text);
}

bool is_aead(std::string_view cipher) {
  return cipher.contains("GCM") || cipher.contains("CCM") || cipher.contains("POLY1305");
}

/// The hash of the key derivation as OTP names it. OTP says default_prf where the suite itself names none, and for some older suites that do.
std::string prf_of(const cipher_suite& of, std::string_view hash) {
  if (of.mac == "aead") return hash.empty() ? "default_prf" : lower(hash);
  if (of.mac == "sha384") return "sha384";
  const bool names_its_prf = of.key_exchange.starts_with("ecdh") || of.key_exchange == "dh_anon";
  return of.mac == "sha256" && names_its_prf ? "sha256" : "default_prf";
}

/// Splits "AES_128_CBC_SHA256" into what Erlang calls cipher, mac and prf.
void set_cipher_and_mac(cipher_suite& into, std::string_view text) {
  std::string_view hash;
  for (const std::string_view known : {"_SHA256", "_SHA384", "_SHA", "_MD5"}) {
    if (!ends(text, known)) continue;
    hash = known.substr(1);
    text.remove_suffix(known.size());
    break;
  }
  into.cipher = lower(text);
  into.mac = is_aead(text) ? "aead" : lower(hash);
  into.prf = prf_of(into, hash);
}

void set_erlang_parts(cipher_suite& into) {
  std::string_view name = into.iana_name;
  name.remove_prefix(std::string_view("TLS_").size());
  const auto with = name.find("_WITH_");
  if (with == std::string_view::npos) {
    into.key_exchange = "any";
    set_cipher_and_mac(into, name);
    return;
  }
  into.key_exchange = key_exchange_of(name.substr(0, with));
  set_cipher_and_mac(into, name.substr(with + 6));
}

// -- what may be used, and in which order -------------------------------------------------------------------------------------------

suite_support support_of(const cipher_suite& of) {
  if (of.cipher == "null") return suite_support::no_encryption;
  if (of.key_exchange.ends_with("_anon") && !of.key_exchange.starts_with("srp")) return suite_support::anonymous;
  if (of.key_exchange.contains("psk") || of.key_exchange.starts_with("srp")) return suite_support::needs_secret;
  return suite_support::yes;
}

/// Best first: AEAD before CBC, TLS 1.3 before 1.2, elliptic curves before finite fields, ECDSA before RSA.
int preference(const cipher_suite& of) {
  static constexpr std::array macs = {"aead", "sha384", "sha256", "sha"};
  static constexpr std::array exchanges = {"any", "ecdhe_ecdsa", "ecdhe_rsa", "dhe_rsa"};
  static constexpr std::array ciphers = {"aes_256_gcm", "aes_128_gcm", "chacha20_poly1305", "aes_256_ccm",
                                         "aes_128_ccm", "aes_256_cbc", "aes_128_cbc"};
  const auto rank = [](const auto& list, const std::string& name) {
    return static_cast<int>(std::ranges::find(list, name) - list.begin());
  };
  return rank(macs, of.mac) * 10'000 + rank(exchanges, of.key_exchange) * 100 + rank(ciphers, of.cipher);
}

/// Forward secrecy, an authenticated peer, and a cipher that OTP 25 offers by default; but no CCM_8, whose tags are short.
bool used_by_default(const cipher_suite& of) {
  const bool cipher = (of.cipher.starts_with("aes_") || of.cipher == "chacha20_poly1305") && !of.cipher.ends_with("_8");
  const bool exchange =
      of.tls1_3 || of.key_exchange == "ecdhe_ecdsa" || of.key_exchange == "ecdhe_rsa" || of.key_exchange == "dhe_rsa";
  return cipher && exchange;
}

cipher_suite described(const SSL_CIPHER* of) {
  cipher_suite made{.number = static_cast<std::uint16_t>(SSL_CIPHER_get_protocol_id(of)),
                    .openssl_name = SSL_CIPHER_get_name(of),
                    .iana_name = SSL_CIPHER_standard_name(of),
                    .key_exchange = {},
                    .cipher = {},
                    .mac = {},
                    .prf = {},
                    .tls1_3 = SSL_CIPHER_get_kx_nid(of) == NID_kx_any,
                    .by_default = false,
                    .support = suite_support::yes};
  set_erlang_parts(made);
  made.support = support_of(made);
  made.by_default = used_by_default(made);
  return made;
}

std::vector<cipher_suite> read_suites() {
  const context_ptr every{SSL_CTX_new(TLS_method())};
  if (!every) return {};
  SSL_CTX_set_security_level(every.get(), 0);
  SSL_CTX_set_cipher_list(every.get(), "ALL:COMPLEMENTOFALL");
  SSL_CTX_set_ciphersuites(
      every.get(), "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:"
                   "TLS_AES_128_CCM_8_SHA256");
  std::vector<cipher_suite> made;
  const STACK_OF(SSL_CIPHER)* listed = SSL_CTX_get_ciphers(every.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(listed); ++i) {
    const SSL_CIPHER* one = sk_SSL_CIPHER_value(listed, i);
    if (SSL_CIPHER_standard_name(one) != nullptr) made.push_back(described(one));
  }
  std::ranges::sort(made, {}, [](const cipher_suite& of) {
    return std::tuple{!of.by_default, of.by_default ? preference(of) : 0, of.number};
  });
  return made;
}

// -- Erlang's forms -----------------------------------------------------------------------------------------------------------------

/// The four atoms of a map or tuple as text; empty where one is missing, which then matches anything.
struct erlang_parts {
  std::string_view key_exchange, cipher, mac, prf;
};

std::string_view atom_text(const term* of) {
  if (of == nullptr) return {};
  const auto name = of->to_atom();
  return name ? name->name() : std::string_view{};
}

erlang_parts parts_of(const term& of) {
  if (of.is_map()) {
    const auto map = of.as_map();
    return {atom_text(map.find("key_exchange"_atom)), atom_text(map.find("cipher"_atom)),
            atom_text(map.find("mac"_atom)), atom_text(map.find("prf"_atom))};
  }
  const auto elements = of.elements();
  if (elements.size() != 3 && elements.size() != 4) return {};
  return {atom_text(&elements[0]), atom_text(&elements[1]), atom_text(&elements[2]),
          elements.size() == 4 ? atom_text(&elements[3]) : std::string_view{}};
}

bool matches(const cipher_suite& suite, const erlang_parts& parts) {
  if (suite.key_exchange != parts.key_exchange || suite.cipher != parts.cipher) return false;
  // The old triples name the hash of an AEAD suite where the map says aead.
  const bool mac = suite.mac == parts.mac || (suite.mac == "aead" && suite.prf == parts.mac);
  return mac && (parts.prf.empty() || suite.prf == parts.prf);
}

} // namespace

std::span<const cipher_suite> cipher_suites() {
  static const std::vector<cipher_suite> all = read_suites();
  return all;
}

const cipher_suite* suite_called(std::string_view name) {
  const auto all = cipher_suites();
  const auto found =
      std::ranges::find_if(all, [&](const cipher_suite& s) { return s.openssl_name == name || s.iana_name == name; });
  return found == all.end() ? nullptr : &*found;
}

const cipher_suite* suite_numbered(std::uint16_t number) {
  const auto all = cipher_suites();
  const auto found = std::ranges::find(all, number, &cipher_suite::number);
  return found == all.end() ? nullptr : &*found;
}

const cipher_suite* suite_of(const term& erlang) {
  const auto parts = parts_of(erlang);
  if (parts.key_exchange.empty()) return nullptr;
  const auto all = cipher_suites();
  const auto found = std::ranges::find_if(all, [&](const cipher_suite& s) { return matches(s, parts); });
  return found == all.end() ? nullptr : &*found;
}

term suite_map(const cipher_suite& of) {
  return map({{"key_exchange"_atom, atom{of.key_exchange}},
              {"cipher"_atom, atom{of.cipher}},
              {"mac"_atom, atom{of.mac}},
              {"prf"_atom, atom{of.prf}}});
}

} // namespace agner::ssl::internal
