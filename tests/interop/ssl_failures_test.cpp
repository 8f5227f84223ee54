// SPDX-License-Identifier: Apache-2.0
// Handshakes that fail, and one that does not: the same options, as Erlang text, for OTP's ssl and for agner's, each as client and as server. What an end of OTP hears from OTP is what
// ours must hear from OTP, and what OTP must hear from ours.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <ostream>

#include <agner/runtime/term_text.hpp>

#include "../support/otp_ssl.hpp"
#include "../support/ssl_pair.hpp"

using namespace agner;
using namespace agner::test;
using namespace std::chrono_literals;

namespace {

// -- options ------------------------------------------------------------------------------------------------------------------------

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

std::string files_of(const credentials& of) {
  return "{certfile," + quoted(of.certfile) + "},{keyfile," + quoted(of.keyfile) + "}";
}
std::string trusting(test_ca& by = shared_ca()) {
  return "{cacertfile," + quoted(by.cacertfile()) + "},{verify,verify_peer}";
}
std::string demanding_text() { return trusting() + ",{fail_if_no_peer_cert,true}"; }
std::string listed(const std::string& options) { return "[" + options + "]"; }

ssl::certificate_plan expired(ssl::certificate_plan plan) {
  plan.not_after = std::chrono::system_clock::now() - 1h;
  return plan;
}

const credentials& self_signed_server() {
  static const temporary_folder folder;
  static const credentials made = [] {
    auto plan = plan_for_host("localhost");
    const auto both = must(ssl::make_self_signed(plan));
    return credentials{folder.write("self.pem", both.certificate), folder.write("self.key", both.key)};
  }();
  return made;
}

/// How long a handshake may take; what the two sides do when it has passed is compared with peers that say nothing.
constexpr std::chrono::milliseconds patience = 10s;
constexpr std::chrono::milliseconds little_patience = 500ms;

// -- outcomes -----------------------------------------------------------------------------------------------------------------------

/// How an end fared, with the parts that are the same on both sides: ok, the name of an alert, or another reason.
std::string outcome_of(const term& said) {
  if (said.is_tagged("ok"_atom, 2)) return "ok";
  if (!said.is_tagged("error"_atom, 2)) return print(said);
  const term reason = said[1];
  if (reason.is_tagged("tls_alert"_atom, 2)) return print(reason[1][0]);
  if (reason.is_tagged("options"_atom, 2)) return "options";
  return print(reason);
}
std::string outcome_of(const std::string& said) {
  const auto parsed = parse_term(said);
  return parsed ? outcome_of(*parsed) : "not a term: " + said;
}

// A client of TLS 1.3 learns only from what the server says next whether it was let in.
constexpr const char* otp_client = "fun(S) -> ssl:send(S, \"hello\"), R = ssl:recv(S, 5, 5000), ssl:close(S), R end";
constexpr const char* otp_server =
    "fun(S) -> R = ssl:recv(S, 5, 5000), ssl:send(S, \"hello\"), ssl:recv(S, 0, 5000), R end";

ssl::option_list given(const std::string& options) {
  std::vector<term> all;
  for (const term& one : must(parse_term(options)).as_list())
    all.push_back(one);
  all.push_back(tuple("active"_atom, false));
  return ssl::option_list{list_of(std::move(all))};
}

term said(const result<term>& what) {
  return what ? tuple("ok"_atom, *what) : tuple("error"_atom, what.error().reason());
}
term said(const error& what) { return tuple("error"_atom, what.reason()); }

task<term> our_client(std::uint16_t port, ssl::option_list options, std::chrono::milliseconds time) {
  const auto made = co_await ssl::connect("localhost", port, std::move(options), time);
  if (!made) co_return said(made.error());
  (void)co_await ssl::send(*made, "hello");
  const auto got = co_await ssl::recv(*made, 5, 5s);
  co_await ssl::close(*made);
  co_return said(got);
}

task<term> our_server(ssl::listen_socket at, std::chrono::milliseconds time) {
  const auto pending = must(co_await ssl::transport_accept(at, 20s));
  const auto made = co_await ssl::handshake(pending, time);
  if (!made) co_return said(made.error());
  const auto got = co_await ssl::recv(*made, 5, 5s);
  (void)co_await ssl::send(*made, "hello");
  (void)co_await ssl::recv(*made, 0, 5s);
  co_return said(got);
}

/// Our end as a server in a process of its own.
class our_end {
public:
  our_end(node& on, const std::string& options, std::chrono::milliseconds time = patience)
      : answer_(told_.get_future()) {
    std::promise<std::uint16_t> listening;
    auto port = listening.get_future();
    on.spawn(
        [](std::promise<std::uint16_t>& at, std::promise<term>& told, ssl::option_list with,
           std::chrono::milliseconds within) -> task<> {
          const auto listener = ssl::listen(0, std::move(with));
          at.set_value(listener ? must(co_await ssl::sockname(*listener)).port : std::uint16_t{0});
          told.set_value(listener ? co_await our_server(*listener, within) : said(listener.error()));
        },
        std::move(listening), std::move(told_), given("[{ip,{127,0,0,1}}," + options.substr(1)), time);
    port_ = port.get();
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  term outcome() { return answer_.get(); }

private:
  std::promise<term> told_;
  std::future<term> answer_;
  std::uint16_t port_ = 0;
};

struct outcomes {
  std::string client;
  std::string server;
  friend bool operator==(const outcomes&, const outcomes&) = default;
  friend std::ostream& operator<<(std::ostream& out, const outcomes& of) {
    return out << "client " << of.client << ", server " << of.server;
  }
};

// -- cases --------------------------------------------------------------------------------------------------------------------------

struct handshake_case {
  const char* name;
  std::string (*client)();
  std::string (*server)();
};

const handshake_case cases[] = {
    {"BothAreFine", [] { return listed(trusting()); }, [] { return listed(files_of(shared_ca().server())); }},
    {"BothShowCertificates", [] { return listed(trusting() + "," + files_of(shared_ca().client())); },
     [] { return listed(files_of(shared_ca().server()) + "," + demanding_text()); }},
    {"ClientMayStayUnknown", [] { return listed(trusting()); },
     [] { return listed(files_of(shared_ca().server()) + "," + trusting()); }},
    {"UnknownAuthority", [] { return listed(trusting()); },
     [] {
       static test_ca other{"Other CA"};
       return listed(files_of(other.server()));
     }},
    {"SelfSigned", [] { return listed(trusting()); }, [] { return listed(files_of(self_signed_server())); }},
    {"OtherHost", [] { return listed(trusting()); },
     [] {
       static const auto elsewhere = shared_ca().issue(plan_for_host("elsewhere.example"));
       return listed(files_of(elsewhere));
     }},
    {"OtherNameAskedFor", [] { return listed(trusting() + ",{server_name_indication,\"elsewhere.example\"}"); },
     [] { return listed(files_of(shared_ca().server())); }},
    {"Expired", [] { return listed(trusting()); },
     [] {
       static const auto old = shared_ca().issue(expired(plan_for_host("localhost")));
       return listed(files_of(old));
     }},
    {"CertificateForClientsOnly", [] { return listed(trusting()); },
     [] {
       static const auto made = [] {
         auto plan = plan_for_host("localhost");
         plan.use = ssl::certificate_use::client;
         return shared_ca().issue(plan);
       }();
       return listed(files_of(made));
     }},
    {"TooDeep", [] { return listed(trusting() + ",{depth,0}"); },
     [] {
       static const auto deep = shared_ca().issue_through_intermediate(plan_for_host("localhost"));
       return listed(files_of(deep));
     }},
    {"NoClientCertificate", [] { return listed(trusting()); },
     [] { return listed(files_of(shared_ca().server()) + "," + demanding_text()); }},
    {"UnknownClient",
     [] {
       static test_ca other{"Other CA of clients"};
       return listed(trusting() + "," + files_of(other.client()));
     },
     [] { return listed(files_of(shared_ca().server()) + "," + demanding_text()); }},
    {"ExpiredClient",
     [] {
       static const auto old = shared_ca().issue(expired(plan_for("client")));
       return listed(trusting() + "," + files_of(old));
     },
     [] { return listed(files_of(shared_ca().server()) + "," + demanding_text()); }},
};

struct parameters {
  const handshake_case* what;
  const char* version;
};

class SslFailures : public testing::TestWithParam<parameters> {
protected:
  static otp_ssl& otp() {
    static otp_ssl one;
    return one;
  }
  static std::string with_version(const std::string& options, const std::string& version) {
    return "[{versions,['" + version + "']}," + options.substr(1);
  }

  outcomes otp_with_otp() {
    const auto port = otp().serve(server_, otp_server);
    outcomes got;
    got.client = outcome_of(otp().connect(port, client_, otp_client));
    got.server = outcome_of(otp().served());
    return got;
  }
  outcomes ours_with_otp() {
    const auto port = otp().serve(server_, otp_server);
    outcomes got;
    got.client = outcome_of(here_.run(our_client, port, given(client_), patience));
    got.server = outcome_of(otp().served());
    return got;
  }
  outcomes otp_with_ours() {
    our_end server{here_, server_};
    outcomes got;
    got.client = outcome_of(otp().connect(server.port(), client_, otp_client));
    got.server = outcome_of(server.outcome());
    return got;
  }

  std::string client_ = with_version(GetParam().what->client(), GetParam().version);
  std::string server_ = with_version(GetParam().what->server(), GetParam().version);
  node here_;
};

std::vector<parameters> all_cases() {
  std::vector<parameters> made;
  for (const auto& one : cases)
    for (const char* version : {"tlsv1.2", "tlsv1.3"})
      made.push_back({&one, version});
  return made;
}

} // namespace

INSTANTIATE_TEST_SUITE_P(All, SslFailures, testing::ValuesIn(all_cases()), [](const auto& of) {
  return std::string(of.param.what->name) + "Tls1" + of.param.version[6];
});

TEST_P(SslFailures, EndAsInOtp) {
  auto expected = otp_with_otp();
  // A client of TLS 1.3 that is refused after its handshake: OTP's tells the reason to the recv that waits at that moment, else `closed`. Ours tells it to everybody.
  const bool refused_late =
      expected.server != "ok" && (expected.client == "closed" || expected.client == expected.server);
  if (refused_late) expected.client = expected.server;

  EXPECT_EQ(ours_with_otp(), expected) << "our client, OTP's server";

  auto with_ours = otp_with_ours();
  if (refused_late && with_ours.client == "closed") with_ours.client = with_ours.server;
  EXPECT_EQ(with_ours, expected) << "OTP's client, our server";
}

/// RFC 8446, section 6.2: handshake_failure. OTP's server says insufficient_security instead.
TEST(SslSuitesWithOtp, NoCommonOneIsRefusedAtBothEnds) {
  otp_ssl otp;
  node here;
  for (const std::string version : {"{versions,['tlsv1.2']}", "{versions,['tlsv1.3']}"}) {
    const std::string client = listed(version + "," + trusting() +
                                      ",{ciphers,[\"ECDHE-ECDSA-AES128-GCM-SHA256\",\"TLS_AES_128_GCM_SHA256\"]}");
    const std::string server = listed(version + "," + files_of(shared_ca().server()) +
                                      ",{ciphers,[\"ECDHE-ECDSA-AES256-GCM-SHA384\",\"TLS_AES_256_GCM_SHA384\"]}");

    const auto port = otp.serve(server, otp_server);
    EXPECT_EQ(outcome_of(here.run(our_client, port, given(client), patience)), "insufficient_security");
    EXPECT_EQ(outcome_of(otp.served()), "insufficient_security");

    our_end ours{here, server};
    EXPECT_EQ(outcome_of(otp.connect(ours.port(), client, otp_client)), "handshake_failure");
    EXPECT_EQ(outcome_of(ours.outcome()), "handshake_failure");
  }
}

/// What needs no peer: a port where nobody listens, a host that is not there, options that are wrong.
TEST(SslConnectAndListen, FailAsInOtp) {
  otp_ssl otp;
  node here;
  const auto key = shared_ca().encrypted_key(shared_ca().client(), "right");
  const std::string locked = "{certfile," + quoted(shared_ca().client().certfile) + "},{keyfile," + quoted(key) + "}";
  const auto silent_port =
      static_cast<std::uint16_t>(std::stoi(otp.eval("{ok, Silent} = gen_tcp:listen(0, [{ip, {127,0,0,1}}, {backlog, "
                                                    "50}]), {ok, SilentPort} = inet:port(Silent), SilentPort")));
  const std::string refused[] = {
      listed("{verify,perhaps}"),
      listed("{cacertfile,\"/no/such/file\"},{verify,verify_peer}"),
      listed(trusting() + "," + locked + ",{password,\"wrong\"}"),
      listed(trusting() + ",{depth,-1}"),
      listed(trusting() + ",{versions,['tlsv1.7']}"),
      listed(trusting() + ",{server_name_indication,7}"),
      listed(trusting() + ",{mode,perhaps}"),
      listed(trusting() + ",{active,perhaps}"),
  };

  for (const auto& options : refused) {
    EXPECT_EQ(outcome_of(otp.connect(silent_port, options, otp_client)), "options") << options;
    EXPECT_EQ(outcome_of(here.run(our_client, silent_port, given(options), patience)), "options") << options;
  }

  otp.eval("gen_tcp:close(Silent)");
  const auto fine = listed(trusting());
  EXPECT_EQ(outcome_of(otp.connect(silent_port, fine, otp_client)), "econnrefused");
  EXPECT_EQ(outcome_of(here.run(our_client, silent_port, given(fine), patience)), "econnrefused");

  const auto nowhere = outcome_of(otp.eval("ssl:connect(\"no.such.host.invalid\", 1, [{verify, verify_none}])"));
  const auto ours = here.run([]() -> task<term> {
    const auto made = co_await ssl::connect("no.such.host.invalid", 1, {.verify = ssl::verify_none});
    co_return said(made.error());
  });
  EXPECT_EQ(outcome_of(ours), nowhere);

  for (const std::string more : {"{verify,perhaps}", "{fail_if_no_peer_cert,perhaps}", "{verify,verify_peer}"}) {
    otp.serve(listed(files_of(shared_ca().server()) + "," + more), otp_server);
    our_end server{here, listed(files_of(shared_ca().server()) + "," + more)};
    EXPECT_EQ(outcome_of(server.outcome()), outcome_of(otp.served())) << more;
  }
}

TEST(SslVersionsWithOtp, NoCommonOneIsRefusedAtBothEnds) {
  otp_ssl otp;
  node here;
  for (const bool old_client : {true, false}) {
    const std::string client =
        listed(trusting() + (old_client ? ",{versions,['tlsv1.2']}" : ",{versions,['tlsv1.3']}"));
    const std::string server =
        listed(files_of(shared_ca().server()) + (old_client ? ",{versions,['tlsv1.3']}" : ",{versions,['tlsv1.2']}"));

    const auto port = otp.serve(server, otp_server);
    EXPECT_EQ(outcome_of(here.run(our_client, port, given(client), patience)), "protocol_version");
    EXPECT_EQ(outcome_of(otp.served()), "protocol_version");

    our_end ours{here, server};
    EXPECT_EQ(outcome_of(otp.connect(ours.port(), client, otp_client)), "protocol_version");
    EXPECT_EQ(outcome_of(ours.outcome()), "protocol_version");
  }
}

// -- peers that speak no TLS --------------------------------------------------------------------------------------------------------

namespace {

/// What a peer does with its end S of a TCP connection, in Erlang.
struct rude_peer {
  const char* name;
  const char* does;
  /// Where ours says something else, on purpose.
  const char* client = nullptr;
  const char* server = nullptr;
};

const rude_peer rude_peers[] = {
    {"Silent", "receive never -> ok end"},
    {"ClosesAtOnce", "gen_tcp:close(S)"},
    {"SpeaksHttp",
     "gen_tcp:send(S, <<\"HTTP/1.1 400 Bad Request\\r\\nContent-Length: 0\\r\\n\\r\\n\">>), receive never -> ok end"},
    // OpenSSL looks at no record before a ClientHello but that.
    {"SendsAnAlert", "gen_tcp:send(S, <<21, 3, 3, 0, 2, 2, 40>>), receive never -> ok end", nullptr,
     "unexpected_message"},
    {"SendsHalfARecord", "gen_tcp:send(S, <<22, 3, 3, 1, 0, 1, 0, 0>>), gen_tcp:close(S)"},
    {"PromisesTooMuch", "gen_tcp:send(S, <<22, 3, 3, 16#ffff:16>>), receive never -> ok end"},
    // OTP keeps data in the clear until the handshake is done, which it never is.
    {"SendsDataFirst", "gen_tcp:send(S, <<23, 3, 3, 0, 3, \"abc\">>), receive never -> ok end", "unexpected_message"},
};

class SslRudePeers : public testing::TestWithParam<rude_peer> {
protected:
  /// Serves one TCP connection in that way. @returns the port
  std::uint16_t rude_server() {
    return static_cast<std::uint16_t>(
        std::stoi(otp_.eval("(fun() -> Self = self(), spawn(fun() -> {ok, L} = gen_tcp:listen(0, [binary, {active, "
                            "false}, {ip, {127,0,0,1}}]), "
                            "{ok, P} = inet:port(L), Self ! {port, P}, {ok, S} = gen_tcp:accept(L), " +
                            std::string(GetParam().does) + " end), receive {port, Port} -> Port end end)()")));
  }
  void rude_client(std::uint16_t to) {
    otp_.eval("(fun() -> spawn(fun() -> {ok, S} = gen_tcp:connect(\"localhost\", " + std::to_string(to) +
              ", [binary, {active, false}]), " + GetParam().does + " end) end)()");
  }
  otp_ssl otp_{little_patience};
  node here_;
};

} // namespace

INSTANTIATE_TEST_SUITE_P(All, SslRudePeers, testing::ValuesIn(rude_peers),
                         [](const auto& of) { return std::string(of.param.name); });

TEST_P(SslRudePeers, AreRefusedAsInOtp) {
  const auto client = listed(trusting());
  const auto server = listed(files_of(shared_ca().server()));
  const auto expected = [](const char* other, const std::string& otp) { return other != nullptr ? other : otp; };

  const auto otp_client_says = outcome_of(otp_.connect(rude_server(), client, otp_client));
  EXPECT_EQ(outcome_of(here_.run(our_client, rude_server(), given(client), little_patience)),
            expected(GetParam().client, otp_client_says));

  const auto port = otp_.serve(server, otp_server);
  rude_client(port);
  const auto otp_server_says = outcome_of(otp_.served());
  our_end ours{here_, server, little_patience};
  rude_client(ours.port());
  EXPECT_EQ(outcome_of(ours.outcome()), expected(GetParam().server, otp_server_says));
}
