// SPDX-License-Identifier: Apache-2.0

#include "options_check.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_views.hpp"
#include "option_rules.hpp"

namespace agner::ssl::internal {
namespace {

// -- going through the list ---------------------------------------------------------------------------------------------------------

bool belongs(const rule& of, role side) {
  return of.belongs_to == rule::sides::both || (of.belongs_to == rule::sides::client) == (side == role::client);
}

void unknown_option(atom option, const term& value, checking& in) {
  if (comes_later(option.name()))
    in.faults.add(option, "..."_atom, "not_supported_yet"_atom);
  else
    in.faults.add(option, value, tuple("unknown"_atom, binary(nearest_option(option.name()))));
}

void one_option(atom option, const term& value, checking& in) {
  const rule* found = rule_called(option.name());
  if (found == nullptr)
    unknown_option(option, value, in);
  else if (!belongs(*found, in.side))
    in.faults.add(
        option, value,
        tuple("role"_atom, found->belongs_to == rule::sides::client ? "client"_atom.value() : "server"_atom.value()));
  else
    found->apply(option, value, in);
}

/// {Option, Value} for what may stand alone; nothing for what is no option.
std::optional<std::pair<atom, term>> option_of(const term& entry) {
  if (entry.is("binary"_atom) || entry.is("list"_atom)) return std::pair{atom{"mode"_atom}, entry};
  const auto parts = entry.elements();
  if (parts.size() != 2 || !parts[0].is_atom()) return std::nullopt;
  return std::pair{parts[0].as_atom(), parts[1]};
}

bool last_counts(atom option) {
  return option == "mode"_atom || option == "packet"_atom || option == "packet_size"_atom || option == "active"_atom;
}

void each_option(const term& given, checking& in) {
  std::vector<atom> seen;
  for (const term& entry : given.as_list()) {
    if (entry.is("inet"_atom) || entry.is("inet6"_atom)) {
      in.made.transport.push_back(entry);
      continue;
    }
    const auto found = option_of(entry);
    if (!found) {
      in.faults.add(entry, entry, tuple("expected"_atom, binary("{Option, Value}, binary, list, inet or inet6")));
      continue;
    }
    if (!last_counts(found->first)) {
      if (std::ranges::find(seen, found->first) != seen.end()) continue;
      seen.push_back(found->first);
    }
    one_option(found->first, found->second, in);
  }
}

// -- options that need each other ---------------------------------------------------------------------------------------------------

/// Names of @p tls1_3 suites joined by colons; all defaults where none were named.
std::string joined(const checking& in, bool tls1_3) {
  std::string made;
  const auto add = [&](const cipher_suite& of) {
    if (of.tls1_3 != tls1_3) return;
    if (!made.empty()) made += ':';
    made += of.openssl_name;
  };
  if (in.suites_given) {
    for (const auto* const suite : in.suites)
      add(*suite);
  } else {
    for (const auto& suite : cipher_suites())
      if (suite.by_default) add(suite);
  }
  return made;
}

/// A version without a suite is not spoken; one of them must be left.
void settle_versions(checking& in) {
  auto& context = in.made.context;
  context.ciphers_1_2 = joined(in, false);
  context.ciphers_1_3 = joined(in, true);
  const bool older = context.tls1_0 || context.tls1_1;
  const bool tls1_2 = context.tls1_2 && !context.ciphers_1_2.empty();
  const bool tls1_3 = context.tls1_3 && !context.ciphers_1_3.empty();
  if (older && !context.ciphers_1_2.empty()) {
    context.tls1_3 = tls1_3;
    return;
  }
  if (!tls1_2 && !tls1_3) {
    if (!in.suites.empty())
      in.faults.expected("ciphers"_atom, string(context.ciphers_1_2 + context.ciphers_1_3),
                         "a suite of one of the versions asked for");
    return;
  }
  context.tls1_2 = tls1_2;
  context.tls1_3 = tls1_3;
}

void settle_verification(checking& in) {
  auto& context = in.made.context;
  if (!in.verify_given) context.verify_peer = in.side == role::client;
  const bool looked_at = in.side == role::client && in.made.verification.verify_fun.has_value();
  in.made.verification.asks_peer = context.verify_peer || looked_at;
  if (context.fail_if_no_peer_cert && !context.verify_peer)
    in.faults.add("fail_if_no_peer_cert"_atom, true, tuple("missing"_atom, tuple("verify"_atom, "verify_peer"_atom)));
}

bool uses_no_certificates(const checking& in) {
  return in.suites_given && std::ranges::all_of(in.suites, [](const cipher_suite* of) {
           return of->support == suite_support::anonymous || of->key_exchange == "psk" ||
                  of->key_exchange == "dhe_psk" || of->key_exchange == "ecdhe_psk" || of->key_exchange == "srp_anon";
         });
}

/// Suites that need a secret need who gives it.
void settle_secrets(checking& in) {
  const auto& context = in.made.context;
  for (const auto* const suite : in.suites) {
    if (suite->support != suite_support::needs_secret) continue;
    const bool srp = suite->key_exchange.starts_with("srp");
    const bool client_srp = srp && in.side == role::client;
    if (client_srp ? !context.srp_user.empty() : context.looks_up_users) continue;
    in.faults.add("ciphers"_atom, string(suite->openssl_name),
                  tuple("missing"_atom, client_srp ? term{"srp_identity"_atom} : term{"user_lookup_fun"_atom}));
    return;
  }
}

void settle_files(checking& in, const term& given) {
  auto& context = in.made.context;
  const auto named = [&](atom option) {
    return std::ranges::any_of(given.as_list(), [&](const term& entry) { return entry.is_tagged(option, 2); });
  };
  const bool trusts = named("cacertfile"_atom) || named("cacerts"_atom) || in.made.verification.partial_chain;
  const bool certified = named("certfile"_atom) || named("cert"_atom) || named("certs_keys"_atom);
  const bool anonymous = uses_no_certificates(in);
  if (context.verify_peer && !trusts && !anonymous && !in.made.verification.verify_fun)
    in.faults.add("verify"_atom, "verify_peer"_atom, tuple("missing"_atom, "cacertfile"_atom));
  if ((named("keyfile"_atom) || named("key"_atom)) && !named("certfile"_atom) && !named("cert"_atom))
    in.faults.add(named("keyfile"_atom) ? "keyfile"_atom.value() : "key"_atom.value(),
                  named("keyfile"_atom) ? string(context.keyfile) : term{"..."_atom},
                  tuple("missing"_atom, "certfile"_atom));
  if (named("cert"_atom) && !named("key"_atom) && !named("keyfile"_atom) && !named("certfile"_atom))
    in.faults.add("cert"_atom, "..."_atom, tuple("missing"_atom, "key"_atom));
  if (in.side == role::server && !certified && !anonymous)
    in.faults.expected("certfile"_atom, "undefined"_atom, "the path of a PEM file with the server's certificate");
  if (!in.made.server_names.hosts.empty() && in.made.server_names.choice)
    in.faults.expected("sni_fun"_atom, "..."_atom, "no sni_hosts beside it: one of the two decides");
  // As in OTP, a certificate or key that is given overrides its file.
  if (context.keyfile.empty()) context.keyfile = context.certfile;
  if (!context.cert.empty()) context.certfile.clear();
  if (!context.key.empty()) context.keyfile.clear();
  if (!context.cacerts.empty()) context.cacertfile.clear();
}

bool is_proper_list(const term& of) { return of.is_nil() || (of.is_cons() && of.as_list().is_proper()); }

} // namespace

settings check_options(const term& given, role side, option_faults& faults) {
  checking in{.side = side, .made = {}, .faults = faults};
  in.made.context.side = side;
  in.made.context.certificate_authorities = side == role::server; // as in OTP
  if (!is_proper_list(given)) {
    faults.add("not_a_proplist"_atom, given, tuple("expected"_atom, binary("a list of options")));
    return std::move(in.made);
  }
  each_option(given, in);
  settle_versions(in);
  settle_verification(in);
  settle_secrets(in);
  settle_files(in, given);
  return std::move(in.made);
}

settings check_options(const options& given, role side, option_faults& faults) {
  return check_options(list_of(option_list(given)), side, faults);
}

void check_stream_options(const term& given, stream_settings& into, std::vector<term>& transport,
                          option_faults& faults) {
  checking in{
      .side = role::server, .made = {.context = {}, .stream = into, .name = {}, .transport = {}}, .faults = faults};
  if (!is_proper_list(given)) {
    faults.add("not_a_proplist"_atom, given, tuple("expected"_atom, binary("a list of options")));
    return;
  }
  for (const term& entry : given.as_list()) {
    const auto found = option_of(entry);
    if (found && last_counts(found->first))
      one_option(found->first, found->second, in);
    else
      transport.push_back(entry);
  }
  into = in.made.stream;
}

} // namespace agner::ssl::internal
