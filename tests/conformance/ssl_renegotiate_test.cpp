// SPDX-License-Identifier: Apache-2.0
// Follows OTP's ssl_renegotiate_SUITE.

#include <gtest/gtest.h>

#include "ssl_cases.hpp"

namespace agner {
namespace {

using namespace test;

class SslRenegotiate : public testing::TestWithParam<ssl::protocol_version> {
protected:
  static ssl::options allowing() { return only(GetParam(), {.client_renegotiation = true}); }
  /// What comes of it where the client renegotiates, and then both talk.
  static task<term> renegotiated(const meeting& met) {
    const auto done = co_await ssl::renegotiate(met.open->client);
    if (!done) co_return done.error().reason();
    co_return co_await talk(met) ? term{"ok"_atom} : term{"no_talk"_atom};
  }
  node here;
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, SslRenegotiate, testing::Values(ssl::tlsv1, ssl::tlsv1_1, ssl::tlsv1_2),
                         [](const auto& of) {
                           return of.param == ssl::tlsv1 ? "Tls10" : of.param == ssl::tlsv1_1 ? "Tls11" : "Tls12";
                         });

// client_renegotiate
TEST_P(SslRenegotiate, AClientMayBeginAnew) {
  here.run([]() -> task<> {
    const auto met = co_await meet(only(GetParam()), allowing());
    EXPECT_EQ(co_await renegotiated(met), term{"ok"_atom});
  });
}

// client_secure_renegotiate, client_secure_renegotiate_fallback
TEST_P(SslRenegotiate, WithAndWithoutSecureRenegotiationDemanded) {
  here.run([]() -> task<> {
    for (const bool secure : {true, false}) {
      auto client = only(GetParam(), {.secure_renegotiate = secure});
      auto server = allowing();
      server.secure_renegotiate = secure;
      EXPECT_EQ(co_await renegotiated(co_await meet(std::move(client), std::move(server))), term{"ok"_atom});
    }
  });
}

// renegotiate_dos_mitigate_active, renegotiate_dos_mitigate_passive: a server that allows it ends a connection that does nothing else
TEST_P(SslRenegotiate, AClientThatDoesNothingElseIsRefused) {
  here.run([]() -> task<> {
    const auto met = co_await meet(only(GetParam()), allowing());
    spawn(
        [](ssl::socket& of) -> task<> {
          while ((co_await ssl::renegotiate(of)).has_value()) {
          }
        },
        met.open->client);

    const auto end = co_await ssl::recv(met.open->server, 0, std::chrono::seconds{30});

    EXPECT_EQ(end.error().reason(), tuple("flood"_atom, tuple("renegotiations"_atom, 8)));
  });
}

// renegotiate_dos_mitigate_absolute
TEST_P(SslRenegotiate, AServerThatDoesNotAllowItRefuses) {
  here.run([]() -> task<> {
    const auto met = co_await meet(only(GetParam()), only(GetParam()));
    spawn(
        [](ssl::socket& of, pid& owner) -> task<> {
          const auto done = co_await ssl::renegotiate(of);
          send(owner, tuple("done"_atom, done ? term{"ok"_atom} : done.error().reason()));
        },
        met.open->client, self());
    // The server reads, so that it sees the request.
    (void)co_await ssl::recv(met.open->server, 1, std::chrono::milliseconds{1});
    EXPECT_EQ(co_await receive(on(match("done"_atom, any<term>), [](term how) { return how; })),
              term{"renegotiation_rejected"_atom});
  });
}

} // namespace agner
