// SPDX-License-Identifier: Apache-2.0
// The cipher suites that OpenSSL has, by OpenSSL's names, IANA's names and Erlang's maps. A read-only table, made when first used; any thread.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "../../runtime/term.hpp"

namespace agner::ssl::internal {

/// What a suite needs besides certificates.
enum class suite_support : std::uint8_t {
  yes,           // may be named in `ciphers`
  no_encryption, // NULL suites: never
  needs_secret,  // PSK and SRP: need user_lookup_fun
  anonymous,     // no certificates on either side
};

struct cipher_suite {
  std::uint16_t number;     // IANA's, frozen
  std::string openssl_name; // ECDHE-ECDSA-AES128-GCM-SHA256
  std::string iana_name;    // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
  // Erlang's parts: #{key_exchange => ecdhe_ecdsa, cipher => aes_128_gcm, mac => aead, prf => sha256}
  std::string key_exchange;
  std::string cipher;
  std::string mac;
  std::string prf;
  bool tls1_3;
  bool by_default;
  suite_support support;
};

/// All suites of this OpenSSL, those used by default first and in order of preference.
std::span<const cipher_suite> cipher_suites();

/// The suite of this IANA or OpenSSL name; null where there is none.
const cipher_suite* suite_called(std::string_view name);
const cipher_suite* suite_numbered(std::uint16_t number);

/// The suite that an Erlang map, or a tuple {KeyExchange, Cipher, Mac} or {KeyExchange, Cipher, Mac, Prf}, means; null where there is none.
const cipher_suite* suite_of(const term& erlang);

/// Erlang's map of a suite. @source OTP 25 lib/ssl, ssl_cipher_format: suite_bin_to_map
term suite_map(const cipher_suite& of);

} // namespace agner::ssl::internal
