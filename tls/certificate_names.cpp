// SPDX-License-Identifier: Apache-2.0

#include "certificate_names.hpp"

#include <algorithm>
#include <array>

#include "internal/openssl_errors.hpp"
#include "internal/openssl_handles.hpp"

namespace agner::ssl {
namespace {

using namespace internal;

using general_names_ptr = std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>>;

std::string_view text_of(const ASN1_STRING* of) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(of)), static_cast<std::size_t>(ASN1_STRING_length(of))};
}

/// A name with a NUL or blank in it is somebody's attempt to look like another.
bool is_plain(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f'; });
}

void add_plain(std::vector<std::string>& to, const ASN1_STRING* name) {
  if (const auto text = text_of(name); is_plain(text)) to.emplace_back(text);
}

std::optional<ip_address> address_of(const ASN1_OCTET_STRING* of) {
  const auto bytes = text_of(of);
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  if (bytes.size() == 4) return ip_address{byte(0), byte(1), byte(2), byte(3)};
  if (bytes.size() != 16) return std::nullopt;
  std::array<std::uint16_t, 8> words{};
  for (std::size_t i = 0; i < words.size(); ++i)
    words[i] = static_cast<std::uint16_t>(byte(2 * i) << 8U | byte(2 * i + 1));
  return ip_address{words};
}

void add_alternative_names(certificate_names& to, const X509* of) {
  const general_names_ptr names{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(of, NID_subject_alt_name, nullptr, nullptr))};
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) add_plain(to.dns_names, name->d.dNSName);
    if (name->type == GEN_URI) add_plain(to.uris, name->d.uniformResourceIdentifier);
    if (name->type == GEN_IPADD)
      if (const auto address = address_of(name->d.iPAddress)) to.addresses.push_back(*address);
  }
}

std::string common_name_of(const X509_NAME* subject) {
  int last = -1;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;)
    last = at;
  if (last < 0) return {};
  unsigned char* utf8 = nullptr;
  const int length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
  if (length < 0) return {};
  std::string made{reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(length)};
  OPENSSL_free(utf8);
  return made;
}

std::string subject_text(const X509_NAME* subject) {
  const bio_ptr text{BIO_new(BIO_s_mem())};
  if (!text) return {};
  X509_NAME_print_ex(text.get(), subject, 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long length = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool same_host(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

} // namespace

bool certificate_names::name_host(std::string_view host) const {
  if (const auto address = ip_address::parse(host);
      address && std::ranges::find(addresses, *address) != addresses.end())
    return true;
  return std::ranges::any_of(dns_names, [host](const std::string& name) { return same_host(name, host); });
}

std::optional<certificate_names> names_of_certificate(const term& der) {
  if (!der.is_binary()) return std::nullopt;
  clear_openssl_errors();
  const auto* first = reinterpret_cast<const unsigned char*>(der.bytes().data());
  const auto* at = first;
  const certificate_ptr read{d2i_X509(nullptr, &at, static_cast<long>(der.bytes().size()))};
  if (!read || at != first + der.bytes().size()) {
    clear_openssl_errors();
    return std::nullopt;
  }
  certificate_names made;
  add_alternative_names(made, read.get());
  made.common_name = common_name_of(X509_get_subject_name(read.get()));
  made.subject = subject_text(X509_get_subject_name(read.get()));
  clear_openssl_errors();
  return made;
}

} // namespace agner::ssl
