// SPDX-License-Identifier: Apache-2.0

#include "sealed_record.hpp"

#include <algorithm>

namespace agner::ssl::internal {
namespace {

constexpr std::byte legacy_version[] = {std::byte{3}, std::byte{3}}; // RFC 8446, frozen

const unsigned char* raw(const std::byte* of) { return reinterpret_cast<const unsigned char*>(of); }
unsigned char* raw(std::byte* of) { return reinterpret_cast<unsigned char*>(of); }

std::vector<std::byte> header(record_type type, std::size_t length) {
  return {static_cast<std::byte>(type), legacy_version[0], legacy_version[1], static_cast<std::byte>(length >> 8U),
          static_cast<std::byte>(length)};
}

/// Encrypts @p text in place, with @p header as associated data, and writes the tag behind it.
bool encrypt(const traffic_key& with, std::uint64_t sequence, std::span<const std::byte> header,
             std::span<std::byte> text, std::span<std::byte> tag) {
  const cipher_context_ptr context{EVP_CIPHER_CTX_new()};
  if (!context) return false;
  auto* c = context.get();
  const auto nonce = with.nonce(sequence);
  const bool ccm = EVP_CIPHER_get_mode(with.cipher()) == EVP_CIPH_CCM_MODE;
  const int length = static_cast<int>(text.size());
  const int tag_bytes = static_cast<int>(tag.size());
  int out = 0;
  return EVP_EncryptInit_ex(c, with.cipher(), nullptr, nullptr, nullptr) == 1 &&
         EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(nonce.size()), nullptr) == 1 &&
         (!ccm || EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, tag_bytes, nullptr) == 1) &&
         EVP_EncryptInit_ex(c, nullptr, nullptr, raw(with.key().data()), raw(nonce.data())) == 1 &&
         (!ccm || EVP_EncryptUpdate(c, nullptr, &out, nullptr, length) == 1) &&
         EVP_EncryptUpdate(c, nullptr, &out, raw(header.data()), static_cast<int>(header.size())) == 1 &&
         EVP_EncryptUpdate(c, raw(text.data()), &out, raw(text.data()), length) == 1 &&
         EVP_EncryptFinal_ex(c, raw(text.data()) + out, &out) == 1 &&
         EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, tag_bytes, tag.data()) == 1;
}

} // namespace

std::optional<std::vector<std::byte>> seal_record(const traffic_key& with, std::uint64_t sequence, record_type type,
                                                  std::span<const std::byte> content) {
  // The true type goes behind the content, under the encryption.
  const std::size_t text_bytes = content.size() + 1;
  std::vector<std::byte> record = header(record_type::application_data, text_bytes + with.tag_bytes());
  record.insert(record.end(), content.begin(), content.end());
  record.push_back(static_cast<std::byte>(type));
  record.resize(record.size() + with.tag_bytes());
  const std::span whole{record};
  const auto text = whole.subspan(traffic_key::header_bytes, text_bytes);
  if (!encrypt(with, sequence, whole.first(traffic_key::header_bytes), text, whole.last(with.tag_bytes())))
    return std::nullopt;
  return record;
}

std::array<std::byte, 2> alert_content(alert_number number) {
  return {static_cast<std::byte>(alert_level::fatal), std::byte{number}};
}

std::vector<std::byte> plain_alert(alert_number number) {
  const auto content = alert_content(number);
  std::vector<std::byte> record = header(record_type::alert, content.size());
  record.insert(record.end(), content.begin(), content.end());
  return record;
}

} // namespace agner::ssl::internal
