// SPDX-License-Identifier: Apache-2.0
// tls_echo_server and tls_client with OpenSSL's programs and Erlang's ssl at the other end.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <thread>

#include <agner/actors/gen_tcp.hpp>

#include "../support/child_process.hpp"
#include "../support/erl_peer.hpp"
#include "../support/ssl_pair.hpp"

using namespace agner;
using namespace agner::test;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

/// Options as Erlang text, of the entries that are not empty.
std::string options_text(std::initializer_list<std::string> entries) {
  std::string made = "[";
  for (const auto& one : entries)
    if (!one.empty()) made += (made.size() > 1 ? "," : "") + one;
  return made + "]";
}

std::string files_of(const credentials& of) {
  return "{certfile," + quoted(of.certfile) + "},{keyfile," + quoted(of.keyfile) + "}";
}
std::string authority() { return "{cacertfile," + quoted(shared_ca().cacertfile()) + "}"; }
std::string demand() { return authority() + ",{verify,verify_peer},{fail_if_no_peer_cert,true}"; }

/// What follows @p mark in @p said, up to the end of the line.
std::string after_mark(const std::string& said, const std::string& mark) {
  const auto at = said.find(mark);
  if (at == std::string::npos) return {};
  const auto from = at + mark.size();
  return said.substr(from, said.find('\n', from) - from);
}

class echo_server {
public:
  explicit echo_server(const std::string& more = {}, const credentials& as = shared_ca().server())
      : program_({AGNER_TLS_ECHO_SERVER, "0", options_text({files_of(as), more})}) {
    address_ = program_.read_after("listening on ");
  }
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::string port() const { return address_.substr(address_.find(':') + 1); }
  child_process& program() { return program_; }

private:
  child_process program_;
  std::string address_;
};

class TlsPrograms : public testing::TestWithParam<std::string> {
protected:
  /// "-tls1_2" and "'tlsv1.2'"
  static std::string flag() { return "-tls1_" + GetParam(); }
  static std::string versions() { return "{versions,['tlsv1." + GetParam() + "']}"; }

  static std::vector<std::string> s_client(const echo_server& to, std::vector<std::string> more = {}) {
    std::vector<std::string> made{"openssl",
                                  "s_client",
                                  "-connect",
                                  to.address(),
                                  "-servername",
                                  "localhost",
                                  "-CAfile",
                                  shared_ca().cacertfile(),
                                  "-verify_return_error",
                                  "-quiet",
                                  flag()};
    made.insert(made.end(), more.begin(), more.end());
    return made;
  }
};

/// OpenSSL's server, which sends each line back reversed.
class reversing_server {
public:
  explicit reversing_server(const std::string& flag, std::vector<std::string> more = {},
                            const credentials& as = shared_ca().server())
      : program_(arguments(flag, std::move(more), as)) {
    port_ = program_.read_after("ACCEPT 127.0.0.1:");
  }
  [[nodiscard]] const std::string& port() const { return port_; }
  child_process& program() { return program_; }

private:
  static std::vector<std::string> arguments(const std::string& flag, std::vector<std::string> more,
                                            const credentials& as) {
    std::vector<std::string> made{"openssl",   "s_server", "-accept",  "127.0.0.1:0", "-cert",
                                  as.certfile, "-key",     as.keyfile, "-rev",        flag};
    made.insert(made.end(), more.begin(), more.end());
    return made;
  }

  child_process program_;
  std::string port_;
};

std::vector<std::string> client(const std::string& port, const std::string& options) {
  return {AGNER_TLS_CLIENT, "localhost", port, options};
}

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, TlsPrograms, testing::Values("2", "3"),
                         [](const auto& of) { return "Tls1" + of.param; });

// -- the server with s_client -------------------------------------------------------------------------------------------------------

TEST_P(TlsPrograms, ServerEchoesToOpenSsl) {
  const echo_server server{versions()};

  child_process peer{s_client(server)};
  peer.write("hello\n");

  EXPECT_THAT(peer.read_until("hello"), HasSubstr("hello"));
}

TEST_P(TlsPrograms, ServerTakesAClientCertificate) {
  const echo_server server{demand()};

  child_process peer{s_client(server, {"-cert", shared_ca().client().certfile, "-key", shared_ca().client().keyfile})};
  peer.write("hello\n");

  EXPECT_THAT(peer.read_until("hello"), HasSubstr("hello"));
}

TEST_P(TlsPrograms, ServerRefusesForeignCertificatesAndBothSidesSayWhy) {
  echo_server server{demand()};

  child_process peer{
      s_client(server, {"-cert", foreign_ca().client().certfile, "-key", foreign_ca().client().keyfile})};

  // The foreign authority has the same name, so OpenSSL finds a wrong signature.
  EXPECT_THAT(peer.read_until("alert"), HasSubstr("alert"));
  EXPECT_THAT(server.program().read_until("refused a client"), HasSubstr("ALERT"));
}

TEST_P(TlsPrograms, ServerDemandsACertificateAndBothSidesSaySo) {
  echo_server server{demand()};

  child_process peer{s_client(server)};

  EXPECT_THAT(peer.read_until("alert"),
              HasSubstr(GetParam() == "2" ? "alert handshake failure" : "alert certificate required"));
  EXPECT_THAT(server.program().read_until("refused a client"), HasSubstr("ALERT"));
}

TEST_P(TlsPrograms, ServerIsRefusedByNameAndGoesOn) {
  const echo_server server{versions(), shared_ca().issue(plan_for_host("elsewhere.example"))};

  child_process wrong{s_client(server, {"-verify_hostname", "localhost"})};
  EXPECT_NE(wrong.wait(), 0);

  child_process right{s_client(server, {"-verify_hostname", "elsewhere.example"})};
  right.write("hello\n");
  EXPECT_THAT(right.read_until("hello"), HasSubstr("hello"));
}

TEST_P(TlsPrograms, KilledClientsLeaveTheServerAsItWas) {
  const echo_server server{versions()};
  for (int i = 0; i < 5; ++i) {
    child_process peer{s_client(server)};
    peer.write("hello\n");
    peer.read_until("hello");
    peer.kill(SIGKILL);
  }

  child_process peer{s_client(server)};
  peer.write("still there\n");

  EXPECT_THAT(peer.read_until("still there"), HasSubstr("still there"));
}

// -- the client with s_server -------------------------------------------------------------------------------------------------------

TEST_P(TlsPrograms, ClientTalksToOpenSsl) {
  const reversing_server server{flag()};

  child_process ours{client(server.port(), options_text({authority()}))};
  ours.write("hello\n");

  EXPECT_THAT(ours.read_until("olleh"), HasSubstr("olleh"));
}

TEST_P(TlsPrograms, ClientShowsItsCertificate) {
  const reversing_server server{flag(), {"-Verify", "1", "-verify_return_error", "-CAfile", shared_ca().cacertfile()}};

  child_process ours{client(server.port(), options_text({authority(), files_of(shared_ca().client())}))};
  ours.write("hello\n");

  EXPECT_THAT(ours.read_until("olleh"), HasSubstr("olleh"));
}

TEST_P(TlsPrograms, ClientEndsWithZeroWhenThePeerCloses) {
  reversing_server server{flag(), {"-naccept", "1"}};

  child_process ours{client(server.port(), options_text({authority()}))};
  ours.write("CLOSE\n"); // s_server -rev closes at this line

  EXPECT_EQ(ours.wait(), 0);
}

TEST_P(TlsPrograms, ClientGoesOnReadingAtTheEndOfItsInput) {
  const reversing_server server{flag()};

  child_process ours{client(server.port(), options_text({authority()}))};
  ours.write("hello\n");
  ours.close_input();

  EXPECT_THAT(ours.read_until("olleh"), HasSubstr("olleh"));
}

TEST_P(TlsPrograms, ClientRefusesAForeignServer) {
  const reversing_server server{flag(), {}, foreign_ca().server()};

  child_process ours{client(server.port(), options_text({authority()}))};

  const auto said = ours.read_all();
  EXPECT_EQ(ours.wait(), 1);
  EXPECT_THAT(said, HasSubstr("ALERT"));
  EXPECT_EQ(std::ranges::count(said, '\n'), 1);
}

TEST_P(TlsPrograms, ClientWithoutCertificateIsToldWhy) {
  const reversing_server server{flag(), {"-Verify", "1", "-verify_return_error", "-CAfile", shared_ca().cacertfile()}};

  child_process ours{client(server.port(), options_text({authority()}))};

  const auto said = ours.read_all();
  EXPECT_EQ(ours.wait(), 1);
  EXPECT_THAT(said, HasSubstr(GetParam() == "2" ? "Handshake Failure" : "Certificate required"));
}

// -- Erlang -------------------------------------------------------------------------------------------------------------------------

TEST_P(TlsPrograms, ServerEchoesToErlang) {
  const echo_server server{demand() + ",{packet,4}"};
  erl_peer erlang{{}};
  erlang.eval("{ok, _} = application:ensure_all_started(ssl)");

  const auto said =
      erlang.eval("{ok, S} = ssl:connect(\"localhost\", " + server.port() + ", [" + authority() + "," +
                  files_of(shared_ca().client()) + "," + versions() +
                  ",{verify,verify_peer},{packet,4},binary,{active,false}], 20000), "
                  "[begin B = binary:copy(<<N>>, N), ok = ssl:send(S, B), {ok, B} = ssl:recv(S, 0, 20000) end "
                  "|| N <- [0, 1, 255, 16383, 16384, 16385, 100000]], ssl:close(S)");

  EXPECT_EQ(said, "ok");
}

TEST_P(TlsPrograms, ErlangIsToldWhyItIsRefused) {
  echo_server server{demand()};
  erl_peer erlang{{}};
  erlang.eval("{ok, _} = application:ensure_all_started(ssl)");

  const auto said = erlang.eval(
      "logger:set_primary_config(level, none), R = (fun({error, {tls_alert, {N, _}}}) -> N; ({ok, S}) -> "
      "receive {ssl_error, S, {tls_alert, {N, _}}} -> N after 20000 -> none end end)(ssl:connect(\"localhost\", " +
      server.port() + ", [" + authority() + ",{verify,verify_peer}," + versions() + "], 20000)), R");

  EXPECT_EQ(said, GetParam() == "2" ? "handshake_failure" : "certificate_required");
  EXPECT_THAT(server.program().read_until("refused a client"), HasSubstr("ALERT"));
}

TEST_P(TlsPrograms, ClientTalksToErlang) {
  erl_peer erlang{{}};
  erlang.eval("{ok, _} = application:ensure_all_started(ssl)");
  const auto port =
      erlang.eval("{ok, L} = ssl:listen(0, [" + files_of(shared_ca().server()) + "," + demand() + "," + versions() +
                  ",binary,{active,false},{ip,{127,0,0,1}}]), {ok, {_, P}} = ssl:sockname(L), P");
  erlang.eval("spawn(fun() -> {ok, T} = ssl:transport_accept(L), {ok, S} = ssl:handshake(T, 20000), {ok, B} = "
              "ssl:recv(S, 6, 20000), "
              "ok = ssl:send(S, [B, B]), {ok, <<\"bye\\n\">>} = ssl:recv(S, 4, 20000), ssl:close(S) end)");

  child_process ours{client(port, options_text({authority(), files_of(shared_ca().client())}))};
  ours.write("hello\n");
  EXPECT_THAT(ours.read_until("hello\nhello\n"), HasSubstr("hello\nhello\n"));
  ours.write("bye\n");

  EXPECT_EQ(ours.wait(), 0);
}

TEST_P(TlsPrograms, ErlangMayRenegotiateOrChangeKeys) {
  const echo_server server{"{client_renegotiation,true}," + versions()};
  erl_peer erlang{{}};
  erlang.eval("{ok, _} = application:ensure_all_started(ssl)");
  const std::string change = GetParam() == "2" ? "ok = ssl:renegotiate(S)" : "ok = ssl:update_keys(S, read_write)";

  const auto said =
      erlang.eval("{ok, S} = ssl:connect(\"localhost\", " + server.port() + ", [" + authority() +
                  ",{verify,verify_peer}," + versions() + ",binary,{active,false}], 20000), [begin " + change +
                  ", ok = ssl:send(S, <<N:32>>), {ok, <<N:32>>} = ssl:recv(S, 4, 20000) end || N <- lists:seq(1, 5)], "
                  "ssl:close(S)");

  EXPECT_EQ(said, "ok");
}

TEST_P(TlsPrograms, PeerThatDoesNotReadCostsNoMemory) {
  echo_server server{versions()};
  erl_peer erlang{{}};
  erlang.eval("{ok, _} = application:ensure_all_started(ssl)");

  erlang.eval("{ok, S} = ssl:connect(\"localhost\", " + server.port() + ", [" + authority() + ",{verify,verify_peer}," +
              versions() +
              ",binary,{active,false}], 20000), B = binary:copy(<<0>>, 1000000), "
              "spawn(fun() -> [ssl:send(S, B) || _ <- lists:seq(1, 200)] end), timer:sleep(2000), ok");

  std::ifstream status("/proc/" + std::to_string(server.program().id()) + "/status");
  const std::string text{std::istreambuf_iterator<char>(status), {}};
  EXPECT_LT(std::stol(after_mark(text, "VmRSS:")), 60'000);
}

// -- new keys -----------------------------------------------------------------------------------------------------------------------

/// OpenSSL's programs change their key, and ask the other side to change its own, at a line with a K.
TEST(TlsProgramsKeys, ServerFollowsAChange) {
  const echo_server server{"{versions,['tlsv1.3']}"};
  child_process peer{{"openssl", "s_client", "-connect", server.address(), "-servername", "localhost", "-CAfile",
                      shared_ca().cacertfile(), "-verify_return_error", "-tls1_3"}};

  peer.write("K\n");
  peer.read_until("KEYUPDATE");
  peer.write("hello\n");

  EXPECT_THAT(peer.read_until("hello"), HasSubstr("hello"));
}

TEST(TlsProgramsKeys, ClientFollowsAChange) {
  child_process peer{{"stdbuf", "-oL", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert",
                      shared_ca().server().certfile, "-key", shared_ca().server().keyfile, "-tls1_3"}};
  child_process ours{client(peer.read_after("ACCEPT 127.0.0.1:"), options_text({authority()}))};
  ours.write("before\n");
  peer.read_until("before");

  peer.write("K\n");
  EXPECT_THAT(peer.read_until("SSL_do_handshake -> 1"), HasSubstr("SSL_do_handshake -> 1"));
  peer.write("hello\n");

  EXPECT_THAT(ours.read_until("hello\n"), HasSubstr("hello\n"));
  ours.write("after\n");
  EXPECT_THAT(peer.read_until("after"), HasSubstr("after"));
}

// -- alone --------------------------------------------------------------------------------------------------------------------------

TEST(TlsEchoServer, ServesManyAtOnceWhileOthersAreSilent) {
  const echo_server server;
  const auto port = static_cast<std::uint16_t>(std::stoi(server.port()));
  node here;
  here.run([port]() -> task<> {
    std::vector<gen_tcp::socket> silent;
    for (int i = 0; i < 100; ++i)
      silent.push_back(must(co_await gen_tcp::connect("127.0.0.1", port)));
    for (int i = 0; i < 100; ++i)
      spawn(
          [port, to = self()](int number) -> task<> {
            const auto made = must(co_await ssl::connect("localhost", port, client_options({.active = false}), 20s));
            const std::string text(static_cast<std::size_t>(number) * 1000, 'x');
            spawn([made, text]() -> task<> { must(co_await ssl::send(made, text)); });
            EXPECT_EQ(text_of(must(co_await ssl::recv(made, text.size(), 20s))), text);
            must(co_await ssl::close(made));
            send(to, "served"_atom);
          },
          i + 1);
    for (int i = 0; i < 100; ++i)
      co_await receive([](decltype("served"_atom)) {}, after(30s, [] { ADD_FAILURE(); }));
  });
}

/// What is not named in INTERFACES.md goes to standard error, which is not looked at here.
std::vector<std::string> output_only(std::vector<std::string> command) {
  std::vector<std::string> made{"sh", "-c", R"(exec "$@" 2>/dev/null)", "sh"};
  made.insert(made.end(), command.begin(), command.end());
  return made;
}

TEST(TlsEchoServer, PrintsItsAddressAndNothingElseAndIgnoresItsInput) {
  child_process server{output_only({AGNER_TLS_ECHO_SERVER, "0", options_text({files_of(shared_ca().server())})})};
  const auto address = server.read_after("listening on ");
  const auto port = address.substr(address.find(':') + 1);
  EXPECT_EQ(address, "127.0.0.1:" + port);
  server.write("this is\nfor nobody\n");
  server.close_input();
  {
    child_process refuses{client(port, "[{cacertfile,\"" + foreign_ca().cacertfile() + "\"}]")};
    EXPECT_EQ(refuses.wait(), 1);
    child_process takes{client(port, options_text({authority()}))};
    takes.write("hello\n");
    EXPECT_EQ(takes.read_until("hello\n"), "hello\n");
  }

  server.kill(SIGTERM);

  EXPECT_EQ(server.read_all(), "listening on " + address + "\n");
  EXPECT_EQ(server.wait(), 0);
}

TEST(TlsEchoServer, TakesTextAsIntegersAndBinaries) {
  const auto integers = [](const std::string& text) {
    std::string made;
    for (const char each : text)
      made += (made.empty() ? "" : ",") + std::to_string(static_cast<int>(each));
    return made;
  };
  const auto& files = shared_ca().server();
  child_process server{
      {AGNER_TLS_ECHO_SERVER, "0",
       "[{certfile,[" + integers(files.certfile) + "]},{keyfile,<<" + integers(files.keyfile) + ">>}]"}};

  EXPECT_THAT(server.read_until("\n"), testing::StartsWith("listening on 127.0.0.1:"));
}

TEST(TlsEchoServer, SaysThatItsPortIsTaken) {
  const echo_server first;

  child_process second{{AGNER_TLS_ECHO_SERVER, first.port(), options_text({files_of(shared_ca().server())})}};

  const auto said = second.read_all();
  EXPECT_EQ(second.wait(), 1);
  EXPECT_THAT(said, HasSubstr("the address is in use"));
  EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
}

TEST(TlsClient, PrintsWhatComesBackAndNothingElse) {
  echo_server server;
  std::string sent(8UL << 20U, '\0');
  std::uint32_t state = 1;
  for (char& each : sent) {
    state = state * 1664525 + 1013904223;
    each = static_cast<char>(state >> 24U);
  }
  sent += "the end";
  child_process ours{output_only(client(server.port(), options_text({authority()})))};
  std::jthread writer{[&] {
    ours.write(sent);
    ours.close_input();
  }};

  const auto back = ours.read_until("the end", 60s);
  EXPECT_TRUE(back == sent) << back.size() << " bytes of " << sent.size();

  server.program().kill(SIGTERM);
  EXPECT_EQ(ours.wait(), 0);
}

TEST(TlsEchoServer, EndsAtSigterm) {
  echo_server server;

  server.program().kill(SIGTERM);

  EXPECT_EQ(server.program().wait(), 0);
}

TEST(TlsEchoServer, SaysInOneLineWhatIsWrong) {
  const auto server = files_of(shared_ca().server());
  for (const auto& [options, part] : {std::pair{std::string("[]"), "certfile"},
                                      {"[{certfile,\"/none\"}]", "/none"},
                                      {"[" + server + ",{verfiy,verify_peer}]", "did you mean verify?"},
                                      {"[" + server + ",{verify,verify_peer}]", "cacertfile"},
                                      {"[" + server + "|rest]", "rest"},
                                      {"no list", "no list"},
                                      {"[", "["}}) {
    child_process program{{AGNER_TLS_ECHO_SERVER, "0", options}};
    const auto said = program.read_all();
    EXPECT_EQ(program.wait(), 1) << options;
    EXPECT_THAT(said, HasSubstr(part));
    EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
  }
}

TEST(TlsClient, SaysInOneLineWhatIsWrong) {
  for (const auto& [options, part] : {std::pair{std::string("[]"), "cacertfile"},
                                      {"[{cacertfile,\"/none\"}]", "/none"},
                                      {"[{verify,verify_none}|rest]", "rest"},
                                      {options_text({authority()}), "connection refused"}}) {
    child_process program{{AGNER_TLS_CLIENT, "127.0.0.1", "1", options}};
    const auto said = program.read_all();
    EXPECT_EQ(program.wait(), 1) << options;
    EXPECT_THAT(said, HasSubstr(part));
    EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
  }
}
