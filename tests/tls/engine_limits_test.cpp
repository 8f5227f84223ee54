// SPDX-License-Identifier: Apache-2.0
// Peers that stop in the middle, send nonsense, or send too much.

#include <random>

#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>
#include <agner/tls/format_error.hpp>

#include "../support/engine_pair.hpp"
#include "../support/tls_records.hpp"

using namespace agner;
using namespace agner::ssl::internal;
using namespace agner::test;

namespace {

term alert_of(const engine& of) { return of.reason().is_tagged("tls_alert"_atom, 2) ? of.reason()[1][0] : of.reason(); }

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

struct EngineLimits : testing::TestWithParam<ssl::protocol_version> {
  ssl::options of_client{
      .certfile = shared_ca().client().certfile, .keyfile = shared_ca().client().keyfile, .versions = {{GetParam()}}};
  std::shared_ptr<const context> client = client_context(of_client);
  std::shared_ptr<const context> server =
      server_context({.verify = ssl::verify_peer, .fail_if_no_peer_cert = true, .versions = {{GetParam()}}});
  const name_settings from_host;

  engine_pair fresh() { return {client, server}; }
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, EngineLimits, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

// -- peers that stop ------------------------------------------------------------------------------------------------------

/// Carries flights until @p budget bytes went to @p victim, which then sees the end. Returns false if it got all there was.
namespace {

bool cut_after(engine_pair& pair, engine& victim, std::size_t budget) {
  engine& other = &victim == &pair.client ? pair.server : pair.client;
  pair.client.advance();
  pair.server.advance();
  for (;;) {
    auto bytes = taken_output(other);
    const auto moved = engine_pair::carry(victim, other);
    const auto part = std::min(budget, bytes.size());
    feed_all(victim, std::span(bytes).first(part));
    budget -= part;
    if (budget == 0) break;
    if (moved == 0 && part == 0) return false;
  }
  victim.end_input();
  victim.advance();
  return true;
}

} // namespace

TEST_P(EngineLimits, ClientThatStopsAnywhereIsATruncation) {
  for (std::size_t length = 1;; ++length) {
    auto pair = fresh();
    if (!cut_after(pair, pair.server, length)) break;
    if (pair.server.status() == engine_status::open) break;
    ASSERT_EQ(pair.server.status(), engine_status::closed) << length;
    ASSERT_TRUE(pair.server.truncated()) << length;
  }
}

TEST_P(EngineLimits, ServerThatStopsAnywhereIsATruncation) {
  for (std::size_t length = 1;; ++length) {
    auto pair = fresh();
    if (!cut_after(pair, pair.client, length)) break;
    if (pair.client.status() == engine_status::open) break;
    ASSERT_EQ(pair.client.status(), engine_status::closed) << length;
    ASSERT_TRUE(pair.client.truncated()) << length;
  }
}

// -- peers that send nonsense ---------------------------------------------------------------------------------------------

/// Every byte of each flight changed once. What is not protected may change without harm; nothing else lets anyone in.
TEST_P(EngineLimits, ChangedByteInAFlightFailsCleanly) {
  auto whole = fresh();
  whole.client.advance();
  const auto length = taken_output(whole.client).size();
  for (std::size_t at = 0; at < length; ++at) {
    auto pair = fresh();
    pair.client.advance();
    auto flight = taken_output(pair.client);
    flight[at] ^= std::byte{0x21};
    feed_all(pair.server, flight);
    pair.run();
    if (pair.open()) EXPECT_TRUE(pair.talks()) << at;
  }
}

TEST_P(EngineLimits, ChangedByteInTheServersFlightNeverOpens) {
  auto whole = fresh();
  whole.client.advance();
  engine_pair::carry(whole.client, whole.server);
  const auto records = split_records(taken_output(whole.server));
  for (std::size_t number = 0; number < records.size(); ++number) {
    if (records[number].type == record_type::change_cipher_spec) continue;
    for (std::size_t at = 0; at < records[number].content.size(); at += 3) {
      auto pair = fresh();
      pair.client.advance();
      engine_pair::carry(pair.client, pair.server);
      auto changed = split_records(taken_output(pair.server));
      if (number >= changed.size() || at >= changed[number].content.size()) continue;
      changed[number].content[at] ^= std::byte{0x10};
      std::vector<std::byte> flight;
      for (const auto& one : changed)
        append(flight, one);
      feed_all(pair.client, flight);
      pair.run();
      EXPECT_FALSE(pair.open()) << number << " " << at;
    }
  }
}

TEST_P(EngineLimits, WhatIsNoTlsGetsAnAlert) {
  using namespace std::literals;
  for (const auto text : {"GET / HTTP/1.1\r\nHost: x\r\n\r\n"sv, "\r\n\r\n\r\n\r\n\r\n\r\n"sv,
                          "\0\0\0\0\0\0\0\0\0\0\0"sv, "hello world"sv}) {
    auto pair = fresh();

    feed_all(pair.server, bytes_of(text));

    EXPECT_EQ(pair.server.status(), engine_status::failed);
    EXPECT_TRUE(pair.server.reason().is_tagged("tls_alert"_atom, 2));
    const auto sent = split_records(taken_output(pair.server));
    ASSERT_EQ(sent.size(), 1U) << ssl::format_error(pair.server.reason());
    EXPECT_EQ(sent[0].type, record_type::alert);
    EXPECT_EQ(term(alert_name(static_cast<alert_number>(sent[0].content[1]))), alert_of(pair.server));
  }
}

TEST_P(EngineLimits, NonsenseFromAServerIsAnAlert) {
  auto pair = fresh();
  pair.client.advance();
  taken_output(pair.client);

  feed_all(pair.client, bytes_of("220 mail.example ESMTP\r\n"));

  EXPECT_EQ(pair.client.status(), engine_status::failed);
  EXPECT_TRUE(pair.client.reason().is_tagged("tls_alert"_atom, 2));
}

TEST_P(EngineLimits, RandomBytesNeverOpen) {
  std::mt19937 random{4711};
  for (int round = 0; round < 300; ++round) {
    auto pair = fresh();
    pair.client.advance();
    std::vector<std::byte> bytes(random() % 2000);
    for (auto& byte : bytes)
      byte = static_cast<std::byte>(random());
    if (round % 2 == 0 && bytes.size() > 5)
      bytes[0] = std::byte{22}, bytes[1] = bytes[2] = std::byte{3}, bytes[3] = std::byte{0};

    feed_all(pair.server, bytes, 1 + random() % 100);
    feed_all(pair.client, bytes, 1 + random() % 100);

    EXPECT_NE(pair.server.status(), engine_status::open);
    EXPECT_NE(pair.client.status(), engine_status::open);
  }
}

// -- peers that send too much ---------------------------------------------------------------------------------------------

TEST_P(EngineLimits, EndlessChainIsRefused) {
  X509* same = SSL_CTX_get0_certificate(client->native());
  for (int i = 0; i < 1000; ++i)
    SSL_CTX_ctrl(client->native(), SSL_CTRL_CHAIN_CERT, 1, same);
  auto pair = fresh();

  pair.run();

  EXPECT_EQ(pair.server.status(), engine_status::failed);
  EXPECT_EQ(alert_of(pair.server), term("illegal_parameter"_atom));
}

TEST_P(EngineLimits, EmptyRecordsEndTheConnection) {
  auto pair = fresh();
  pair.run();
  std::vector<std::byte> flood;
  for (int i = 0; i < 1000; ++i)
    append(flood, {.type = record_type::handshake});

  feed_all(pair.server, flood);
  read_text(pair.server);

  EXPECT_EQ(pair.server.status(), engine_status::failed);
}

TEST_P(EngineLimits, EmptyRecordsBeforeTheHelloEndTheConnection) {
  auto pair = fresh();
  std::vector<std::byte> flood;
  for (int i = 0; i < 1000; ++i)
    append(flood, {.type = record_type::handshake});

  feed_all(pair.server, flood);

  EXPECT_EQ(pair.server.status(), engine_status::failed);
}

TEST_P(EngineLimits, WarningsEndTheConnection) {
  auto pair = fresh();
  pair.run();
  std::vector<std::byte> flood;
  for (int i = 0; i < 1000; ++i)
    append(flood, {.type = record_type::alert, .content = {std::byte{1}, std::byte{90}}});

  feed_all(pair.server, flood);
  read_text(pair.server);

  EXPECT_EQ(pair.server.status(), engine_status::failed);
}
