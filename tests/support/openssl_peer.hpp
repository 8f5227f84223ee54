// SPDX-License-Identifier: Apache-2.0
// One end of a connection that tests drive with OpenSSL's own functions: for what an engine would never do.

#pragma once

#include <string>
#include <string_view>

#include "engine_pair.hpp"

namespace agner::test {

class openssl_peer {
public:
  /// Takes its certificates and options from @p from, which nothing else may use then.
  explicit openssl_peer(std::shared_ptr<const ssl::internal::context> from);

  [[nodiscard]] SSL* native() noexcept { return ssl_.get(); }
  /// Goes on with whatever handshake is under way; true when it is done.
  bool handshake();
  /// What has come, decrypted.
  std::string read_text();
  bool write_text(std::string_view text);

  /// Carries bytes both ways until nothing moves, and lets both go on. What @p with reads meanwhile is returned.
  std::string run(engine& with);
  /// Carries what was written here to @p to.
  std::size_t carry_to(engine& to);
  std::size_t carry_from(engine& from);

private:
  void read();

  std::shared_ptr<const ssl::internal::context> context_;
  ssl::internal::connection_ptr ssl_;
  std::string received_;
};

} // namespace agner::test
