// SPDX-License-Identifier: Apache-2.0
// Rules of the options about own certificates and keys, and about who the peer is.

#include <array>

#include <openssl/ssl.h>

#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_views.hpp"
#include "option_rules.hpp"
#include "option_values.hpp"

namespace agner::ssl::internal {
namespace {

bool is_proper(const term& of) { return of.is_nil() || (of.is_cons() && of.as_list().is_proper()); }

// -- certificates and keys as DER ---------------------------------------------------------------------------------------------------

/// A binary, or a list of binaries; nothing for anything else and for none at all.
std::optional<std::vector<term>> ders_value(const term& of) {
  if (of.is_binary()) return std::vector{of};
  if (!of.is_cons() || !is_proper(of)) return std::nullopt;
  std::vector<term> made;
  for (const term& one : of.as_list()) {
    // {cert, Der, Otp}, as public_key:cacerts_get/0 gives.
    const term& der = one.is_tagged("cert"_atom, 3) ? one[1] : one;
    if (!der.is_binary()) return std::nullopt;
    made.push_back(der);
  }
  return made;
}

struct tagged_key {
  std::string type;
  std::string der;
};

std::optional<tagged_key> key_value(const term& of) {
  for (const term& tag :
       {term{"RSAPrivateKey"_atom}, term{"DSAPrivateKey"_atom}, term{"ECPrivateKey"_atom}, term{"PrivateKeyInfo"_atom}})
    if (of.is_tagged(tag.as_atom(), 2) && of[1].is_binary())
      return tagged_key{std::string(tag.as_atom().name()), std::string(of[1].text())};
  return std::nullopt;
}

constexpr std::string_view certificate_forms =
    "a DER certificate in a binary, or a list of them with the own one first";
constexpr std::string_view key_forms =
    "{Type, Der} with the type 'RSAPrivateKey', 'DSAPrivateKey', 'ECPrivateKey' or 'PrivateKeyInfo'";

void cert(atom option, const term& value, checking& in) {
  if (auto ders = ders_value(value))
    in.made.context.cert = *std::move(ders);
  else
    in.faults.expected(option, value, certificate_forms);
}

void key(atom option, const term& value, checking& in) {
  if (auto found = key_value(value)) {
    in.made.context.key_type = std::move(found->type);
    in.made.context.key = std::move(found->der);
  } else {
    in.faults.expected_secret(option, key_forms);
  }
}

void cacerts(atom option, const term& value, checking& in) {
  if (value.is_nil()) return;
  if (auto ders = ders_value(value))
    in.made.context.cacerts = *std::move(ders);
  else
    in.faults.expected(option, value, "a list of DER certificates in binaries");
}

/// Puts one member of a map of certs_keys into @p to; false where it does not fit.
bool put_member(certificate_source& to, const term& name, const term& value) {
  const auto put_text = [&value](std::string& into) {
    auto text = text_value(value);
    if (!text) return false;
    into = *std::move(text);
    return true;
  };
  if (name.is("certfile"_atom)) return put_text(to.certfile);
  if (name.is("keyfile"_atom)) return put_text(to.keyfile);
  if (name.is("password"_atom)) return put_text(to.password);
  if (name.is("cert"_atom)) {
    auto ders = ders_value(value);
    if (ders) to.cert = *std::move(ders);
    return ders.has_value();
  }
  if (!name.is("key"_atom)) return false;
  auto found = key_value(value);
  if (!found) return false;
  to.key_type = std::move(found->type);
  to.key = std::move(found->der);
  return true;
}

std::optional<certificate_source> source_value(const term& of) {
  if (!of.is_map()) return std::nullopt;
  certificate_source made;
  for (const auto& [name, value] : of.as_map())
    if (!put_member(made, name, value)) return std::nullopt;
  const bool keyed = !made.keyfile.empty() || !made.key.empty() || !made.certfile.empty();
  if (!made.has_certificate() || !keyed) return std::nullopt;
  if (made.keyfile.empty()) made.keyfile = made.certfile;
  return made;
}

void certs_keys(atom option, const term& value, checking& in) {
  bool fits = value.is_cons() && is_proper(value);
  if (fits) {
    for (const term& one : value.as_list()) {
      auto source = source_value(one);
      fits = fits && source.has_value();
      if (source) in.made.context.certs_keys.push_back(*std::move(source));
    }
  }
  if (!fits) in.faults.expected_secret(option, "a list of maps with cert and key, or certfile, keyfile and password");
}

void dh(atom option, const term& value, checking& in) {
  if (value.is_binary())
    in.made.context.dh = std::string(value.text());
  else
    in.faults.expected(option, value, "Diffie-Hellman parameters as DER in a binary");
}

void dhfile(atom option, const term& value, checking& in) {
  if (auto text = name_value(value))
    in.made.context.dhfile = *std::move(text);
  else
    in.faults.expected(option, value, "the path of a PEM file with Diffie-Hellman parameters");
}

// -- funs ---------------------------------------------------------------------------------------------------------------------------

/// A fun of one of the arities, or nothing with a fault.
std::optional<fun> fun_value(atom option, const term& given, const term& value, std::initializer_list<std::size_t> of,
                             checking& in, std::string_view expected) {
  auto found = fun::of(given);
  bool fits = false;
  for (const std::size_t arity : of)
    fits = fits || (found && found->arity() == arity);
  if (fits) return found;
  in.faults.expected(option, value, expected);
  return std::nullopt;
}

void verify_fun(atom option, const term& value, checking& in) {
  constexpr std::string_view expected =
      "{Fun, State} with a function of C++ (ssl::fun) of certificate, event and state; agner cannot call Erlang's funs";
  const bool pair = value.is_tuple() && value.size() == 2;
  if (auto found = fun_value(option, pair ? value[0] : value, value, {3, 4}, in, expected); found && pair)
    in.made.verification.verify_fun = fun_with_state{*std::move(found), value[1]};
}

void partial_chain(atom option, const term& value, checking& in) {
  constexpr std::string_view expected = "a function of C++ (ssl::fun) of a list of DER certificates; agner cannot call "
                                        "Erlang's funs";
  if (auto found = fun_value(option, value, value, {1}, in, expected))
    in.made.verification.partial_chain = *std::move(found);
}

void user_lookup_fun(atom option, const term& value, checking& in) {
  constexpr std::string_view expected = "{Fun, State} with a function of C++ (ssl::fun) of psk or srp, identity and "
                                        "state that answers at once: OpenSSL cannot wait for it";
  const bool pair = value.is_tuple() && value.size() == 2;
  auto found = fun_value(option, pair ? value[0] : value, value, {3}, in, expected);
  if (!found) return;
  if (!pair || found->may_wait()) return in.faults.expected(option, value, expected);
  in.made.user_lookup = fun_with_state{*std::move(found), value[1]};
  in.made.context.looks_up_users = true;
}

void sni_fun(atom option, const term& value, checking& in) {
  constexpr std::string_view expected =
      "a function of C++ (ssl::fun) of the server name that gives options; agner cannot call Erlang's funs";
  if (auto found = fun_value(option, value, value, {1}, in, expected)) in.made.server_names.choice = *std::move(found);
}

void sni_hosts(atom option, const term& value, checking& in) {
  bool fits = is_proper(value);
  if (fits) {
    for (const term& one : value.as_list()) {
      const auto name = one.is_tuple() && one.size() == 2 ? name_value(one[0]) : std::nullopt;
      fits = fits && name && is_proper(one[1]);
      if (fits) in.made.server_names.hosts.push_back({*name, one[1]});
    }
  }
  if (!fits) in.faults.expected(option, value, "a list of {HostName, Options}");
}

// -- secrets that are no certificates -------------------------------------------------------------------------------------------------

void psk_identity(atom option, const term& value, checking& in) {
  if (auto text = name_value(value); text && text->size() <= PSK_MAX_IDENTITY_LEN)
    in.made.context.psk_identity = *std::move(text);
  else
    in.faults.expected(option, value, "a string or binary of at most 128 bytes");
}

void srp_identity(atom option, const term& value, checking& in) {
  const bool pair = value.is_tuple() && value.size() == 2;
  auto user = pair ? name_value(value[0]) : std::nullopt;
  auto secret = pair ? text_value(value[1]) : std::nullopt;
  constexpr std::size_t characters_max = 255; // RFC 5054, section 2.8.1
  if (!user || !secret || user->size() > characters_max)
    return in.faults.expected_secret(option, "{UserName, Password}, two strings or binaries");
  in.made.context.srp_user = *std::move(user);
  in.made.context.srp_password = *std::move(secret);
}

constexpr std::array rules = {
    rule{"cert", rule::sides::both, cert},
    rule{"key", rule::sides::both, key},
    rule{"certs_keys", rule::sides::both, certs_keys},
    rule{"cacerts", rule::sides::both, cacerts},
    rule{"dh", rule::sides::server, dh},
    rule{"dhfile", rule::sides::server, dhfile},
    rule{"verify_fun", rule::sides::both, verify_fun},
    rule{"partial_chain", rule::sides::both, partial_chain},
    rule{"user_lookup_fun", rule::sides::both, user_lookup_fun},
    rule{"psk_identity", rule::sides::both, psk_identity},
    rule{"srp_identity", rule::sides::client, srp_identity},
    rule{"sni_fun", rule::sides::server, sni_fun},
    rule{"sni_hosts", rule::sides::server, sni_hosts},
};

} // namespace

std::span<const rule> peer_rules() { return rules; }

} // namespace agner::ssl::internal
