// SPDX-License-Identifier: Apache-2.0

#include "openssl_peer.hpp"

#include <array>
#include <utility>

namespace agner::test {

using namespace ssl::internal;

openssl_peer::openssl_peer(std::shared_ptr<const context> from) : context_(std::move(from)) {
  // The context's callbacks would look for an engine.
  SSL_CTX_set_info_callback(context_->native(), nullptr);
  SSL_CTX_set_keylog_callback(context_->native(), nullptr);
  SSL_CTX_set_cert_verify_callback(context_->native(), nullptr, nullptr);
  ssl_.reset(SSL_new(context_->native()));
  SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  if (context_->settings().side == role::server)
    SSL_set_accept_state(ssl_.get());
  else
    SSL_set_connect_state(ssl_.get());
}

bool openssl_peer::handshake() { return SSL_do_handshake(ssl_.get()) == 1; }

void openssl_peer::read() {
  std::array<char, 4096> part;
  std::size_t got = 0;
  while (SSL_read_ex(ssl_.get(), part.data(), part.size(), &got) == 1)
    received_.append(part.data(), got);
}

std::string openssl_peer::read_text() {
  read();
  return std::exchange(received_, {});
}

bool openssl_peer::write_text(std::string_view text) {
  std::size_t written = 0;
  return SSL_write_ex(ssl_.get(), text.data(), text.size(), &written) == 1 && written == text.size();
}

std::size_t openssl_peer::carry_to(engine& to) {
  char* data = nullptr;
  const auto length = static_cast<std::size_t>(BIO_get_mem_data(SSL_get_wbio(ssl_.get()), &data));
  const auto fed = feed_all(to, {reinterpret_cast<const std::byte*>(data), length});
  static_cast<void>(BIO_reset(SSL_get_wbio(ssl_.get())));
  return fed;
}

std::size_t openssl_peer::carry_from(engine& from) {
  const auto bytes = taken_output(from);
  if (!bytes.empty()) BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
  return bytes.size();
}

std::string openssl_peer::run(engine& with) {
  std::string made;
  for (;;) {
    if (handshake()) read();
    with.advance();
    made += test::read_text(with);
    if (carry_to(with) + carry_from(with) == 0) return made;
  }
}

} // namespace agner::test
