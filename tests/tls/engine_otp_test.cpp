// SPDX-License-Identifier: Apache-2.0
// Engines against OTP's ssl, in both roles.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/runtime/term_builders.hpp>
#include <agner/tls/format_error.hpp>

#include "../support/child_process.hpp"
#include "../support/engine_link.hpp"

using namespace agner;
using namespace agner::ssl::internal;
using namespace agner::test;
using testing::HasSubstr;

namespace {

term alert_of(const engine& of) { return of.reason().is_tagged("tls_alert"_atom, 2) ? of.reason()[1][0] : of.reason(); }

/// Erlang code for a peer: `Version`, `Ca`, `Cert` and `Key` are bound, `Own` is the list of options for them.
child_process erl(ssl::protocol_version version, const credentials& own, const std::string& code) {
  return child_process{{"erl", "-noinput", "-kernel", "logger_level", "none", "-eval",
                        "{ok, _} = application:ensure_all_started(ssl),"
                        "Version = '" +
                            std::string(version == ssl::tlsv1_2 ? "tlsv1.2" : "tlsv1.3") +
                            "',"
                            "Own = [{versions, [Version]}, {cacertfile, \"" +
                            shared_ca().cacertfile() +
                            "\"},"
                            "{certfile, \"" +
                            own.certfile + "\"}, {keyfile, \"" + own.keyfile + "\"}, {active, false}, binary]," + code +
                            ", halt()."}};
}

std::string connecting(std::uint16_t port, const std::string& more, const std::string& then) {
  return "{ok, S} = ssl:connect(\"localhost\", " + std::to_string(port) + ", [{verify, verify_peer}" + more +
         " | Own], 15000)," + then;
}

/// Listens, prints the port, and goes on with the socket S, or prints what the handshake came to.
std::string accepting(const std::string& more, const std::string& then) {
  return "{ok, L} = ssl:listen(0, [{ip, {127,0,0,1}}" + more +
         " | Own]), {ok, {_, Port}} = ssl:sockname(L),"
         "io:format(\"port ~p.~n\", [Port]), {ok, T} = ssl:transport_accept(L),"
         "case ssl:handshake(T, 15000) of {ok, S} -> " +
         then + "; Other -> io:format(\"handshake ~0p~n\", [Other]) end";
}

std::uint16_t port_of(child_process& peer) {
  const auto text = peer.read_until(".\n");
  const auto at = text.find("port ");
  if (at == std::string::npos) throw std::runtime_error("no port: " + text);
  return static_cast<std::uint16_t>(std::stoi(text.substr(at + 5)));
}

struct EngineOtp : testing::TestWithParam<ssl::protocol_version> {
  [[nodiscard]] ssl::options version() const { return {.versions = {{GetParam()}}}; }

  [[nodiscard]] ssl::options as(const credentials& own) const {
    auto made = version();
    made.certfile = own.certfile;
    made.keyfile = own.keyfile;
    return made;
  }

  [[nodiscard]] ssl::options mutual() const {
    auto made = version();
    made.verify = ssl::verify_peer;
    made.fail_if_no_peer_cert = true;
    return made;
  }
};

constexpr auto echo_once =
    "{ok, D} = ssl:recv(S, 4), ok = ssl:send(S, [\"got \", D]), {error, closed} = ssl:recv(S, 0),"
    "io:format(\"closed~n\")";

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, EngineOtp, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

// -- as server ------------------------------------------------------------------------------------------------------------

TEST_P(EngineOtp, ServesAClientWithACertificate) {
  const loopback_listener listener;
  auto peer = erl(GetParam(), shared_ca().client(), connecting(listener.port(), "", echo_once));
  engine_link link{listener.accept(), server_context(mutual())};

  ASSERT_EQ(link.handshake(), engine_status::open) << ssl::format_error(link.end().reason());
  ASSERT_TRUE(link.send("ping"));
  EXPECT_EQ(link.receive("got ping"), "got ping");
  link.finish();

  EXPECT_THAT(peer.read_all(), HasSubstr("closed"));
}

TEST_P(EngineOtp, ClientRefusedByADecisionIsToldWhy) {
  auto settings = server_settings(mutual());
  settings.decision_awaited = true;
  const loopback_listener listener;
  // In TLS 1.3 the client is open when it is refused. It hears why in active mode only: a recv that comes later says closed.
  const std::string report =
      "receive {ssl_error, S, Reason} -> io:format(\"~0p~n\", [Reason]) after 15000 -> silent end";
  auto peer = erl(GetParam(), shared_ca().client(),
                  "case ssl:connect(\"localhost\", " + std::to_string(listener.port()) +
                      ", [{verify, verify_peer} | Own] ++ [{active, true}], 15000) of "
                      "{ok, S} -> " +
                      report + "; Error -> io:format(\"~0p~n\", [Error]) end");
  engine_link link{listener.accept(), make_context(settings)};

  ASSERT_EQ(link.handshake(), engine_status::awaits_decision);
  link.end().refuse_peer(certificate_revoked_alert, "");
  link.flush();

  EXPECT_THAT(peer.read_all(), HasSubstr("received SERVER ALERT: Fatal - Certificate Revoked"));
}

TEST_P(EngineOtp, ClientAcceptedByADecisionGetsIn) {
  auto settings = server_settings(mutual());
  settings.decision_awaited = true;
  const loopback_listener listener;
  auto peer = erl(GetParam(), foreign_ca().client(), connecting(listener.port(), "", echo_once));
  engine_link link{listener.accept(), make_context(settings)};

  ASSERT_EQ(link.handshake(), engine_status::awaits_decision);
  link.end().accept_peer();
  ASSERT_EQ(link.handshake(), engine_status::open);
  ASSERT_TRUE(link.send("ping"));

  EXPECT_EQ(link.receive("got ping"), "got ping");
}

/// OTP changes keys by itself: by renegotiation in TLS 1.2, by key update in TLS 1.3.
TEST_P(EngineOtp, SurvivesAClientsNewKeys) {
  auto options = mutual();
  options.client_renegotiation = true;
  const std::string more = GetParam() == ssl::tlsv1_2 ? ", {renegotiate_at, 50}" : ", {key_update_at, 20000}";
  const loopback_listener listener;
  auto peer =
      erl(GetParam(), shared_ca().client(),
          connecting(listener.port(), more,
                     "[begin ok = ssl:send(S, binary:copy(<<\"x\">>, 1000)), {ok, <<\"y\">>} = ssl:recv(S, 1) end"
                     "|| _ <- lists:seq(1, 300)], ok = ssl:send(S, <<\"done\">>), ssl:recv(S, 0)"));
  engine_link link{listener.accept(), server_context(options)};
  ASSERT_EQ(link.handshake(), engine_status::open);

  std::string got;
  std::size_t answered = 0;
  while (link.end().status() == engine_status::open && !got.ends_with("done")) {
    got += link.receive_some();
    while (answered < got.size() / 1000 && link.send("y"))
      ++answered;
  }

  EXPECT_EQ(got.size(), 300'004U) << ssl::format_error(link.end().reason());
}

// -- as client ------------------------------------------------------------------------------------------------------------

TEST_P(EngineOtp, ConnectsToAServer) {
  auto peer = erl(GetParam(), shared_ca().server(), accepting("", echo_once));
  engine_link link{connect_to(port_of(peer)), client_context(version()), client_options({}, "localhost")};

  ASSERT_EQ(link.handshake(), engine_status::open) << ssl::format_error(link.end().reason());
  ASSERT_TRUE(link.send("ping"));
  EXPECT_EQ(link.receive("got ping"), "got ping");
  link.finish();

  EXPECT_THAT(peer.read_all(), HasSubstr("closed"));
}

TEST_P(EngineOtp, HearsWhyItIsRefused) {
  auto peer =
      erl(GetParam(), shared_ca().server(),
          accepting(", {verify, verify_peer}, {fail_if_no_peer_cert, true}", "io:format(\"~0p~n\", [ssl:recv(S, 0)])"));
  engine_link link{connect_to(port_of(peer)), client_context(as(foreign_ca().client())),
                   client_options({}, "localhost")};

  link.handshake();
  link.receive_all();

  EXPECT_EQ(alert_of(link.end()), term("unknown_ca"_atom));
}

TEST_P(EngineOtp, ServerRefusedByADecisionIsToldWhy) {
  auto settings = client_settings(version());
  settings.decision_awaited = true;
  auto peer = erl(GetParam(), shared_ca().server(), accepting("", "io:format(\"~0p~n\", [ssl:recv(S, 0)])"));
  engine_link link{connect_to(port_of(peer)), make_context(settings), client_options({}, "localhost")};

  ASSERT_EQ(link.handshake(), engine_status::awaits_decision);
  link.end().refuse_peer(certificate_expired_alert, "");
  EXPECT_EQ(link.handshake(), engine_status::failed);

  EXPECT_THAT(peer.read_all(), HasSubstr("received CLIENT ALERT: Fatal - Certificate Expired"));
}

TEST_P(EngineOtp, SurvivesAServersNewKeys) {
  const std::string more = GetParam() == ssl::tlsv1_2 ? ", {renegotiate_at, 50}" : ", {key_update_at, 20000}";
  auto peer =
      erl(GetParam(), shared_ca().server(),
          accepting(more, "[begin ok = ssl:send(S, binary:copy(<<\"x\">>, 1000)), {ok, <<\"y\">>} = ssl:recv(S, 1) end"
                          "|| _ <- lists:seq(1, 300)], ok = ssl:send(S, <<\"done\">>), ssl:recv(S, 0)"));
  engine_link link{connect_to(port_of(peer)), client_context(version()), client_options({}, "localhost")};
  ASSERT_EQ(link.handshake(), engine_status::open);

  std::string got;
  std::size_t answered = 0;
  while (link.end().status() == engine_status::open && !got.ends_with("done")) {
    got += link.receive_some();
    while (answered < got.size() / 1000 && link.send("y"))
      ++answered;
  }

  EXPECT_EQ(got.size(), 300'004U) << ssl::format_error(link.end().reason());
}
