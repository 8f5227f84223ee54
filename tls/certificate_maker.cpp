// SPDX-License-Identifier: Apache-2.0

#include "certificate_maker.hpp"

#include <limits>

#include <openssl/rand.h>

#include "../runtime/term_builders.hpp"
#include "internal/openssl_errors.hpp"
#include "internal/openssl_handles.hpp"

namespace agner::ssl {
namespace {

using namespace internal;

/// What a step failed with; becomes {certificate, Text}.
struct failure {
  std::string text;
};

void require(bool done, const char* step) {
  if (!done) throw failure{std::string(step) + ": " + take_openssl_error()};
}

bio_ptr reader(const std::string& of) {
  bio_ptr bio{BIO_new_mem_buf(of.data(), static_cast<int>(of.size()))};
  require(bio != nullptr, "reading PEM");
  return bio;
}

std::string written(BIO* to) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(to, &data);
  return {data, static_cast<std::size_t>(length)};
}

key_ptr make_key(key_kind kind) {
  EVP_PKEY* key = nullptr;
  switch (kind) {
  case key_kind::p256: key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"); break;
  case key_kind::p384: key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384"); break;
  case key_kind::rsa_2048: key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}); break;
  case key_kind::ed25519: key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"); break;
  }
  require(key != nullptr, "making a key");
  return key_ptr{key};
}

// -- the parts of a certificate -----------------------------------------------------------------------------------------------------

void set_serial(X509* certificate) {
  unsigned char bytes[16];
  require(RAND_bytes(bytes, sizeof bytes) == 1, "drawing a serial number");
  bytes[0] &= 0x7fU; // RFC 5280, 4.1.2.2: positive
  const bignum_ptr number{BN_bin2bn(bytes, sizeof bytes, nullptr)};
  require(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
          "setting the serial number");
}

void set_validity(X509* certificate, const certificate_plan& plan) {
  using std::chrono::system_clock;
  require(ASN1_TIME_set(X509_getm_notBefore(certificate), system_clock::to_time_t(plan.not_before)) != nullptr &&
              ASN1_TIME_set(X509_getm_notAfter(certificate), system_clock::to_time_t(plan.not_after)) != nullptr,
          "setting the validity");
}

void set_subject(X509* certificate, const std::string& common_name) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.data());
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, static_cast<int>(common_name.size()), -1, 0) == 1,
          "setting the common name");
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX about;
  X509V3_set_ctx(&about, issuer, certificate, nullptr, nullptr, 0);
  const extension_ptr extension{X509V3_EXT_conf_nid(nullptr, &about, nid, value.c_str())};
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, OBJ_nid2sn(nid));
}

/// One name, checked here because OpenSSL's text form of extensions gives commas and line breaks a meaning of their own.
void add_name(GENERAL_NAMES* to, int type, const std::string& value) {
  GENERAL_NAME* name = a2i_GENERAL_NAME(nullptr, nullptr, nullptr, type, value.c_str(), 0);
  require(name != nullptr, value.c_str());
  require(sk_GENERAL_NAME_push(to, name) > 0, "adding a name");
}

void add_alternative_names(X509* certificate, const certificate_plan& plan) {
  if (plan.dns_names.empty() && plan.addresses.empty() && plan.uris.empty()) return;
  const std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>> names{GENERAL_NAMES_new()};
  require(names != nullptr, "adding names");
  for (const auto& name : plan.dns_names)
    add_name(names.get(), GEN_DNS, name);
  for (const auto& address : plan.addresses)
    add_name(names.get(), GEN_IPADD, address);
  for (const auto& uri : plan.uris)
    add_name(names.get(), GEN_URI, uri);
  require(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1,
          "adding names");
}

const char* extended_use(certificate_use use) {
  switch (use) {
  case certificate_use::server: return "serverAuth";
  case certificate_use::client: return "clientAuth";
  default: return "serverAuth,clientAuth";
  }
}

void add_extensions(X509* certificate, X509* issuer, const certificate_plan& plan) {
  const bool authority = plan.use == certificate_use::authority;
  add_extension(certificate, issuer, NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  add_extension(certificate, issuer, NID_key_usage,
                authority ? "critical,keyCertSign,cRLSign,digitalSignature"
                          : "critical,digitalSignature,keyEncipherment");
  if (!authority) add_extension(certificate, issuer, NID_ext_key_usage, extended_use(plan.use));
  add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
  add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
  add_alternative_names(certificate, plan);
}

// -- signing ------------------------------------------------------------------------------------------------------------------------

certificate_ptr sign(const certificate_plan& plan, EVP_PKEY* subject_key, X509* issuer, EVP_PKEY* issuer_key) {
  certificate_ptr made{X509_new()};
  require(made && X509_set_version(made.get(), X509_VERSION_3) == 1, "making a certificate");
  set_serial(made.get());
  set_validity(made.get(), plan);
  set_subject(made.get(), plan.common_name);
  X509* by = issuer != nullptr ? issuer : made.get();
  require(X509_set_issuer_name(made.get(), X509_get_subject_name(by)) == 1, "setting the issuer");
  require(X509_set_pubkey(made.get(), subject_key) == 1, "setting the key");
  add_extensions(made.get(), by, plan);
  const EVP_MD* digest = EVP_PKEY_get_id(issuer_key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
  require(X509_sign(made.get(), issuer_key, digest) > 0, "signing");
  return made;
}

certificate_and_key as_pem(X509* certificate, EVP_PKEY* key) {
  const bio_ptr certificate_text{BIO_new(BIO_s_mem())};
  const bio_ptr key_text{BIO_new(BIO_s_mem())};
  require(certificate_text && PEM_write_bio_X509(certificate_text.get(), certificate) == 1, "writing the certificate");
  require(key_text && PEM_write_bio_PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "writing the key");
  return {written(certificate_text.get()), written(key_text.get())};
}

key_ptr read_key(const std::string& pem) {
  key_ptr key{PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, nullptr, nullptr)};
  require(key != nullptr, "reading the key");
  return key;
}

certificate_ptr read_certificate(const std::string& pem) {
  certificate_ptr certificate{PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr)};
  require(certificate != nullptr, "reading the authority's certificate");
  return certificate;
}

template <class Do>
auto reporting(Do work) -> result<decltype(work())> {
  clear_openssl_errors();
  try {
    return work();
  } catch (const failure& what) {
    return fail(tuple("certificate"_atom, binary(what.text)));
  }
}

} // namespace

result<certificate_and_key> make_self_signed(const certificate_plan& plan) {
  return reporting([&] {
    const auto key = make_key(plan.key);
    return as_pem(sign(plan, key.get(), nullptr, key.get()).get(), key.get());
  });
}

result<certificate_and_key> make_certificate(const certificate_plan& plan, const certificate_and_key& authority) {
  return reporting([&] {
    const auto issuer = read_certificate(authority.certificate);
    const auto issuer_key = read_key(authority.key);
    require(X509_check_private_key(issuer.get(), issuer_key.get()) == 1,
            "comparing the authority's certificate with its key");
    const auto key = make_key(plan.key);
    return as_pem(sign(plan, key.get(), issuer.get(), issuer_key.get()).get(), key.get());
  });
}

result<std::string> encrypt_key(const std::string& key, const std::string& password) {
  return reporting([&] {
    const bio_ptr text{BIO_new(BIO_s_mem())};
    require(text && PEM_write_bio_PKCS8PrivateKey(text.get(), read_key(key).get(), EVP_aes_256_cbc(), password.data(),
                                                  static_cast<int>(password.size()), nullptr, nullptr) == 1,
            "encrypting the key");
    return written(text.get());
  });
}

} // namespace agner::ssl
