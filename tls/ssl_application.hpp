// SPDX-License-Identifier: Apache-2.0
// Starting and stopping ssl on a node, as Erlang's applications are. Connections work without: start is there for programs that are written as Erlang's are.

#pragma once

#include <cstdint>

#include "../runtime/error.hpp"

namespace agner::ssl {

/// What an end of the application means for the node in Erlang. Here it does not end by itself, so that all are alike, as for `application:stop` there.
enum class application_type : std::uint8_t { temporary, transient, permanent };

/// Starts ssl on the calling process' node; one that runs stays as it is.
/// @errors none
/// @context a process
/// @erlang  ssl:start/0, ssl:start/1
result<> start(application_type type = application_type::temporary);

/// Stops it: connections are closed, in their own time, and what was made of files is forgotten. It may be started again; connections that are made without that work too.
/// @errors `{not_started, ssl}`
/// @context a process
/// @erlang  ssl:stop/0
result<> stop();

} // namespace agner::ssl
