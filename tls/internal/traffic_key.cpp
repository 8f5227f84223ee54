// SPDX-License-Identifier: Apache-2.0

#include "traffic_key.hpp"

#include <string>

#include <openssl/core_names.h>
#include <openssl/kdf.h>

namespace agner::ssl::internal {
namespace {

constexpr std::uint16_t ccm_8_suite = 0x1305; // IANA, frozen: the one suite of TLS 1.3 with a short tag

/// HKDF-Expand-Label(secret, label, "", into.size()).
bool expand_label(const SSL_CIPHER* suite, std::span<const std::byte> secret, std::string label,
                  std::span<std::byte> into) {
  const kdf_ptr kdf{EVP_KDF_fetch(nullptr, "TLS13-KDF", nullptr)};
  const kdf_context_ptr context{kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr};
  const EVP_MD* digest = SSL_CIPHER_get_handshake_digest(suite);
  if (!context || digest == nullptr) return false;

  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  std::string prefix = "tls13 ";
  const std::array parameters = {
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(EVP_MD_get0_name(digest)), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, const_cast<std::byte*>(secret.data()), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PREFIX, prefix.data(), prefix.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_LABEL, label.data(), label.size()),
      OSSL_PARAM_construct_end(),
  };
  auto* out = reinterpret_cast<unsigned char*>(into.data());
  return EVP_KDF_derive(context.get(), out, into.size(), parameters.data()) == 1;
}

} // namespace

std::optional<traffic_key> traffic_key::derive(const SSL_CIPHER* suite, std::span<const std::byte> secret) {
  traffic_key made;
  made.cipher_ = suite == nullptr ? nullptr : EVP_get_cipherbynid(SSL_CIPHER_get_cipher_nid(suite));
  if (made.cipher_ == nullptr || secret.empty()) return std::nullopt;
  made.key_.resize(static_cast<std::size_t>(EVP_CIPHER_get_key_length(made.cipher_)));
  made.tag_bytes_ = SSL_CIPHER_get_protocol_id(suite) == ccm_8_suite ? 8 : 16;
  if (!expand_label(suite, secret, "key", made.key_) || !expand_label(suite, secret, "iv", made.iv_))
    return std::nullopt;
  return made;
}

traffic_key::~traffic_key() { OPENSSL_cleanse(key_.data(), key_.size()); }

std::array<std::byte, traffic_key::nonce_bytes> traffic_key::nonce(std::uint64_t sequence) const noexcept {
  auto made = iv_;
  for (std::size_t i = 0; i < 8; ++i)
    made[nonce_bytes - 1 - i] ^= static_cast<std::byte>(sequence >> (8 * i));
  return made;
}

} // namespace agner::ssl::internal
