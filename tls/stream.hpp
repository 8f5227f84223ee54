// SPDX-License-Identifier: Apache-2.0
// A TLS connection as a transport over another one, driven by the process that owns it: plaintext in and out, no process of its own. For connections that have a process anyway
// (distribution); programs use ssl.hpp. Mechanism: docs/ssl.md.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "../actors/task.hpp"
#include "../actors/transport.hpp"
#include "../runtime/clock.hpp"
#include "certificate_names.hpp"
#include "checked_options.hpp"
#include "options.hpp"

namespace agner::ssl {

/// Keys that change and handshakes that the peer begins anew happen inside `read` and `write`.
///
/// - `write` says one byte less than it took while ciphertext of it still waits for the transport below. A writer then has something left, asks for `output`, and goes on with
///   that very byte, as with any byte stream; what it was told is written is out. After `would_block` it must write the same bytes again.
/// - `notify(output)` may need input of the peer, while it renegotiates. The message comes then when that has been read.
/// - `read` and `write` fail with the name of an alert (`bad_record_mac`), a POSIX reason, or `closed`; failure() says it in full.
/// - `shutdown(write)` and `read_write` send close_notify, as close does, as far as the transport takes it at once.
class stream : public transport {
public:
  [[nodiscard]] virtual protocol_version version() const = 0;
  /// The peer's own certificate as DER; nothing where it sent none. @erlang ssl:peercert/1
  [[nodiscard]] virtual std::optional<term> peercert() const = 0;
  /// Its names; nothing where it sent none.
  [[nodiscard]] virtual std::optional<certificate_names> peer_names() const = 0;
  /// Why it came to an end: `closed`, `{tls_alert, {Name, Text}}`, `{flood, _}` or a POSIX reason; `undefined` while it is open.
  [[nodiscard]] virtual term failure() const = 0;
};

/// Shakes hands as a client over a connected @p over, in the calling process, which owns the result. Of its mailbox only messages of this handshake are received.
///
/// @param with      made by checked_options::for_client
/// @param host      what server_name_indication defaults to: sent to the server, and looked for in its certificate; empty: neither
/// @param deadline  by the clock of the node's scheduler
/// @errors `timeout`  the deadline passed; `closed`  the peer closed, or the transport broke; `{tls_alert, {Name, Text}}`  an alert was sent or received; `{flood, _}`  the peer sent
///         too much; `{options, _}`  a file of the options has changed and is of no use any more
/// @context a process
/// @source  OTP 25 lib/ssl, ssl_gen_statem: connect, handshake
task<result<std::unique_ptr<stream>>> secure_client(std::unique_ptr<transport> over, checked_options with,
                                                    std::string host, clock::time_point deadline);

/// The same as a server. @p with  made by checked_options::for_server
task<result<std::unique_ptr<stream>>> secure_server(std::unique_ptr<transport> over, checked_options with,
                                                    clock::time_point deadline);

} // namespace agner::ssl
