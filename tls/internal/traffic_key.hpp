// SPDX-License-Identifier: Apache-2.0
// The key of one direction of a TLS 1.3 connection, derived from a traffic secret. Pure.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "openssl_handles.hpp"

namespace agner::ssl::internal {

class traffic_key {
public:
  /// Length of a nonce, and of a record's header. @source RFC 8446, sections 5.2 and 5.3: frozen
  static constexpr std::size_t nonce_bytes = 12;
  static constexpr std::size_t header_bytes = 5;

  /// The key of @p suite under @p secret; nothing where OpenSSL does not know the suite or cannot derive it.
  /// @source RFC 8446, section 7.3
  static std::optional<traffic_key> derive(const SSL_CIPHER* suite, std::span<const std::byte> secret);

  ~traffic_key();
  traffic_key(const traffic_key&) = delete;
  traffic_key& operator=(const traffic_key&) = delete;
  traffic_key(traffic_key&&) noexcept = default;
  traffic_key& operator=(traffic_key&&) = delete;

  [[nodiscard]] const EVP_CIPHER* cipher() const noexcept { return cipher_; }
  [[nodiscard]] std::span<const std::byte> key() const noexcept { return key_; }
  [[nodiscard]] std::size_t tag_bytes() const noexcept { return tag_bytes_; }
  /// The nonce of the record @p sequence, counted from 0.
  [[nodiscard]] std::array<std::byte, nonce_bytes> nonce(std::uint64_t sequence) const noexcept;

private:
  traffic_key() = default;

  const EVP_CIPHER* cipher_ = nullptr;
  std::vector<std::byte> key_;
  std::array<std::byte, nonce_bytes> iv_{};
  std::size_t tag_bytes_ = 0;
};

} // namespace agner::ssl::internal
