// SPDX-License-Identifier: Apache-2.0
// Open connections with OTP's ssl at the other end, ours as client and as server, TLS 1.2 and 1.3: active modes, packets, halves of an end, much data, new keys.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>

#include <agner/actors/gen_tcp.hpp>
#include <agner/runtime/term_text.hpp>

#include "../support/otp_ssl.hpp"
#include "../support/process_probes.hpp"
#include "../support/ssl_pair.hpp"

using namespace agner;
using namespace agner::test;
using namespace std::chrono_literals;

namespace {

using our_part = std::function<task<term>(ssl::socket)>;

constexpr std::chrono::milliseconds patience = 20s;
const term closed_reason{"closed"_atom};

struct role {
  ssl::protocol_version version;
  bool client; // ours is
};

/// What both ends do. Options are those that differ from what makes a connection with certificates on both sides.
struct meeting {
  std::string otp; // a fun of the socket
  our_part ours;
  ssl::options our_options = {};
  std::string otp_options = {}; // ",{packet,2}"
};

struct results {
  term ours;
  std::string otp;
};

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

class SslOtp : public testing::TestWithParam<role> {
protected:
  static bool tls1_3() { return GetParam().version == ssl::tlsv1_3; }

  results meet(meeting what) {
    auto options = with_client_certificate(client_options(std::move(what.our_options)));
    if (!GetParam().client) {
      options.certfile = options.keyfile = std::nullopt;
      options = demanding(server_options(std::move(options)));
      options.ip = "127.0.0.1";
    }
    options.versions = {{GetParam().version}};
    if (!options.active) options.active = false;
    if (!options.mode) options.mode = inet::mode::binary;

    const auto& files = GetParam().client ? shared_ca().server() : shared_ca().client();
    const std::string otp_options = "[binary,{versions,['tlsv1." + std::string(tls1_3() ? "3" : "2") +
                                    "']},{certfile," + quoted(files.certfile) + "},{keyfile," + quoted(files.keyfile) +
                                    "},{cacertfile," + quoted(shared_ca().cacertfile()) + "},{verify,verify_peer}" +
                                    (GetParam().client ? ",{fail_if_no_peer_cert,true}" : "") + what.otp_options + "]";
    return GetParam().client ? as_client(what, std::move(options), otp_options)
                             : as_server(what, std::move(options), otp_options);
  }

  otp_ssl otp_{patience};
  node here_;

private:
  results as_client(const meeting& what, ssl::options options, const std::string& otp_options) {
    const auto port = otp_.serve(otp_options, what.otp);
    results got;
    got.ours = here_.run([&]() -> task<term> {
      co_return co_await what.ours(must(co_await ssl::connect("localhost", port, std::move(options), patience)));
    });
    got.otp = otp_.served();
    return got;
  }

  results as_server(const meeting& what, ssl::options options, const std::string& otp_options) {
    std::promise<std::uint16_t> listening;
    std::promise<term> done;
    auto port = listening.get_future();
    auto ours = done.get_future();
    here_.spawn(
        [&what](std::promise<std::uint16_t>& at, std::promise<term>& told, ssl::options& with) -> task<> {
          const auto listener = must(ssl::listen(0, std::move(with)));
          at.set_value(must(co_await ssl::sockname(listener)).port);
          const auto pending = must(co_await ssl::transport_accept(listener, patience));
          told.set_value(co_await what.ours(must(co_await ssl::handshake(pending, patience))));
        },
        std::move(listening), std::move(done), std::move(options));
    results got;
    got.otp = otp_.connect(port.get(), otp_options, what.otp);
    got.ours = ours.get();
    return got;
  }
};

auto next_message(std::chrono::milliseconds time = patience) {
  return receive([](term got) { return got; }, after(time, [] { return term{"nothing"_atom}; }));
}

/// What recv gives, or the reason.
task<term> taken(ssl::socket from, std::size_t length) {
  const auto got = co_await ssl::recv(from, length, patience);
  co_return got ? *got : got.error().reason();
}

/// All that comes in messages until the end; then how it ended.
task<term> all_messages(ssl::socket from) {
  std::string text;
  for (;;) {
    const term got = co_await next_message();
    if (!got.is_tagged("ssl"_atom, 3)) co_return tuple(binary(text), got[0], got[1] == to_term(from));
    text += text_of(got[2]);
  }
}

/// Bytes that differ from place to place.
std::string much(std::size_t bytes) {
  std::string made(bytes, '\0');
  std::uint32_t state = 1;
  for (char& each : made) {
    state = state * 1664525 + 1013904223;
    each = static_cast<char>(state >> 24U);
  }
  return made;
}

} // namespace

INSTANTIATE_TEST_SUITE_P(All, SslOtp,
                         testing::Values(role{ssl::tlsv1_2, true}, role{ssl::tlsv1_3, true}, role{ssl::tlsv1_2, false},
                                         role{ssl::tlsv1_3, false}),
                         [](const auto& of) {
                           return std::string(of.param.client ? "Client" : "Server") +
                                  (of.param.version == ssl::tlsv1_2 ? "Tls12" : "Tls13");
                         });

// -- active modes -------------------------------------------------------------------------------------------------------------------

TEST_P(SslOtp, OursIsActive) {
  const auto got =
      meet({.otp = "fun(S) -> ok = ssl:send(S, \"hello \"), ok = ssl:send(S, [<<\"wor\">>, \"ld\"]), ssl:close(S) end",
            .ours = all_messages,
            .our_options = {.active = true}});

  EXPECT_EQ(got.ours, tuple(binary("hello world"), "ssl_closed"_atom, true));
}

TEST_P(SslOtp, OursIsActiveOnce) {
  const auto got =
      meet({.otp = "fun(S) -> [ok = ssl:send(S, B) || B <- [\"one\", \"two\", \"three\"]], ssl:recv(S, 0, 20000) end",
            .ours = [](ssl::socket of) -> task<term> {
              std::vector<term> got;
              for (int i = 0; i < 3; ++i) {
                got.push_back((co_await next_message())[2]);
                got.push_back(must(co_await ssl::getopts(of, {"active"_atom})));
                must(co_await ssl::setopts(of, {.active = ssl::once}));
              }
              must(co_await ssl::send(of, "enough"));
              co_return list_of(std::move(got));
            },
            .our_options = {.packet = 2, .active = ssl::once},
            .otp_options = ",{packet,2}"});

  const term passive = list({tuple("active"_atom, false)});
  EXPECT_EQ(got.ours, list({binary("one"), passive, binary("two"), passive, binary("three"), passive}));
  EXPECT_EQ(got.otp, "{ok,<<\"enough\">>}");
}

TEST_P(SslOtp, OursIsActiveForAWhile) {
  const auto got =
      meet({.otp = "fun(S) -> [ok = ssl:send(S, B) || B <- [\"one\", \"two\", \"three\"]], ssl:recv(S, 0, 20000) end",
            .ours = [](ssl::socket of) -> task<term> {
              std::vector<term> got;
              got.push_back((co_await next_message())[2]);
              got.push_back((co_await next_message())[2]);
              got.push_back(co_await next_message());
              got.push_back(co_await taken(of, 0));
              must(co_await ssl::send(of, "enough"));
              EXPECT_EQ(got[2], tuple("ssl_passive"_atom, to_term(of)));
              got[2] = "passive"_atom;
              co_return list_of(std::move(got));
            },
            .our_options = {.packet = 4, .active = 2},
            .otp_options = ",{packet,4}"});

  EXPECT_EQ(got.ours, list({binary("one"), binary("two"), term("passive"_atom), binary("three")}));
}

TEST_P(SslOtp, OtpIsActive) {
  const std::string counted =
      "fun(S) -> L = fun L() -> receive {ssl, S, D} -> [D | L()]; {ssl_passive, S} -> ok = ssl:setopts(S, [{active, "
      "2}]), "
      "[passive | L()]; {ssl_closed, S} -> [closed]; {ssl_error, S, R} -> [R] after 20000 -> [nothing] end end, "
      "ok = ssl:setopts(S, [{active, 2}]), L() end";

  const auto got = meet({.otp = counted,
                         .ours = [](ssl::socket of) -> task<term> {
                           for (const char* each : {"a", "b", "c", "d", "e"})
                             must(co_await ssl::send(of, each));
                           must(co_await ssl::close(of));
                           co_return "ok"_atom;
                         },
                         .our_options = {.packet = 1},
                         .otp_options = ",{packet,1}"});

  EXPECT_EQ(got.otp, R"([<<"a">>,<<"b">>,passive,<<"c">>,<<"d">>,passive,<<"e">>,closed])");
}

TEST_P(SslOtp, ListsComeAsLists) {
  const auto got = meet({.otp = "fun(S) -> ok = ssl:send(S, <<0, 255, 7>>), ssl:recv(S, 0, 20000) end",
                         .ours = [](ssl::socket of) { return taken(of, 3); },
                         .our_options = {.mode = inet::mode::list}});

  EXPECT_EQ(got.ours, list({0, 255, 7}));
  EXPECT_EQ(got.otp, "{error,closed}");
}

// -- packets ------------------------------------------------------------------------------------------------------------------------

TEST_P(SslOtp, PacketsArriveAsTheyWereSent) {
  for (const int packet : {1, 2, 4}) {
    std::vector<std::size_t> sizes{0, 1, 2, 254, 255};
    if (packet >= 2) sizes.insert(sizes.end(), {256, 16383, 16384, 16385, 65535});
    if (packet == 4) sizes.insert(sizes.end(), {65536, 1'000'000});
    const auto got =
        meet({.otp = "fun(S) -> E = fun E() -> case ssl:recv(S, 0, 20000) of {ok, B} -> ok = ssl:send(S, [B, <<>>]), "
                     "E(); X -> X end end, E() end",
              .ours = [sizes](ssl::socket of) -> task<term> {
                for (const std::size_t size : sizes) {
                  const auto sent = much(size);
                  must(co_await ssl::send(of, sent));
                  if (text_of(co_await taken(of, 0)) != sent) co_return size;
                }
                must(co_await ssl::close(of));
                co_return "same"_atom;
              },
              .our_options = {.packet = packet},
              .otp_options = ",{packet," + std::to_string(packet) + "}"});

    EXPECT_EQ(got.ours, term("same"_atom)) << packet;
    EXPECT_EQ(got.otp, "{error,closed}") << packet;
  }
}

TEST_P(SslOtp, PacketModeMayChangeOnTheWay) {
  const auto got =
      meet({.otp = "fun(S) -> ok = ssl:send(S, <<\"plain\">>), {ok, <<\"go\">>} = ssl:recv(S, 2, 20000), "
                   "ok = ssl:setopts(S, [{packet, 4}]), ok = ssl:send(S, <<\"packet\">>), ssl:recv(S, 0, 20000) end",
            .ours = [](ssl::socket of) -> task<term> {
              const term first = co_await taken(of, 5);
              must(co_await ssl::setopts(of, {.packet = 4}));
              must(co_await ssl::setopts(of, {.packet = 0}));
              must(co_await ssl::send(of, "go"));
              must(co_await ssl::setopts(of, {.packet = 4}));
              const term second = co_await taken(of, 0);
              must(co_await ssl::send(of, "done"));
              co_return list({first, second});
            }});

  EXPECT_EQ(got.ours, list({binary("plain"), binary("packet")}));
  EXPECT_EQ(got.otp, "{ok,<<\"done\">>}");
}

TEST_P(SslOtp, PacketThatIsTooLongEndsTheConnection) {
  const auto got = meet({.otp = "fun(S) -> ok = ssl:send(S, <<\"123456789\">>), ssl:recv(S, 0, 20000) end",
                         .ours = [](ssl::socket of) { return taken(of, 0); },
                         .our_options = {.packet = 2, .packet_size = 8},
                         .otp_options = ",{packet,2}"});

  EXPECT_TRUE(got.ours.is_tagged("invalid_packet"_atom, 2)) << print(got.ours);
  EXPECT_EQ(got.otp, "{error,closed}");
}

// -- ends ---------------------------------------------------------------------------------------------------------------------------

TEST_P(SslOtp, RecvHearsThatOtpHasClosed) {
  const auto got = meet(
      {.otp = "fun(S) -> ok = ssl:send(S, \"last words\"), ssl:close(S) end", .ours = [](ssl::socket of) -> task<term> {
         const term first = co_await taken(of, 4);
         const term second = co_await taken(of, 6);
         const term third = co_await taken(of, 0);
         const auto sent = co_await ssl::send(of, "x");
         co_return list({first, second, third, sent ? term("ok"_atom) : sent.error().reason()});
       }});

  EXPECT_EQ(got.ours, list({binary("last"), binary(" words"), closed_reason, closed_reason}));
}

TEST_P(SslOtp, OtpHearsTheEndOfOurOwner) {
  const auto got = meet({.otp = "fun(S) -> ok = ssl:setopts(S, [{active, true}]), receive {ssl_closed, S} -> closed; M "
                                "-> M after 20000 -> nothing end end",
                         .ours = [](ssl::socket of) -> task<term> {
                           const auto owner = spawn_monitor([] { return until_told(); });
                           must(co_await ssl::controlling_process(of, owner.process));
                           const auto gone = monitor(of.process());
                           send(owner.process, "end"_atom);
                           co_return co_await down_reason(gone);
                         }});

  EXPECT_EQ(got.ours, term("normal"_atom));
  EXPECT_EQ(got.otp, "closed");
}

TEST_P(SslOtp, OtpReadsAllBeforeOurHalfEnd) {
  for (const auto how : {shutdown_how::write, shutdown_how::read_write}) {
    const auto got = meet({.otp = "fun(S) -> [ssl:recv(S, 10, 20000), ssl:recv(S, 0, 20000)] end",
                           .ours = [how](ssl::socket of) -> task<term> {
                             must(co_await ssl::send(of, "last words"));
                             must(co_await ssl::shutdown(of, how));
                             const auto sent = co_await ssl::send(of, "x");
                             const term read = co_await taken(of, 0);
                             co_return list({sent ? term("sent"_atom) : sent.error().reason(), read});
                           }});

    EXPECT_EQ(got.ours, list({closed_reason, closed_reason}));
    EXPECT_EQ(got.otp, "[{ok,<<\"last words\">>},{error,closed}]");
  }
}

TEST_P(SslOtp, OursReadsAllBeforeOtpsHalfEnd) {
  for (const std::string how : {"write", "read_write"}) {
    const auto got = meet({.otp = "fun(S) -> ok = ssl:send(S, \"last words\"), ssl:shutdown(S, " + how + ") end",
                           .ours = [](ssl::socket of) -> task<term> {
                             const term first = co_await taken(of, 10);
                             co_return list({first, co_await taken(of, 0)});
                           }});

    EXPECT_EQ(got.ours, list({binary("last words"), closed_reason})) << how;
    EXPECT_EQ(got.otp, "ok") << how;
  }
}

TEST_P(SslOtp, TcpGoesOnWhenBothEndTls) {
  const auto got =
      meet({.otp = "fun(S) -> {ok, <<\"safe\">>} = ssl:recv(S, 4, 20000), {ok, T} = ssl:close(S, {self(), 20000}), "
                   "ok = gen_tcp:send(T, \"otp\"), R = gen_tcp:recv(T, 5, 20000), gen_tcp:close(T), R end",
            .ours = [](ssl::socket of) -> task<term> {
              must(co_await ssl::send(of, "safe"));
              const auto plain = must(co_await ssl::close(of, {self(), patience}));
              const term said = must(co_await gen_tcp::recv(plain, 3, patience));
              must(co_await gen_tcp::send(plain, "agner"));
              co_await gen_tcp::recv(plain, 0, patience);
              co_return said;
            }});

  EXPECT_EQ(got.ours, term(binary("otp")));
  EXPECT_EQ(got.otp, "{ok,<<\"agner\">>}");
}

TEST_P(SslOtp, TlsThatThePeerDoesNotEndIsWaitedForNoLongerThanTold) {
  const auto got =
      meet({.otp = "fun(S) -> {ok, <<\"told\">>} = ssl:recv(S, 4, 20000), receive after 500 -> waited end end",
            .ours = [](ssl::socket of) -> task<term> {
              must(co_await ssl::send(of, "told"));
              const auto plain = co_await ssl::close(of, {self(), 100ms});
              co_return plain ? term("closed in time"_atom) : plain.error().reason();
            }});

  EXPECT_EQ(got.ours, term("timeout"_atom));
}

// -- much ---------------------------------------------------------------------------------------------------------------------------

TEST_P(SslOtp, MuchGoesBothWaysAtOnce) {
  constexpr std::size_t bytes = 16UL << 20U;
  const auto got =
      meet({.otp = "fun(S) -> E = fun E(N) -> case ssl:recv(S, 0, 20000) of {ok, B} -> ok = ssl:send(S, B), "
                   "E(N + byte_size(B)); {error, closed} -> N end end, E(0) end",
            .ours = [](ssl::socket of) -> task<term> {
              const auto sent = std::make_shared<const std::string>(much(bytes));
              spawn([of, sent]() -> task<> { must(co_await ssl::send(of, binary(*sent))); });
              const auto back = must(co_await ssl::recv(of, bytes, 60s));
              must(co_await ssl::close(of));
              co_return back.text() == *sent;
            }});

  EXPECT_EQ(got.ours, term(true));
  EXPECT_EQ(got.otp, std::to_string(bytes));
}

/// Whoever does not read is not buried: the other's send waits until it does.
TEST_P(SslOtp, OtpWaitsUntilOursReads) {
  const auto got = meet({.otp = "fun(S) -> Me = self(), B = binary:copy(<<7>>, 1 bsl 20), "
                                "spawn(fun() -> [ok = ssl:send(S, B) || _ <- lists:seq(1, 16)], Me ! sent end), "
                                "Early = receive sent -> early after 300 -> waits end, "
                                "{ok, <<\"read\">>} = ssl:recv(S, 4, 20000), Early end",
                         .ours = [](ssl::socket of) -> task<term> {
                           co_await receive(after(400ms, [] {}));
                           std::size_t got = 0;
                           while (got < 16UL << 20U)
                             got += text_of(must(co_await ssl::recv(of, 0, patience))).size();
                           must(co_await ssl::send(of, "read"));
                           co_return got;
                         }});

  EXPECT_EQ(got.ours, term(16 << 20));
  EXPECT_EQ(got.otp, "waits");
}

TEST_P(SslOtp, OursWaitsUntilOtpReads) {
  const auto got = meet({.otp = "fun(S) -> receive after 500 -> ok end, R = fun R(N) -> case ssl:recv(S, 0, 20000) of "
                                "{ok, B} -> R(N + byte_size(B)); X -> {N, X} end end, R(0) end",
                         .ours = [](ssl::socket of) -> task<term> {
                           const auto sender = spawn_monitor([of]() -> task<> {
                             for (int i = 0; i < 16; ++i)
                               must(co_await ssl::send(of, std::string(1UL << 20U, 'x')));
                           });
                           const term early = co_await receive(
                               on(match("DOWN"_atom, sender.monitor, _, _, any<term>), [](term why) { return why; }),
                               after(100ms, [] { return term{"waits"_atom}; }));
                           EXPECT_EQ(co_await down_reason(sender.monitor), term("normal"_atom));
                           must(co_await ssl::close(of));
                           co_return early;
                         }});

  EXPECT_EQ(got.ours, term("waits"_atom));
  EXPECT_EQ(got.otp, "{16777216,{error,closed}}");
}

// -- new keys -----------------------------------------------------------------------------------------------------------------------

TEST_P(SslOtp, KeysChangeOnTheWay) {
  const std::string change =
      tls1_3() ? "ok = ssl:update_keys(S, read_write), ok = ssl:update_keys(S, write)" : "ok = ssl:renegotiate(S)";
  const auto got =
      meet({.otp = "fun(S) -> [begin " + change +
                   ", ok = ssl:send(S, <<N:32>>), {ok, <<N:32>>} = ssl:recv(S, 4, 20000) end || N <- lists:seq(1, 5)], "
                   "ssl:close(S) end",
            .ours = [](ssl::socket of) -> task<term> {
              for (;;) {
                const auto got = co_await ssl::recv(of, 4, patience);
                if (!got) co_return got.error().reason();
                must(co_await ssl::send(of, *got));
              }
            },
            .our_options = GetParam().client ? ssl::options{} : ssl::options{.client_renegotiation = true}});

  EXPECT_EQ(got.otp, "ok");
  EXPECT_EQ(got.ours, closed_reason);
}

class SslOtpRenegotiation : public SslOtp {};

INSTANTIATE_TEST_SUITE_P(All, SslOtpRenegotiation, testing::Values(role{ssl::tlsv1_2, true}, role{ssl::tlsv1_2, false}),
                         [](const auto& of) { return of.param.client ? "Client" : "Server"; });

TEST_P(SslOtpRenegotiation, IsRefusedByAServerUnlessAllowed) {
  const auto got =
      meet({.otp = "fun(S) -> R = ssl:renegotiate(S), ok = ssl:send(S, <<\"ping\">>), {ok, <<\"ping\">>} = "
                   "ssl:recv(S, 4, 20000), ssl:close(S), R end",
            .ours = [](ssl::socket of) -> task<term> {
              must(co_await ssl::send(of, must(co_await ssl::recv(of, 4, patience))));
              co_return co_await taken(of, 0);
            }});

  EXPECT_EQ(got.otp, GetParam().client ? "ok" : "{error,renegotiation_rejected}");
  EXPECT_EQ(got.ours, closed_reason);
}

// -- facts --------------------------------------------------------------------------------------------------------------------------

TEST_P(SslOtp, BothTellTheSameAboutTheConnection) {
  const auto got =
      meet({.otp = "fun(S) -> {ok, I} = ssl:connection_information(S, [protocol, selected_cipher_suite, "
                   "session_resumption, sni_hostname]), {ok, <<\"done\">>} = ssl:recv(S, 4, 20000), ssl:close(S), "
                   "lists:sort(I) end",
            .ours = [](ssl::socket of) -> task<term> {
              const term facts = must(co_await ssl::connection_information(
                  of, {"protocol"_atom, "selected_cipher_suite"_atom, "session_resumption"_atom, "sni_hostname"_atom}));
              must(co_await ssl::send(of, "done"));
              co_await taken(of, 0);
              co_return facts;
            }});

  // A client tells no sni_hostname.
  const std::string told = std::string(R"(,{sni_hostname,"localhost"}])");
  const auto without = [&](std::string facts) {
    const auto at = facts.find(told);
    return at == std::string::npos ? facts : facts.replace(at, told.size(), "]");
  };
  std::vector<term> ours;
  for (const term& one : got.ours.as_list())
    ours.push_back(one);
  std::ranges::sort(ours, {}, [](const term& of) { return print(of[0]); });
  const auto sorted = print(list_of(std::move(ours)), {.line_characters = 0});
  EXPECT_EQ(without(sorted), without(got.otp));
  EXPECT_EQ(sorted.contains("sni_hostname"), !GetParam().client);
  EXPECT_EQ(got.otp.contains("sni_hostname"), GetParam().client);
}

TEST_P(SslOtp, BothTellThePeersCertificateAndAddress) {
  const auto& otp_files = GetParam().client ? shared_ca().server() : shared_ca().client();
  const auto& our_files = GetParam().client ? shared_ca().client() : shared_ca().server();
  const auto der = [this](const credentials& of) {
    return must(parse_term(otp_.eval("(fun() -> {ok, P} = file:read_file(\"" + of.certfile +
                                     "\"), [{'Certificate', D, _} | _] = public_key:pem_decode(P), D end)()")));
  };

  const auto got =
      meet({.otp = "fun(S) -> {ok, C} = ssl:peercert(S), {ok, O} = ssl:sockname(S), {ok, P} = ssl:peername(S), "
                   "{ok, <<\"done\">>} = ssl:recv(S, 4, 20000), ssl:close(S), {C, O, P} end",
            .ours = [](ssl::socket of) -> task<term> {
              const term facts = tuple(must(co_await ssl::peercert(of)), to_term(must(co_await ssl::peername(of))),
                                       to_term(must(co_await ssl::sockname(of))));
              must(co_await ssl::send(of, "done"));
              co_await taken(of, 0);
              co_return facts;
            }});

  const term otp = must(parse_term(got.otp));
  EXPECT_EQ(got.ours, tuple(der(otp_files), otp[1], otp[2]));
  EXPECT_EQ(otp[0], der(our_files));
}
