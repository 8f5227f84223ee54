// SPDX-License-Identifier: Apache-2.0

#include "key_material.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pemerr.h>

#include "../../runtime/term_builders.hpp"
#include "openssl_errors.hpp"

namespace agner::ssl::internal {
namespace {

using decoder_ptr = std::unique_ptr<OSSL_DECODER_CTX, freed_by<OSSL_DECODER_CTX_free>>;

bio_ptr reader(const std::string& bytes) {
  return bio_ptr{BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))};
}

/// The bytes of the file, which the caller clears if they are secret; empty with a fault added if there are none.
std::string bytes_of(atom option, const std::string& path, option_faults& faults) {
  auto file = read_pem_file(path);
  if (!file) {
    faults.unreadable(option, path, file.error());
    return {};
  }
  if (file->bytes.empty()) faults.bad_file(option, path, "the file is empty; it should hold PEM text");
  return std::move(file->bytes);
}

// -- certificates -------------------------------------------------------------------------------------------------------------------

std::vector<certificate_ptr> read_certificates(atom option, const std::string& path, option_faults& faults) {
  std::vector<certificate_ptr> made;
  const std::string bytes = bytes_of(option, path, faults);
  if (bytes.empty()) return made;

  clear_openssl_errors();
  const auto from = reader(bytes);
  while (X509* one = PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr))
    made.emplace_back(one);
  const bool at_end = openssl_error_is(ERR_LIB_PEM, PEM_R_NO_START_LINE);
  const std::string what = take_openssl_error();
  if (!at_end)
    faults.bad_file(option, path,
                    "certificate " + std::to_string(made.size() + 1) + " of the file is damaged: " + what);
  else if (made.empty())
    faults.bad_file(option, path,
                    "the file holds no certificate; it should have one that begins with -----BEGIN CERTIFICATE-----");
  return made;
}

// -- the key ------------------------------------------------------------------------------------------------------------------------

struct password_use {
  const std::string& password;
  bool asked = false;
};

int give_password(char* into, int size, int /*writing*/, void* use) {
  auto& with = *static_cast<password_use*>(use);
  with.asked = true;
  if (with.password.empty() || with.password.size() > static_cast<std::size_t>(size)) return -1;
  std::memcpy(into, with.password.data(), with.password.size());
  return static_cast<int>(with.password.size());
}

void explain_missing_key(const certificate_source& of, const password_use& use, const std::string& what,
                         option_faults& faults) {
  if (use.asked && of.password.empty())
    faults.bad_file("keyfile"_atom, of.keyfile, "the key is encrypted; give the option password as well");
  else if (use.asked)
    faults.bad_file("keyfile"_atom, of.keyfile, "the key cannot be decrypted with the password given: " + what);
  else if (of.keyfile == of.certfile)
    faults.bad_file(
        "keyfile"_atom, of.keyfile,
        "the file holds no usable private key; put it there after the certificate, or name its file with keyfile");
  else
    faults.bad_file("keyfile"_atom, of.keyfile, "the file holds no usable private key: " + what);
}

/// The key that is given as DER: as PKCS #8, or in the older form of its type.
key_ptr decode_key(const certificate_source& of, option_faults& faults) {
  clear_openssl_errors();
  const auto* at = reinterpret_cast<const unsigned char*>(of.key.data());
  const auto size = static_cast<long>(of.key.size());
  EVP_PKEY* made = nullptr;
  if (of.key_type == "RSAPrivateKey")
    made = d2i_PrivateKey(EVP_PKEY_RSA, nullptr, &at, size);
  else if (of.key_type == "DSAPrivateKey")
    made = d2i_PrivateKey(EVP_PKEY_DSA, nullptr, &at, size);
  else if (of.key_type == "ECPrivateKey")
    made = d2i_PrivateKey(EVP_PKEY_EC, nullptr, &at, size);
  else
    made = d2i_AutoPrivateKey(nullptr, &at, size);
  if (made == nullptr)
    faults.expected_secret("key"_atom,
                           "a key of the type " + of.key_type + " in DER; OpenSSL says: " + take_openssl_error());
  return key_ptr{made};
}

key_ptr read_key(const certificate_source& of, option_faults& faults) {
  if (!of.key.empty()) return decode_key(of, faults);
  std::string bytes = bytes_of("keyfile"_atom, of.keyfile, faults);
  if (bytes.empty()) return {};

  clear_openssl_errors();
  password_use use{.password = of.password};
  key_ptr key{PEM_read_bio_PrivateKey(reader(bytes).get(), nullptr, give_password, &use)};
  if (!key) explain_missing_key(of, use, take_openssl_error(), faults);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

std::vector<certificate_ptr> decode_certificates(atom option, const std::vector<term>& ders, option_faults& faults) {
  std::vector<certificate_ptr> made;
  clear_openssl_errors();
  for (const term& der : ders) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.bytes().data());
    if (X509* one = d2i_X509(nullptr, &at, static_cast<long>(der.bytes().size()))) {
      made.emplace_back(one);
      continue;
    }
    faults.expected(option, "..."_atom,
                    "certificates in DER; number " + std::to_string(made.size() + 1) +
                        " is none: " + take_openssl_error());
    return {};
  }
  return made;
}

void read_own(certificate_source of, key_material& into, option_faults& faults) {
  auto chain = of.cert.empty() ? read_certificates("certfile"_atom, of.certfile, faults)
                               : decode_certificates("cert"_atom, of.cert, faults);
  const bool same_unreadable_file = chain.empty() && of.key.empty() && of.keyfile == of.certfile;
  own_certificate made;
  if (!same_unreadable_file) made.key = read_key(of, faults);
  if (!chain.empty()) {
    made.certificate = std::move(chain.front());
    made.intermediates.assign(std::make_move_iterator(chain.begin() + 1), std::make_move_iterator(chain.end()));
    if (made.key && X509_check_private_key(made.certificate.get(), made.key.get()) != 1) {
      clear_openssl_errors();
      const std::string owner = of.certfile.empty() ? "given" : "in " + of.certfile;
      if (of.key.empty())
        faults.bad_file("keyfile"_atom, of.keyfile, "the key does not belong to the certificate " + owner);
      else
        faults.expected_secret("key"_atom, "the key of the certificate " + owner);
    }
  }
  OPENSSL_cleanse(of.password.data(), of.password.size());
  OPENSSL_cleanse(of.key.data(), of.key.size());
  of.password.clear();
  of.key.clear();
  made.from = std::move(of);
  if (made.certificate && made.key) into.own.push_back(std::move(made));
}

// -- Diffie-Hellman parameters --------------------------------------------------------------------------------------------------------

key_ptr decode_parameters(std::string_view bytes, const char* format) {
  EVP_PKEY* made = nullptr;
  const decoder_ptr decoder{
      OSSL_DECODER_CTX_new_for_pkey(&made, format, nullptr, "DH", EVP_PKEY_KEY_PARAMETERS, nullptr, nullptr)};
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t size = bytes.size();
  if (!decoder || OSSL_DECODER_from_data(decoder.get(), &at, &size) != 1) return {};
  return key_ptr{made};
}

key_ptr read_parameters(const context_settings& of, option_faults& faults) {
  clear_openssl_errors();
  if (!of.dh.empty()) {
    auto made = decode_parameters(of.dh, "DER");
    if (!made) faults.expected("dh"_atom, "..."_atom, "Diffie-Hellman parameters in DER: " + take_openssl_error());
    return made;
  }
  if (of.dhfile.empty()) return {};
  const std::string bytes = bytes_of("dhfile"_atom, of.dhfile, faults);
  if (bytes.empty()) return {};
  auto made = decode_parameters(bytes, "PEM");
  if (!made)
    faults.bad_file("dhfile"_atom, of.dhfile,
                    "the file holds no parameters; it should have some that begin with -----BEGIN DH PARAMETERS-----");
  return made;
}

certificate_source first_source(const context_settings& of) {
  return {.certfile = of.certfile,
          .keyfile = of.keyfile,
          .password = of.password,
          .cert = of.cert,
          .key_type = of.key_type,
          .key = of.key};
}

} // namespace

std::vector<file_identity> identify_files(const context_settings& of) {
  std::vector<file_identity> made;
  const auto add = [&made](const std::string& path) {
    made.push_back(path.empty() ? file_identity{} : identify_file(path).value_or(file_identity{}));
  };
  for (const std::string* path : {&of.certfile, &of.keyfile, &of.cacertfile, &of.dhfile})
    add(*path);
  for (const auto& one : of.certs_keys) {
    add(one.certfile);
    add(one.keyfile);
  }
  return made;
}

key_material read_key_material(const context_settings& of, option_faults& faults) {
  key_material made;
  if (auto first = first_source(of); first.has_certificate()) read_own(std::move(first), made, faults);
  for (const auto& one : of.certs_keys)
    read_own(one, made, faults);
  if (!of.cacerts.empty()) made.authorities = decode_certificates("cacerts"_atom, of.cacerts, faults);
  if (!of.cacertfile.empty()) made.authorities = read_certificates("cacertfile"_atom, of.cacertfile, faults);
  made.dh = read_parameters(of, faults);
  return made;
}

} // namespace agner::ssl::internal
