// SPDX-License-Identifier: Apache-2.0
// An engine in either role that gets bytes of the fuzzer's choice, or those of a real peer with some of them changed.
// First byte: what the engine waits for and its version; second: size of pieces; then the bytes, or triples of offset and change.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "../support/engine_pair.hpp"

using namespace agner;
using namespace agner::ssl::internal;
using namespace agner::test;

namespace {

struct plan {
  bool server; // which end is the victim
  bool tls1_3;
  bool decides; // the victim waits for a decision
  bool asks;    // the victim waits with the hello
  bool real_peer;
  std::size_t piece;
};

std::shared_ptr<const context> make(const plan& of, role side) {
  ssl::options given{.versions = {{of.tls1_3 ? ssl::tlsv1_3 : ssl::tlsv1_2}}};
  if (side == role::server) {
    given.verify = ssl::verify_peer;
    given.client_renegotiation = true;
  } else {
    given.certfile = shared_ca().client().certfile;
    given.keyfile = shared_ca().client().keyfile;
  }
  auto settings = side == role::server ? server_settings(given) : client_settings(given);
  const bool victim = of.server == (side == role::server);
  settings.decision_awaited = victim && of.decides;
  settings.hello_awaited = victim && of.asks;
  settings.sessions = true;
  return make_context(settings);
}

/// Contexts by the bits of a plan: made once, as in a program.
const std::shared_ptr<const context>& shared_context(const plan& of, role side) {
  static std::shared_ptr<const context> made[64];
  const unsigned index = (of.server ? 1U : 0U) | (of.tls1_3 ? 2U : 0U) | (of.decides ? 4U : 0U) | (of.asks ? 8U : 0U) |
                         (side == role::server ? 16U : 0U);
  if (!made[index]) made[index] = make(of, side);
  return made[index];
}

void go_on(engine& victim) {
  victim.advance();
  if (victim.status() == engine_status::awaits_hello) victim.continue_with(nullptr);
  victim.advance();
  if (victim.status() == engine_status::awaits_decision) victim.accept_peer();
  victim.advance();
  read_text(victim);
  write_text(victim, "answer");
  taken_output(victim);
}

void feed_raw(engine& victim, std::span<const std::byte> bytes, std::size_t piece) {
  victim.advance();
  taken_output(victim);
  while (!bytes.empty()) {
    const auto fed = victim.feed(bytes.first(std::min(piece, bytes.size())));
    go_on(victim);
    if (fed == 0) break;
    bytes = bytes.subspan(fed);
  }
  victim.end_input();
  go_on(victim);
}

/// What the peer sends, with the bytes at the offsets that @p changes names changed.
class tampering {
public:
  explicit tampering(std::span<const std::byte> changes) : changes_(changes) {}

  void apply(std::span<std::byte> flight) {
    for (std::size_t i = 0; i + 3 <= changes_.size(); i += 3) {
      const auto offset = static_cast<std::size_t>(changes_[i]) << 8U | static_cast<std::size_t>(changes_[i + 1]);
      if (offset >= sent_ && offset - sent_ < flight.size()) flight[offset - sent_] ^= changes_[i + 2];
    }
    sent_ += flight.size();
  }

private:
  std::span<const std::byte> changes_;
  std::size_t sent_ = 0;
};

void tamper(engine_pair& pair, engine& victim, std::span<const std::byte> changes, std::size_t piece) {
  engine& peer = &victim == &pair.client ? pair.server : pair.client;
  tampering between{changes};
  for (int flight = 0; flight < 20; ++flight) {
    peer.advance();
    if (victim.advance() == engine_status::awaits_hello) victim.continue_with(nullptr);
    if (victim.advance() == engine_status::awaits_decision) victim.accept_peer();
    victim.advance();
    write_text(peer, "data");
    auto bytes = taken_output(peer);
    between.apply(bytes);
    feed_all(victim, bytes, piece);
    read_text(victim);
    feed_all(peer, taken_output(victim));
    read_text(peer);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const plan of{.server = (data[0] & 1) != 0,
                .tls1_3 = (data[0] & 2) != 0,
                .decides = (data[0] & 4) != 0,
                .asks = (data[0] & 9) == 9,
                .real_peer = (data[0] & 16) != 0,
                .piece = data[1] == 0 ? SIZE_MAX : data[1]};
  const std::span<const std::byte> rest{reinterpret_cast<const std::byte*>(data) + 2, size - 2};
  engine_pair pair{shared_context(of, role::client), shared_context(of, role::server)};
  engine& victim = of.server ? pair.server : pair.client;
  if (of.real_peer)
    tamper(pair, victim, rest, of.piece);
  else
    feed_raw(victim, rest, of.piece);
  return 0;
}
