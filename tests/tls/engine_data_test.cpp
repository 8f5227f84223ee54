// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>

#include "../support/engine_pair.hpp"
#include "../support/openssl_peer.hpp"
#include "../support/tls_records.hpp"

using namespace agner;
using namespace agner::ssl::internal;
using namespace agner::test;

namespace {

term alert_of(const engine& of) { return of.reason().is_tagged("tls_alert"_atom, 2) ? of.reason()[1][0] : of.reason(); }

std::span<const std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

std::string text_of_length(std::size_t length) {
  std::string made(length, '\0');
  for (std::size_t i = 0; i < length; ++i)
    made[i] = static_cast<char>('a' + i * 7 % 26);
  return made;
}

struct EngineData : testing::TestWithParam<ssl::protocol_version> {
  ssl::options version{.versions = {{GetParam()}}};
  engine_pair pair{client_context(version), server_context(version)};

  void SetUp() override {
    pair.run();
    ASSERT_TRUE(pair.open());
  }
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, EngineData, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

// -- writing and reading --------------------------------------------------------------------------------------------------

TEST_P(EngineData, LargeTextArrivesWhole) {
  const auto text = text_of_length(1'000'003);
  std::string got;
  ASSERT_TRUE(write_text(pair.client, text));

  const auto sent = taken_output(pair.client);
  for (std::size_t at = 0; at < sent.size();) {
    at += pair.server.feed(std::span(sent).subspan(at, std::min<std::size_t>(10'007, sent.size() - at)));
    got += read_text(pair.server);
  }

  EXPECT_TRUE(got == text);
}

TEST_P(EngineData, SmallPiecesShareARecord) {
  const auto piece = text_of_length(100);
  const std::vector pieces(100, bytes_of(piece));

  EXPECT_EQ(pair.client.write(pieces).bytes, 10'000U);

  const auto sent = taken_output(pair.client);
  EXPECT_EQ(split_records(sent).size(), 1U);
  feed_all(pair.server, sent);
  EXPECT_EQ(read_text(pair.server).size(), 10'000U);
}

TEST_P(EngineData, OneWriteIsOneChunk) {
  ASSERT_TRUE(write_text(pair.client, text_of_length(100'000)));

  std::array<std::span<const std::byte>, 4> chunks;
  EXPECT_EQ(pair.client.output().gather(chunks), 1U);
  EXPECT_EQ(chunks[0].size(), pair.client.output().size());
  EXPECT_EQ(split_records(chunks[0]).size(), 100'000 / record_plaintext_max + 1);
}

TEST_P(EngineData, PiecesOfEverySizeKeepTheirOrder) {
  std::string expected;
  std::vector<std::string> texts;
  for (const std::size_t length : {0UL, 1UL, 16'383UL, 16'384UL, 0UL, 16'385UL, 5UL, 40'000UL, 1UL}) {
    texts.push_back(text_of_length(length));
    expected += texts.back();
  }
  std::vector<std::span<const std::byte>> pieces;
  for (const auto& text : texts)
    pieces.push_back(bytes_of(text));

  EXPECT_EQ(pair.client.write(pieces).bytes, expected.size());

  std::string got;
  const auto sent = taken_output(pair.client);
  for (std::size_t at = 0; at < sent.size();) {
    at += pair.server.feed(std::span(sent).subspan(at));
    got += read_text(pair.server);
  }
  EXPECT_TRUE(got == expected);
}

TEST_P(EngineData, WritingNothingWritesNothing) {
  EXPECT_TRUE(write_text(pair.client, ""));
  EXPECT_EQ(pair.client.output().size(), 0U);
}

TEST_P(EngineData, ReadsIntoTheSmallestBuffer) {
  ASSERT_TRUE(write_text(pair.client, "hello"));
  engine_pair::carry(pair.client, pair.server);
  std::string got;
  std::byte one{};

  while (pair.server.read({&one, 1}).bytes == 1)
    got.push_back(static_cast<char>(one));

  EXPECT_EQ(got, "hello");
  EXPECT_EQ(pair.server.read({&one, 1}).status, engine_status::wants_input);
  EXPECT_EQ(pair.server.read({}).bytes, 0U);
}

TEST_P(EngineData, InputIsBoundedWhileNobodyReads) {
  ASSERT_TRUE(write_text(pair.client, text_of_length(1 << 20)));
  const auto sent = taken_output(pair.client);

  const auto fed = feed_all(pair.server, sent);

  EXPECT_LE(fed, input_bytes_max);
  EXPECT_TRUE(pair.server.prepare_input(1).empty());
  EXPECT_GT(read_text(pair.server).size(), 0U);
  EXPECT_FALSE(pair.server.prepare_input(1).empty());
}

// -- ends -----------------------------------------------------------------------------------------------------------------

TEST_P(EngineData, CloseNotifyClosesAfterTheData) {
  ASSERT_TRUE(write_text(pair.client, "last words"));
  pair.client.close_write();
  engine_pair::carry(pair.client, pair.server);

  EXPECT_EQ(read_text(pair.server), "last words");
  EXPECT_EQ(pair.server.status(), engine_status::closed);
  EXPECT_EQ(pair.server.reason(), term("closed"_atom));
  EXPECT_FALSE(pair.server.truncated());
}

TEST_P(EngineData, OneDirectionMayCloseBeforeTheOther) {
  pair.client.close_write();
  engine_pair::carry(pair.client, pair.server);
  read_text(pair.server);

  EXPECT_FALSE(write_text(pair.client, "x"));
  EXPECT_TRUE(write_text(pair.server, "still here"));
  pair.server.close_write();
  engine_pair::carry(pair.server, pair.client);

  EXPECT_EQ(read_text(pair.client), "still here");
  EXPECT_EQ(pair.client.status(), engine_status::closed);
}

TEST_P(EngineData, CloseNotifyIsSentOnce) {
  pair.client.close_write();
  taken_output(pair.client);

  pair.client.close_write();

  EXPECT_EQ(pair.client.output().size(), 0U);
}

TEST_P(EngineData, EndWithoutCloseNotifyIsATruncation) {
  ASSERT_TRUE(write_text(pair.client, "last words"));
  engine_pair::carry(pair.client, pair.server);
  pair.server.end_input();

  EXPECT_EQ(read_text(pair.server), "last words");
  EXPECT_EQ(pair.server.status(), engine_status::closed);
  EXPECT_EQ(pair.server.reason(), term("closed"_atom));
  EXPECT_TRUE(pair.server.truncated());
}

TEST_P(EngineData, EndWithinARecordIsATruncation) {
  ASSERT_TRUE(write_text(pair.client, "last words"));
  auto sent = taken_output(pair.client);
  for (std::size_t length = 1; length < sent.size(); ++length) {
    engine_pair fresh{client_context(version), server_context(version)};
    fresh.run();
    write_text(fresh.client, "last words");
    const auto part = taken_output(fresh.client);
    feed_all(fresh.server, std::span(part).first(length));
    fresh.server.end_input();

    EXPECT_EQ(read_text(fresh.server), "");
    EXPECT_TRUE(fresh.server.truncated());
  }
}

// -- damage ---------------------------------------------------------------------------------------------------------------

TEST_P(EngineData, ChangedByteEndsTheConnection) {
  const std::size_t length = [&] {
    write_text(pair.client, "hello");
    return taken_output(pair.client).size();
  }();
  for (std::size_t at = 0; at < length; ++at) {
    engine_pair fresh{client_context(version), server_context(version)};
    fresh.run();
    write_text(fresh.client, "hello");
    auto sent = taken_output(fresh.client);
    sent[at] ^= std::byte{0x40};

    feed_all(fresh.server, sent);

    EXPECT_EQ(read_text(fresh.server), "") << at;
    // A longer length waits for more; anything else is found out at once.
    if (at != 3 && at != 4) EXPECT_EQ(fresh.server.status(), engine_status::failed) << at;
  }
}

TEST_P(EngineData, DamageIsToldToThePeer) {
  ASSERT_TRUE(write_text(pair.client, "hello"));
  auto sent = taken_output(pair.client);
  sent.back() ^= std::byte{1};
  feed_all(pair.server, sent);
  read_text(pair.server);
  engine_pair::carry(pair.server, pair.client);
  read_text(pair.client);

  EXPECT_EQ(alert_of(pair.server), term("bad_record_mac"_atom));
  EXPECT_EQ(alert_of(pair.client), term("bad_record_mac"_atom));
}

TEST_P(EngineData, FailureIsRemembered) {
  feed_all(pair.server, std::vector<std::byte>(100));
  read_text(pair.server);
  const term reason = pair.server.reason();

  EXPECT_EQ(pair.server.advance(), engine_status::failed);
  EXPECT_FALSE(write_text(pair.server, "x"));
  pair.server.end_input();
  EXPECT_EQ(read_text(pair.server), "");
  EXPECT_EQ(pair.server.reason(), reason);
}

// -- memory ---------------------------------------------------------------------------------------------------------------

TEST_P(EngineData, IdleEndGivesItsBuffersBack) {
  ASSERT_TRUE(pair.talks());
  pair.server.release_memory();

  EXPECT_TRUE(pair.talks());
}
