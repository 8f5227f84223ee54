// SPDX-License-Identifier: Apache-2.0
// Certificates for clusters and tests: an authority, and what it signs, as PEM text. Not for the public Web. No files, no clock: the caller gives times and keeps the text.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../runtime/error.hpp"

namespace agner::ssl {

enum class key_kind : std::uint8_t { p256, p384, rsa_2048, ed25519 };

/// What a certificate is for: to sign others, or for TLS servers, clients, or both.
enum class certificate_use : std::uint8_t { authority, server, client, server_and_client };

/// What to put into a certificate.
struct certificate_plan {
  std::string common_name;
  certificate_use use = certificate_use::server_and_client;
  key_kind key = key_kind::p256;
  /// Subject alternative names: DNS names, IPv4 or IPv6 addresses as text, URIs.
  std::vector<std::string> dns_names = {};
  std::vector<std::string> addresses = {};
  std::vector<std::string> uris = {};
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
};

/// A certificate and its private key, both PEM.
struct certificate_and_key {
  std::string certificate;
  std::string key;
};

/// A certificate that its own key signs.
/// @errors `{certificate, Text}`  the plan cannot be carried out; Text says what OpenSSL found wrong
/// @context any thread
result<certificate_and_key> make_self_signed(const certificate_plan& plan);

/// A certificate signed by @p authority.
/// @errors `{certificate, Text}`  as make_self_signed, or @p authority is not readable
/// @context any thread
result<certificate_and_key> make_certificate(const certificate_plan& plan, const certificate_and_key& authority);

/// @p key (PEM), encrypted with @p password.
/// @errors `{certificate, Text}`  not a private key
/// @context any thread
result<std::string> encrypt_key(const std::string& key, const std::string& password);

} // namespace agner::ssl
