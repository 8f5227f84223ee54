// SPDX-License-Identifier: Apache-2.0
// The other end of a handshake, written by hand.

#pragma once

#include <agner/actors/process.hpp>
#include <agner/dist/cookie.hpp>
#include <agner/dist/handshake_messages.hpp>
#include <agner/dist/internal/packet_link.hpp>

#include <string>
#include <utility>
#include <vector>

#include "wire.hpp"

namespace agner::test {

using dist::cookie;
using dist::flag_set;
using dist::internal::packet_link;
using namespace dist::handshake;

inline task<> say(packet_link& link, result<std::vector<std::byte>> message) {
  must(co_await link.write(must(message)));
}
inline task<> say(packet_link& link, status what) { co_await say(link, write(status_message{what, {}, 0})); }

template <class Parse>
auto hear(packet_link& link, Parse parse) -> task<std::remove_cvref_t<decltype(*parse(std::span<const std::byte>{}))>> {
  const auto packet = must(co_await link.read(message_bytes_max));
  co_return must(parse(packet));
}

inline task<> stay() {
  co_await receive([](decltype("end"_atom)) {});
}

/// Everything after a status with which it goes on, as acceptor.
inline task<> challenge_as(packet_link& link, std::string name, cookie secret, flag_set flags = agreed) {
  co_await say(link, write(challenge_message{flags, 1234, 77, std::move(name)}));
  const auto reply = co_await hear(link, read_reply);
  if (!secret.is_proven(reply.proof, 1234)) co_return; // as OTP: closes without a word
  co_await say(link, write(ack_message{secret.proof_for(reply.challenge)}));
  co_await stay();
}

/// Everything after a status with which it goes on, as initiator.
inline task<> reply_with(packet_link& link, cookie secret) {
  const auto asked = co_await hear(link, read_challenge);
  co_await say(link, write(reply_message{4321, secret.proof_for(asked.challenge)}));
  co_await stay();
}

} // namespace agner::test
