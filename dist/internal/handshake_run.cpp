// SPDX-License-Identifier: Apache-2.0

#include "handshake_run.hpp"

#include <openssl/rand.h>

namespace agner::dist::internal {

namespace {

using namespace handshake;

std::uint32_t fresh_challenge() {
  std::uint32_t challenge = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&challenge), sizeof challenge) != 1) raise_error("no_entropy"_atom);
  return challenge;
}

// Reads one message of the type that `parse` makes.
template <class Parse>
auto read_message(packet_link& link, Parse parse) -> task<decltype(parse(std::span<const std::byte>{}))> {
  auto packet = co_await link.read(message_bytes_max);
  if (!packet) co_return std::unexpected(packet.error());
  co_return parse(*packet);
}

task<result<>> send_status(packet_link& link, status what) {
  auto bytes = write(status_message{what, {}, 0});
  if (!bytes) co_return std::unexpected(bytes.error());
  co_return co_await link.write(*bytes);
}

term cookie_refused(std::string_view peer) {
  return tuple("bad_cookie"_atom, binary("node " + std::string{peer} +
                                         " closed the connection on our proof: its cookie is another than ours, or, "
                                         "over TLS, our certificate is not for our name"));
}

// Neither side hides: both see each other in nodes(visible).
bool both_published(flag_set ours, flag_set theirs) { return ours.has(flag::published) && theirs.has(flag::published); }

} // namespace

// -- the initiator --------------------------------------------------------------------------------------------------------------------

namespace {

// Reads the peer's status, and says whether to go on.
task<result<>> hear_status(packet_link& link, std::string_view peer, const std::function<attempt()>& ours) {
  auto got = co_await read_message(link, read_status);
  if (!got) co_return std::unexpected(got.error());
  const status_answer answer = answer_status(*got, ours(), peer);
  switch (answer.next) {
  case initiator_step::await_challenge: co_return result<>{};
  case initiator_step::confirm: co_return co_await send_status(link, status::true_);
  case initiator_step::await_incoming: co_return fail("nok"_atom);
  case initiator_step::deny: co_await send_status(link, status::false_); [[fallthrough]];
  case initiator_step::close: break;
  }
  co_return std::unexpected(answer.refused.value_or(error{"closed"_atom}));
}

} // namespace

task<result<handshake_outcome>> call_peer(packet_link& link, const handshake_setup& setup, atom peer,
                                          std::function<attempt()> ours) {
  const std::string_view name = peer.name();
  auto opening = write(name_of(setup.us));
  if (!opening) co_return std::unexpected(opening.error());
  if (auto sent = co_await link.write(*opening); !sent) co_return std::unexpected(sent.error());
  if (auto heard = co_await hear_status(link, name, ours); !heard) co_return std::unexpected(heard.error());

  const auto asked = co_await read_message(link, read_challenge);
  if (!asked) co_return std::unexpected(asked.error());
  const auto agreed = check_challenge(*asked, setup.us, name);
  if (!agreed) co_return std::unexpected(agreed.error());

  const cookie secret = setup.cookie_for(name);
  const std::uint32_t challenge = fresh_challenge();
  const auto reply = write(reply_message{challenge, secret.proof_for(asked->challenge)});
  if (auto sent = co_await link.write(reply); !sent) co_return std::unexpected(sent.error());
  const auto ack = co_await read_message(link, read_ack);
  if (!ack) {
    // A peer that does not like our proof closes without a word.
    if (ack.error().reason().is("closed"_atom)) co_return fail(cookie_refused(name));
    co_return std::unexpected(ack.error());
  }
  if (auto proven = check_ack(*ack, challenge, secret, name); !proven) co_return std::unexpected(proven.error());
  co_return handshake_outcome{
      peer, {*agreed, asked->creation, both_published(setup.us.offered, asked->flags)}, status::ok, {}};
}

// -- the acceptor -----------------------------------------------------------------------------------------------------------------------

namespace {

// Reads the peer's name and answers it.
task<result<name_message>> hear_name(packet_link& link, const handshake_setup& setup, status& given) {
  auto claim = co_await read_message(link, read_name);
  if (!claim) co_return claim;
  const name_answer answer = answer_name(*claim, setup.us, setup.table.standing_of(claim->name));
  if (answer.send) {
    given = *answer.send;
    if (auto sent = co_await send_status(link, given); !sent) co_return std::unexpected(sent.error());
  }
  if (answer.next == acceptor_step::close) co_return std::unexpected(answer.refused.value_or(error{"closed"_atom}));
  if (answer.next == acceptor_step::await_alive_reply) {
    const auto reply = co_await read_message(link, read_status);
    if (!reply) co_return std::unexpected(reply.error());
    if (auto alive = check_alive_reply(*reply, claim->name); !alive) co_return std::unexpected(alive.error());
  }
  co_return claim;
}

} // namespace

task<result<handshake_outcome>> answer_peer(packet_link& link, const handshake_setup& setup) {
  status given = status::ok;
  auto claim = co_await hear_name(link, setup, given);
  if (!claim) co_return std::unexpected(claim.error());
  const std::uint32_t challenge = fresh_challenge();
  auto asked = write(challenge_of(setup.us, challenge));
  if (!asked) co_return std::unexpected(asked.error());
  if (auto sent = co_await link.write(*asked); !sent) co_return std::unexpected(sent.error());

  if (claim->form == opening::version_5) {
    const auto rest = co_await read_message(link, read_complement);
    if (!rest) co_return std::unexpected(rest.error());
    claim->flags.bits |= std::uint64_t{rest->flags_high} << 32U;
    claim->creation = rest->creation;
  }
  const auto reply = co_await read_message(link, read_reply);
  if (!reply) co_return std::unexpected(reply.error());
  const auto agreed = agree_on_flags(claim->flags, setup.us, claim->name);
  if (!agreed) co_return std::unexpected(agreed.error());
  const cookie secret = setup.cookie_for(claim->name);
  if (auto proven = check_reply(*reply, challenge, secret, claim->name); !proven)
    co_return std::unexpected(proven.error());

  const atom peer{claim->name};
  if (auto allowed = setup.over.may_speak_for(link.stream(), peer); !allowed)
    co_return std::unexpected(allowed.error());
  handshake_outcome outcome{
      peer, {*agreed, claim->creation, both_published(setup.us.offered, claim->flags)}, given, {}};
  outcome.ack = write(ack_message{secret.proof_for(reply->challenge)});
  co_return outcome;
}

} // namespace agner::dist::internal
