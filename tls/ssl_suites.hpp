// SPDX-License-Identifier: Apache-2.0
// The cipher suites there are, for the option ciphers: in Erlang's forms, by IANA's names and by OpenSSL's. Values; any thread.

#pragma once

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
/// Erlang's map of a suite by IANA's or OpenSSL's name; nothing where OpenSSL has none such. @erlang  ssl:str_to_suite/1
std::optional<term> str_to_suite(std::string_view name);

} // namespace agner::ssl
