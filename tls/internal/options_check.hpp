// SPDX-License-Identifier: Apache-2.0
// The one check of options, for the struct and for Erlang terms. Pure: no file is touched (context.hpp does that), so what it finds is joined with what the files show.

#pragma once

#include <span>
#include <vector>

#include "../options.hpp"
#include "option_faults.hpp"
#include "role.hpp"
#include "settings.hpp"

namespace agner::ssl::internal {

/// The struct as the list of terms that says the same.
std::vector<term> option_list(const options& of);

/// Checks @p given, a list as ssl:connect and ssl:listen take it: {Option, Value}, `binary`, `list`, `inet`, `inet6`. Adds every fault to @p faults;
/// what is returned is complete all the same, with defaults where an option was faulty, so that the files named can be checked too.
/// Of an option given twice the first counts, but the last of mode, packet, packet_size and active, as in OTP.
/// @source OTP 25 lib/ssl, ssl: handle_options; tls_socket: emulated_options
settings check_options(const term& given, role side, option_faults& faults);
settings check_options(const options& given, role side, option_faults& faults);

/// Checks options that may change on an open socket: mode, packet, packet_size, active; the rest goes into @p transport.
/// @source OTP 25 lib/ssl, tls_socket: validate_inet_option
void check_stream_options(const term& given, stream_settings& into, std::vector<term>& transport,
                          option_faults& faults);

} // namespace agner::ssl::internal
