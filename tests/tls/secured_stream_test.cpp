// SPDX-License-Identifier: Apache-2.0
// Two TLS streams over a pipe in memory, driven by hand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/actors/process.hpp>
#include <agner/tls/internal/secured_stream.hpp>

#include "../support/memory_pipe.hpp"
#include "../support/tls_contexts.hpp"

using namespace agner;
using namespace agner::ssl::internal;
using namespace agner::test;
using status = io_result::status;

namespace {

struct stream_pair {
  memory_pipe pipe;
  wire* client_wire = nullptr;
  wire* server_wire = nullptr;
  std::unique_ptr<secured_stream> client;
  std::unique_ptr<secured_stream> server;

  explicit stream_pair(ssl::protocol_version version, const memory_pipe_options& how = {},
                       engine_options client_engine = {.server_name = "localhost", .expected_name = "localhost"})
      : pipe(how) {
    const auto shared = client_context({.versions = {{version}}});
    const auto own = server_context({.versions = {{version}}, .client_renegotiation = true});
    auto left = std::make_unique<wire>(std::move(pipe.left), shared, std::move(client_engine));
    auto right = std::make_unique<wire>(std::move(pipe.right), own, engine_options{});
    for (bool open = false; !open;) {
      const bool left_open = left->handshake() == engine_status::open;
      const bool right_open = right->handshake() == engine_status::open;
      open = left_open && right_open && left->flush() && right->flush();
    }
    client_wire = left.get();
    server_wire = right.get();
    client = std::make_unique<secured_stream>(std::move(left));
    server = std::make_unique<secured_stream>(std::move(right));
  }
};

/// All that comes now.
std::string read_all(transport& from) {
  std::string made;
  std::array<std::byte, 4096> into;
  for (;;) {
    const auto got = from.read(into);
    if (!got.is_done()) return made;
    made.append(reinterpret_cast<const char*>(into.data()), got.bytes);
  }
}

io_result write(transport& to, std::string_view text) {
  const std::array parts{std::as_bytes(std::span{text})};
  return to.write(parts);
}

/// Writes as a program does: what was not taken is written again.
void write_through(transport& to, std::string_view text, transport& reader, std::string& received) {
  while (!text.empty()) {
    const auto done = write(to, text);
    if (done.is_done())
      text.remove_prefix(done.bytes);
    else
      ASSERT_EQ(done.what, status::would_block);
    received += read_all(reader);
  }
  received += read_all(reader);
}

std::string pattern(std::size_t bytes) {
  std::string made(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i)
    made[i] = static_cast<char>((i * 2654435761U) >> 13U);
  return made;
}

class SecuredStream : public testing::TestWithParam<ssl::protocol_version> {};

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, SecuredStream, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

// -- bytes --------------------------------------------------------------------------------------------------------------------------

TEST_P(SecuredStream, CarriesPlaintextBothWays) {
  const stream_pair ends{GetParam()};

  EXPECT_EQ(write(*ends.client, "from the client").bytes, 15U);
  EXPECT_EQ(write(*ends.server, "from the server").bytes, 15U);

  EXPECT_EQ(read_all(*ends.server), "from the client");
  EXPECT_EQ(read_all(*ends.client), "from the server");
}

TEST_P(SecuredStream, SurvivesEveryFragmentation) {
  for (const std::size_t step : {1UL, 7UL, 1000UL}) {
    const stream_pair ends{GetParam(), {.capacity_bytes = 4096, .step_bytes = step}};
    const std::string sent = pattern(20'000);
    std::string received;

    write_through(*ends.client, sent, *ends.server, received);

    EXPECT_EQ(received, sent) << step;
  }
}

TEST_P(SecuredStream, NothingIsLostWhereThePipeIsSmall) {
  const stream_pair ends{GetParam(), {.capacity_bytes = 100}};
  const std::string sent = pattern(300'000);
  std::string received;

  write_through(*ends.server, sent, *ends.client, received);

  EXPECT_EQ(received, sent);
}

TEST_P(SecuredStream, SaysOneByteLessWhileCiphertextWaits) {
  const stream_pair ends{GetParam(), {.capacity_bytes = 50}};
  const std::string text(100, 'x');

  EXPECT_EQ(write(*ends.client, text).bytes, 99U);
  EXPECT_EQ(write(*ends.client, "x").what, status::would_block);

  std::string received;
  for (bool said = false; !said; received += read_all(*ends.server))
    said = write(*ends.client, "x").is_done();
  EXPECT_EQ(received, text);
}

TEST_P(SecuredStream, ByteTakenBeforeIsNotSentTwice) {
  const stream_pair ends{GetParam(), {.capacity_bytes = 30}};
  std::string received;

  for (const char c : std::string_view{"abcdefgh"})
    write_through(*ends.client, std::string(1, c), *ends.server, received);

  EXPECT_EQ(received, "abcdefgh");
}

TEST_P(SecuredStream, TakesNoMoreThanAWatermarkAtOnce) {
  const stream_pair ends{GetParam(), {.capacity_bytes = 10}};
  const std::string much(1 << 20, 'x');

  const auto first = write(*ends.client, much);

  EXPECT_LE(first.bytes, output_high_watermark);
  EXPECT_EQ(write(*ends.client, much).what, status::would_block);
}

TEST_P(SecuredStream, EmptyWriteAndReadDoNothing) {
  const stream_pair ends{GetParam()};

  EXPECT_EQ(write(*ends.client, "").what, status::done);
  EXPECT_EQ(ends.client->read({}).what, status::done);

  EXPECT_EQ(read_all(*ends.server), "");
}

// -- keys ---------------------------------------------------------------------------------------------------------------------------

TEST(SecuredStreamKeys, PeerMayChangeItsKey) {
  const stream_pair ends{ssl::tlsv1_3};
  auto* native = const_cast<SSL*>(ends.client_wire->tls().native());
  std::string received;

  for (int i = 0; i < 5; ++i) {
    SSL_key_update(native, SSL_KEY_UPDATE_REQUESTED);
    write_through(*ends.client, "ping", *ends.server, received);
    write_through(*ends.server, "pong", *ends.client, received);
  }

  EXPECT_EQ(received, "pingpongpingpongpingpongpingpongpingpong");
}

TEST(SecuredStreamKeys, PeerMayRenegotiateWhileBothSend) {
  const stream_pair ends{ssl::tlsv1_2, {.capacity_bytes = 1000}};
  auto* native = const_cast<SSL*>(ends.client_wire->tls().native());
  std::string at_server;
  std::string at_client;

  for (int i = 0; i < 3; ++i) {
    write_through(*ends.client, "before", *ends.server, at_server);
    ASSERT_EQ(SSL_renegotiate(native), 1);
    SSL_do_handshake(native);
    ends.client_wire->flush();
    read_all(*ends.server); // the server is in the midst of it now
    while (write(*ends.server, "x").what == status::would_block)
      read_all(*ends.client), read_all(*ends.server);
    at_client += read_all(*ends.client);
  }

  EXPECT_EQ(at_server, "beforebeforebefore");
  EXPECT_EQ(at_client, "xxx");
}

TEST(SecuredStreamKeys, WriterHearsOfTheEndOfARenegotiation) {
  node here;
  const bool told = here.run([]() -> task<bool> {
    const stream_pair ends{ssl::tlsv1_2};
    auto* native = const_cast<SSL*>(ends.client_wire->tls().native());
    SSL_renegotiate(native);
    SSL_do_handshake(native);
    ends.client_wire->flush();
    read_all(*ends.server);
    EXPECT_EQ(write(*ends.server, "x").what, status::would_block);
    ends.server->notify(transport::direction::output, self(), "writable"_atom);
    EXPECT_FALSE(
        co_await receive([](term) { return true; }, after(std::chrono::milliseconds{0}, [] { return false; })));

    while (ends.server_wire->tls().rekeying())
      read_all(*ends.client), read_all(*ends.server);

    co_return co_await receive([](term got) { return got.is("writable"_atom); });
  });

  EXPECT_TRUE(told);
}

// -- being told ---------------------------------------------------------------------------------------------------------------------

TEST_P(SecuredStream, TellsAtOnceOfPlaintextThatWaitsInside) {
  node here;
  const auto version = GetParam();
  const auto first = here.run([version]() -> task<term> {
    const stream_pair ends{version};
    write(*ends.client, "abc");
    std::array<std::byte, 1> one{};
    EXPECT_EQ(ends.server->read(one).bytes, 1U);

    ends.server->notify(transport::direction::input, self(), "readable"_atom);

    co_return co_await receive([](term got) { return got; }, after(std::chrono::seconds{5}, [] { return term{}; }));
  });

  EXPECT_EQ(first, term("readable"_atom));
}

TEST_P(SecuredStream, TellsOfWhatComesLater) {
  node here;
  const auto version = GetParam();
  const auto told = here.run([version]() -> task<std::vector<term>> {
    const stream_pair ends{version, {.capacity_bytes = 100}};
    const auto next = [](std::chrono::milliseconds time) {
      return receive([](term got) { return got; }, after(time, [] { return term{"nothing"_atom}; }));
    };
    std::vector<term> got;
    read_all(*ends.server);
    ends.server->notify(transport::direction::input, self(), "readable"_atom);
    got.push_back(co_await next(std::chrono::milliseconds{0}));
    write(*ends.client, std::string(200, 'x'));
    got.push_back(co_await next(std::chrono::seconds{5}));
    ends.client->notify(transport::direction::output, self(), "writable"_atom);
    got.push_back(co_await next(std::chrono::milliseconds{0}));
    read_all(*ends.server);
    got.push_back(co_await next(std::chrono::seconds{5}));
    co_return got;
  });

  EXPECT_THAT(told, testing::ElementsAre(term("nothing"_atom), term("readable"_atom), term("nothing"_atom),
                                         term("writable"_atom)));
}

// -- ends ---------------------------------------------------------------------------------------------------------------------------

TEST_P(SecuredStream, CloseReachesThePeer) {
  const stream_pair ends{GetParam()};
  write(*ends.client, "last words");

  ends.client->close();

  std::array<std::byte, 100> into{};
  EXPECT_EQ(ends.server->read(into).bytes, 10U);
  EXPECT_EQ(ends.server->read(into).what, status::closed);
  EXPECT_EQ(ends.server->failure(), term("closed"_atom));
  EXPECT_EQ(ends.client->read(into).reason, "closed"_atom);
  EXPECT_EQ(write(*ends.client, "x").reason, "closed"_atom);
}

TEST_P(SecuredStream, ShutdownOfWritingLeavesReading) {
  const stream_pair ends{GetParam()};
  std::array<std::byte, 100> into{};

  must(ends.client->shutdown(shutdown_how::write));

  EXPECT_EQ(ends.server->read(into).what, status::closed);
  EXPECT_EQ(write(*ends.client, "x").reason, "closed"_atom);
  EXPECT_EQ(write(*ends.server, "still here").bytes, 10U);
  EXPECT_EQ(read_all(*ends.client), "still here");
}

TEST_P(SecuredStream, BrokenTransportSaysWhy) {
  stream_pair ends{GetParam()};

  ends.pipe.break_with("econnreset"_atom);

  std::array<std::byte, 100> into{};
  EXPECT_EQ(ends.server->read(into).reason, "econnreset"_atom);
  EXPECT_EQ(ends.server->failure(), term("econnreset"_atom));
  EXPECT_EQ(write(*ends.client, "x").what, status::done); // as with any socket, the next one tells
  EXPECT_EQ(write(*ends.client, "x").what, status::failed);
}

TEST_P(SecuredStream, DamagedRecordIsAnAlertAtBothEnds) {
  const stream_pair ends{GetParam()};
  const std::array<std::byte, 25> garbage{std::byte{23}, std::byte{3}, std::byte{3}, std::byte{0}, std::byte{20}};
  const std::array<std::span<const std::byte>, 1> parts{garbage};
  ends.client_wire->below().write(parts);

  std::array<std::byte, 100> into{};
  EXPECT_EQ(ends.server->read(into).reason, "bad_record_mac"_atom);
  EXPECT_TRUE(ends.server->failure().is_tagged("tls_alert"_atom, 2));
  EXPECT_EQ(ends.client->read(into).reason, "bad_record_mac"_atom);
  EXPECT_EQ(write(*ends.server, "x").reason, "bad_record_mac"_atom);
}

// -- facts --------------------------------------------------------------------------------------------------------------------------

TEST_P(SecuredStream, KnowsVersionAndPeer) {
  const stream_pair ends{GetParam()};

  EXPECT_EQ(ends.client->version(), GetParam());
  ASSERT_TRUE(ends.client->peer_names());
  EXPECT_TRUE(ends.client->peer_names()->name_host("localhost"));
  EXPECT_FALSE(ends.server->peer_names());
  EXPECT_EQ(ends.client->failure(), term("undefined"_atom));
  EXPECT_EQ(must(ends.client->peername()).port, 2);
}
