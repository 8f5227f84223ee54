// SPDX-License-Identifier: Apache-2.0
// The ssl options of distribution as a command line gives them: `-ssl_dist_opt` pairs, and the file of `-ssl_dist_optfile`. They stay terms here: what they mean is checked
// where they are used. Pure; any thread. Format of the file: docs/formats/ssl_dist_optfile.md.

#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../runtime/term.hpp"
#include "erl_flags.hpp"

namespace agner {

/// Lists of ssl options, `[{certfile, "..."}, ...]`, for the two ends of a connection.
struct ssl_dist_options {
  std::optional<term> server;
  std::optional<term> client;
};

/// What `-ssl_dist_opt` says, all its values one after another: `server_certfile FILE client_verify verify_peer ...`.
/// @errors all faults: a name without `server_` or `client_`, or that OTP does not know; a value of the wrong kind; a name without value; a name twice
/// @source OTP 25 ssl, inet_tls_dist: ssl_options, ssl_option; ssl user's guide, "Using TLS for Erlang Distribution"
std::expected<ssl_dist_options, std::vector<flag_fault>> parse_ssl_dist_opts(std::span<const std::string> words);

/// What a file for `-ssl_dist_optfile` says: one list `[{server, Options}, {client, Options}].`, either of which may be missing. A first line that says `coding: latin-1`,
/// or bytes that are no UTF-8, make it a text of Latin 1.
/// @errors one sentence, `FILE:LINE:COLUMN: ...` where it is the text that is wrong
/// @source OTP 25 ssl, ssl_dist_sup: consult. There the file is an expression that is evaluated; here it is a term.
std::expected<ssl_dist_options, std::string> parse_ssl_dist_optfile(const std::string& path, std::string_view text);

} // namespace agner
