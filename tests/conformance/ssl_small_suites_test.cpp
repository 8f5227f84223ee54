// SPDX-License-Identifier: Apache-2.0
// Follows OTP's ssl_alert_SUITE, ssl_app_env_SUITE, ssl_mfl_SUITE, ssl_reject_SUITE, and of ssl_key_update_SUITE what two ends of ours can show.

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/actors/application.hpp>
#include <agner/tls/ssl_handshake.hpp>

#include "../support/engine_pair.hpp"
#include "ssl_cases.hpp"

namespace agner {
namespace {

using namespace test;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

class SslSuites : public testing::Test {
protected:
  /// What a client, or a server, says of a peer that sends @p bytes.
  static task<term> met_with(std::string bytes, bool client) {
    memory_pipe pipe;
    const auto text = std::as_bytes(std::span{bytes});
    (void)pipe.left->write(std::array{std::span<const std::byte>{text}});
    if (client) {
      const auto made =
          co_await ssl::connect(std::move(pipe.right), client_options({.server_name_indication = "localhost"}), 30s);
      co_return made ? term{"ok"_atom} : made.error().reason();
    }
    const auto made = co_await ssl::handshake(std::move(pipe.right), server_options(), 30s);
    co_return made ? term{"ok"_atom} : made.error().reason();
  }
  node here;
};

} // namespace

// -- ssl_alert_SUITE ----------------------------------------------------------------------------------------------------------------------

// alerts
TEST(SslAlertSuite, EveryAlertHasItsName) {
  using namespace ssl::internal;
  for (const int number : {0,  10, 20, 21, 22, 30, 40, 41,  42,  43,  44,  45,  46,  47,  48,  49,  50,
                           51, 60, 70, 71, 80, 86, 90, 100, 109, 110, 111, 112, 113, 114, 115, 116, 120}) {
    const auto alert = static_cast<alert_number>(number);
    EXPECT_EQ(alert_called(alert_name(alert)), alert);
    EXPECT_THAT(alert_text(alert), testing::Not(StartsWith("unsupported")));
    if (number == 0) continue;
    const auto sentence = ssl::format_error(alert_reason({.number = alert, .state = "hello"}));
    EXPECT_THAT(sentence, HasSubstr(alert_text(alert)));
  }
  EXPECT_EQ(alert_text(255), "unsupported/unknown alert: 255");
}

// alert_details
TEST(SslAlertSuite, ASentenceTellsWhatWasFound) {
  using namespace ssl::internal;
  const alert_event sent{.number = handshake_failure_alert, .state = "hello", .detail = "foo"};
  EXPECT_EQ(ssl::format_error(alert_reason(sent)),
            "TLS client: In state hello generated CLIENT ALERT: Fatal - Handshake Failure\n - foo");
}

// bad_connect_response
TEST_F(SslSuites, WhatIsNoTlsIsAnUnexpectedMessage) {
  here.run([]() -> task<> {
    EXPECT_EQ(alert_in(co_await met_with("HTTP/1.1 400 Bad Request\r\n\r\n", true)), term{"unexpected_message"_atom});
  });
}

// -- ssl_app_env_SUITE --------------------------------------------------------------------------------------------------------------------

// protocol_versions
TEST_F(SslSuites, VersionsOfTheApplicationCountWhereNoneAreNamed) {
  for (const term& said : {term{"tlsv1.2"_atom}, list({"tlsv1.2"_atom})}) {
    application::set_env(here, "ssl"_atom, "protocol_version"_atom, said);
    here.run([]() -> task<> {
      const auto met = co_await meet({}, {});
      EXPECT_TRUE(co_await talk(met));
      EXPECT_EQ(co_await fact_of(met.open->server, "protocol"_atom), term{"tlsv1.2"_atom});
      const auto named = co_await meet(only(ssl::tlsv1_3), only(ssl::tlsv1_3));
      EXPECT_TRUE(co_await talk(named));
    });
  }
  EXPECT_TRUE(holds(ssl::versions(here), tuple("supported"_atom, list({"tlsv1.2"_atom}))));
}

// empty_protocol_versions
TEST_F(SslSuites, NoVersionsOfTheApplicationAreTheUsualOnes) {
  application::set_env(here, "ssl"_atom, "protocol_version"_atom, term{});
  here.run([]() -> task<> {
    const auto met = co_await meet({}, {});
    EXPECT_EQ(co_await fact_of(met.open->server, "protocol"_atom), term{"tlsv1.3"_atom});
  });
}

// -- ssl_mfl_SUITE ------------------------------------------------------------------------------------------------------------------------

// client_option
TEST_F(SslSuites, RecordsAreAsShortAsTheClientAsks) {
  here.run([]() -> task<> {
    for (const auto version : {ssl::tlsv1_1, ssl::tlsv1_2, ssl::tlsv1_3}) {
      for (const int length : {512, 1024, 2048, 4096}) {
        const auto met = co_await meet(only(version, {.max_fragment_length = length}), only(version));
        EXPECT_TRUE(co_await talk(met)) << length; // in many records each way, with nothing lost
        EXPECT_EQ(co_await fact_of(met.open->client, "max_fragment_length"_atom), term{length});
        EXPECT_EQ(co_await fact_of(met.open->server, "max_fragment_length"_atom), term{length});
      }
    }
  });
}

// server_option
TEST_F(SslSuites, AServerCannotAskForShortRecords) {
  const auto refused = ssl::checked_options::for_server(here, server_options({.max_fragment_length = 2048}));
  EXPECT_THAT(ssl::format_error(refused.error()), HasSubstr("max_fragment_length"));
}

// handshake_continue
TEST_F(SslSuites, RecordsAreShortAfterAPauseToo) {
  here.run([]() -> task<> {
    memory_pipe pipe;
    spawn(
        [](std::unique_ptr<transport>& over, ssl::options& with, pid& owner) -> task<> {
          const auto made = must(co_await ssl::connect(std::move(over), std::move(with), 30s));
          send(owner, tuple("fact"_atom, co_await fact_of(made, "max_fragment_length"_atom)));
          co_await receive(on(match("stop"_atom), [] {}));
        },
        std::move(pipe.left), client_options({.server_name_indication = "localhost", .max_fragment_length = 1024}),
        self());
    const auto paused =
        must(co_await ssl::handshake(std::move(pipe.right), server_options({.handshake = ssl::hello}), 30s));
    EXPECT_EQ(*must(co_await ssl::hello_extensions(paused)).as_map().find("max_frag_enum"_atom), term{2});
    must(co_await ssl::handshake_continue(paused));
    EXPECT_EQ(co_await receive(on(match("fact"_atom, any<term>), [](term length) { return length; })), term{1024});
  });
}

// -- ssl_reject_SUITE ---------------------------------------------------------------------------------------------------------------------

// reject_prev
TEST_F(SslSuites, TheVersionBeforeTheServersIsRefused) {
  here.run([]() -> task<> {
    const std::pair<ssl::protocol_version, ssl::protocol_version> pairs[] = {
        {ssl::tlsv1, ssl::tlsv1_1}, {ssl::tlsv1_1, ssl::tlsv1_2}, {ssl::tlsv1_2, ssl::tlsv1_3}};
    for (const auto& [client, server] : pairs)
      EXPECT_EQ(alerts_of(co_await meet(only(client), only(server))), both_say("protocol_version"_atom));
  });
}

// reject_sslv2: a hello as SSL 2.0 has it, with its suites and 16 bytes of challenge
TEST_F(SslSuites, Ssl2IsRefused) {
  const std::string hello("\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10\x01\x00\x80\x03\x00\x80\x07\x00\xc0\x06\x00\x40"
                          "\x02\x00\x80\x04\x00\x80"
                          "0123456789abcdef0123",
                          48);
  here.run([&]() -> task<> {
    const term reason = co_await met_with(hello, false);
    EXPECT_TRUE(reason.is_tagged("tls_alert"_atom, 2)) << print_short(reason);
  });
}

// reject_sslv3: version 3.0 inside and outside, one suite
TEST_F(SslSuites, Ssl3IsRefused) {
  std::string hello("\x16\x03\x00\x00\x2d\x01\x00\x00\x29\x03\x00", 11);
  hello += std::string(32, 'r') + std::string("\x00\x00\x02\x00\x2f\x01\x00", 7);
  here.run([&]() -> task<> {
    const term reason = co_await met_with(hello, false);
    EXPECT_TRUE(reason.is_tagged("tls_alert"_atom, 2)) << print_short(reason);
  });
}

// accept_sslv3_record_hello
TEST(SslRejectSuite, ARecordMaySayThatItIsOfSsl3) {
  engine_pair pair{client_context({}), server_context({})};
  pair.client.advance();
  auto hello = taken_output(pair.client);
  hello.at(1) = std::byte{3};
  hello.at(2) = std::byte{0};
  feed_all(pair.server, hello);

  pair.run();

  EXPECT_TRUE(pair.open());
}

// -- ssl_key_update_SUITE -----------------------------------------------------------------------------------------------------------------

// key_update_at_client, key_update_at_server, explicit_key_update; with an OTP peer in ssl_otp_test.cpp
TEST_F(SslSuites, KeysAreChangedWhileDataGoesOn) {
  here.run([]() -> task<> {
    for (const bool client : {true, false}) {
      const auto often = only(ssl::tlsv1_3, {.key_update_at = 1000});
      const auto met = co_await meet(client ? often : only(ssl::tlsv1_3), client ? only(ssl::tlsv1_3) : often);
      for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(co_await talk(met));
      for (const auto how : {ssl::key_update::write, ssl::key_update::read_write}) {
        EXPECT_TRUE((co_await ssl::update_keys(client ? met.open->client : met.open->server, how)).has_value());
        EXPECT_TRUE(co_await talk(met));
      }
    }
  });
}

} // namespace agner
