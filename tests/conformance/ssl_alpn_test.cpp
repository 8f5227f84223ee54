// SPDX-License-Identifier: Apache-2.0
// Follows OTP's ssl_alpn_SUITE and ssl_npn_SUITE.

#include <gtest/gtest.h>

#include "ssl_cases.hpp"

namespace agner {
namespace {

using namespace test;

term text_list(std::initializer_list<std::string_view> texts) {
  std::vector<term> made;
  for (const auto one : texts)
    made.push_back(binary(one));
  return list_of(std::move(made));
}

/// The option that is at fault, of a client or a server with it.
term fault_with(node& on, bool client, atom name, term value) {
  const ssl::option_list given{list({tuple(name, std::move(value)), tuple("verify"_atom, "verify_none"_atom),
                                     tuple("certfile"_atom, string(shared_ca().server().certfile)),
                                     tuple("keyfile"_atom, string(shared_ca().server().keyfile))})};
  const auto made = client ? ssl::checked_options::for_client(on, given) : ssl::checked_options::for_server(on, given);
  return made ? term{"ok"_atom} : made.error().reason()[1][0];
}

class SslAlpn : public testing::TestWithParam<ssl::protocol_version> {
protected:
  static ssl::options offering(std::vector<std::string> protocols) {
    return only(GetParam(), {.alpn_advertised_protocols = std::move(protocols)});
  }
  static ssl::options preferring(std::vector<std::string> protocols) {
    return only(GetParam(), {.alpn_preferred_protocols = std::move(protocols)});
  }
  /// What both ends say.
  static task<> agree(ssl::options client, ssl::options server, term wanted) {
    const auto met = co_await meet(std::move(client), std::move(server));
    EXPECT_TRUE(co_await talk(met)) << print_short(met.client);
    if (!met.open) co_return;
    for (const auto& end : {met.open->client, met.open->server}) {
      const auto said = co_await ssl::negotiated_protocol(end);
      EXPECT_EQ(said ? *said : said.error().reason(), wanted);
    }
  }
  node here;
};

const term none = "protocol_not_negotiated"_atom;

class SslNpn : public testing::Test {
protected:
  static ssl::options choosing(term how) {
    return only(ssl::tlsv1_2, {.client_preferred_next_protocols = std::move(how)});
  }
  static ssl::options advertising(std::vector<std::string> protocols) {
    return only(ssl::tlsv1_2, {.next_protocols_advertised = std::move(protocols)});
  }
  static task<> agree(ssl::options client, ssl::options server, term wanted) {
    const auto met = co_await meet(std::move(client), std::move(server));
    EXPECT_TRUE(co_await talk(met)) << print_short(met.client);
    if (!met.open) co_return;
    for (const auto& end : {met.open->client, met.open->server}) {
      const auto said = co_await ssl::negotiated_next_protocol(end);
      EXPECT_EQ(said ? *said : said.error().reason(), wanted);
    }
  }
  node here;
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, SslAlpn, testing::Values(ssl::tlsv1_1, ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) {
                           return of.param == ssl::tlsv1_1 ? "Tls11" : of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13";
                         });

// -- ssl_alpn_SUITE -----------------------------------------------------------------------------------------------------------------------

// empty_protocols_are_not_allowed, protocols_must_be_a_binary_list
TEST_P(SslAlpn, ListsThatAreNoneAreRefused) {
  for (const bool client : {true, false}) {
    const atom name = client ? "alpn_advertised_protocols"_atom.value() : "alpn_preferred_protocols"_atom.value();
    EXPECT_EQ(fault_with(here, client, name, text_list({"foo", ""})), term{name});
    EXPECT_EQ(fault_with(here, client, name, "hej"_atom), term{name});
    EXPECT_EQ(fault_with(here, client, name, list({term{"a"_atom}})), term{name});
  }
}

// client_alpn_and_server_alpn, no_matching_protocol
TEST_P(SslAlpn, TheServersOrderCounts) {
  here.run([]() -> task<> {
    co_await agree(offering({"spdy/1", "http/1.0", "http/1.1"}), preferring({"http/1.1", "http/1.0"}),
                   binary("http/1.1"));
    const auto met = co_await meet(offering({"http/1.1"}), preferring({"spdy/2"}));
    EXPECT_EQ(alerts_of(met), both_say("no_application_protocol"_atom));
  });
}

// client_alpn_and_server_no_support, client_no_support_and_server_alpn
TEST_P(SslAlpn, OneEndAloneAgreesOnNothing) {
  here.run([]() -> task<> {
    co_await agree(offering({"http/1.0"}), only(GetParam()), none);
    co_await agree(only(GetParam()), preferring({"http/1.0"}), none);
  });
}

// client_renegotiate
TEST_P(SslAlpn, ARenegotiationKeepsTheProtocol) {
  if (GetParam() == ssl::tlsv1_3) return; // there is none
  here.run([]() -> task<> {
    auto server = preferring({"b", "a"});
    server.client_renegotiation = true;
    const auto met = co_await meet(offering({"a", "b"}), std::move(server));
    EXPECT_TRUE((co_await ssl::renegotiate(met.open->client)).has_value());
    EXPECT_TRUE(co_await talk(met));
    EXPECT_EQ(must(co_await ssl::negotiated_protocol(met.open->server)), binary("b"));
  });
}

// client_alpn_npn_and_server_alpn_npn, client_alpn_and_server_alpn_npn, client_alpn_npn_and_server_alpn
TEST_P(SslAlpn, WinsOverNextProtocolNegotiation) {
  here.run([]() -> task<> {
    for (const int who : {0, 1, 2}) {
      auto client = offering({"http/1.0", "http/1.1"});
      auto server = preferring({"http/1.1"});
      if (who != 1) client.client_preferred_next_protocols = tuple("client"_atom, text_list({"spdy/2"}));
      if (who != 2) server.next_protocols_advertised = {{"spdy/2"}};
      co_await agree(std::move(client), std::move(server), binary("http/1.1"));
    }
  });
}

// -- ssl_npn_SUITE ------------------------------------------------------------------------------------------------------------------------

// validate_empty_protocols_are_not_allowed, validate_advertisement_must_be_a_binary_list, validate_client_protocols_must_be_a_tuple
TEST_F(SslNpn, ListsThatAreNoneAreRefused) {
  const atom advertised = "next_protocols_advertised"_atom;
  const atom preferred = "client_preferred_next_protocols"_atom;
  EXPECT_EQ(fault_with(here, false, advertised, text_list({"foo", ""})), term{advertised});
  EXPECT_EQ(fault_with(here, false, advertised, binary("foo")), term{advertised});
  EXPECT_EQ(fault_with(here, true, preferred, tuple("client"_atom, text_list({"foo", ""}), binary("foo"))),
            term{preferred});
  EXPECT_EQ(fault_with(here, true, preferred, text_list({"foo"})), term{preferred});
  EXPECT_EQ(fault_with(here, true, preferred, tuple("client"_atom, text_list({"foo"}), binary(""))), term{preferred});
}

// normal_npn_handshake_server_preference, normal_npn_handshake_client_preference
TEST_F(SslNpn, WhoDecidesIsTheClientsChoice) {
  here.run([]() -> task<> {
    const term mine = text_list({"http/1.0", "http/1.1"});
    co_await agree(choosing(tuple("server"_atom, mine, binary("http/1.1"))),
                   advertising({"spdy/2", "http/1.1", "http/1.0"}), binary("http/1.1"));
    co_await agree(choosing(tuple("client"_atom, mine, binary("http/1.1"))),
                   advertising({"spdy/2", "http/1.1", "http/1.0"}), binary("http/1.0"));
  });
}

// fallback_npn_handshake, fallback_npn_handshake_server_preference
TEST_F(SslNpn, TheDefaultIsTakenWhereNothingFits) {
  here.run([]() -> task<> {
    for (const atom who : {"client"_atom.value(), "server"_atom.value()})
      co_await agree(choosing(tuple(who, text_list({"spdy/2"}), binary("http/1.1"))),
                     advertising({"spdy/1", "http/1.1", "http/1.0"}), binary("http/1.1"));
  });
}

// client_negotiate_server_does_not_support, no_client_negotiate_but_server_supports_npn
TEST_F(SslNpn, OneEndAloneAgreesOnNothing) {
  here.run([]() -> task<> {
    co_await agree(choosing(tuple("client"_atom, text_list({"spdy/2"}), binary("http/1.1"))), only(ssl::tlsv1_2), none);
    co_await agree(only(ssl::tlsv1_2), advertising({"spdy/1"}), none);
  });
}

} // namespace agner
