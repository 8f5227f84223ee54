// SPDX-License-Identifier: Apache-2.0
// Handshakes of two processes over a pipe in memory.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/actors/process.hpp>
#include <agner/tls/format_error.hpp>
#include <agner/tls/internal/secure_stream.hpp>
#include <agner/tls/stream.hpp>

#include "../support/memory_pipe.hpp"
#include "../support/process_probes.hpp"
#include "../support/test_ca.hpp"

using namespace agner;
using namespace agner::test;
using namespace std::chrono_literals;
using ssl::internal::verification;
using ssl::internal::verification_answer;
using ssl::internal::verifier;
using testing::HasSubstr;

namespace {

using made_stream = result<std::unique_ptr<ssl::stream>>;

ssl::options server_options(ssl::options more = {}) {
  if (!more.certfile) {
    more.certfile = shared_ca().server().certfile;
    more.keyfile = shared_ca().server().keyfile;
  }
  if (more.verify == ssl::verify_peer && !more.cacertfile) more.cacertfile = shared_ca().cacertfile();
  return more;
}

ssl::options client_options(ssl::options more = {}) {
  if (!more.cacertfile) more.cacertfile = shared_ca().cacertfile();
  return more;
}

ssl::options with_client_certificate(ssl::options more = {}) {
  more.certfile = shared_ca().client().certfile;
  more.keyfile = shared_ca().client().keyfile;
  return more;
}

ssl::options asking_options(ssl::options more = {}) {
  more.verify = ssl::verify_peer;
  more.fail_if_no_peer_cert = true;
  return more;
}

clock::time_point in(clock::duration time) { return this_node().scheduler().time().now() + time; }

/// One end: what it brings, and how long it may take.
struct end {
  ssl::options options = {};
  verifier by = {};
  clock::duration time = 10s;
};

struct ends {
  end client;
  end server;
  memory_pipe_options pipe = {};
};

/// What became of one end: `ok` or the reason.
struct outcome {
  static constexpr auto tag = "outcome"_atom;
  bool client;
  term reason;
};

task<term> greet(ssl::stream& with, std::string_view text) {
  const std::array parts{std::as_bytes(std::span{text})};
  if (!with.write(parts).is_done()) co_return "not_written"_atom;
  std::array<std::byte, 64> into{};
  for (;;) {
    const auto got = with.read(into);
    if (got.is_done()) co_return "ok"_atom;
    if (got.what != io_result::status::would_block) co_return with.failure();
    with.notify(transport::direction::input, self(), "go"_atom);
    co_await receive([](decltype("go"_atom)) {});
  }
}

/// A handshake and a greeting each way: a client of TLS 1.3 learns from the server's whether it was let in.
task<term> run_end(std::unique_ptr<transport> over, bool client, end with) {
  auto checked = client ? ssl::checked_options::for_client(this_node(), client_options(with.options))
                        : ssl::checked_options::for_server(this_node(), server_options(with.options));
  if (!checked) co_return checked.error().reason();
  auto made = co_await ssl::internal::secure(std::move(over), *checked, "localhost", with.by, in(with.time));
  if (!made) co_return made.error().reason();
  co_return co_await greet(**made, "hello");
}

struct outcomes {
  term client;
  term server;
};

outcomes run(ends what) {
  node here;
  return here.run([&what]() -> task<outcomes> {
    memory_pipe pipe{what.pipe};
    const auto start = [](std::unique_ptr<transport>& over, bool client, const end& with) {
      spawn(
          [to = self()](std::unique_ptr<transport>& mine, bool is_client, end& has) -> task<> {
            send(to, outcome{is_client, co_await run_end(std::move(mine), is_client, has)});
            co_await receive([](decltype("stop"_atom)) {}); // its node ends it
          },
          std::move(over), client, with);
    };
    start(pipe.left, true, what.client);
    start(pipe.right, false, what.server);
    outcomes got;
    for (int i = 0; i < 2; ++i)
      co_await receive([&got](outcome one) { (one.client ? got.client : got.server) = one.reason; });
    co_return got;
  });
}

term alert_name(const term& reason) { return reason.is_tagged("tls_alert"_atom, 2) ? reason[1][0] : reason; }

const term ok{"ok"_atom};

class StreamHandshake : public testing::TestWithParam<ssl::protocol_version> {
protected:
  static ssl::options plain() { return {.versions = {{GetParam()}}}; }
  static ssl::options asking() { return asking_options(plain()); }
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Versions, StreamHandshake, testing::Values(ssl::tlsv1_2, ssl::tlsv1_3),
                         [](const auto& of) { return of.param == ssl::tlsv1_2 ? "Tls12" : "Tls13"; });

// -- who gets in --------------------------------------------------------------------------------------------------------------------

TEST_P(StreamHandshake, ClientAndServerMeet) {
  const auto got = run({.client = {plain()}, .server = {plain()}});

  EXPECT_EQ(got.client, ok);
  EXPECT_EQ(got.server, ok);
}

TEST_P(StreamHandshake, SurvivesATightPipe) {
  const auto got = run({.client = {with_client_certificate(plain())},
                        .server = {asking()},
                        .pipe = {.capacity_bytes = 50, .step_bytes = 7}});

  EXPECT_EQ(got.client, ok);
  EXPECT_EQ(got.server, ok);
}

TEST_P(StreamHandshake, ForeignServerIsRefusedAtBothEnds) {
  auto foreign = plain();
  foreign.certfile = foreign_ca().server().certfile;
  foreign.keyfile = foreign_ca().server().keyfile;

  const auto got = run({.client = {plain()}, .server = {foreign}});

  EXPECT_THAT(ssl::format_error(got.client), HasSubstr("Unknown CA"));
  EXPECT_EQ(alert_name(got.client), alert_name(got.server));
}

TEST_P(StreamHandshake, ForeignClientIsRefusedAtBothEnds) {
  auto foreign = plain();
  foreign.certfile = foreign_ca().client().certfile;
  foreign.keyfile = foreign_ca().client().keyfile;

  const auto got = run({.client = {foreign}, .server = {asking()}});

  EXPECT_TRUE(got.server.is_tagged("tls_alert"_atom, 2));
  EXPECT_EQ(alert_name(got.client), alert_name(got.server));
}

TEST_P(StreamHandshake, ClientWithoutCertificateIsRefusedAtBothEnds) {
  const auto got = run({.client = {plain()}, .server = {asking()}});

  EXPECT_TRUE(got.server.is_tagged("tls_alert"_atom, 2));
  EXPECT_EQ(alert_name(got.client), alert_name(got.server));
}

TEST_P(StreamHandshake, ServerOfAnotherHostIsRefused) {
  auto client = plain();
  client.server_name_indication = "elsewhere.example";

  const auto got = run({.client = {client}, .server = {plain()}});

  EXPECT_EQ(alert_name(got.client), term("handshake_failure"_atom));
  EXPECT_EQ(alert_name(got.server), term("handshake_failure"_atom));
}

TEST(StreamHandshakeVersions, NoCommonVersionIsRefusedAtBothEnds) {
  const auto got = run({.client = {{.versions = {{ssl::tlsv1_3}}}}, .server = {{.versions = {{ssl::tlsv1_2}}}}});

  EXPECT_EQ(alert_name(got.client), term("protocol_version"_atom));
  EXPECT_EQ(alert_name(got.server), term("protocol_version"_atom));
}

// -- time and ends ------------------------------------------------------------------------------------------------------------------

TEST_P(StreamHandshake, SilentPeerCostsNoMoreThanTheDeadline) {
  node here;
  for (const bool client : {true, false}) {
    const auto reason = here.run([client]() -> task<term> {
      memory_pipe pipe;
      co_return co_await run_end(std::move(pipe.left), client, {.options = plain(), .time = 30ms});
    });
    EXPECT_EQ(reason, term("timeout"_atom));
  }
}

TEST_P(StreamHandshake, LeavesOtherMessagesAlone) {
  node here;
  const auto left = here.run([]() -> task<int> {
    memory_pipe pipe;
    for (int i = 0; i < 3; ++i)
      send(self(), "other"_atom);
    spawn(
        [](std::unique_ptr<transport>& mine) -> task<> {
          co_await run_end(std::move(mine), false, {.options = plain()});
        },
        std::move(pipe.right));
    EXPECT_EQ(co_await run_end(std::move(pipe.left), true, {.options = plain()}), ok);
    int count = 0;
    for (bool more = true; more; count += more ? 1 : 0)
      more = co_await receive([](term) { return true; }, after(0ms, [] { return false; }));
    co_return count;
  });

  EXPECT_EQ(left, 3);
}

TEST_P(StreamHandshake, PeerThatClosesIsNamed) {
  node here;
  for (const bool client : {true, false}) {
    const auto reason = here.run([client]() -> task<term> {
      memory_pipe pipe;
      pipe.right->close();
      co_return co_await run_end(std::move(pipe.left), client, {.options = plain()});
    });
    EXPECT_EQ(reason, term("closed"_atom));
  }
}

TEST_P(StreamHandshake, GarbageIsRefused) {
  node here;
  const auto reason = here.run([]() -> task<term> {
    memory_pipe pipe;
    const std::string_view text = "GET / HTTP/1.1\r\n\r\n";
    pipe.right->write(std::array{std::as_bytes(std::span{text})});
    co_return co_await run_end(std::move(pipe.left), false, {.options = plain()});
  });

  EXPECT_EQ(alert_name(reason), term("unexpected_message"_atom));
}

// -- somebody else decides ----------------------------------------------------------------------------------------------------------

namespace {

task<verification_answer> answer_late(verification about) {
  co_await receive(after(50ms, [] {}));
  co_return about.found.is("valid"_atom) ? verification_answer::accept()
                                         : verification_answer::refuse(ssl::internal::access_denied_alert, "not known");
}

task<verification_answer> answer_never(verification) {
  co_await receive([](decltype("never"_atom)) {});
  co_return verification_answer::accept();
}

task<verification_answer> end_instead(verification) {
  exit("lost"_atom);
  co_return verification_answer::accept();
}

struct deciding {
  ssl::protocol_version version;
  bool client;
};

class StreamDecision : public testing::TestWithParam<deciding> {
protected:
  /// Both ends with certificates that the other trusts; one of them asks @p by.
  static outcomes meet(const verifier& by, clock::duration time = 10s, memory_pipe_options pipe = {}) {
    const ssl::options common{.versions = {{GetParam().version}}};
    ends what{.client = {with_client_certificate(common)}, .server = {asking_options(common)}, .pipe = pipe};
    end& asks = GetParam().client ? what.client : what.server;
    asks.by = by;
    asks.time = time;
    return run(what);
  }
  static term asking(const outcomes& of) { return GetParam().client ? of.client : of.server; }
  static term other(const outcomes& of) { return GetParam().client ? of.server : of.client; }
};

} // namespace

INSTANTIATE_TEST_SUITE_P(All, StreamDecision,
                         testing::Values(deciding{ssl::tlsv1_2, true}, deciding{ssl::tlsv1_3, true},
                                         deciding{ssl::tlsv1_2, false}, deciding{ssl::tlsv1_3, false}),
                         [](const auto& of) {
                           return std::string(of.param.client ? "Client" : "Server") +
                                  (of.param.version == ssl::tlsv1_2 ? "12" : "13");
                         });

TEST_P(StreamDecision, LateAnswerLetsIn) {
  const auto got = meet(answer_late);

  EXPECT_EQ(asking(got), ok);
  EXPECT_EQ(other(got), ok);
}

TEST_P(StreamDecision, LateRefusalIsSeenAtBothEnds) {
  const auto got = meet([](verification) -> task<verification_answer> {
    co_await receive(after(20ms, [] {}));
    co_return verification_answer::refuse(ssl::internal::certificate_revoked_alert, "revoked yesterday");
  });

  EXPECT_EQ(alert_name(asking(got)), term("certificate_revoked"_atom));
  EXPECT_THAT(ssl::format_error(asking(got)), HasSubstr("revoked yesterday"));
  EXPECT_EQ(alert_name(other(got)), term("certificate_revoked"_atom));
}

TEST_P(StreamDecision, NoAnswerEndsAtTheDeadline) {
  const auto got = meet(answer_never, 50ms);

  EXPECT_EQ(asking(got), term("timeout"_atom));
  EXPECT_NE(other(got), ok);
}

TEST_P(StreamDecision, EndOfWhoShouldAnswerLetsNobodyIn) {
  const auto got = meet(end_instead);

  EXPECT_EQ(alert_name(asking(got)), term("internal_error"_atom));
  EXPECT_THAT(ssl::format_error(asking(got)), HasSubstr("nobody decided"));
  EXPECT_EQ(alert_name(other(got)), term("internal_error"_atom));
}

TEST_P(StreamDecision, NothingOfThePeerIsReadBeforeTheDecision) {
  // run_end writes at once when its handshake is done: a client of TLS 1.3 before the server has decided.
  const auto got = meet([](verification) -> task<verification_answer> {
    co_await receive(after(50ms, [] {}));
    co_return verification_answer::refuse(ssl::internal::bad_certificate_alert, "no");
  });

  EXPECT_EQ(alert_name(asking(got)), term("bad_certificate"_atom));
  EXPECT_EQ(alert_name(other(got)), term("bad_certificate"_atom));
}

/// Who is asked says so and never answers, so that the handshake waits for nothing else when its process is killed.
TEST_P(StreamDecision, NoProcessIsLeftBehind) {
  node here;
  const bool client = GetParam().client;
  const ssl::options common{.versions = {{GetParam().version}}};
  here.run([client, common]() -> task<> {
    memory_pipe pipe;
    const verifier tells = [to = self()](verification about) -> task<verification_answer> {
      send(to, tuple("asked"_atom, self()));
      co_return co_await answer_never(std::move(about));
    };
    const auto start = [common](bool is_client, const verifier& by, std::unique_ptr<transport>& over) {
      return spawn_monitor(
          [common, is_client, by](std::unique_ptr<transport>& mine) -> task<> {
            auto options = is_client ? with_client_certificate(common) : asking_options(common);
            co_await run_end(std::move(mine), is_client, {.options = options, .by = by});
          },
          std::move(over));
    };
    const auto asks = start(client, tells, client ? pipe.left : pipe.right);
    const auto peer = start(!client, {}, client ? pipe.right : pipe.left);
    const pid asked = co_await receive(on(match("asked"_atom, any<pid>), [](pid who) { return who; }));
    const auto verifier_gone = monitor(asked);

    exit(asks.process, "kill"_atom);

    EXPECT_EQ(co_await down_reason(asks.monitor), term("killed"_atom));
    EXPECT_EQ(co_await down_reason(verifier_gone), term("killed"_atom));
    EXPECT_EQ(co_await down_reason(peer.monitor), term("normal"_atom));
  });
}
