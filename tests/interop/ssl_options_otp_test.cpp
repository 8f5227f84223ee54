// SPDX-License-Identifier: Apache-2.0
// Options with OTP's ssl at the other end, and what verify_fun is asked here and there about the same chain.

#include <gtest/gtest.h>

#include <agner/runtime/term_text.hpp>
#include <agner/tls/ssl.hpp>

#include "../support/otp_ssl.hpp"
#include "../support/ssl_pair.hpp"

using namespace agner;
using namespace agner::test;
using namespace std::chrono_literals;

namespace {

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

std::string server_files(const credentials& of) {
  return "{certfile," + quoted(of.certfile) + "},{keyfile," + quoted(of.keyfile) + "}";
}

class SslOptionsOtp : public testing::Test {
protected:
  otp_ssl otp_;
  node here_;
};

} // namespace

TEST_F(SslOptionsOtp, AlpnWithAnOtpServer) {
  const auto port = otp_.serve("[" + server_files(shared_ca().server()) + ",{alpn_preferred_protocols,[<<\"h2\">>]}]",
                               "fun(S) -> ssl:negotiated_protocol(S) end");
  const term got = here_.run([&]() -> task<term> {
    const auto made = must(co_await ssl::connect(
        "localhost", port, client_options({.alpn_advertised_protocols = {{"x", "h2"}}, .active = false}), 10s));
    const auto protocol = must(co_await ssl::negotiated_protocol(made));
    EXPECT_EQ(co_await ssl::recv(made, 0, 10s),
              std::unexpected{error{"closed"_atom}}); // the other has answered, and ended
    co_return protocol;
  });

  EXPECT_EQ(got, binary("h2"));
  EXPECT_EQ(otp_.served(), "{ok,<<\"h2\">>}");
}

TEST_F(SslOptionsOtp, PasswordInsteadOfCertificates) {
  const std::string lookup = "{fun(srp, U, Salt) -> {ok, {srp_2048, Salt, crypto:hash(sha, [Salt, crypto:hash(sha, "
                             "[U, \":secret\"])])}} end, <<1,2,3,4,5,6,7,8>>}";
  const auto port =
      otp_.serve("[{versions,['tlsv1.2']},{ciphers,[\"SRP-AES-128-CBC-SHA\"]},{user_lookup_fun," + lookup + "}]",
                 "fun(S) -> ssl:connection_information(S, [srp_username]) end");
  here_.run([&]() -> task<> {
    const auto made = co_await ssl::connect("localhost", port,
                                            ssl::options{.server_name_indication = ssl::disable,
                                                         .versions = {{ssl::tlsv1_2}},
                                                         .ciphers = {{"SRP-AES-128-CBC-SHA"}},
                                                         .srp_identity = tuple(string("joe"), string("secret")),
                                                         .active = false},
                                            10s);
    EXPECT_TRUE(made.has_value()) << ssl::format_error(made.error());
    if (made) EXPECT_EQ(co_await ssl::recv(*made, 0, 10s), std::unexpected{error{"closed"_atom}});
  });

  EXPECT_EQ(otp_.served(), "{ok,[{srp_username,<<\"joe\">>}]}");
}

/// Both clients are asked about the chain of the same server; extensions by their identifiers.
TEST_F(SslOptionsOtp, VerifyFunIsAskedTheSameInTheSameOrder) {
  for (const bool foreign : {false, true}) {
    test_ca& by = foreign ? foreign_ca() : shared_ca();
    const auto shown = by.issue_through_intermediate(plan_for_host("localhost"));
    const std::string serve = "[" + server_files(shown) + "]";
    const std::string noting =
        "{fun(_, {extension, E}, L) -> {unknown, [{extension, element(2, E)} | L]}; (_, {bad_cert, _} = E, L) -> "
        "{valid, [E | L]}; (_, valid, L) -> {valid, [valid | L]}; (_, valid_peer, L) -> Self ! {noted, "
        "lists:reverse([valid_peer | L])}, {valid, L} end, []}";
    otp_.eval("Self = self()");
    auto port = otp_.serve(serve, "fun(S) -> ssl:recv(S, 0, 5000) end");
    otp_.connect(port,
                 "[{verify,verify_peer},{cacertfile," + quoted(shared_ca().cacertfile()) + "},{verify_fun," + noting +
                     "}]",
                 "fun(S) -> ssl:close(S) end");
    const auto theirs =
        parse_term(otp_.eval("(fun() -> receive {noted, Noted} -> Noted after 5000 -> none end end)()"));
    otp_.served();

    std::vector<term> ours;
    const auto note = [&ours](term, term event, term state) -> term {
      const bool extension = event.is_tagged("extension"_atom, 2);
      ours.push_back(extension ? tuple("extension"_atom, event[1][1]) : event);
      return tuple(extension ? "unknown"_atom.value() : "valid"_atom.value(), state);
    };
    port = otp_.serve(serve, "fun(S) -> ssl:recv(S, 0, 5000) end");
    here_.run([&]() -> task<> {
      const auto made = co_await ssl::connect(
          "localhost", port, client_options({.verify_fun = ssl::fun_with_state{note, {}}, .active = false}), 10s);
      EXPECT_TRUE(made.has_value()) << ssl::format_error(made.error());
      if (made) co_await ssl::close(*made);
    });
    otp_.served();

    ASSERT_TRUE(theirs.has_value());
    EXPECT_EQ(list_of(ours), *theirs);
  }
}
