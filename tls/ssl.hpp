// SPDX-License-Identifier: Apache-2.0
// TLS as Erlang's ssl has it: a connection is a process that belongs to its controlling process, and what arrives becomes messages to that, or waits for recv. Functions are for
// processes; any process may send, recv and close, messages go to the controlling one. Mechanism: docs/ssl.md; what differs from OTP: docs/differences.md.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../actors/clause.hpp"
#include "../actors/inet.hpp"
#include "../actors/task.hpp"
#include "../actors/tcp_socket.hpp"
#include "../actors/transport.hpp"
#include "../runtime/error.hpp"
#include "../runtime/struct_mapping.hpp"
#include "checked_options.hpp"
#include "format_error.hpp" // IWYU pragma: export
#include "options.hpp"      // IWYU pragma: export
#include "ssl_socket.hpp"   // IWYU pragma: export

namespace agner::ssl {

// -- messages to the controlling process ------------------------------------------------------------------------------------------

/// {ssl, Socket, Data}: bytes that came, or one packet; a binary or a list of integers, as the mode is.
struct data {
  static constexpr auto tag = "ssl"_atom;
  ssl::socket socket;
  term bytes;
};
/// {ssl_closed, Socket}: the peer closed, or the connection broke; the socket is closed.
struct closed {
  static constexpr auto tag = "ssl_closed"_atom;
  ssl::socket socket;
};
/// {ssl_error, Socket, Reason}: the connection failed, and is closed; no `closed` follows. Reason: `{tls_alert, {Name, Text}}`, `{invalid_packet, Data}`, `{flood, _}`.
struct error_ {
  static constexpr auto tag = "ssl_error"_atom;
  ssl::socket socket;
  term reason;
};
/// {ssl_passive, Socket}: the count of `active` has come to zero.
struct passive {
  static constexpr auto tag = "ssl_passive"_atom;
  ssl::socket socket;
};

// -- connections ------------------------------------------------------------------------------------------------------------------

/// How long a connection and a handshake may take unless told otherwise: a peer that says nothing is not waited for for ever.
inline constexpr std::chrono::milliseconds timeout_default{60'000};

/// Connects over TCP, and shakes hands as a client: the server's certificate must be valid, and for @p to, unless options say otherwise. The caller becomes the controlling process.
///
/// @param timeout  for connecting, and once more for the handshake; `infinity` for none
/// @errors `{options, Fault}`, `{options, [Fault]}`  all that is wrong with the options and their files; `{tls_alert, {Name, Text}}`  an alert was sent or received; `closed`  the peer
///         closed in the handshake; `timeout`; `{flood, _}`  the peer sent too much; POSIX reasons and those of gen_tcp::connect. format_error says each in words
/// @context a process
/// @erlang  ssl:connect/3, ssl:connect/4
/// @source  OTP 25 lib/ssl, tls_socket: connect
task<result<socket>> connect(inet::host to, std::uint16_t port, options with = {},
                             std::chrono::milliseconds timeout = timeout_default);
task<result<socket>> connect(inet::host to, std::uint16_t port, option_list with,
                             std::chrono::milliseconds timeout = timeout_default);

/// The same over an open TCP socket, which must be passive and is taken over: its handle means nothing afterwards. The certificate must be for the peer's address,
/// unless server_name_indication names a host.
/// @errors as above; `closed`  the socket is closed; `einval`  it listens, or a recv waits for it; `not_owner`  the caller is not its controlling process
/// @context its controlling process
/// @erlang  ssl:connect/2, ssl:connect/3
task<result<socket>> connect(gen_tcp::socket over, options with = {},
                             std::chrono::milliseconds timeout = timeout_default);
task<result<socket>> connect(gen_tcp::socket over, option_list with,
                             std::chrono::milliseconds timeout = timeout_default);

/// The same over anything that carries bytes. One that has no addresses needs server_name_indication.
/// @context a process
task<result<socket>> connect(std::unique_ptr<transport> over, options with = {},
                             std::chrono::milliseconds timeout = timeout_default);

/// Listens at @p port, 0 for any free one. The caller becomes the controlling process: when it ends, the socket is closed. Accepted connections inherit the options.
/// @errors `{options, _}`  wrong options, a certificate or key that cannot be used among them; POSIX reasons such as `eaddrinuse`
/// @context a process
/// @erlang  ssl:listen/2
result<listen_socket> listen(std::uint16_t port, options with = {});
result<listen_socket> listen(std::uint16_t port, option_list with);

/// Takes the next TCP connection; any process may, several at once are served in the order they asked. Nothing is read before `handshake`. The caller becomes the controlling process.
/// @errors `closed`  the listening socket is closed; `timeout`; POSIX reasons such as `emfile`
/// @context a process
/// @erlang  ssl:transport_accept/1, ssl:transport_accept/2
task<result<socket>> transport_accept(listen_socket listener, std::chrono::milliseconds timeout = infinity);

/// Shakes hands as a server over what transport_accept gave.
/// @returns the same socket
/// @errors `{tls_alert, {Name, Text}}`, `closed`, `timeout`, `{flood, _}` as for connect; `{options, _}`  a file has changed and cannot be used any more
/// @context any process
/// @erlang  ssl:handshake/1, ssl:handshake/2
task<result<socket>> handshake(socket pending, std::chrono::milliseconds timeout = timeout_default);

/// The same with options over those of the listening socket.
/// @errors as above; `{options, _}`  wrong options, which end the connection
/// @context any process
/// @erlang  ssl:handshake/3
task<result<socket>> handshake(socket pending, options more, std::chrono::milliseconds timeout = timeout_default);
task<result<socket>> handshake(socket pending, option_list more, std::chrono::milliseconds timeout = timeout_default);

/// Shakes hands as a server over an open TCP socket, which is taken over, or over anything that carries bytes.
/// @errors as those of connect over an open socket
/// @context the controlling process of @p over
/// @erlang  ssl:handshake/2, ssl:handshake/3
task<result<socket>> handshake(gen_tcp::socket over, options with, std::chrono::milliseconds timeout = timeout_default);
task<result<socket>> handshake(gen_tcp::socket over, option_list with,
                               std::chrono::milliseconds timeout = timeout_default);
task<result<socket>> handshake(std::unique_ptr<transport> over, options with,
                               std::chrono::milliseconds timeout = timeout_default);

/// Closes. What was sent before still goes out, for which the caller waits @p timeout at most. A connection may be closed twice.
/// @errors none
/// @context any process
/// @erlang  ssl:close/1, ssl:close/2
task<result<>> close(socket of, std::chrono::milliseconds timeout = std::chrono::milliseconds{5000});
/// Who takes a connection on when TLS has ended on it, and how long that may take.
struct downgrade {
  pid next;
  std::chrono::milliseconds timeout;
};
/// Ends TLS and keeps the TCP connection, `ssl::close(socket, {self(), 5s})`: what was sent before goes out, and when the peer has said that it ends TLS too, its next bytes are those of a
/// gen_tcp socket that belongs to @p to.next: passive, binaries, no packets. What the peer sent before that and nobody received is lost.
/// @errors `timeout`  the peer did not end TLS, and the connection is closed; `closed`  it had ended before; `enotsup`  the transport is no TCP socket, and is closed;
///         `notsup_on_transport_accept_socket`
/// @context any process
/// @erlang  ssl:close/2 with {NewController, Timeout}
/// @source  OTP 25 lib/ssl, ssl_gen_statem: downgrade
task<result<gen_tcp::socket>> close(socket of, downgrade to);
/// Stops listening. Connections that were accepted stay.
/// @errors none
/// @context any process
task<result<>> close(listen_socket of);

/// Ends one direction or both, after what was sent before. `read_write` sends close_notify; `write` does not, as in OTP, so that a peer takes the end for an abrupt one.
/// @errors `closed`, `{tls_alert, _}`  it has ended already; `einval`  another shutdown is under way; `enotconn` and other POSIX reasons
/// @context any process
/// @erlang  ssl:shutdown/2
task<result<>> shutdown(socket of, shutdown_how how);

/// Makes @p next the controlling process: the one that gets this socket's messages from now on and whose end closes the connection.
/// As in OTP, and unlike gen_tcp, any process may call this, and messages that have come stay where they are.
/// @errors `closed`, `badarg`  @p next is no pid
/// @context any process
/// @erlang  ssl:controlling_process/2
/// @source  OTP 25 lib/ssl, ssl_gen_statem: handling of new_user
task<result<>> controlling_process(socket of, pid next);
/// The same of a listening socket.
/// @errors as gen_tcp::controlling_process
/// @context the controlling process
task<result<>> controlling_process(listen_socket of, pid next);

// -- bytes ------------------------------------------------------------------------------------------------------------------------

namespace internal {
task<result<>> send_iodata(socket to, term iodata);
}

/// Sends, with the packet header of the socket: text, bytes, or a term that is iodata. Returns when the bytes are encrypted and less ciphertext than a watermark waits before them.
///
/// @errors `closed`, `{tls_alert, _}`  it has ended; `{badarg, {packet_to_large, Length, Most}}`  longer than the packet header can say;
///         raises `badarg`  a term that is no iodata
/// @context any process
/// @erlang  ssl:send/2
template <class Data>
task<result<>> send(socket to, Data&& bytes) {
  return internal::send_iodata(to, to_term(std::forward<Data>(bytes)));
}

/// Takes bytes from a passive connection: exactly @p length, or with 0 what is there, at least one; with packets, one packet. Several callers are served in turn.
///
/// @returns a binary or a list of integers, as the mode is
/// @errors `closed`, `{tls_alert, _}`  it has ended, and this much did not come before; `timeout`  the bytes stay; `einval`  the connection is active;
///         `{invalid_packet, Data}`  a packet longer than packet_size
/// @context any process
/// @erlang  ssl:recv/2, ssl:recv/3
task<result<term>> recv(socket from, std::size_t length, std::chrono::milliseconds timeout = infinity);

// -- options and facts ------------------------------------------------------------------------------------------------------------

/// Changes mode, packet, packet_size, active, and options of the TCP socket.
/// @errors `{options, _}`; the reason of its end
/// @context any process
/// @erlang  ssl:setopts/2
task<result<>> setopts(socket of, options to);
task<result<>> setopts(socket of, option_list to);
/// The same of a listening socket, for the connections that are accepted from now on: any option of `listen` but those that the kernel has obeyed already.
/// @errors `{options, _}`; `einval`  it is closed
/// @context any process
task<result<>> setopts(listen_socket of, options to);
task<result<>> setopts(listen_socket of, option_list to);

/// `[{Name, Value}]` for each of @p names, in their order: mode, packet, packet_size, active, and those of the TCP socket.
/// @errors `{options, {socket_options, Name, Reason}}`  there is no such option
/// @context any process
/// @erlang  ssl:getopts/2
task<result<term>> getopts(socket of, std::vector<atom> names);

/// The peer's address and port, and the own ones.
/// @errors `einval`  it has ended; `enotconn`; `enotsup`  the transport has no addresses
/// @context any process
/// @erlang  ssl:peername/1, ssl:sockname/1
task<result<socket_address>> peername(socket of);
task<result<socket_address>> sockname(socket of);
/// @errors `einval`  it is closed
task<result<socket_address>> sockname(listen_socket of);

/// The peer's certificate, DER in a binary.
/// @errors `no_peercert`  the peer sent none; the reason of its end
/// @context any process
/// @erlang  ssl:peercert/1
task<result<term>> peercert(socket of);

/// `[{protocol, 'tlsv1.3'}, {selected_cipher_suite, #{...}}, {session_id, <<...>>}, {session_resumption, false}, {sni_hostname, "host"}]`, or of these the @p items asked for; those
/// without value are left out, and a client has no sni_hostname. Also srp_username, ecc, max_fragment_length, and the options of TLS but keys and passwords. By name also client_random,
/// server_random, before TLS 1.3 master_secret and keylog: lines as programs that look into captured traffic want them; with keep_secrets also those of TLS 1.3 and the secrets in them.
/// @errors the reason of its end
/// @context any process
/// @erlang  ssl:connection_information/1, ssl:connection_information/2
task<result<term>> connection_information(socket of);
task<result<term>> connection_information(socket of, std::vector<atom> items);

/// The protocol that was agreed on by ALPN or Next Protocol Negotiation, a binary.
/// @errors `protocol_not_negotiated`  nobody asked, or nothing fits; the reason of its end
/// @context any process
/// @erlang  ssl:negotiated_protocol/1; in the old manual also negotiated_next_protocol
task<result<term>> negotiated_protocol(socket of);
task<result<term>> negotiated_next_protocol(socket of);

/// `{'tlsv1.3', #{...}}`: version and cipher suite. @errors the reason of its end @context any process
/// @erlang  ssl:connection_info/1
task<result<term>> connection_info(socket of);

// -- keys -------------------------------------------------------------------------------------------------------------------------

/// Shakes hands anew over an open connection, before TLS 1.3, and returns when that is done. Data goes on meanwhile.
/// @errors `renegotiation_rejected`  TLS 1.3, another one is under way, or the peer refuses, which OpenSSL takes for the end of the connection
/// @context any process
/// @erlang  ssl:renegotiate/1
task<result<>> renegotiate(socket of);

enum class key_update : std::uint8_t { write, read_write };
/// Changes the key that this side sends with, and asks the peer to change its own too. @errors `enotsup`  it is no TLS 1.3; the reason of its end
/// @context any process
/// @erlang  ssl:update_keys/2
task<result<>> update_keys(socket of, key_update which);

/// Key material for both ends to use elsewhere: one binary for each of @p labels, which are binaries, with its context, a binary or `no_context`, and its length.
/// @errors `badarg`  the lists do not fit; the reason of its end
/// @context any process
/// @erlang  ssl:export_key_materials/4 (OTP 27)
task<result<term>> export_key_materials(socket of, term labels, term contexts, term lengths);

/// TLS's pseudo-random function, before TLS 1.3. @p secret  a binary or `master_secret`; @p seed  a list of binaries, `client_random`, `server_random`
/// @errors `undefined`  TLS 1.3; `badarg`; the reason of its end
/// @context any process
/// @erlang  ssl:prf/5
task<result<term>> prf(socket of, term secret, term label, term seed, std::size_t length);

/// `[{ssl_app, Version}, {supported, [...]}, {available, [...]}, {implemented, [...]}]`, by default, and where named.
/// @context any thread @erlang ssl:versions/0
term versions();
/// The same, where the parameter protocol_version of @p on says what is spoken by default.
term versions(node& on);

} // namespace agner::ssl
