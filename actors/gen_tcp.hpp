// SPDX-License-Identifier: Apache-2.0
// TCP as Erlang has it: a socket is a process that belongs to its controlling process, and what arrives becomes messages to that, or waits for recv. Functions are for processes;
// any process may send and recv, messages go to the controlling one. Mechanism, and what differs from OTP: docs/gen-tcp.md.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "../runtime/error.hpp"
#include "../runtime/stream_socket.hpp"
#include "../runtime/struct_mapping.hpp"
#include "clause.hpp"
#include "inet.hpp"
#include "task.hpp"
#include "tcp_socket.hpp"

namespace agner::gen_tcp {

using inet::once;

// -- messages to the controlling process --------------------------------------------------------------------------------------------------

/// {tcp, Socket, Data}: bytes that came, or one packet; a binary or a list of integers, as the mode is.
struct data {
  static constexpr auto tag = "tcp"_atom;
  gen_tcp::socket socket;
  term bytes;
};
/// {tcp_closed, Socket}: the peer sends no more, and with exit_on_close the socket is closed.
struct closed {
  static constexpr auto tag = "tcp_closed"_atom;
  gen_tcp::socket socket;
};
/// {tcp_error, Socket, Reason}: the connection broke; `closed` follows.
struct error {
  static constexpr auto tag = "tcp_error"_atom;
  gen_tcp::socket socket;
  term reason;
};
/// {tcp_passive, Socket}: the count of `active` has come to zero.
struct passive {
  static constexpr auto tag = "tcp_passive"_atom;
  gen_tcp::socket socket;
};

// -- connections --------------------------------------------------------------------------------------------------------------------------

/// Listens at @p port, 0 for any free one. The caller becomes the controlling process: when it ends, the socket is closed. Accepted sockets inherit the options.
/// @errors `eaddrinuse`, `eacces`, `eaddrnotavail`, `emfile` and other POSIX reasons; `{options, [{Option, Why}]}`  wrong options
/// @context a process
/// @erlang gen_tcp:listen/2
result<socket> listen(std::uint16_t port, inet::options options = {});

/// Closes. What was sent before still arrives, unless `linger` says otherwise or the peer does not take it; the caller waits for that. A socket may be closed twice.
/// @context any process
/// @erlang gen_tcp:close/1
task<> close(socket of);

} // namespace agner::gen_tcp
