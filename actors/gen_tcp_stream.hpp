// SPDX-License-Identifier: Apache-2.0
// For the layers of agner, not for programs: connected sockets without a gen_tcp process around them, for connections that have a process of their own (TLS, distribution).
// A stream_socket is handed on by moving it into spawn, whose callable takes it by reference: `spawn([](stream_socket& of) -> task<> {...}, std::move(socket))`.
// Mechanism: docs/gen-tcp.md.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "../runtime/stream_socket.hpp"
#include "clause.hpp"
#include "inet.hpp"
#include "task.hpp"
#include "tcp_socket.hpp"
#include "transport.hpp"

namespace agner::gen_tcp {

namespace internal {

/// An accepted socket, or one taken out of its process.
struct stream {
  stream_socket socket;
  std::vector<std::byte> unread = {}; ///< bytes that were read and belong to nobody yet
  inet::options options = {};         ///< accepted: those of the listening socket; detached: those of the socket
};

/// Connects, trying the addresses of @p to in turn. Those of @p options that concern the kernel are set, the others are the caller's to obey.
/// If the caller ends, nothing is left open.
/// @errors as gen_tcp::connect
task<result<stream_socket>> connect_stream(inet::host to, std::uint16_t port, inet::options options = {},
                                           std::chrono::milliseconds timeout = infinity);

/// Takes the next connection. Any process may; several at once are served in the order they asked.
/// @errors as gen_tcp::accept
task<result<stream>> accept_stream(socket listener, std::chrono::milliseconds timeout = infinity);

/// Takes the connection out of an open socket, whose process ends without closing it; nothing is sent to the controlling process. Queued bytes are sent first.
/// @errors `closed`; `einval`  a listening socket, or one that a recv waits for; `not_owner`  the caller is not the controlling process
task<result<stream>> detach(socket of, std::chrono::milliseconds timeout = infinity);

/// The connection out of a transport that make_transport made, which is closed then, with what was read before and not taken. Nothing where it is another kind, or closed.
/// @context who owns the transport
std::optional<stream> take_stream(transport& of);

/// A gen_tcp socket around @p of, whose controlling process is @p owner.
/// @context a process
socket attach(stream of, const pid& owner);

} // namespace internal

} // namespace agner::gen_tcp
