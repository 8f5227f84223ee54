// SPDX-License-Identifier: Apache-2.0
// Cases of OTP's ssl suites with OTP itself at the other end: ssl_api (pauses), ssl_cipher_suite, ssl_key_update, ssl_mfl, ssl_npn, ssl_basic (TLS 1.0 and 1.1).

#include <gtest/gtest.h>

#include <agner/tls/ssl_handshake.hpp>
#include <agner/tls/ssl_suites.hpp>

#include "../support/otp_ssl.hpp"
#include "ssl_cases.hpp"
#include "ssl_suite_table.hpp"

namespace agner {
namespace {

using namespace test;
using namespace std::chrono_literals;

std::string quoted(const std::string& text) { return "\"" + text + "\""; }
std::string files(const credentials& of) {
  return "{certfile," + quoted(of.certfile) + "},{keyfile," + quoted(of.keyfile) + "}";
}
std::string authority() { return "{cacertfile," + quoted(shared_ca().cacertfile()) + "}"; }

class SslOtp : public testing::Test {
protected:
  static void SetUpTestSuite() { otp_ = std::make_unique<otp_ssl>(std::chrono::seconds{30}); }
  static void TearDownTestSuite() { otp_.reset(); }

  /// Our client, of these options; what @p then gives of the connection.
  template <class F>
  term connect(std::uint16_t port, ssl::options with, F then) {
    return here.run([&]() -> task<term> {
      const auto made = co_await ssl::connect("localhost", port, passive(client_options(std::move(with))), 30s);
      if (!made) co_return made.error().reason();
      const term got = co_await then(*made);
      co_await ssl::close(*made);
      co_return got;
    });
  }

  static std::unique_ptr<otp_ssl> otp_;
  node here;
};

std::unique_ptr<otp_ssl> SslOtp::otp_;

/// Waits for the other end's text, and ends.
task<term> told(ssl::socket from) {
  const auto got = co_await ssl::recv(from, 2, 30s);
  co_return got ? *got : got.error().reason();
}

} // namespace

// handshake_continue, hello_server_cancel, with a client of ours and a server of OTP's that pauses, and the other way round
TEST_F(SslOtp, EitherEndMayPause) {
  for (const std::string version : {"'tlsv1.2'", "'tlsv1.3'"}) {
    const auto mine = version == "'tlsv1.2'" ? ssl::tlsv1_2 : ssl::tlsv1_3;
    auto port = otp_->serve("[" + files(shared_ca().server()) + ",{versions,[" + version + "]}]",
                            "fun(S) -> ssl:send(S, \"ok\") end");
    const term got = connect(port, only(mine, {.handshake = ssl::hello}), [&](ssl::socket paused) -> task<term> {
      const term said = must(co_await ssl::hello_extensions(paused));
      EXPECT_TRUE(said.as_map().find(mine == ssl::tlsv1_3 ? "key_share"_atom.value()
                                                          : "renegotiation_info"_atom.value()) != nullptr);
      const auto open = co_await ssl::handshake_continue(paused, ssl::options{}, 30s);
      if (!open) co_return open.error().reason();
      co_return co_await told(*open);
    });
    EXPECT_EQ(got, binary("ok")) << version;
    EXPECT_EQ(otp_->served(), "ok");

    port = otp_->serve("[" + files(shared_ca().server()) + ",{versions,[" + version + "]}]",
                       "fun(S) -> ssl:send(S, \"ok\") end");
    EXPECT_EQ(connect(port, only(mine, {.handshake = ssl::hello}),
                      [&](ssl::socket paused) -> task<term> {
                        must(co_await ssl::handshake_cancel(paused));
                        co_return "cancelled"_atom;
                      }),
              term{"cancelled"_atom});
    const std::string heard = otp_->served();
    EXPECT_TRUE(heard.contains("user_canceled") || heard == "{error,closed}") << heard;
  }
}

// The map of extensions is OTP's: the same client of OTP's is looked at by a server of OTP's and by ours.
TEST_F(SslOtp, TheExtensionsAreThoseThatOtpTells) {
  for (const std::string version : {"'tlsv1.2'", "'tlsv1.3'"}) {
    const std::string client = "[" + authority() + ",{verify,verify_peer},{versions,[" + version +
                               "]},{alpn_advertised_protocols,[<<\"a\">>,<<\"bc\">>]},{max_fragment_length,2048}]";
    otp_->eval("Look = fun(Options) -> Self = self(), {ok, L} = ssl:listen(0, Options), {ok, {_, P}} = "
               "ssl:sockname(L), spawn(fun() -> {ok, T} = ssl:transport_accept(L), {ok, S, Ext} = "
               "ssl:handshake(T, 30000), Self ! {looked, maps:remove(key_share, Ext)}, ssl:handshake_cancel(S) end), P "
               "end, ok");
    const std::string port =
        otp_->eval("Look([{handshake,hello},{versions,[" + version + "]}," + files(shared_ca().server()) + "])");
    otp_->eval("Told = self(), spawn(fun() -> ssl:connect(\"localhost\", " + port + ", " + client +
               ", 30000) end), ok");
    const auto theirs = parse_term(otp_->eval("(fun() -> receive {looked, E} -> E after 30000 -> none end end)()"));

    const term ours = here.run([&]() -> task<term> {
      const auto mine = version == "'tlsv1.2'" ? ssl::tlsv1_2 : ssl::tlsv1_3;
      auto with = server_options(only(mine, {.handshake = ssl::hello, .active = false, .ip = "127.0.0.1"}));
      const auto listener = must(ssl::listen(0, with));
      const auto at = must(co_await ssl::sockname(listener)).port;
      otp_->eval("spawn(fun() -> ssl:connect(\"localhost\", " + std::to_string(at) + ", " + client +
                 ", 30000) end), ok");
      const auto pending = must(co_await ssl::transport_accept(listener, 30s));
      const auto paused = must(co_await ssl::handshake(pending, 30s));
      const term said = must(co_await ssl::hello_extensions(paused));
      must(co_await ssl::handshake_cancel(paused));
      co_return map_remove(said, "key_share"_atom);
    });

    ASSERT_TRUE(theirs.has_value());
    EXPECT_EQ(ours, *theirs);
  }
}

// key_update_at_client, explicit_key_update: OTP's reading secret changes. OTP 25 tells secrets only to those who ask for
// client_random, server_random, master_secret or keylog too (ssl.erl, connection_information/2).
TEST_F(SslOtp, KeysAreChangedAsOtpSees) {
  const std::string secret =
      "Secret = fun(S) -> {ok, L} = ssl:connection_information(S, [client_random, client_traffic_secret_0]), "
      "{_, V} = lists:keyfind(client_traffic_secret_0, 1, L), V end, ok";
  otp_->eval(secret);
  for (const bool by_itself : {true, false}) {
    const auto port =
        otp_->serve("[" + files(shared_ca().server()) + ",{versions,['tlsv1.3']},{keep_secrets,true},{mode,binary}]",
                    "fun(S) -> A = Secret(S), {ok, _} = ssl:recv(S, 5000, 30000), B = Secret(S), ok = ssl:send(S, "
                    "\"ok\"), A =/= B end");
    ssl::options with = only(ssl::tlsv1_3);
    if (by_itself) with.key_update_at = 1000;
    const term got = connect(port, with, [&](ssl::socket open) -> task<term> {
      if (!by_itself) must(co_await ssl::update_keys(open, ssl::key_update::read_write));
      for (int i = 0; i < 5; ++i)
        must(co_await ssl::send(open, std::string(1000, 'x')));
      co_return co_await told(open);
    });
    EXPECT_EQ(got, binary("ok"));
    EXPECT_EQ(otp_->served(), "true");
  }
}

// client_option of ssl_mfl_SUITE
TEST_F(SslOtp, RecordsAreAsShortAsAsked) {
  for (const std::string version : {"'tlsv1.2'", "'tlsv1.3'"}) {
    const auto port = otp_->serve("[" + files(shared_ca().server()) + ",{versions,[" + version + "]},{mode,binary}]",
                                  "fun(S) -> {ok, D} = ssl:recv(S, 10000, 30000), ok = ssl:send(S, [D, \"ok\"]), {ok, "
                                  "[{_, L}]} = ssl:connection_information(S, [max_fragment_length]), L end");
    const term got =
        connect(port, only(version == "'tlsv1.2'" ? ssl::tlsv1_2 : ssl::tlsv1_3, {.max_fragment_length = 1024}),
                [&](ssl::socket open) -> task<term> {
                  must(co_await ssl::send(open, std::string(10'000, 'x')));
                  const auto back = co_await ssl::recv(open, 10'000, 30s);
                  EXPECT_TRUE(back.has_value());
                  co_return co_await told(open);
                });
    EXPECT_EQ(got, binary("ok"));
    EXPECT_EQ(otp_->served(), "1024");
  }
}

// normal_npn_handshake_client_preference
TEST_F(SslOtp, NextProtocols) {
  const auto port = otp_->serve("[" + files(shared_ca().server()) +
                                    ",{versions,['tlsv1.2']},{next_protocols_advertised,[<<\"a\">>,<<\"b\">>]}]",
                                "fun(S) -> ok = ssl:send(S, \"ok\"), ssl:negotiated_protocol(S) end");
  const term got = connect(
      port,
      only(ssl::tlsv1_2, {.client_preferred_next_protocols = tuple("client"_atom, list({binary("b"), binary("a")}))}),
      [&](ssl::socket open) -> task<term> {
        EXPECT_EQ(must(co_await ssl::negotiated_protocol(open)), binary("b"));
        co_return co_await told(open);
      });
  EXPECT_EQ(got, binary("ok"));
  EXPECT_EQ(otp_->served(), "{ok,<<\"b\">>}");
}

// tls_versions_option
TEST_F(SslOtp, OldVersionsWhereTheyAreNamed) {
  for (const auto& [name, mine] : {std::pair{"tlsv1", ssl::tlsv1}, std::pair{"'tlsv1.1'", ssl::tlsv1_1}}) {
    const auto port = otp_->serve("[" + files(shared_ca().server()) + ",{versions,[" + std::string(name) + "]}]",
                                  "fun(S) -> ssl:send(S, \"ok\") end");
    EXPECT_EQ(connect(port, only(mine), told), binary("ok")) << name;
    EXPECT_EQ(otp_->served(), "ok");
  }
}

// Every suite that both have, OTP being the server.
TEST_F(SslOtp, SuitesOfBoth) {
  auto plan = plan_for_host("localhost");
  plan.key = ssl::key_kind::rsa_2048;
  const auto rsa = shared_ca().issue(plan);
  const std::string lookup = "{user_lookup_fun,{fun(psk, _, S) -> {ok, S}; (srp, U, _) -> Salt = <<\"12345678\">>, "
                             "{ok, {srp_2048, Salt, crypto:hash(sha, [Salt, crypto:hash(sha, [U, "
                             "\":secret\"])])}} end, <<\"0123456789abcdef\">>}}";
  // OTP has names for suites that it offers in none of its lists, and refuses a hello that brings only those.
  otp_->eval("Suites = lists:append([ssl:cipher_suites(Kind, V) || Kind <- [all, anonymous], "
             "V <- ['tlsv1.2', 'tlsv1.3']]), ok");
  for (const suite_case& of : suite_cases) {
    if (of.missing) continue;
    const std::string known =
        otp_->eval("lists:member(ssl:str_to_suite(\"" + std::string(of.openssl) + "\"), Suites) andalso yes");
    if (known != "yes") continue;
    const std::string version = of.tls1_3 ? "'tlsv1.3'" : "'tlsv1.2'";
    const auto port =
        otp_->serve("[" + files(of.rsa ? rsa : shared_ca().server()) + (of.psk || of.srp ? "," + lookup : "") +
                        ",{versions,[" + version + "]},{ciphers,[\"" + of.openssl + "\"]}]",
                    "fun(S) -> ssl:send(S, \"ok\") end");
    ssl::options with = only(of.tls1_3 ? ssl::tlsv1_3 : ssl::tlsv1_2, {.ciphers = {{of.openssl}}});
    if (of.psk) {
      with.user_lookup_fun = ssl::fun_with_state{
          [](term, term, term secret) -> term { return tuple("ok"_atom, secret); }, binary("0123456789abcdef")};
      with.psk_identity = "Test-User";
    }
    if (of.srp) with.srp_identity = tuple(string("Test-User"), string("secret"));
    EXPECT_EQ(connect(port, with, told), binary("ok")) << of.name;
    EXPECT_EQ(otp_->served(), "ok") << of.name;
  }
}

} // namespace agner
