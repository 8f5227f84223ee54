// SPDX-License-Identifier: Apache-2.0
// A cookie: the secret that nodes of a cluster share, and the proof that one knows it. It cannot be printed, compared or read back. Any thread.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "handshake_messages.hpp"

namespace agner::dist {

class cookie {
public:
  /// @param text  the characters of the cookie's atom as they are in `-setcookie` and `.erlang.cookie`, UTF-8
  /// @errors raises `badarg`  empty, longer than 255 characters, not UTF-8, or with characters beyond Latin-1: OTP cannot use such a cookie either
  explicit cookie(std::string_view text);
  cookie(const cookie&) = default;
  cookie(cookie&&) noexcept = default;
  cookie& operator=(const cookie& other);
  cookie& operator=(cookie&& other) noexcept;
  /// Overwrites the secret.
  ~cookie();

  /// MD5 of the cookie followed by @p challenge in decimal. Frozen by the protocol.
  /// @errors raises `{notsup, md5}`  OpenSSL was set up without MD5 (FIPS)
  /// @source OTP 25 kernel, dist_util: gen_digest
  [[nodiscard]] handshake::digest proof_for(std::uint32_t challenge) const;

  /// Is @p proof what one who knows this cookie answers to @p challenge? Takes the same time whatever is wrong with it.
  [[nodiscard]] bool is_proven(const handshake::digest& proof, std::uint32_t challenge) const;

private:
  void wipe() noexcept;
  std::string secret_; // Latin-1
};

} // namespace agner::dist
