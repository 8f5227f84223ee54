// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/handshake_decision.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>

#include <agner/runtime/term_text.hpp>

namespace agner::dist {
namespace {

using namespace handshake;

constexpr self us{
    .name = "m@here", .creation = 9, .offered = offered_flags(), .demanded = demanded_flags(), .allowed = {}};
const name_message later{.flags = offered_flags(), .creation = 4, .name = "z@there"}; // a greater name than ours
const name_message earlier{.flags = offered_flags(), .creation = 4, .name = "a@there"};

std::string why(const std::optional<error>& refused) {
  return refused ? print(refused->reason(), {.line_characters = 0}) : "nothing";
}
std::string why(const auto& outcome)
  requires requires { outcome.error(); }
{
  return outcome ? "nothing" : print(outcome.error().reason(), {.line_characters = 0});
}

// -- names --------------------------------------------------------------------------------------------------------------------------

TEST(NodeName, HasTwoPartsAndOneAt) {
  EXPECT_EQ(split("a@b.c")->name, "a");
  EXPECT_EQ(split("a@b.c")->host, "b.c");
  for (const auto* wrong : {"", "a", "@", "a@", "@b", "a@b@c"})
    EXPECT_FALSE(split(wrong)) << wrong;
}

TEST(AllowedNodes, AreNodesOrHostsOrNames) {
  const std::array<std::string, 3> allowed{"a@b", "host", "name@"};

  for (const auto* node : {"a@b", "x@host", "name@anywhere"})
    EXPECT_TRUE(is_allowed(node, allowed)) << node;
  for (const auto* node : {"a@c", "b@b", "host@x", "x@name", "nonsense"})
    EXPECT_FALSE(is_allowed(node, allowed)) << node;
  EXPECT_TRUE(is_allowed("any@body", {}));
}

// -- the acceptor -------------------------------------------------------------------------------------------------------------------

TEST(Acceptor, SaysOkToAnUnknownNode) {
  const auto answer = answer_name(later, us, known::nothing);

  EXPECT_EQ(answer.send, status::ok);
  EXPECT_EQ(answer.next, acceptor_step::challenge);
}

TEST(Acceptor, OfTwoSimultaneousAttemptsThatOfTheGreaterNameGoesOn) {
  const auto to_greater = answer_name(later, us, known::outgoing);
  const auto to_lesser = answer_name(earlier, us, known::outgoing);

  EXPECT_EQ(to_greater.send, status::ok_simultaneous);
  EXPECT_EQ(to_greater.next, acceptor_step::challenge);
  EXPECT_EQ(to_lesser.send, status::nok);
  EXPECT_EQ(to_lesser.next, acceptor_step::close);
  EXPECT_EQ(why(to_lesser.refused), "{simultaneous_connect,<<\"node \\\"a@there\\\" and we connect to each other at "
                                    "once; our name is the greater, so our own attempt goes on\">>}");
}

TEST(Acceptor, AnUnprovenAttemptDoesNotStandInTheWayOfAnother) {
  EXPECT_EQ(answer_name(earlier, us, known::incoming).send, status::ok);
  EXPECT_EQ(answer_name(later, us, known::incoming).send, status::ok);
}

TEST(Acceptor, AsksWhetherAnOldConnectionIsDead) {
  const auto answer = answer_name(later, us, known::up);

  EXPECT_EQ(answer.send, status::alive);
  EXPECT_EQ(answer.next, acceptor_step::await_alive_reply);
  EXPECT_TRUE(check_alive_reply({.what = status::true_}, "z@there"));
  EXPECT_EQ(why(check_alive_reply({.what = status::false_}, "z@there")),
            "{alive_rejected,<<\"we are connected to node \\\"z@there\\\" already, and it says that this attempt was a "
            "mistake\">>}");
  EXPECT_EQ(why(check_alive_reply({.what = status::ok}, "z@there")),
            "{bad_handshake,<<\"node \\\"z@there\\\" answers \\\"ok\\\" to alive\">>}");
}

TEST(Acceptor, RefusesWhoIsNotAllowed) {
  const std::array<std::string, 1> allowed{"friend@there"};
  self picky = us;
  picky.allowed = allowed;

  const auto answer = answer_name(later, picky, known::nothing);

  EXPECT_EQ(answer.send, status::not_allowed);
  EXPECT_EQ(answer.next, acceptor_step::close);
  EXPECT_EQ(why(answer.refused), "{not_allowed,<<\"node \\\"z@there\\\" is not among those allowed\">>}");
}

TEST(Acceptor, RefusesWhoTakesOurNameOrNoneOrWantsOne) {
  name_message claim = later;

  claim.name = "m@here";
  EXPECT_EQ(why(answer_name(claim, us, known::nothing).refused),
            "{not_allowed,<<\"a node calls itself \\\"m@here\\\", which is our own name\">>}");
  claim.name = "nonsense";
  EXPECT_EQ(answer_name(claim, us, known::nothing).send, std::nullopt);
  EXPECT_EQ(why(answer_name(claim, us, known::nothing).refused),
            "{bad_handshake,<<\"\\\"nonsense\\\" is no node name\">>}");
  claim.flags = claim.flags.with(flag::name_me);
  EXPECT_EQ(answer_name(claim, us, known::nothing).send, status::not_allowed);
}

TEST(Acceptor, RefusesWhoCannotDoWhatIsDemandedAndNamesIt) {
  name_message claim = later;
  claim.flags = claim.flags.without(flag::map_tag).without(flag::utf8_atoms).without(flag::mandatory_25_digest);

  const auto answer = answer_name(claim, us, known::nothing);

  EXPECT_EQ(answer.send, status::not_allowed);
  EXPECT_EQ(why(answer.refused), "{check_dflags_failed,<<\"node \\\"z@there\\\" cannot handle UTF8_ATOMS MAP_TAG\">>}");
}

TEST(Acceptor, TakesTheDigestForTheMandatoryFlags) {
  name_message claim = later;
  claim.flags = flag_set{}.with(flag::mandatory_25_digest);

  EXPECT_EQ(answer_name(claim, us, known::nothing).send, status::ok);
}

TEST(Acceptor, ChecksTheUpperFlagsOfAnOldOpeningOnlyWhenTheyHaveCome) {
  self strict = us;
  strict.demanded = strict.demanded.with(flag::v4_nc);
  name_message claim = later;
  claim.form = opening::version_5;
  claim.flags = claim.flags & flag_set{UINT32_MAX};

  EXPECT_EQ(answer_name(claim, strict, known::nothing).send, status::ok);
  EXPECT_FALSE(agree_on_flags(claim.flags, strict, claim.name));
  claim.form = opening::version_6;
  EXPECT_EQ(answer_name(claim, strict, known::nothing).send, status::not_allowed);
}

TEST(Acceptor, UsesWhatBothCanDo) {
  const auto agreed = agree_on_flags(offered_flags().without(flag::fragments).with(flag::spawn), us, "z@there");

  EXPECT_EQ(*agreed, offered_flags().without(flag::fragments));
}

TEST(Acceptor, AProvenAttemptTakesThePlaceThatItsNameEarns) {
  EXPECT_EQ(commit("m@here", "z@there", known::nothing, status::ok), commitment::go_up);
  EXPECT_EQ(commit("m@here", "z@there", known::incoming, status::ok), commitment::go_up);
  EXPECT_EQ(commit("m@here", "z@there", known::outgoing, status::ok_simultaneous), commitment::give_up_outgoing);
  EXPECT_EQ(commit("m@here", "a@there", known::outgoing, status::ok), commitment::yield);
  EXPECT_EQ(commit("m@here", "z@there", known::up, status::alive), commitment::replace_old);
  EXPECT_EQ(commit("m@here", "z@there", known::up, status::ok), commitment::yield);
}

TEST(Acceptor, SaysCookieWhereTheCookieIsWrong) {
  const cookie ours{"monster"};
  const cookie theirs{"mouse"};

  EXPECT_TRUE(check_reply({.challenge = 1, .proof = ours.proof_for(77)}, 77, ours, "z@there"));
  EXPECT_EQ(why(check_reply({.challenge = 1, .proof = theirs.proof_for(77)}, 77, ours, "z@there")),
            "{bad_cookie,<<\"node \\\"z@there\\\" has another cookie than ours\">>}");
  EXPECT_EQ(why(check_ack({.proof = theirs.proof_for(77)}, 77, ours, "z@there")),
            "{bad_cookie,<<\"node \\\"z@there\\\" has another cookie than ours\">>}");
}

// -- the initiator ------------------------------------------------------------------------------------------------------------------

TEST(Initiator, GoesOnWaitsOrStopsAsTheStatusSays) {
  const auto step = [](status what, attempt ours = attempt::current) {
    return answer_status({.what = what}, ours, "z@there").next;
  };

  EXPECT_EQ(step(status::ok), initiator_step::await_challenge);
  EXPECT_EQ(step(status::ok_simultaneous), initiator_step::await_challenge);
  EXPECT_EQ(step(status::nok), initiator_step::await_incoming);
  EXPECT_EQ(step(status::alive), initiator_step::confirm);
  EXPECT_EQ(step(status::alive, attempt::superseded), initiator_step::deny);
  for (const status what : {status::not_allowed, status::named, status::true_, status::false_})
    EXPECT_EQ(step(what), initiator_step::close);
}

TEST(Initiator, SaysWhyItStops) {
  const auto reason = [](status what, attempt ours = attempt::current) {
    return why(answer_status({.what = what}, ours, "z@there").refused);
  };

  EXPECT_EQ(reason(status::not_allowed), "{not_allowed,<<\"node \\\"z@there\\\" does not allow us to connect\">>}");
  EXPECT_EQ(reason(status::true_), "{bad_handshake,<<\"node \\\"z@there\\\" answers our name with \\\"true\\\"\">>}");
  EXPECT_EQ(reason(status::alive, attempt::superseded),
            "{alive_rejected,<<\"node \\\"z@there\\\" is connected to us already\">>}");
  EXPECT_EQ(reason(status::ok), "nothing");
}

TEST(Initiator, WantsTheNodeThatItDialled) {
  challenge_message challenge{.flags = offered_flags(), .challenge = 1, .creation = 2, .name = "z@there"};

  EXPECT_EQ(*check_challenge(challenge, us, "z@there"), offered_flags());
  EXPECT_EQ(why(check_challenge(challenge, us, "y@there")),
            "{wrong_name,<<\"the node there is called \\\"z@there\\\", not \\\"y@there\\\"\">>}");
  challenge.flags = {};
  EXPECT_EQ(why(check_challenge(challenge, us, "z@there")).substr(0, 22), "{check_dflags_failed,<");
}

TEST(Initiator, SaysWhoWeAre) {
  EXPECT_EQ(name_of(us), (name_message{.flags = offered_flags(), .creation = 9, .name = "m@here"}));
  EXPECT_EQ(challenge_of(us, 7),
            (challenge_message{.flags = offered_flags(), .challenge = 7, .creation = 9, .name = "m@here"}));
}

// -- both ends ----------------------------------------------------------------------------------------------------------------------

TEST(SimultaneousConnect, ExactlyOneOfTwoConnectionsIsKeptWhateverWasKnownAtTheName) {
  // A's connection reaches B and B's reaches A; what each knew when the name came may be nothing or its own attempt, at the end each knows its own.
  const auto keeps = [](std::string_view acceptor, std::string_view initiator, known at_name) {
    const name_message claim{.flags = offered_flags(), .creation = 1, .name = std::string{initiator}};
    self side = us;
    side.name = acceptor;
    const auto answer = answer_name(claim, side, at_name);
    return answer.next == acceptor_step::challenge &&
           commit(acceptor, initiator, known::outgoing, *answer.send) == commitment::give_up_outgoing;
  };

  for (const known at_a : {known::nothing, known::outgoing})
    for (const known at_b : {known::nothing, known::outgoing})
      EXPECT_NE(keeps("a@x", "b@x", at_a), keeps("b@x", "a@x", at_b));
}

} // namespace
} // namespace agner::dist
