// SPDX-License-Identifier: Apache-2.0
// OpenSSL's counted objects as unique_ptrs. Nothing else: what fails is said by openssl_errors.hpp.

#pragma once

#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace agner::ssl::internal {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* of) const noexcept {
    Free(of);
  }
};

inline void free_certificates(STACK_OF(X509) * of) noexcept { sk_X509_pop_free(of, X509_free); }

using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;
using bignum_ptr = std::unique_ptr<BIGNUM, freed_by<BN_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using certificates_ptr = std::unique_ptr<STACK_OF(X509), freed_by<free_certificates>>;
using cipher_context_ptr = std::unique_ptr<EVP_CIPHER_CTX, freed_by<EVP_CIPHER_CTX_free>>;
using connection_ptr = std::unique_ptr<SSL, freed_by<SSL_free>>;
using context_ptr = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;
using kdf_ptr = std::unique_ptr<EVP_KDF, freed_by<EVP_KDF_free>>;
using kdf_context_ptr = std::unique_ptr<EVP_KDF_CTX, freed_by<EVP_KDF_CTX_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using session_ptr = std::unique_ptr<SSL_SESSION, freed_by<SSL_SESSION_free>>;

} // namespace agner::ssl::internal
