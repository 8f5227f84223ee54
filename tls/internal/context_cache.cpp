// SPDX-License-Identifier: Apache-2.0

#include "context_cache.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "key_material.hpp"
#include "limits.hpp"

namespace agner::ssl::internal {
namespace {

/// Bytes that differ where two settings or two states of their files differ. Each part carries its length, so that parts cannot run into each other.
class key_bytes {
public:
  ~key_bytes() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  template <class T>
    requires std::is_arithmetic_v<T>
  void add(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void add(const std::string& text) {
    add(text.size());
    bytes_.append(text);
  }
  void add(const std::vector<std::string>& texts) {
    add(texts.size());
    for (const auto& one : texts)
      add(one);
  }
  void add(const std::vector<term>& ders) {
    add(ders.size());
    for (const auto& one : ders)
      add(std::string(one.text()));
  }
  void add(const file_identity& of) {
    for (const auto part : {of.device, of.inode, of.size_bytes})
      add(part);
    for (const auto part : {of.modified_nanoseconds, of.changed_nanoseconds})
      add(part);
  }

  /// A digest: what is kept as a key holds no password.
  [[nodiscard]] std::string digest() const {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned length = 0;
    if (EVP_Digest(bytes_.data(), bytes_.size(), out.data(), &length, EVP_sha256(), nullptr) != 1)
      throw std::bad_alloc{};
    return {reinterpret_cast<const char*>(out.data()), length};
  }

private:
  std::string bytes_;
};

std::string key_of(const context_settings& of) {
  key_bytes key;
  key.add(static_cast<int>(of.side));
  for (const auto* const text :
       {&of.certfile, &of.keyfile, &of.cacertfile, &of.password, &of.ciphers_1_2, &of.ciphers_1_3, &of.key_type,
        &of.key, &of.dh, &of.dhfile, &of.groups, &of.signature_algs, &of.psk_identity, &of.srp_user, &of.srp_password,
        &of.next_protocol.fallback})
    key.add(*text);
  for (const auto* const texts : {&of.alpn, &of.next_protocols, &of.next_protocol.preferred})
    key.add(*texts);
  for (const auto* const ders : {&of.cert, &of.cacerts})
    key.add(*ders);
  for (const bool flag :
       {of.verify_peer, of.fail_if_no_peer_cert, of.tls1_0, of.tls1_1, of.tls1_2, of.tls1_3, of.client_renegotiation,
        of.secure_renegotiate, of.honor_cipher_order, of.certificate_authorities, of.fallback, of.keep_secrets,
        of.looks_up_users, of.next_protocol.wanted, of.next_protocol.server_decides, of.decision_awaited,
        of.validated_later, of.hello_awaited, of.sessions})
    key.add(flag);
  key.add(of.depth);
  key.add(of.max_fragment_length);
  key.add(of.handshake_bytes);
  key.add(of.certs_keys.size());
  for (const auto& one : of.certs_keys) {
    for (const auto* const text : {&one.certfile, &one.keyfile, &one.password, &one.key_type, &one.key})
      key.add(*text);
    key.add(one.cert);
  }
  for (const auto& identity : identify_files(of))
    key.add(identity);
  return key.digest();
}

} // namespace

std::shared_ptr<const context> context_cache::find_or_make(const context_settings& of, option_faults& faults) {
  // The key is taken before the files are read: if one changes in between, the context is newer than its key and is made again, never older.
  std::string key = key_of(of);
  if (auto found = find(key)) return found;
  auto made = context::make(of, faults);
  if (made) keep(std::move(key), made);
  return made;
}

std::shared_ptr<const context> context_cache::find(const std::string& key) {
  const std::scoped_lock lock{mutex_};
  const auto found = std::ranges::find(entries_, key, &entry::key);
  if (found == entries_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found);
  return found->made;
}

void context_cache::keep(std::string key, std::shared_ptr<const context> made) {
  const std::scoped_lock lock{mutex_};
  entries_.push_front({.key = std::move(key), .made = std::move(made)});
  if (entries_.size() > contexts_max) entries_.pop_back();
}

void context_cache::clear() {
  const std::scoped_lock lock{mutex_};
  entries_.clear();
}

std::size_t context_cache::size() const {
  const std::scoped_lock lock{mutex_};
  return entries_.size();
}

} // namespace agner::ssl::internal
