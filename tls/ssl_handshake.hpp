// SPDX-License-Identifier: Apache-2.0
// Handshakes that stop when the peer has said its hello, so that a program may look at it first, as with Erlang's option {handshake, hello}. connect and handshake then return a socket
// that waits for one of the functions here. The old manual's ssl_accept is here too. Mechanism: docs/ssl.md, "A pause".

#pragma once

#include <chrono>

#include "ssl.hpp"

namespace agner::ssl {

/// What the peer said: a map of its extensions with OTP's names and values, such as `#{sni => "host", alpn => <<2,"h2">>}`; those it did not send are `undefined`. It is what Erlang's
/// connect and handshake give as third element of `{ok, Socket, Ext}`.
/// @errors `einval`  the handshake does not pause; `closed`
/// @context any process
/// @erlang  ssl:connect/3,4, ssl:handshake/1,2,3 with {handshake, hello}
task<result<term>> hello_extensions(socket paused);

/// Goes on, with @p more over the options so far. A server may be given any; a client has said its hello, so that only its certificates, and who the server must be, still count.
/// @returns the same socket
/// @errors as handshake and connect; `{options, _}`  wrong options, which end the connection; `einval`  the handshake does not pause
/// @context any process
/// @erlang  ssl:handshake_continue/2, ssl:handshake_continue/3
/// @source  OTP 25 lib/ssl, tls_dtls_connection and tls_connection_1_3: user_hello
task<result<socket>> handshake_continue(socket paused, options more = {},
                                        std::chrono::milliseconds timeout = timeout_default);
task<result<socket>> handshake_continue(socket paused, option_list more,
                                        std::chrono::milliseconds timeout = timeout_default);

/// Ends it: the peer gets the alert user_canceled.
/// @errors `einval`  the handshake does not pause; `closed`
/// @context any process
/// @erlang  ssl:handshake_cancel/1
task<result<>> handshake_cancel(socket paused);

// -- names of the old manual ------------------------------------------------------------------------------------------------------------

/// @erlang ssl:ssl_accept/1, ssl:ssl_accept/2, ssl:ssl_accept/3
[[deprecated("handshake")]] task<result<socket>> ssl_accept(socket pending,
                                                            std::chrono::milliseconds timeout = timeout_default);
[[deprecated("handshake")]] task<result<socket>> ssl_accept(socket pending, options more,
                                                            std::chrono::milliseconds timeout = timeout_default);
[[deprecated("handshake")]] task<result<socket>> ssl_accept(gen_tcp::socket over, options with,
                                                            std::chrono::milliseconds timeout = timeout_default);

} // namespace agner::ssl
