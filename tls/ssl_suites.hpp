// SPDX-License-Identifier: Apache-2.0
// The cipher suites there are, for the option ciphers: in Erlang's forms, by IANA's names and by OpenSSL's. Values; any thread.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "../runtime/term.hpp"
#include "options.hpp"

namespace agner::ssl {

/// Which suites: those that are used unless `ciphers` says otherwise; all that can be named; those that the version has and older ones have not; those without certificates.
enum class suite_selection : std::uint8_t { default_, all, exclusive, anonymous };

/// A list of Erlang's maps, the most preferred first. `anonymous` gives those that need no certificate: anonymous, PSK and SRP ones.
/// @erlang  ssl:cipher_suites/2
/// @source  OTP 25 lib/ssl, ssl: supported_suites
term cipher_suites(suite_selection which, protocol_version of);

/// How suites are written: Erlang's tuples {KeyExchange, Cipher, Hash} of those used by default, OpenSSL's names of the same, or tuples of all.
enum class suite_type : std::uint8_t { erlang, openssl, all };
/// The old manual's lists. @erlang  ssl:cipher_suites/0, ssl:cipher_suites/1
term cipher_suites(suite_type type = suite_type::erlang);

/// IANA's name, and OpenSSL's, of a suite in any form; nothing where OpenSSL has none such. @erlang  ssl:suite_to_str/1, ssl:suite_to_openssl_str/1
std::optional<std::string> suite_to_str(const term& suite);
std::optional<std::string> suite_to_openssl_str(const term& suite);
/// @erlang ssl:cipher_suites/3 with rfc or openssl: names instead of maps.
term cipher_suite_names(suite_selection which, protocol_version of, bool openssl);
/// Erlang's map of a suite by IANA's or OpenSSL's name; nothing where OpenSSL has none such. @erlang  ssl:str_to_suite/1
std::optional<term> str_to_suite(std::string_view name);

// -- lists of suites ---------------------------------------------------------------------------------------------------------------------

/// Which suites: a predicate of each of the parts `key_exchange`, `cipher`, `mac` and `prf` that is given one.
struct suite_filter {
  std::function<bool(atom)> key_exchange = {};
  std::function<bool(atom)> cipher = {};
  std::function<bool(atom)> mac = {};
  std::function<bool(atom)> prf = {};
};

/// Those of @p suites, a list in any form, that pass every filter and that this OpenSSL has, as maps. @erlang ssl:filter_cipher_suites/2
term filter_cipher_suites(const term& suites, const suite_filter& filter);
/// @p suites with @p preferred, maps, or those that pass a filter, in front. @erlang ssl:prepend_cipher_suites/2
term prepend_cipher_suites(const term& preferred, const term& suites);
term prepend_cipher_suites(const suite_filter& preferred, const term& suites);
/// And behind. @erlang ssl:append_cipher_suites/2
term append_cipher_suites(const term& deferred, const term& suites);
term append_cipher_suites(const suite_filter& deferred, const term& suites);

// -- groups and schemes ------------------------------------------------------------------------------------------------------------------

/// The curves that may be named in `eccs`, the strongest first, as this OpenSSL has them. @erlang ssl:eccs/0, ssl:eccs/1
term eccs();
/// The groups that may be named in `supported_groups`; those used by default, as OTP names them. @erlang ssl:groups/0, ssl:groups/1
term groups();
term groups_by_default();
/// The schemes that may be named in `signature_algs` for a version: pairs for TLS 1.2, none before. @erlang ssl:signature_algs/2 (OTP 26) with all
term signature_algs(protocol_version of);

} // namespace agner::ssl
