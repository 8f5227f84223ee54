// SPDX-License-Identifier: Apache-2.0

#include "cookie.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "../runtime/reasons.hpp"
#include "../runtime/term_builders.hpp"

namespace agner::dist {

cookie::cookie(std::string_view text) {
  constexpr std::size_t characters_max = 255;
  secret_.reserve(characters_max); // a string that grows leaves copies behind
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = static_cast<unsigned char>(text[i]);
    const bool two =
        (code & 0xfeU) == 0xc2U && i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xc0U) == 0x80U;
    if ((code >= 0x80 && !two) || secret_.size() == characters_max) {
      wipe();
      raise_error(reasons::badarg);
    }
    secret_ += static_cast<char>(two ? static_cast<unsigned char>(text[++i]) | (code & 0x3U) << 6U : code);
  }
  if (secret_.empty()) raise_error(reasons::badarg);
}

cookie& cookie::operator=(const cookie& other) {
  cookie copy{other};
  secret_.swap(copy.secret_);
  return *this;
}

cookie& cookie::operator=(cookie&& other) noexcept {
  secret_.swap(other.secret_);
  return *this;
}

cookie::~cookie() { wipe(); }

// All of the memory: what was moved from keeps its characters behind a size of 0.
void cookie::wipe() noexcept { OPENSSL_cleanse(secret_.data(), secret_.capacity()); }

handshake::digest cookie::proof_for(std::uint32_t challenge) const {
  const std::string number = std::to_string(challenge);
  handshake::digest proof{};
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  const bool done = context != nullptr && EVP_DigestInit_ex(context, EVP_md5(), nullptr) == 1 &&
                    EVP_DigestUpdate(context, secret_.data(), secret_.size()) == 1 &&
                    EVP_DigestUpdate(context, number.data(), number.size()) == 1 &&
                    EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(proof.data()), nullptr) == 1;
  EVP_MD_CTX_free(context);
  if (!done) raise_error(tuple(reasons::notsup, "md5"_atom));
  return proof;
}

bool cookie::is_proven(const handshake::digest& proof, std::uint32_t challenge) const {
  const handshake::digest expected = proof_for(challenge);
  return CRYPTO_memcmp(expected.data(), proof.data(), expected.size()) == 0;
}

} // namespace agner::dist
