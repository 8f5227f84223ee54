// SPDX-License-Identifier: Apache-2.0
// Lists of suites, put together; and the groups and schemes there are.

#include <algorithm>
#include <vector>

#include "../runtime/term_builders.hpp"
#include "../runtime/term_views.hpp"
#include "internal/cipher_suites.hpp"
#include "internal/hello_names.hpp"
#include "internal/openssl_errors.hpp"
#include "internal/openssl_handles.hpp"
#include "internal/option_values.hpp"
#include "ssl_suites.hpp"

namespace agner::ssl {
namespace {

using internal::cipher_suite;

const cipher_suite* suite_in(const term& of) {
  const auto name = internal::name_value(of);
  return name ? internal::suite_called(*name) : internal::suite_of(of);
}

bool passes(const std::function<bool(atom)>& filter, const std::string& part) { return !filter || filter(atom{part}); }

std::vector<term> elements(const term& list) {
  std::vector<term> made;
  for (const term& one : list.as_list())
    made.push_back(one);
  return made;
}

/// Erlang's `--`.
std::vector<term> without(const term& list, const std::vector<term>& these) {
  std::vector<term> left = elements(list);
  for (const term& one : these)
    if (const auto found = std::ranges::find(left, one); found != left.end()) left.erase(found);
  return left;
}

term joined(std::vector<term> first, const std::vector<term>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return list_of(std::move(first));
}

/// Those of @p names that OpenSSL takes, by its own word.
template <class Takes>
std::vector<std::string_view> taken(const std::vector<std::string_view>& names, Takes takes) {
  const internal::context_ptr asked{SSL_CTX_new(TLS_method())};
  std::vector<std::string_view> made;
  for (const std::string_view name : names)
    if (asked && takes(asked.get(), name)) made.push_back(name);
  internal::clear_openssl_errors();
  return made;
}

bool takes_group(SSL_CTX* with, std::string_view name) {
  std::string text = internal::openssl_group(name);
  return SSL_CTX_set1_groups_list(with, text.data()) == 1;
}
bool takes_scheme(SSL_CTX* with, std::string_view name) {
  std::string text = internal::openssl_scheme(name);
  return SSL_CTX_set1_sigalgs_list(with, text.data()) == 1;
}

term atoms(const std::vector<std::string_view>& names) {
  std::vector<term> made;
  for (const std::string_view name : names)
    made.emplace_back(atom{name});
  return list_of(std::move(made));
}

} // namespace

term filter_cipher_suites(const term& suites, const suite_filter& filter) {
  std::vector<term> made;
  for (const term& one : suites.as_list()) {
    const auto* of = suite_in(one);
    if (of != nullptr && passes(filter.key_exchange, of->key_exchange) && passes(filter.cipher, of->cipher) &&
        passes(filter.mac, of->mac) && passes(filter.prf, of->prf))
      made.push_back(internal::suite_map(*of));
  }
  return list_of(std::move(made));
}

term prepend_cipher_suites(const term& preferred, const term& suites) {
  return joined(elements(preferred), without(suites, elements(preferred)));
}
term prepend_cipher_suites(const suite_filter& preferred, const term& suites) {
  return prepend_cipher_suites(filter_cipher_suites(suites, preferred), suites);
}
term append_cipher_suites(const term& deferred, const term& suites) {
  return joined(without(suites, elements(deferred)), elements(deferred));
}
term append_cipher_suites(const suite_filter& deferred, const term& suites) {
  return append_cipher_suites(filter_cipher_suites(suites, deferred), suites);
}

term cipher_suite_names(suite_selection which, protocol_version of, bool openssl) {
  std::vector<term> made;
  for (const term& one : cipher_suites(which, of).as_list())
    made.push_back(string(*(openssl ? suite_to_openssl_str(one) : suite_to_str(one))));
  return list_of(std::move(made));
}

term eccs() { return atoms(taken(internal::curve_names(), takes_group)); }
term groups() { return atoms(taken(internal::group_names(), takes_group)); }
term groups_by_default() { return list({"x25519"_atom, "x448"_atom, "secp256r1"_atom, "secp384r1"_atom}); }

term signature_algs(protocol_version of) {
  if (of != tlsv1_2 && of != tlsv1_3) return {};
  std::vector<term> made;
  for (const std::string_view name : taken(internal::scheme_names(), takes_scheme)) {
    auto one = of == tlsv1_3 ? std::optional{term{atom{name}}} : internal::signature_pair(name);
    if (one) made.push_back(*std::move(one));
  }
  return list_of(std::move(made));
}

} // namespace agner::ssl
