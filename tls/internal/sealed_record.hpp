// SPDX-License-Identifier: Apache-2.0
// A record of TLS 1.3, sealed outside OpenSSL. A server that refuses a client's certificate after OpenSSL has gone on has no other way to say why.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "alert.hpp"
#include "traffic_key.hpp"

namespace agner::ssl::internal {

/// Types of records. @source RFC 8446, section 5.1: frozen
enum class record_type : std::uint8_t { change_cipher_spec = 20, alert = 21, handshake = 22, application_data = 23 };

/// @p content as one record of type @p type; nothing where OpenSSL cannot make it.
/// @param content   at most record_plaintext_max bytes
/// @param sequence  records already written under the key
/// @source          RFC 8446, section 5.2
std::optional<std::vector<std::byte>> seal_record(const traffic_key& with, std::uint64_t sequence, record_type type,
                                                  std::span<const std::byte> content);

/// A fatal alert as the content of a record.
std::array<std::byte, 2> alert_content(alert_number number);

/// A fatal alert as a record before any key is in use.
std::vector<std::byte> plain_alert(alert_number number);

} // namespace agner::ssl::internal
