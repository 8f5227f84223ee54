// SPDX-License-Identifier: Apache-2.0

#include "key_material.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <openssl/err.h>
#include <openssl/pemerr.h>

#include "../../runtime/term_builders.hpp"
#include "openssl_errors.hpp"

namespace agner::ssl::internal {
namespace {

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

void explain_missing_key(const context_settings& of, const password_use& use, const std::string& what,
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

key_ptr read_key(const context_settings& of, option_faults& faults) {
  std::string bytes = bytes_of("keyfile"_atom, of.keyfile, faults);
  if (bytes.empty()) return {};

  clear_openssl_errors();
  password_use use{.password = of.password};
  key_ptr key{PEM_read_bio_PrivateKey(reader(bytes).get(), nullptr, give_password, &use)};
  if (!key) explain_missing_key(of, use, take_openssl_error(), faults);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

void read_own(const context_settings& of, key_material& into, option_faults& faults) {
  auto chain = read_certificates("certfile"_atom, of.certfile, faults);
  const bool same_unreadable_file = chain.empty() && of.keyfile == of.certfile;
  if (!same_unreadable_file) into.key = read_key(of, faults);
  if (chain.empty()) return;

  into.certificate = std::move(chain.front());
  into.intermediates.assign(std::make_move_iterator(chain.begin() + 1), std::make_move_iterator(chain.end()));
  if (into.key && X509_check_private_key(into.certificate.get(), into.key.get()) != 1) {
    clear_openssl_errors();
    faults.bad_file("keyfile"_atom, of.keyfile, "the key does not belong to the certificate in " + of.certfile);
  }
}

} // namespace

std::vector<file_identity> identify_files(const context_settings& of) {
  std::vector<file_identity> made;
  for (const std::string* path : {&of.certfile, &of.keyfile, &of.cacertfile})
    made.push_back(path->empty() ? file_identity{} : identify_file(*path).value_or(file_identity{}));
  return made;
}

key_material read_key_material(const context_settings& of, option_faults& faults) {
  key_material made;
  if (!of.certfile.empty()) read_own(of, made, faults);
  if (!of.cacertfile.empty()) made.authorities = read_certificates("cacertfile"_atom, of.cacertfile, faults);
  return made;
}

} // namespace agner::ssl::internal
