// SPDX-License-Identifier: Apache-2.0
// Control messages: the signals between processes of two nodes, as the tuples that cross the wire and as structs. A signal has several forms on the wire; which
// one is sent follows from the flags both nodes offer, and all are read. Any thread. Format, with a worked example: docs/formats/control.md.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "../runtime/error.hpp"
#include "../runtime/identifiers.hpp"
#include "../runtime/reference.hpp"
#include "../runtime/term.hpp"
#include "flags.hpp"

namespace agner::dist::control {

/// The first element of a control tuple. Frozen. @source OTP 25 erts dist.h; altact_sig_send: OTP 28
enum class operation : std::uint8_t {
  link = 1,
  send = 2,
  exit = 3,
  unlink = 4,
  reg_send = 6,
  group_leader = 7,
  exit2 = 8,
  send_tt = 12,
  exit_tt = 13,
  reg_send_tt = 16,
  exit2_tt = 18,
  monitor_p = 19,
  demonitor_p = 20,
  monitor_p_exit = 21,
  send_sender = 22,
  send_sender_tt = 23,
  payload_exit = 24,
  payload_exit_tt = 25,
  payload_exit2 = 26,
  payload_exit2_tt = 27,
  payload_monitor_p_exit = 28,
  spawn_request = 29,
  spawn_request_tt = 30,
  spawn_reply = 31,
  spawn_reply_tt = 32,
  alias_send = 33,
  alias_send_tt = 34,
  unlink_id = 35,
  unlink_id_ack = 36,
  altact_sig_send = 37,
};

/// A process by pid or by registered name.
using process_or_name = std::variant<pid, atom>;
/// A process by pid or by alias.
using process_or_alias = std::variant<pid, reference>;

// -- signals ------------------------------------------------------------------------------------------------------------------------

/// @p from makes a link.
struct link {
  pid from;
  pid to;
  friend bool operator==(const link&, const link&) = default;
};
/// @p from takes its link away; OTP before 23.3, no acknowledgement.
struct unlink {
  pid from;
  pid to;
  friend bool operator==(const unlink&, const unlink&) = default;
};
/// @p from takes its link away, and knows by the acknowledgement of the same number when the other side knows.
struct unlink_id {
  std::uint64_t id; // 1 and up
  pid from;
  pid to;
  friend bool operator==(const unlink_id&, const unlink_id&) = default;
};
struct unlink_id_ack {
  std::uint64_t id;
  pid from;
  pid to;
  friend bool operator==(const unlink_id_ack&, const unlink_id_ack&) = default;
};
/// A message to a process. Who sent it is not said where SEND_SENDER was not agreed on.
struct send {
  std::optional<pid> from;
  pid to;
  term message;
  friend bool operator==(const send&, const send&) = default;
};
/// A message to whoever is registered under a name.
struct reg_send {
  pid from;
  atom to;
  term message;
  friend bool operator==(const reg_send&, const reg_send&) = default;
};
/// A message to whoever made an alias.
struct alias_send {
  pid from;
  reference to;
  term message;
  friend bool operator==(const alias_send&, const alias_send&) = default;
};
/// @p from, which is linked, has ended. @erlang what arrives as {'EXIT', From, Reason}
struct exit {
  pid from;
  pid to;
  term reason;
  friend bool operator==(const exit&, const exit&) = default;
};
/// @p from has called exit/2. To an alias only with ALTACT_SIG.
struct exit2 {
  pid from;
  process_or_alias to;
  term reason;
  friend bool operator==(const exit2&, const exit2&) = default;
};
/// @p from watches @p target.
struct monitor {
  pid from;
  process_or_name target;
  reference ref;
  friend bool operator==(const monitor&, const monitor&) = default;
};
struct demonitor {
  pid from;
  process_or_name target;
  reference ref;
  friend bool operator==(const demonitor&, const demonitor&) = default;
};
/// @p target, which @p to watches, has ended. @erlang what arrives as {'DOWN', Ref, process, Target, Reason}
struct monitor_exit {
  process_or_name target;
  pid to;
  reference ref;
  term reason;
  friend bool operator==(const monitor_exit&, const monitor_exit&) = default;
};
struct group_leader {
  pid leader;
  pid to;
  friend bool operator==(const group_leader&, const group_leader&) = default;
};
/// Asks for a process that runs Module:Function. Read so that it can be answered; the flag SPAWN is not offered.
struct spawn_request {
  reference id;
  pid from;
  pid leader;
  atom module;
  atom function;
  std::uint32_t arity;
  term options;
  term arguments;
  friend bool operator==(const spawn_request&, const spawn_request&) = default;
};
struct spawn_reply {
  reference id;
  pid to;
  std::uint32_t flags;    // 1: linked, 2: monitored
  process_or_name result; // the process, or why there is none
  friend bool operator==(const spawn_reply&, const spawn_reply&) = default;
};

using message = std::variant<link, unlink, unlink_id, unlink_id_ack, send, reg_send, alias_send, exit, exit2, monitor,
                             demonitor, monitor_exit, group_leader, spawn_request, spawn_reply>;

/// Does a signal overtake ordinary messages? @erlang erlang:send/3 with priority, OTP 28
enum class priority : std::uint8_t { ordinary, high };

struct received {
  message what;
  term token; // of a sequential trace, `[]` for none; agner does not trace
  priority urgency = priority::ordinary;
};

// -- reading ------------------------------------------------------------------------------------------------------------------------

/// @param control  the control term of a frame
/// @param payload  the term after it, if there is one
/// @errors `{bad_control, Sentence}`  no tuple that begins with an operation, an unknown operation, a wrong number of elements, an element of a wrong kind (the
///         sentence says which), a payload too many or too few
/// @source OTP 25 erts dist.c, erts_net_message
result<received> read(const term& control, const std::optional<term>& payload);

/// Does @p what come from @p peer, and is it for @p self, by the names of their nodes? What says who sent it or whose process ended must not speak for another node;
/// messages may come from anybody, as in OTP.
/// @errors `{bad_control, Sentence}`
/// @source OTP 25 erts dist.c, erts_net_message
result<> check_parties(const message& what, atom peer, atom self);

/// The name of an operation as the manual spells it, empty where there is none of that number.
std::string_view name_of(std::uint64_t number) noexcept;

// -- writing ------------------------------------------------------------------------------------------------------------------------

struct written {
  term control;
  std::optional<term> payload;
};

/// @p what in the form for a connection on which @p agreed are the flags of both nodes.
/// @errors `{notsup, Sentence}`  there is none: an alias, a spawn reply, a monitor or an acknowledgement where the peer cannot take it
result<written> write(const message& what, flag_set agreed, priority urgency = priority::ordinary);

} // namespace agner::dist::control
