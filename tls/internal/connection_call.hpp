// SPDX-License-Identifier: Apache-2.0
// Questions to the process of a connection: {'$ssl_call', Ref, What}, answered with {Ref, Answer} to the alias Ref. Both sides are on one node and of one version.
//
// | What                                    | answer                                  |
// |---|---|
// | {handshake, Options or default, Time}   | ok, {error, Reason}                     |
// | hello                                   | {ok, Map}                               |
// | {handshake_continue, Options or default, Time}, handshake_cancel | ok, {error, Reason} |
// | {send, Iodata}                          | ok, {error, Reason}                     |
// | {recv, Length, Time}                    | {ok, Data}, {error, Reason}             |
// | {close, Time}                           | ok                                      |
// | {downgrade, Pid, Time}                  | {ok, TcpSocket}, {error, Reason}        |
// | {shutdown, read or write or read_write} | ok, {error, Reason}                     |
// | {controlling_process, Pid}              | ok                                      |
// | {setopts, List}, {getopts, Names}       | ok, {ok, List}, {error, Reason}         |
// | peername, sockname, peercert, information, negotiated_protocol | {ok, Value}, {error, Reason} |
// | renegotiate, {update_keys, write or read_write} | ok, {error, Reason}             |
// | {export, Labels, Contexts, Lengths}, {prf, Secret, Label, Seed, Length} | {ok, Value}, {error, Reason} |
//
// Time is milliseconds or `infinity`.

#pragma once

#include <chrono>

#include "../../actors/task.hpp"
#include "../../runtime/struct_mapping.hpp"

namespace agner::ssl::internal {

struct connection_call {
  static constexpr auto tag = "$ssl_call"_atom;
  reference by;
  term what;
};

/// Asks and waits. A process that is gone answers {error, closed}.
/// @context a process
task<term> call_connection(pid process, term what);

/// Answers. Vanishes where nobody waits.
void answer(const reference& to, const term& with);

[[nodiscard]] term failed(term reason);

/// @p time as it travels; @p of back: nothing for `infinity`.
[[nodiscard]] term time_term(std::chrono::milliseconds time);
[[nodiscard]] std::optional<std::chrono::milliseconds> time_in(const term& of);

} // namespace agner::ssl::internal
