// SPDX-License-Identifier: Apache-2.0
// The options of a connection as connection_information tells them: those that were given, then defaults. Values; any thread.

#pragma once

#include <vector>

#include "option_set.hpp"

namespace agner::ssl::internal {

/// `{Option, Value}` for each option of TLS; suites as maps. Keys, passwords and shared secrets are not told.
/// @source OTP 25 lib/ssl, ssl_gen_statem: ssl_options_list
std::vector<term> option_facts(const option_set& of);

} // namespace agner::ssl::internal
