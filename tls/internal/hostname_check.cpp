// SPDX-License-Identifier: Apache-2.0

#include "hostname_check.hpp"

#include <utility>
#include <vector>

#include "../../runtime/term_builders.hpp"
#include "../certificate_names.hpp"
#include "../public_key.hpp"
#include "option_values.hpp"

namespace agner::ssl::internal {
namespace {

/// A name of a certificate, and whether it is the one looked for by the usual rule.
struct presented {
  term id;
  bool usual;
};

term address_term(const ip_address& of) {
  std::vector<term> bytes;
  for (const auto one : of.bytes())
    bytes.emplace_back(static_cast<int>(one));
  return list_of(std::move(bytes));
}

/// @p dns  the reference is a DNS name, not an address
std::vector<presented> presented_by(const certificate_names& of, const std::string& host, bool dns) {
  std::vector<presented> made;
  for (const auto& name : of.dns_names) {
    const bool same = certificate_names{.dns_names = {name}}.name_host(host);
    made.push_back({tuple("dNSName"_atom, string(name)), dns && same});
  }
  for (const auto& address : of.addresses)
    made.push_back({tuple("iPAddress"_atom, address_term(address)), !dns && address.text() == host});
  for (const auto& uri : of.uris)
    made.push_back({tuple("uniformResourceIdentifier"_atom, string(uri)), false});
  return made;
}

task<bool> matches(const certificate_names& of, term reference, std::string host, const hostname_rules& by) {
  for (const auto& one : presented_by(of, host, reference[0].is("dns_id"_atom))) {
    bool fits = one.usual;
    if (by.match_fun) {
      const term said = co_await by.match_fun->call({reference, one.id});
      if (!said.is("default"_atom)) fits = said.is("true"_atom);
    }
    if (fits) co_return true;
  }
  co_return false;
}

} // namespace

task<bool> certificate_fits(term der, std::string name, hostname_rules by) {
  const auto names = names_of_certificate(der);
  if (!names) co_return false;
  std::vector<term> references{tuple("dns_id"_atom, string(name))};
  if (is_address(name)) references.push_back(tuple("ip"_atom, string(name)));
  for (const term& reference : references) {
    if (co_await matches(*names, reference, name, by)) co_return true;
    if (!by.fqdn_fun) continue;
    const term other = co_await by.fqdn_fun->call({reference});
    const auto host = other.is("default"_atom) ? std::optional{name} : name_value(other);
    if (!host || other.is("undefined"_atom)) continue;
    if (co_await matches(*names, tuple("dns_id"_atom, string(*host)), *host, by)) co_return true;
  }
  if (!by.fail_callback) co_return false;
  co_return (co_await by.fail_callback->call({public_key::pkix_decode_cert(der, public_key::otp)})).is("true"_atom);
}

} // namespace agner::ssl::internal
