// SPDX-License-Identifier: Apache-2.0
// The handshake against a peer whose every message the test writes, over a pipe that cuts them into pieces.

#include <agner/dist/internal/handshake_run.hpp>
#include <agner/dist/internal/stream_wait.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include <agner/dist/tcp_carrier.hpp>
#include <agner/runtime/term_builders.hpp>

#include "../support/hexadecimal.hpp"
#include "../support/memory_pipe.hpp"
#include "handshake_peer.hpp"
#include "table_node.hpp"

namespace agner::dist::internal {
namespace {

using namespace std::chrono_literals;
using namespace handshake;
using test::agreed;
using test::challenge_as;
using test::hear;
using test::reply_with;
using test::say;
using test::stay;
using testing::HasSubstr;

// -- what the peer does -------------------------------------------------------------------------------------------------------------------

const name_message from_peer{.flags = agreed, .creation = 77, .name = "peer@host"};

/// A carrier whose certificates speak for nobody.
class distrustful final : public carrier {
public:
  [[nodiscard]] std::string_view name() const noexcept override { return "distrustful"; }
  [[nodiscard]] handshake_header header() const noexcept override { return handshake_header::four_bytes; }
  task<result<std::unique_ptr<transport>>> secure_client(std::unique_ptr<transport> s, atom,
                                                         clock::time_point) override {
    co_return s;
  }
  task<result<std::unique_ptr<transport>>> secure_server(std::unique_ptr<transport> s, clock::time_point) override {
    co_return s;
  }
  [[nodiscard]] result<> may_speak_for(const transport&, atom claimed) const override {
    return fail(tuple("wrong_certificate"_atom, claimed));
  }
};

class HandshakeRun : public testing::Test {
protected:
  [[nodiscard]] handshake_setup setup() {
    self us;
    us.name = "here@host";
    us.creation = 55;
    us.allowed = allowed;
    return {*on.here, on.table, *over, us, [](std::string_view) { return cookie{"secret"}; }};
  }
  void call(atom peer, attempt ours = attempt::current) {
    run([this, peer, ours](packet_link& link) -> task<> {
      outcome = co_await call_peer(link, setup(), peer, [ours] { return ours; });
    });
  }
  void answer() {
    run([this](packet_link& link) -> task<> { outcome = co_await answer_peer(link, setup()); });
  }
  /// What the peer does, @p script(link). It closes when that ends.
  template <class F>
  void peer(F script) {
    start(std::move(pipe.right), std::move(script));
    on.here.run_until_idle();
  }

  [[nodiscard]] const handshake_outcome& made() const {
    EXPECT_TRUE(outcome && *outcome) << (outcome && !*outcome ? print(outcome->error().reason()) : "no outcome");
    return **outcome;
  }
  [[nodiscard]] term refused() const {
    EXPECT_TRUE(outcome && !*outcome);
    return outcome && !*outcome ? outcome->error().reason() : term{};
  }
  [[nodiscard]] std::string sentence() const {
    const term why = refused();
    return why.is_tuple() && why.size() == 2 ? std::string{why[1].text()} : print(why);
  }

  std::optional<result<handshake_outcome>> outcome;
  std::vector<std::string> allowed;
  std::shared_ptr<carrier> over = tcp_carrier();
  std::optional<status_message> heard; // by the peer
  test::memory_pipe pipe{{.capacity_bytes = 4096, .step_bytes = 5}};
  test::table_node on;

private:
  template <class F>
  void run(F ours) {
    start(std::move(pipe.left), std::move(ours));
    on.here.run_until_idle();
  }
  template <class F>
  void start(std::unique_ptr<transport> over_end, F f) {
    on.here->spawn(
        [f, header = over->header()](std::unique_ptr<transport>& end) -> task<> {
          packet_link link{std::move(end), header, this_node().scheduler().time().now() + 7s};
          co_await f(link);
        },
        std::move(over_end));
  }
};

class HandshakeCall : public HandshakeRun {};
class HandshakeAnswer : public HandshakeRun {};

// -- calling ------------------------------------------------------------------------------------------------------------------------------

TEST_F(HandshakeCall, IsAnsweredWithOk) {
  std::optional<name_message> opening;
  peer([&](packet_link& link) -> task<> {
    opening = co_await hear(link, read_name);
    co_await say(link, status::ok);
    co_await challenge_as(link, "peer@host", cookie{"secret"}, agreed.with(flag::published));
  });
  call("peer@host"_atom);

  EXPECT_EQ(opening, (name_message{.flags = offered_flags(), .creation = 55, .name = "here@host"}));
  EXPECT_EQ(made().peer, "peer@host"_atom);
  EXPECT_EQ(made().facts.flags, agreed);
  EXPECT_EQ(made().facts.creation, 77U);
  EXPECT_FALSE(made().facts.published); // we are hidden
}

TEST_F(HandshakeCall, GoesOnWhereThePeerGivesItsOwnAttemptUp) {
  peer([](packet_link& link) -> task<> {
    co_await hear(link, read_name);
    co_await say(link, status::ok_simultaneous);
    co_await challenge_as(link, "peer@host", cookie{"secret"});
  });
  call("peer@host"_atom);

  EXPECT_EQ(made().peer, "peer@host"_atom);
}

TEST_F(HandshakeCall, EndsWhereThePeersOwnAttemptGoesOn) {
  peer([](packet_link& link) -> task<> {
    co_await hear(link, read_name);
    co_await say(link, status::nok);
  });
  call("peer@host"_atom);

  EXPECT_EQ(refused(), term("nok"_atom));
}

TEST_F(HandshakeCall, ConfirmsThatItIsANewLife) {
  peer([this](packet_link& link) -> task<> {
    co_await hear(link, read_name);
    co_await say(link, status::alive);
    heard = co_await hear(link, read_status);
    co_await challenge_as(link, "peer@host", cookie{"secret"});
  });
  call("peer@host"_atom);

  EXPECT_EQ(heard->what, status::true_);
  EXPECT_EQ(made().peer, "peer@host"_atom);
}

TEST_F(HandshakeCall, DeniesANewLifeWhereAnotherConnectionStands) {
  peer([this](packet_link& link) -> task<> {
    co_await hear(link, read_name);
    co_await say(link, status::alive);
    heard = co_await hear(link, read_status);
  });
  call("peer@host"_atom, attempt::superseded);

  EXPECT_EQ(heard->what, status::false_);
  EXPECT_TRUE(refused().is_tagged("alive_rejected"_atom, 2));
}

TEST_F(HandshakeCall, EndsWhereItIsNotAllowed) {
  peer([](packet_link& link) -> task<> {
    co_await hear(link, read_name);
    co_await say(link, status::not_allowed);
  });
  call("peer@host"_atom);

  EXPECT_TRUE(refused().is_tagged("not_allowed"_atom, 2));
  EXPECT_THAT(sentence(), HasSubstr("peer@host"));
}

TEST_F(HandshakeCall, RefusesAForeignNodeAtThePort) {
  peer([](packet_link& link) -> task<> {
    co_await hear(link, read_name);
    co_await say(link, status::ok);
    co_await challenge_as(link, "other@host", cookie{"secret"});
  });
  call("peer@host"_atom);

  EXPECT_TRUE(refused().is_tagged("wrong_name"_atom, 2));
  EXPECT_THAT(sentence(), HasSubstr("other@host"));
}

TEST_F(HandshakeCall, SaysCookieWhereThePeerClosesOnOurProof) {
  peer([](packet_link& link) -> task<> {
    co_await hear(link, read_name);
    co_await say(link, status::ok);
    co_await challenge_as(link, "peer@host", cookie{"other"});
  });
  call("peer@host"_atom);

  EXPECT_TRUE(refused().is_tagged("bad_cookie"_atom, 2));
  EXPECT_THAT(sentence(), HasSubstr("cookie"));
  EXPECT_THAT(sentence(), HasSubstr("peer@host"));
}

TEST_F(HandshakeCall, SaysCookieWhereThePeersProofIsWrong) {
  peer([](packet_link& link) -> task<> {
    co_await hear(link, read_name);
    co_await say(link, status::ok);
    co_await say(link, write(challenge_message{agreed, 1234, 77, "peer@host"}));
    const auto reply = co_await hear(link, read_reply);
    co_await say(link, write(ack_message{cookie{"other"}.proof_for(reply.challenge)}));
    co_await stay();
  });
  call("peer@host"_atom);

  EXPECT_TRUE(refused().is_tagged("bad_cookie"_atom, 2));
  EXPECT_THAT(sentence(), HasSubstr("node \"peer@host\" has another cookie than ours"));
}

TEST_F(HandshakeCall, IsNotFooledByItsOwnProof) {
  peer([](packet_link& link) -> task<> { // knows no cookie, gives back what it got
    co_await hear(link, read_name);
    co_await say(link, status::ok);
    co_await say(link, write(challenge_message{agreed, 1234, 77, "peer@host"}));
    const auto reply = co_await hear(link, read_reply);
    co_await say(link, write(ack_message{reply.proof}));
    co_await stay();
  });
  call("peer@host"_atom);

  EXPECT_TRUE(refused().is_tagged("bad_cookie"_atom, 2));
}

TEST_F(HandshakeCall, RefusesAPeerThatCannotDoWhatItMust) {
  peer([](packet_link& link) -> task<> {
    co_await hear(link, read_name);
    co_await say(link, status::ok);
    co_await challenge_as(link, "peer@host", cookie{"secret"},
                          agreed.without(flag::map_tag).without(flag::mandatory_25_digest));
  });
  call("peer@host"_atom);

  EXPECT_TRUE(refused().is_tagged("check_dflags_failed"_atom, 2));
  EXPECT_THAT(sentence(), HasSubstr("MAP_TAG"));
}

/// Peers that stop after that many of their messages.
class HandshakeCallToAPeerThatStops : public HandshakeRun, public testing::WithParamInterface<int> {};

TEST_P(HandshakeCallToAPeerThatStops, IsGivenUpInTime) {
  peer([](packet_link& link) -> task<> {
    co_await hear(link, read_name);
    if (GetParam() > 0) co_await say(link, status::ok);
    if (GetParam() > 1) co_await say(link, write(challenge_message{agreed, 1234, 77, "peer@host"}));
    co_await stay();
  });
  call("peer@host"_atom);

  on.here.advance(6900ms);
  EXPECT_FALSE(outcome);
  on.here.advance(200ms);

  EXPECT_EQ(refused(), term("timeout"_atom));
}

TEST_P(HandshakeCallToAPeerThatStops, IsRefusedWherePacketsAreTooLong) {
  on.here->spawn(
      [this](std::unique_ptr<transport>& end) -> task<> {
        packet_link link{std::move(end), over->header(), this_node().scheduler().time().now() + 7s};
        co_await hear(link, read_name);
        if (GetParam() > 0) co_await say(link, status::ok);
        if (GetParam() > 1) co_await say(link, write(challenge_message{agreed, 1234, 77, "peer@host"}));
        must(co_await write_all(link.stream(), test::from_hex("ff ff"), no_deadline));
        co_await stay();
      },
      std::move(pipe.right));
  call("peer@host"_atom);

  EXPECT_EQ(refused(), tuple("packet_too_long"_atom, 0xffff, message_bytes_max));
}

TEST_P(HandshakeCallToAPeerThatStops, IsRefusedWhereItAnswersNonsense) {
  peer([](packet_link& link) -> task<> {
    co_await hear(link, read_name);
    if (GetParam() > 0) co_await say(link, status::ok);
    if (GetParam() > 1) co_await say(link, write(challenge_message{agreed, 1234, 77, "peer@host"}));
    const auto nonsense = test::from_hex("58 01 02 03");
    must(co_await link.write(nonsense));
    co_await stay();
  });
  call("peer@host"_atom);

  EXPECT_TRUE(refused().is_tagged("bad_handshake"_atom, 2));
}

INSTANTIATE_TEST_SUITE_P(Messages, HandshakeCallToAPeerThatStops, testing::Values(0, 1, 2));

// -- being called -------------------------------------------------------------------------------------------------------------------------

TEST_F(HandshakeAnswer, IsOkToANodeThatIsNotKnown) {
  peer([this](packet_link& link) -> task<> {
    co_await say(link, write(from_peer));
    heard = co_await hear(link, read_status);
    co_await reply_with(link, cookie{"secret"});
  });
  answer();

  EXPECT_EQ(heard->what, status::ok);
  EXPECT_EQ(made().peer, "peer@host"_atom);
  EXPECT_EQ(made().facts.creation, 77U);
  EXPECT_EQ(made().given, status::ok);
  EXPECT_EQ(made().ack, write(ack_message{cookie{"secret"}.proof_for(4321)}));
}

TEST_F(HandshakeAnswer, GivesOurAttemptUpForThatOfAGreaterName) {
  on.table.reach("peer@host"_atom);
  peer([this](packet_link& link) -> task<> {
    co_await say(link, write(from_peer));
    heard = co_await hear(link, read_status);
    co_await reply_with(link, cookie{"secret"});
  });
  answer();

  EXPECT_EQ(heard->what, status::ok_simultaneous);
  EXPECT_EQ(made().given, status::ok_simultaneous);
}

TEST_F(HandshakeAnswer, KeepsOurAttemptAgainstThatOfALesserName) {
  on.table.reach("ant@host"_atom);
  peer([this](packet_link& link) -> task<> {
    co_await say(link, write(name_message{agreed, 77, "ant@host"}));
    heard = co_await hear(link, read_status);
    co_await stay();
  });
  answer();

  EXPECT_EQ(heard->what, status::nok);
  EXPECT_TRUE(refused().is_tagged("simultaneous_connect"_atom, 2));
}

TEST_F(HandshakeAnswer, AsksAPeerThatIsConnectedWhetherItLivesAnew) {
  on.connected("peer@host"_atom);
  peer([this](packet_link& link) -> task<> {
    co_await say(link, write(from_peer));
    heard = co_await hear(link, read_status);
    co_await say(link, status::true_);
    co_await reply_with(link, cookie{"secret"});
  });
  answer();

  EXPECT_EQ(heard->what, status::alive);
  EXPECT_EQ(made().given, status::alive);
}

TEST_F(HandshakeAnswer, EndsWhereAConnectedPeerDoesNotLiveAnew) {
  on.connected("peer@host"_atom);
  peer([this](packet_link& link) -> task<> {
    co_await say(link, write(from_peer));
    heard = co_await hear(link, read_status);
    co_await say(link, status::false_);
    co_await stay();
  });
  answer();

  EXPECT_EQ(heard->what, status::alive);
  EXPECT_TRUE(refused().is_tagged("alive_rejected"_atom, 2));
}

TEST_F(HandshakeAnswer, IsNotAllowedToThoseWhoAreNotOnTheList) {
  allowed = {"friend@host"};
  peer([this](packet_link& link) -> task<> {
    co_await say(link, write(from_peer));
    heard = co_await hear(link, read_status);
  });
  answer();

  EXPECT_EQ(heard->what, status::not_allowed);
  EXPECT_THAT(sentence(), HasSubstr("peer@host"));
}

TEST_F(HandshakeAnswer, IsNotAllowedToOneOfOurOwnName) {
  peer([this](packet_link& link) -> task<> {
    co_await say(link, write(name_message{agreed, 77, "here@host"}));
    heard = co_await hear(link, read_status);
  });
  answer();

  EXPECT_EQ(heard->what, status::not_allowed);
}

TEST_F(HandshakeAnswer, IsNotAllowedToOneThatAsksForAName) {
  peer([this](packet_link& link) -> task<> {
    co_await say(link, write(name_message{agreed.with(flag::name_me), 0, "host"}));
    heard = co_await hear(link, read_status);
  });
  answer();

  EXPECT_EQ(heard->what, status::not_allowed);
  EXPECT_THAT(sentence(), HasSubstr("dynamic name"));
}

TEST_F(HandshakeAnswer, IsNotAllowedToAPeerThatCannotDoWhatItMust) {
  peer([this](packet_link& link) -> task<> {
    co_await say(link, write(name_message{agreed.without(flag::big_creation).without(flag::mandatory_25_digest), 77,
                                          "peer@host"}));
    heard = co_await hear(link, read_status);
  });
  answer();

  EXPECT_EQ(heard->what, status::not_allowed);
  EXPECT_THAT(sentence(), HasSubstr("BIG_CREATION"));
}

TEST_F(HandshakeAnswer, SaysCookieWhereTheProofIsWrongAndMakesNoAtom) {
  peer([](packet_link& link) -> task<> {
    co_await say(link, write(name_message{agreed, 77, "never-proven@host"}));
    co_await hear(link, read_status);
    co_await reply_with(link, cookie{"other"});
  });
  answer();

  EXPECT_TRUE(refused().is_tagged("bad_cookie"_atom, 2));
  EXPECT_THAT(sentence(), HasSubstr("node \"never-proven@host\" has another cookie than ours"));
  EXPECT_EQ(atom::existing("never-proven@host"), std::nullopt);
}

TEST_F(HandshakeAnswer, IsNotFooledByProofsOfAnotherChallenge) {
  peer([](packet_link& link) -> task<> {
    co_await say(link, write(from_peer));
    co_await hear(link, read_status);
    const auto asked = co_await hear(link, read_challenge);
    co_await say(link, write(reply_message{4321, cookie{"secret"}.proof_for(asked.challenge + 1)}));
    co_await stay();
  });
  answer();

  EXPECT_TRUE(refused().is_tagged("bad_cookie"_atom, 2));
}

TEST_F(HandshakeAnswer, AsksTheCarrierWhomThePeerMaySpeakFor) {
  over = std::make_shared<distrustful>();
  peer([](packet_link& link) -> task<> {
    co_await say(link, write(from_peer));
    co_await hear(link, read_status);
    co_await reply_with(link, cookie{"secret"});
  });
  answer();

  EXPECT_EQ(refused(), tuple("wrong_certificate"_atom, "peer@host"_atom));
}

// OTP 23 and 24 open so where they did not ask epmd for our version; the rest of what they do is version 6.
TEST_F(HandshakeAnswer, TakesTheOpeningOfVersion5) {
  peer([this](packet_link& link) -> task<> {
    name_message old = from_peer;
    old.form = opening::version_5;
    co_await say(link, write(old));
    heard = co_await hear(link, read_status);
    const auto asked = co_await hear(link, read_challenge);
    EXPECT_EQ(asked.creation, 55U);
    co_await say(link, write(complement_message{static_cast<std::uint32_t>(agreed.bits >> 32U), 77}));
    co_await say(link, write(reply_message{4321, cookie{"secret"}.proof_for(asked.challenge)}));
    co_await stay();
  });
  answer();

  EXPECT_EQ(heard->what, status::ok);
  EXPECT_EQ(made().facts.flags, agreed);
  EXPECT_EQ(made().facts.creation, 77U);
}

TEST_F(HandshakeAnswer, RefusesAnOldNodeThatKnowsVersion5Alone) {
  peer([this](packet_link& link) -> task<> {
    co_await say(link, write(name_message{agreed.without(flag::handshake_23).without(flag::mandatory_25_digest), 0,
                                          "peer@host", opening::version_5}));
    heard = co_await hear(link, read_status);
  });
  answer();

  EXPECT_EQ(heard->what, status::not_allowed);
  EXPECT_THAT(sentence(), HasSubstr("HANDSHAKE_23"));
}

/// Callers that stop after that many of their messages.
class HandshakeAnswerToACallerThatStops : public HandshakeRun, public testing::WithParamInterface<int> {
protected:
  static task<> begin(packet_link& link) {
    if (GetParam() > 0) {
      co_await say(link, write(from_peer));
      co_await hear(link, read_status);
      co_await hear(link, read_challenge);
    }
  }
};

TEST_P(HandshakeAnswerToACallerThatStops, IsGivenUpInTime) {
  peer([](packet_link& link) -> task<> {
    co_await begin(link);
    co_await stay();
  });
  answer();

  on.here.advance(6900ms);
  EXPECT_FALSE(outcome);
  on.here.advance(200ms);

  EXPECT_EQ(refused(), term("timeout"_atom));
}

TEST_P(HandshakeAnswerToACallerThatStops, IsRefusedWhereItSaysNonsense) {
  peer([](packet_link& link) -> task<> {
    co_await begin(link);
    const auto nonsense = test::from_hex("47 45 54 20 2f 20 48 54 54 50"); // GET / HTTP
    must(co_await link.write(nonsense));
    co_await stay();
  });
  answer();

  EXPECT_TRUE(refused().is_tagged("bad_handshake"_atom, 2));
}

TEST_P(HandshakeAnswerToACallerThatStops, IsRefusedWhereItPromisesMuch) {
  on.here->spawn(
      [this](std::unique_ptr<transport>& end) -> task<> {
        packet_link link{std::move(end), over->header(), this_node().scheduler().time().now() + 7s};
        co_await begin(link);
        must(co_await write_all(link.stream(), test::from_hex("ff ff"), no_deadline));
        co_await stay();
      },
      std::move(pipe.right));
  answer();

  EXPECT_EQ(refused(), tuple("packet_too_long"_atom, 0xffff, message_bytes_max));
}

INSTANTIATE_TEST_SUITE_P(Messages, HandshakeAnswerToACallerThatStops, testing::Values(0, 1));

} // namespace
} // namespace agner::dist::internal
