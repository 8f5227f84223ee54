// SPDX-License-Identifier: Apache-2.0
// How connections begin: what ssl::connect, transport_accept and handshake have in common. Processes only.

#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "../../actors/inet.hpp"
#include "../../actors/task.hpp"
#include "../../actors/transport.hpp"
#include "../ssl_socket.hpp"
#include "option_set.hpp"
#include "verifier.hpp"

namespace agner::ssl::internal {

/// The process of a connection over @p over, which has not shaken hands. Its controlling process is the caller.
socket open_connection(std::unique_ptr<transport> over, std::shared_ptr<const option_set> with, std::string host = {},
                       verifier verify_by = {});

/// Lets it shake hands. @p more  options over those it has, or the atom `default`
/// @errors as ssl::handshake
task<result<socket>> shake_hands(socket of, term more, std::chrono::milliseconds timeout);

/// What of @p of is for the TCP socket.
[[nodiscard]] result<inet::options> transport_options(const settings& of);

/// The host that a client's server_name_indication defaults to over an open @p over: the peer's address.
/// @errors `{options, _}`  there is none, and the peer would be verified without it
[[nodiscard]] result<std::string> host_of(const transport& over, const settings& with);

} // namespace agner::ssl::internal
