// SPDX-License-Identifier: Apache-2.0

#include "tls_records.hpp"

#include <stdexcept>

namespace agner::test {

using namespace ssl::internal;

std::vector<record> split_records(std::span<const std::byte> stream) {
  std::vector<record> made;
  while (!stream.empty()) {
    if (stream.size() < traffic_key::header_bytes) throw std::runtime_error("half a header");
    const auto length = static_cast<std::size_t>(stream[3]) << 8U | static_cast<std::size_t>(stream[4]);
    if (stream.size() < traffic_key::header_bytes + length) throw std::runtime_error("half a record");
    const auto content = stream.subspan(traffic_key::header_bytes, length);
    made.push_back({.type = static_cast<record_type>(stream[0]), .content = {content.begin(), content.end()}});
    stream = stream.subspan(traffic_key::header_bytes + length);
  }
  return made;
}

void append(std::vector<std::byte>& to, const record& of) {
  const auto length = of.content.size();
  for (const auto byte :
       {static_cast<std::size_t>(of.type), std::size_t{3}, std::size_t{3}, length >> 8U, length & 0xffU})
    to.push_back(static_cast<std::byte>(byte));
  to.insert(to.end(), of.content.begin(), of.content.end());
}

record open_record(const traffic_key& with, std::uint64_t sequence, const record& sealed) {
  std::vector<std::byte> whole;
  append(whole, sealed);
  std::vector<std::byte> text(sealed.content.begin(),
                              sealed.content.end() - static_cast<std::ptrdiff_t>(with.tag_bytes()));
  const auto nonce = with.nonce(sequence);
  const cipher_context_ptr context{EVP_CIPHER_CTX_new()};
  const auto raw = [](const std::byte* of) { return reinterpret_cast<const unsigned char*>(of); };
  auto* out = reinterpret_cast<unsigned char*>(text.data());
  const auto tag_bytes = static_cast<int>(with.tag_bytes());
  int length = 0;
  const bool opened =
      EVP_DecryptInit_ex(context.get(), with.cipher(), nullptr, raw(with.key().data()), raw(nonce.data())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_bytes,
                          whole.data() + whole.size() - with.tag_bytes()) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &length, raw(whole.data()),
                        static_cast<int>(traffic_key::header_bytes)) == 1 &&
      EVP_DecryptUpdate(context.get(), out, &length, out, static_cast<int>(text.size())) == 1 &&
      EVP_DecryptFinal_ex(context.get(), out + length, &length) == 1;
  if (!opened) throw std::runtime_error("the record does not open");
  const auto type = static_cast<record_type>(text.back());
  text.pop_back();
  return {.type = type, .content = std::move(text)};
}

} // namespace agner::test
