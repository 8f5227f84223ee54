// SPDX-License-Identifier: Apache-2.0
// Asking epmd: who listens where, and registering oneself. All run in the calling process and give up after a time. Mechanism: docs/epmd.md.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "../actors/inet.hpp"
#include "../actors/task.hpp"
#include "../actors/transport.hpp"
#include "../runtime/error.hpp"
#include "epmd_messages.hpp"

namespace agner::dist::epmd {

/// The port of epmd: ERL_EPMD_PORT, else `default_port`. @erlang erl_epmd:get_epmd_port/0
std::uint16_t port() noexcept;

/// Where the node called @p name (the part before the `@`) listens, as the epmd of @p host says.
/// @errors `noport`  nobody has that name; `{bad_epmd_answer, Sentence}`; `timeout`; `closed`; reasons of the host and POSIX ones, `econnrefused` where no epmd runs
/// @erlang erl_epmd:port_please/3
task<result<alive_request>> port_please(inet::host host, std::string name, std::uint16_t at = port(),
                                        std::chrono::milliseconds timeout = std::chrono::seconds{5});

/// All names that the epmd of @p host knows. @errors as port_please
/// @erlang erl_epmd:names/1
task<result<names_answer>> names(inet::host host, std::uint16_t at = port(),
                                 std::chrono::milliseconds timeout = std::chrono::seconds{5});

/// Registers with the epmd of this machine. The node is known for as long as the returned connection is open.
/// @errors `duplicate_name`  another node has the name; else as port_please
/// @erlang erl_epmd:register_node/3
task<result<std::unique_ptr<transport>>> register_node(alive_request what, std::uint16_t at = port(),
                                                       std::chrono::milliseconds timeout = std::chrono::seconds{5});

} // namespace agner::dist::epmd
