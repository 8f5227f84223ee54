// SPDX-License-Identifier: Apache-2.0

#include "derived_keys.hpp"

#include <array>
#include <string>

#include <openssl/core_names.h>
#include <openssl/kdf.h>

#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_views.hpp"
#include "openssl_errors.hpp"
#include "option_values.hpp"

namespace agner::ssl::internal {
namespace {

bool is_list_of(const term& of, std::size_t length) {
  return (of.is_nil() || (of.is_cons() && of.as_list().is_proper())) && of.as_list().size() == length;
}

std::optional<std::size_t> length_value(const term& of) {
  const auto value = integer_value(of, 0, derived_bytes_max);
  return value ? std::optional{static_cast<std::size_t>(*value)} : std::nullopt;
}

const unsigned char* data_of(const term& binary) {
  return reinterpret_cast<const unsigned char*>(binary.bytes().data());
}

result<term> exported_key(SSL* of, const term& label, const term& context, const term& length) {
  const auto wanted = length_value(length);
  const bool plain = context.is("no_context"_atom);
  if (!wanted || !label.is_binary() || (!plain && !context.is_binary())) return fail("badarg"_atom);
  binary_builder made{*wanted};
  clear_openssl_errors();
  const auto text = label.text();
  const int done = SSL_export_keying_material(of, reinterpret_cast<unsigned char*>(made.bytes().data()), *wanted,
                                              text.data(), text.size(), plain ? nullptr : data_of(context),
                                              plain ? 0 : context.bytes().size(), plain ? 0 : 1);
  clear_openssl_errors();
  if (done != 1) return fail("badarg"_atom);
  return std::move(made).finish(*wanted);
}

std::string random_of(const SSL* of, bool client) {
  std::string made(SSL3_RANDOM_SIZE, '\0');
  auto* into = reinterpret_cast<unsigned char*>(made.data());
  made.resize(client ? SSL_get_client_random(of, into, made.size()) : SSL_get_server_random(of, into, made.size()));
  return made;
}

std::optional<std::string> secret_of(const SSL* of, const term& given) {
  if (given.is_binary()) return std::string(given.text());
  const SSL_SESSION* session = SSL_get_session(of);
  if (!given.is("master_secret"_atom) || session == nullptr) return std::nullopt;
  std::string made(SSL_MAX_MASTER_KEY_LENGTH, '\0');
  made.resize(SSL_SESSION_get_master_key(session, reinterpret_cast<unsigned char*>(made.data()), made.size()));
  return made;
}

/// The label, and behind it the seed.
std::optional<std::string> seed_of(const SSL* of, const term& label, const term& seed) {
  if (!label.is_binary() || !(seed.is_nil() || (seed.is_cons() && seed.as_list().is_proper()))) return std::nullopt;
  std::string made(label.text());
  for (const term& one : seed.as_list()) {
    if (one.is_binary())
      made += one.text();
    else if (one.is("client_random"_atom) || one.is("server_random"_atom))
      made += random_of(of, one.is("client_random"_atom));
    else
      return std::nullopt;
  }
  return made;
}

} // namespace

result<term> exported_keys(SSL* of, const term& labels, const term& contexts, const term& lengths) {
  const bool list = labels.is_nil() || (labels.is_cons() && labels.as_list().is_proper());
  const std::size_t count = list ? labels.as_list().size() : 0;
  if (!list || !is_list_of(contexts, count) || !is_list_of(lengths, count)) return fail("badarg"_atom);
  std::vector<term> made;
  auto context = contexts.as_list().begin();
  auto length = lengths.as_list().begin();
  for (const term& label : labels.as_list()) {
    auto one = exported_key(of, label, *context, *length);
    if (!one) return one;
    made.push_back(*std::move(one));
    ++context;
    ++length;
  }
  return list_of(std::move(made));
}

result<term> pseudo_random(SSL* of, const term& secret, const term& label, const term& seed, const term& length) {
  if (SSL_version(of) == TLS1_3_VERSION) return fail("undefined"_atom);
  const auto wanted = length_value(length);
  auto key = secret_of(of, secret);
  auto text = seed_of(of, label, seed);
  if (!wanted || !key || !text) return fail("badarg"_atom);
  if (*wanted == 0) return binary(std::string_view{});
  const EVP_MD* hash = SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(of));
  const kdf_ptr kdf{EVP_KDF_fetch(nullptr, "TLS1-PRF", nullptr)};
  const kdf_context_ptr context{kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr};
  if (!context || hash == nullptr) return fail("badarg"_atom);
  std::string digest = SSL_version(of) == TLS1_2_VERSION ? EVP_MD_get0_name(hash) : "MD5-SHA1";
  const std::array parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, key->data(), key->size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, text->data(), text->size()),
      OSSL_PARAM_construct_end(),
  };
  binary_builder made{*wanted};
  auto* into = reinterpret_cast<unsigned char*>(made.bytes().data());
  const bool done = EVP_KDF_derive(context.get(), into, *wanted, parameters.data()) == 1;
  OPENSSL_cleanse(key->data(), key->size());
  clear_openssl_errors();
  if (!done) return fail("badarg"_atom);
  return std::move(made).finish(*wanted);
}

} // namespace agner::ssl::internal
