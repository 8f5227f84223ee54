// SPDX-License-Identifier: Apache-2.0

#include "handshake_decision.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "internal/codec_error.hpp"

namespace agner::dist::handshake {

namespace {

using internal::complain;
using internal::quoted;

name_answer refuse(std::optional<status> send, const std::unexpected<error>& why) {
  return {.send = send, .next = acceptor_step::close, .refused = why.error()};
}

bool matches(std::string_view entry, const node_name& node, std::string_view full) noexcept {
  const auto at = entry.find('@');
  if (at == std::string_view::npos) return !entry.empty() && entry == node.host;
  if (at + 1 == entry.size()) return at > 0 && entry.substr(0, at) == node.name;
  return entry == full;
}

/// Names compare by their characters, and UTF-8 keeps that order.
bool is_greater(std::string_view left, std::string_view right) noexcept { return left > right; }

} // namespace

// -- names --------------------------------------------------------------------------------------------------------------------------

std::optional<node_name> split(std::string_view full) noexcept {
  const auto at = full.find('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == full.size() ||
      full.find('@', at + 1) != std::string_view::npos)
    return std::nullopt;
  return node_name{full.substr(0, at), full.substr(at + 1)};
}

bool is_allowed(std::string_view node, std::span<const std::string> allowed) noexcept {
  const auto parts = split(node);
  return allowed.empty() || (parts && std::ranges::any_of(allowed, [&](const std::string& entry) {
                               return matches(entry, *parts, node);
                             }));
}

// -- flags and proofs: the same for both sides ----------------------------------------------------------------------------------------

result<flag_set> agree_on_flags(flag_set theirs, const self& us, std::string_view peer) {
  const flag_set spelled_out = expand_digest(theirs);
  const flag_set missing{us.demanded.bits & ~spelled_out.bits};
  if (missing.bits != 0)
    return complain("check_dflags_failed"_atom,
                    fmt::format("node {} cannot handle {}", quoted(peer), names_of(missing)));
  return us.offered & spelled_out;
}

namespace {

result<> check_proof(const digest& proof, std::uint32_t challenge, const cookie& secret, std::string_view peer) {
  if (secret.is_proven(proof, challenge)) return {};
  return complain("bad_cookie"_atom, fmt::format("node {} has another cookie than ours", quoted(peer)));
}

} // namespace

result<> check_reply(const reply_message& reply, std::uint32_t challenge, const cookie& secret, std::string_view peer) {
  return check_proof(reply.proof, challenge, secret, peer);
}

result<> check_ack(const ack_message& ack, std::uint32_t challenge, const cookie& secret, std::string_view peer) {
  return check_proof(ack.proof, challenge, secret, peer);
}

// -- the acceptor -------------------------------------------------------------------------------------------------------------------

namespace {

/// Of an old opening the upper flags are still to come.
flag_set demanded_in(const name_message& claim, flag_set demanded) noexcept {
  return claim.form == opening::version_6 ? demanded : demanded & flag_set{UINT32_MAX};
}

name_answer answer_known(std::string_view peer, const self& us, known what) {
  switch (what) {
  case known::nothing:
  case known::incoming: return {.send = status::ok, .next = acceptor_step::challenge, .refused = {}};
  case known::outgoing:
    if (!is_greater(us.name, peer))
      return {.send = status::ok_simultaneous, .next = acceptor_step::challenge, .refused = {}};
    return refuse(
        status::nok,
        complain(
            "simultaneous_connect"_atom,
            fmt::format(
                "node {} and we connect to each other at once; our name is the greater, so our own attempt goes on",
                quoted(peer))));
  case known::up: break;
  }
  return {.send = status::alive, .next = acceptor_step::await_alive_reply, .refused = {}};
}

} // namespace

name_answer answer_name(const name_message& claim, const self& us, known peer) {
  const auto not_allowed = [](std::string_view why) {
    return refuse(status::not_allowed, complain("not_allowed"_atom, why));
  };
  if (claim.flags.has(flag::name_me))
    return not_allowed(fmt::format("a node on {} asks for a dynamic name; agner gives none", quoted(claim.name)));
  if (!split(claim.name))
    return refuse(std::nullopt, complain("bad_handshake"_atom, fmt::format("{} is no node name", quoted(claim.name))));
  if (!is_allowed(claim.name, us.allowed))
    return not_allowed(fmt::format("node {} is not among those allowed", quoted(claim.name)));
  if (claim.name == us.name)
    return not_allowed(fmt::format("a node calls itself {}, which is our own name", quoted(claim.name)));
  self asking = us;
  asking.demanded = demanded_in(claim, us.demanded);
  if (const auto agreed = agree_on_flags(claim.flags, asking, claim.name); !agreed)
    return {status::not_allowed, acceptor_step::close, agreed.error()};
  return answer_known(claim.name, us, peer);
}

result<> check_alive_reply(const status_message& reply, std::string_view peer) {
  if (reply.what == status::true_) return {};
  if (reply.what == status::false_)
    return complain(
        "alive_rejected"_atom,
        fmt::format("we are connected to node {} already, and it says that this attempt was a mistake", quoted(peer)));
  return complain("bad_handshake"_atom,
                  fmt::format("node {} answers {} to alive", quoted(peer), quoted(text_of(reply.what))));
}

challenge_message challenge_of(const self& us, std::uint32_t challenge) {
  return {.flags = us.offered, .challenge = challenge, .creation = us.creation, .name = std::string{us.name}};
}

commitment commit(std::string_view our_name, std::string_view peer, known now, status given) noexcept {
  switch (now) {
  case known::nothing:
  case known::incoming: return commitment::go_up;
  case known::outgoing: return is_greater(our_name, peer) ? commitment::yield : commitment::give_up_outgoing;
  case known::up: break;
  }
  return given == status::alive ? commitment::replace_old : commitment::yield;
}

// -- the initiator ------------------------------------------------------------------------------------------------------------------

name_message name_of(const self& us) {
  return {.flags = us.offered, .creation = us.creation, .name = std::string{us.name}};
}

status_answer answer_status(const status_message& got, attempt ours, std::string_view peer) {
  const auto close = [](const std::unexpected<error>& why) {
    return status_answer{.next = initiator_step::close, .refused = why.error()};
  };
  switch (got.what) {
  case status::ok:
  case status::ok_simultaneous: return {.next = initiator_step::await_challenge, .refused = {}};
  case status::nok: return {.next = initiator_step::await_incoming, .refused = {}};
  case status::alive:
    if (ours == attempt::current) return {.next = initiator_step::confirm, .refused = {}};
    return {
        .next = initiator_step::deny,
        .refused =
            complain("alive_rejected"_atom, fmt::format("node {} is connected to us already", quoted(peer))).error()};
  case status::not_allowed:
    return close(complain("not_allowed"_atom, fmt::format("node {} does not allow us to connect", quoted(peer))));
  case status::named:
    return close(
        complain("bad_handshake"_atom, fmt::format("node {} gives us a name, which we did not ask for", quoted(peer))));
  case status::true_:
  case status::false_: break;
  }
  return close(complain("bad_handshake"_atom,
                        fmt::format("node {} answers our name with {}", quoted(peer), quoted(text_of(got.what)))));
}

result<flag_set> check_challenge(const challenge_message& got, const self& us, std::string_view dialled) {
  if (got.name != dialled)
    return complain("wrong_name"_atom,
                    fmt::format("the node there is called {}, not {}", quoted(got.name), quoted(dialled)));
  return agree_on_flags(got.flags, us, dialled);
}

} // namespace agner::dist::handshake
