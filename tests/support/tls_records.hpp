// SPDX-License-Identifier: Apache-2.0
// Records of TLS, taken apart and put together: for peers that OpenSSL would not play.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <agner/tls/internal/sealed_record.hpp>

namespace agner::test {

struct record {
  ssl::internal::record_type type = ssl::internal::record_type::handshake;
  std::vector<std::byte> content = {};
};

/// Cuts a stream that holds whole records. Throws where it does not.
std::vector<record> split_records(std::span<const std::byte> stream);
/// Writes @p of behind @p to, with its header.
void append(std::vector<std::byte>& to, const record& of);

/// The content of a sealed record of TLS 1.3, with its true type. Throws where it does not open.
record open_record(const ssl::internal::traffic_key& with, std::uint64_t sequence, const record& sealed);

} // namespace agner::test
