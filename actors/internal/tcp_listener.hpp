// SPDX-License-Identifier: Apache-2.0
// The process of a listening socket: gives connections to those who accept, in the order they asked, and ends with its controlling process.

#pragma once

#include "../../runtime/stream_socket.hpp"
#include "../inet_options.hpp"
#include "../task.hpp"

namespace agner::internal {

/// Takes @p listening over; @p owner is the controlling process.
task<> run_tcp_listener(stream_socket& listening, inet::options& options, pid owner);

} // namespace agner::internal
