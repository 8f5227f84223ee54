// SPDX-License-Identifier: Apache-2.0
// What both sides of a handshake decide: pure, from the messages and from what the node knows of the peer's name. No bytes, no sockets, no clock, and no atom is
// made of a name before it is proven. Any thread. Mechanism: docs/formats/handshake.md, "Who decides what".

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "../runtime/error.hpp"
#include "cookie.hpp"
#include "flags.hpp"
#include "handshake_messages.hpp"

namespace agner::dist::handshake {

// -- names --------------------------------------------------------------------------------------------------------------------------

/// `name@host`, both not empty and no other `@`.
struct node_name {
  std::string_view name;
  std::string_view host;
};

/// The parts of @p full; nothing where it is no node name. The views point into @p full.
/// @source OTP 25 kernel, dist_util: is_name_ok
std::optional<node_name> split(std::string_view full) noexcept;

/// Does one entry of @p allowed match @p node? An entry is a node name, `name@` for any host, or a host for any name. An empty list allows everybody.
/// @erlang net_kernel:allow/1
/// @source OTP 25 kernel, dist_util: check_allowed, is_allowed
bool is_allowed(std::string_view node, std::span<const std::string> allowed) noexcept;

// -- what a node knows --------------------------------------------------------------------------------------------------------------

struct self {
  std::string_view name;
  std::uint32_t creation = 0;
  flag_set offered = offered_flags();
  flag_set demanded = demanded_flags();
  std::span<const std::string> allowed;
};

/// What there is between this node and the one that a peer says it is. An incoming connection counts from its name message on.
enum class known : std::uint8_t { nothing, outgoing, incoming, up };

// -- the acceptor -------------------------------------------------------------------------------------------------------------------

enum class acceptor_step : std::uint8_t {
  challenge,         // send the status, then the challenge
  await_alive_reply, // send the status, then wait for `true` or `false`
  close,             // send the status if there is one, then close
};

struct name_answer {
  std::optional<status> send;
  acceptor_step next;
  std::optional<error> refused; // where next is `close`: why, for the log
};

/// What the acceptor answers to a name message.
///
/// | known | answer |
/// |---|---|
/// | nothing, incoming | `ok` |
/// | outgoing | `nok` where our name is the greater: our own attempt goes on. Else `ok_simultaneous`: it is given up, once the peer has proven itself |
/// | up | `alive`: is it a new life of the peer, or is the peer confused? |
///
/// Refused are, with `not_allowed`: a name not on the list, our own name, a request for a dynamic name, missing flags; without a status: what is no node name.
/// Unlike OTP, an attempt that has not proven itself does not stand in the way of another.
/// @errors (in `refused`) `{not_allowed, Sentence}`, `{check_dflags_failed, Sentence}`, `{simultaneous_connect, Sentence}`, `{bad_handshake, Sentence}`
/// @source OTP 25 kernel, dist_util: handshake_other_started; net_kernel: handle_info accept_pending
name_answer answer_name(const name_message& claim, const self& us, known peer);

/// The initiator's answer to `alive`.
/// @errors `{alive_rejected, Sentence}`  it knows of no attempt of its own; `{bad_handshake, Sentence}`  another status
result<> check_alive_reply(const status_message& reply, std::string_view peer);

/// The acceptor's challenge.
challenge_message challenge_of(const self& us, std::uint32_t challenge);

/// What the peer and we can both do, from the whole of the peer's flags (after the complement of an old opening).
/// @errors `{check_dflags_failed, Sentence}`
result<flag_set> agree_on_flags(flag_set theirs, const self& us, std::string_view peer);

/// @errors `{bad_cookie, Sentence}`  the reply's proof is not the cookie's
result<> check_reply(const reply_message& reply, std::uint32_t challenge, const cookie& secret, std::string_view peer);

enum class commitment : std::uint8_t {
  go_up,            // nothing stands in the way
  give_up_outgoing, // stop our own attempt, then go up
  replace_old,      // end the old connection, wait until it is down, then go up
  yield,            // close: another connection to this peer has won
};

/// What a proven incoming connection does, from what is known of the peer *now* (without this connection itself) and the status it was given.
/// @source OTP 25 kernel, dist_util: wait_pending; net_kernel: accept_pending. The rule for `outgoing` is that of answer_name, so both ends keep the same one.
commitment commit(std::string_view our_name, std::string_view peer, known now, status given) noexcept;

// -- the initiator ------------------------------------------------------------------------------------------------------------------

name_message name_of(const self& us);

enum class initiator_step : std::uint8_t {
  await_challenge,
  confirm,        // send `true`, then wait for the challenge
  deny,           // send `false`, then close
  await_incoming, // the peer's own attempt goes on instead: wait until it is up or the time is over
  close,
};

struct status_answer {
  initiator_step next;
  std::optional<error> refused; // where next is `close` or `deny`
};

/// Is this connection still the one by which the node tries to reach the peer?
enum class attempt : std::uint8_t { current, superseded };

/// What the initiator does when it is told how its name was taken.
/// @errors (in `refused`) `{not_allowed, Sentence}`, `{alive_rejected, Sentence}`, `{bad_handshake, Sentence}`
/// @source OTP 25 kernel, dist_util: recv_status
status_answer answer_status(const status_message& got, attempt ours, std::string_view peer);

/// What the peer and we can both do.
/// @errors `{wrong_name, Sentence}`  another node answers there; `{check_dflags_failed, Sentence}`
/// @source OTP 25 kernel, dist_util: recv_challenge, check_dflags
result<flag_set> check_challenge(const challenge_message& got, const self& us, std::string_view dialled);

/// @errors `{bad_cookie, Sentence}`  the acknowledgement's proof is not the cookie's
result<> check_ack(const ack_message& ack, std::uint32_t challenge, const cookie& secret, std::string_view peer);

} // namespace agner::dist::handshake
