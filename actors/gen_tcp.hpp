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

/// Connects, trying the addresses of @p to in turn. The caller becomes the controlling process.
///
/// @param timeout  for everything: looking the name up and connecting
/// @errors `nxdomain`, `econnrefused`, `ehostunreach` and other POSIX reasons; `timeout`; `{options, [{Option, Why}]}`  wrong options
/// @context a process
/// @erlang gen_tcp:connect/3, gen_tcp:connect/4
task<result<socket>> connect(inet::host to, std::uint16_t port, inet::options options = {},
                             std::chrono::milliseconds timeout = infinity);

/// Listens at @p port, 0 for any free one. The caller becomes the controlling process: when it ends, the socket is closed. Accepted sockets inherit the options.
/// @errors `eaddrinuse`, `eacces`, `eaddrnotavail`, `emfile` and other POSIX reasons; `{options, [{Option, Why}]}`  wrong options
/// @context a process
/// @erlang gen_tcp:listen/2
result<socket> listen(std::uint16_t port, const inet::options& options = {});

/// Takes the next connection; any process may, several at once are served in the order they asked. The caller becomes the controlling process of the new socket.
/// @errors `closed`  the listening socket is closed; `timeout`; `einval`  not a listening socket; POSIX reasons such as `emfile`
/// @context a process
/// @erlang gen_tcp:accept/1, gen_tcp:accept/2
task<result<socket>> accept(socket listener, std::chrono::milliseconds timeout = infinity);

/// Closes. What was sent before still arrives, unless `linger` says otherwise or the peer does not take it; the caller waits for that. A socket may be closed twice.
/// @context any process
/// @erlang gen_tcp:close/1
task<> close(socket of);

/// Ends one direction or both. What was sent before arrives first.
/// @errors `closed`; `enotconn`
/// @erlang gen_tcp:shutdown/2
task<result<>> shutdown(socket of, shutdown_how how);

/// Makes @p next the controlling process. Messages of the socket that wait in the caller's mailbox go to @p next first.
/// @errors `not_owner`  the caller is not the controlling process; `badarg`  @p next is not alive or not local; `closed`
/// @context the controlling process
/// @erlang gen_tcp:controlling_process/2 @source OTP 25 inet.erl tcp_controlling_process/2
task<result<>> controlling_process(socket of, pid next);

// -- bytes --------------------------------------------------------------------------------------------------------------------------------

namespace internal {
task<result<>> send_iodata(socket to, term iodata);
}

/// Sends, with the packet header of the socket: text, bytes, or a term that is iodata. Returns when the socket has taken the bytes: at once, or, if bytes were queued already and
/// the queue has reached the high watermark, when it is down to the low one.
///
/// @errors `closed`; `timeout`  send_timeout has passed, the bytes stay queued; `emsgsize`  longer than the packet header can say; `einval`  no iodata; `enotconn`  it listens
/// @context any process
/// @erlang gen_tcp:send/2
template <class Data>
task<result<>> send(socket to, Data&& bytes) {
  return internal::send_iodata(to, to_term(std::forward<Data>(bytes)));
}

/// Takes bytes from a passive socket: exactly @p length, or with 0 what is there, at least one. With packets it takes one packet, and @p length must be 0.
///
/// @returns a binary or a list of integers, as the mode is
/// @errors `closed`; `timeout`, the bytes stay; `einval`  the socket is active, or wrong length; `ealready`  another recv waits; `enomem`  more than 64 MiB asked for;
///   `emsgsize`  a packet longer than packet_size, and the socket is closed; `econnreset`  with show_econnreset; `enotconn`  it listens
/// @context any process
/// @erlang gen_tcp:recv/2, gen_tcp:recv/3
task<result<term>> recv(socket from, std::size_t length, std::chrono::milliseconds timeout = infinity);

} // namespace agner::gen_tcp
