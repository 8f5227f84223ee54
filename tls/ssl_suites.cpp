// SPDX-License-Identifier: Apache-2.0

#include "ssl_suites.hpp"

#include <vector>

#include "../runtime/term_builders.hpp"
#include "internal/cipher_suites.hpp"
#include "internal/option_values.hpp"

namespace agner::ssl {
namespace {

using internal::cipher_suite;
using internal::suite_support;

/// TLS 1.2 brought AEAD and MACs with SHA-2.
bool since_tls1_2(const cipher_suite& of) { return of.mac == "aead" || of.mac == "sha256" || of.mac == "sha384"; }

bool spoken_by(const cipher_suite& of, protocol_version version) {
  if (of.tls1_3) return version == tlsv1_3;
  return version == tlsv1_2 || version == tlsv1_3 || !since_tls1_2(of);
}

bool new_in(const cipher_suite& of, protocol_version version) {
  switch (version) {
  case tlsv1_3: return of.tls1_3;
  case tlsv1_2: return !of.tls1_3 && since_tls1_2(of);
  case tlsv1_1: return false;
  case tlsv1: return !of.tls1_3 && !since_tls1_2(of);
  }
  return false;
}

bool needs_no_certificate(const cipher_suite& of) {
  if (of.support == suite_support::anonymous) return true;
  return of.support == suite_support::needs_secret && !of.key_exchange.contains("rsa") &&
         !of.key_exchange.contains("dss");
}

bool selected(const cipher_suite& of, suite_selection which, protocol_version version) {
  if (of.support == suite_support::no_encryption) return false;
  switch (which) {
  case suite_selection::default_: return of.by_default && spoken_by(of, version);
  case suite_selection::all: return of.support == suite_support::yes && spoken_by(of, version);
  case suite_selection::exclusive: return of.support == suite_support::yes && new_in(of, version);
  case suite_selection::anonymous: return needs_no_certificate(of) && spoken_by(of, version);
  }
  return false;
}

/// {KeyExchange, Cipher, Hash}: of AEAD suites the hash of the key derivation, as in the manual.
term triple(const cipher_suite& of) {
  return tuple(atom{of.key_exchange}, atom{of.cipher}, atom{of.mac == "aead" ? of.prf : of.mac});
}

const cipher_suite* suite_in(const term& of) {
  const auto name = internal::name_value(of);
  return name ? internal::suite_called(*name) : internal::suite_of(of);
}

} // namespace

term cipher_suites(suite_selection which, protocol_version of) {
  std::vector<term> made;
  for (const auto& suite : internal::cipher_suites())
    if (selected(suite, which, of)) made.push_back(internal::suite_map(suite));
  return list_of(std::move(made));
}

term cipher_suites(suite_type type) {
  std::vector<term> made;
  for (const auto& suite : internal::cipher_suites()) {
    const bool every = type == suite_type::all && suite.support != suite_support::no_encryption;
    if (every || suite.by_default)
      made.push_back(type == suite_type::openssl ? string(suite.openssl_name) : triple(suite));
  }
  return list_of(std::move(made));
}

std::optional<std::string> suite_to_str(const term& suite) {
  const auto* found = suite_in(suite);
  return found == nullptr ? std::nullopt : std::optional{found->iana_name};
}

std::optional<std::string> suite_to_openssl_str(const term& suite) {
  const auto* found = suite_in(suite);
  return found == nullptr ? std::nullopt : std::optional{found->openssl_name};
}

std::optional<term> str_to_suite(std::string_view name) {
  const auto* found = internal::suite_called(name);
  return found == nullptr ? std::nullopt : std::optional{internal::suite_map(*found)};
}

} // namespace agner::ssl
