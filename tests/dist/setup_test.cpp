// SPDX-License-Identifier: Apache-2.0
// Nodes that are called by strangers, and that call where a stranger listens.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <agner/dist/internal/stream_wait.hpp>
#include <agner/dist/net_kernel.hpp>
#include <agner/runtime/term_builders.hpp>

#include "../support/hexadecimal.hpp"
#include "../support/log_capture.hpp"
#include "../support/process_probes.hpp"
#include "handshake_peer.hpp"
#include "loopback_nodes.hpp"

namespace agner::dist {
namespace {

using namespace std::chrono_literals;
using handshake::name_message;
using handshake::status;
using internal::packet_link;
using net_kernel::connect_node;
using test::agreed;
using test::call_port;
using test::loopback_nodes;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<atom> connected(node& on) {
  return on.run([]() -> task<std::vector<atom>> { co_return nodes(node_type::connected); });
}

std::vector<std::string> texts(const test::log_capture& log) {
  std::vector<std::string> all;
  for (const auto& line : log.lines())
    all.push_back(line.text);
  return all;
}

/// A socket that listens and does nothing, and its port in the directory.
stream_socket listening_as(loopback_nodes& net, const std::string& name) {
  auto socket = must(stream_socket::open(stream_socket::family::v4));
  must(socket.bind({ip_address::loopback(), 0}));
  must(socket.listen(16));
  net.names->ports[name] = must(socket.sockname()).port;
  return socket;
}

/// When the peer closes @p link: how long after @p since.
task<clock::duration> closed_after(packet_link& link, clock::time_point since) {
  std::vector<std::byte> ignored;
  for (;;) {
    const auto more = co_await internal::read_some(link.stream(), ignored, 1UL << 20U, internal::no_deadline);
    if (!more || !*more) co_return this_node().scheduler().time().now() - since;
  }
}

// -- cookies and names ----------------------------------------------------------------------------------------------------------------------

TEST(Setup, SaysCookieOnBothSidesWhereCookiesDiffer) {
  loopback_nodes net;
  node a{net.named("a@host")};
  node b{net.named("b@host", net.options("other"))};
  const test::log_capture log;

  EXPECT_FALSE(a.run(connect_node, "b@host"_atom));
  net.settle();

  EXPECT_THAT(texts(log), Contains(AllOf(HasSubstr("rejected: {bad_cookie"), HasSubstr("a@host"))));
  EXPECT_THAT(texts(log), Contains(AllOf(HasSubstr("b@host failed: {bad_cookie"), HasSubstr("cookie"))));
  EXPECT_THAT(texts(log), testing::Each(testing::Not(HasSubstr("secret"))));
  EXPECT_THAT(connected(b), IsEmpty());
}

TEST(Setup, UsesTheCookieThatIsForThePeer) {
  loopback_nodes net;
  auto with = net.options("mine");
  with.other_secrets.emplace_back("b@host", cookie{"theirs"});
  node a{net.named("a@host", with)};
  node b{net.named("b@host", net.options("theirs"))};

  EXPECT_TRUE(a.run(connect_node, "b@host"_atom));
}

TEST(Setup, RefusesAForeignNodeAtThePort) {
  loopback_nodes net;
  node a{net.named("a@host")};
  node c{net.named("c@host")};
  net.names->ports["b"] = net.names->ports.at("c");
  const test::log_capture log;

  EXPECT_FALSE(a.run(connect_node, "b@host"_atom));
  net.settle();

  EXPECT_THAT(connected(a), IsEmpty());
  EXPECT_THAT(texts(log), Contains(AllOf(HasSubstr("wrong_name"), HasSubstr("c@host"))));
}

TEST(Setup, RefusesThoseWhoAreNotAllowed) {
  loopback_nodes net;
  auto with = net.options();
  with.allowed = {"friend@host"};
  node a{net.named("a@host", with)};
  node b{net.named("b@host")};
  node friendly{net.named("friend@host")};

  EXPECT_FALSE(b.run(connect_node, "a@host"_atom));
  EXPECT_TRUE(friendly.run(connect_node, "a@host"_atom));
}

// -- time -------------------------------------------------------------------------------------------------------------------------------------

TEST(Setup, GivesUpAfterSevenSecondsOnAPeerThatNeverAnswers) {
  loopback_nodes net;
  const stream_socket mute = listening_as(net, "mute");
  node a{net.named("a@host")};
  const auto begun = net.now();

  EXPECT_FALSE(a.run(connect_node, "mute@host"_atom));

  EXPECT_GE(net.now() - begun, 7s);
  EXPECT_LT(net.now() - begun, 7100ms);
}

TEST(Setup, SendsACallerAwayAfterSevenSeconds) {
  for (const bool says_its_name : {false, true}) {
    loopback_nodes net;
    node a{net.named("a@host")};
    node stranger{net.plain()};
    const test::log_capture log;

    const auto after = stranger.run([&]() -> task<clock::duration> {
      const auto begun = net.now();
      packet_link link = co_await call_port(*net.names, "a");
      if (says_its_name) co_await test::say(link, handshake::write(name_message{agreed, 7, "z@host"}));
      co_return co_await closed_after(link, begun);
    });

    EXPECT_GE(after, 7s);
    EXPECT_LT(after, 7100ms);
    EXPECT_THAT(texts(log), Contains(AllOf(HasSubstr("127.0.0.1"), HasSubstr("rejected: timeout"))));
    EXPECT_THAT(connected(a), IsEmpty());
  }
}

TEST(Setup, SendsACallerAwayThatSpeaksSomethingElse) {
  loopback_nodes net;
  node a{net.named("a@host")};
  node stranger{net.plain()};
  const test::log_capture log;

  const auto after = stranger.run([&]() -> task<clock::duration> {
    const auto begun = net.now();
    packet_link link = co_await call_port(*net.names, "a");
    must(co_await internal::write_all(link.stream(), test::bytes_of("GET / HTTP/1.1\r\n\r\n"), internal::no_deadline));
    co_return co_await closed_after(link, begun);
  });

  EXPECT_LT(after, 100ms);
  EXPECT_THAT(texts(log), Contains(HasSubstr("rejected: {packet_too_long"))); // "GE" is a length
}

// -- crowds -----------------------------------------------------------------------------------------------------------------------------------

/// Starts processes that connect to a@host and say nothing until they are hung up on.
void spawn_silent(node& on, loopback_nodes& net, int count) {
  for (int i = 0; i < count; ++i)
    on.spawn([&net]() -> task<> {
      packet_link link = co_await call_port(*net.names, "a");
      co_await closed_after(link, net.now());
    });
}

TEST(Setup, LetsAGoodPeerInAmongThreeHundredThatSayNothing) {
  loopback_nodes net;
  node a{net.named("a@host")};
  node crowd{net.plain()};
  node good{net.named("good@host")};
  const std::size_t before = a.process_count();
  spawn_silent(crowd, net, 150);
  bool in = false;
  const auto begun = net.now();
  good.spawn([](bool& joined) -> task<> { joined = co_await connect_node("a@host"_atom); }, std::ref(in));
  spawn_silent(crowd, net, 150);

  ASSERT_TRUE(net.until([&] { return in; }));

  EXPECT_LE(net.now() - begun, 1s);
  net.settle();
  EXPECT_LE(a.process_count() - before, 128U + 1U); // no more strangers than that, and the good one's channel
  EXPECT_THAT(connected(a), ElementsAre("good@host"_atom));
}

TEST(Setup, KeepsACallerThatHasSpokenBeforeThoseThatSayNothing) {
  loopback_nodes net;
  node a{net.named("a@host")};
  node crowd{net.plain()};

  const auto let_in = crowd.run([&]() -> task<bool> {
    packet_link link = co_await call_port(*net.names, "a");
    co_await test::say(link, handshake::write(name_message{agreed, 7, "slow@host"}));
    co_await test::hear(link, handshake::read_status);
    spawn_silent(this_node(), net, 200);
    co_await receive(after(2s, [] {}));
    const auto asked = co_await test::hear(link, handshake::read_challenge);
    co_await test::say(link,
                       handshake::write(handshake::reply_message{1, cookie{"secret"}.proof_for(asked.challenge)}));
    co_await test::hear(link, handshake::read_ack);
    co_return true;
  });

  EXPECT_TRUE(let_in);
}

TEST(Setup, HoldsNoMoreStrangersThanItSays) {
  loopback_nodes net;
  auto with = net.options();
  with.strangers_max = 10;
  node a{net.named("a@host", with)};
  node crowd{net.plain()};
  const std::size_t before = a.process_count();

  spawn_silent(crowd, net, 50);
  net.pass(100ms);

  EXPECT_EQ(a.process_count() - before, 10U);
  EXPECT_EQ(crowd.process_count(), 10U); // the others have been hung up on
  net.pass(7s);
  EXPECT_EQ(a.process_count(), before);
}

// -- both at once -----------------------------------------------------------------------------------------------------------------------------

TEST(Setup, KeepsThePeersConnectionWhereOurOwnAttemptFailsAfterIt) {
  loopback_nodes net;
  stream_socket listener = listening_as(net, "z");
  node a{net.named("a@host")};
  node other{net.plain()};
  std::optional<bool> joined;
  std::vector<atom> still_up;
  a.spawn([](std::optional<bool>& into) -> task<> { into = co_await connect_node("z@host"_atom); }, std::ref(joined));
  net.settle(); // our attempt waits for an answer

  other.run([&]() -> task<> {
    auto ours = must(listener.accept());
    packet_link link = co_await call_port(*net.names, "a");
    co_await test::say(link, handshake::write(name_message{agreed, 7, "z@host"}));
    const auto taken = co_await test::hear(link, handshake::read_status);
    EXPECT_EQ(taken.what, status::ok_simultaneous);
    const auto asked = co_await test::hear(link, handshake::read_challenge);
    co_await test::say(link,
                       handshake::write(handshake::reply_message{1, cookie{"secret"}.proof_for(asked.challenge)}));
    co_await test::hear(link, handshake::read_ack);
    ours->close();
    co_await receive(after(10s, [] {})); // longer than setting up may take
    still_up = a.service<internal::dist_node>().context()->table.names(node_type::connected);
  });

  EXPECT_THAT(still_up, ElementsAre("z@host"_atom));
  EXPECT_EQ(joined, true);
}

TEST(Setup, EndsItsOwnAttemptWhereThePeersConnectionHasWon) {
  loopback_nodes net;
  stream_socket listener = listening_as(net, "z");
  node a{net.named("a@host")};
  node other{net.plain()};
  a.spawn([]() -> task<> { co_await connect_node("z@host"_atom); });
  net.settle(); // our attempt waits for an answer
  std::vector<atom> still_up;

  other.run([&]() -> task<> {
    packet_link theirs = co_await call_port(*net.names, "a");
    co_await test::say(theirs, handshake::write(name_message{agreed, 7, "z@host"}));
    EXPECT_EQ((co_await test::hear(theirs, handshake::read_status)).what, status::ok_simultaneous);
    const auto asked = co_await test::hear(theirs, handshake::read_challenge);
    co_await test::say(theirs,
                       handshake::write(handshake::reply_message{1, cookie{"secret"}.proof_for(asked.challenge)}));
    co_await test::hear(theirs, handshake::read_ack);

    packet_link ours{make_transport(this_node().scheduler(), std::move(*must(listener.accept()))),
                     handshake_header::two_bytes, internal::no_deadline};
    co_await test::hear(ours, handshake::read_name);
    EXPECT_LT(co_await closed_after(ours, this_node().scheduler().time().now()), 1s);
    still_up = a.service<internal::dist_node>().context()->table.names(node_type::connected);
  });

  EXPECT_THAT(still_up, ElementsAre("z@host"_atom));
}

// -- size -------------------------------------------------------------------------------------------------------------------------------------

/// Memory that is not touched until it is sent.
term binary_of_zeros(std::size_t length_bytes) { return binary_builder{length_bytes}.finish(length_bytes); }

TEST(Setup, CarriesMessagesOf256MebibytesAndNoLarger) {
  loopback_nodes net;
  node a{net.named("a@host")};
  node b{net.named("b@host")};
  std::size_t got = 0;
  b.spawn(
      [](std::size_t& into) -> task<> {
        register_("sink"_atom, self());
        co_await receive([&into](const term& message) { into = message.bytes().size(); });
      },
      std::ref(got));
  constexpr std::size_t most = external_term::message_bytes_max - 200; // room for the control message
  const term too_large = a.run([]() -> task<term> {
    send({"sink"_atom, "b@host"_atom}, binary_of_zeros(most));
    EXPECT_TRUE(co_await connect_node("b@host"_atom));
    co_return co_await test::exit_reason_of([]() -> task<> {
      send({"sink"_atom, "b@host"_atom}, binary_of_zeros(external_term::message_bytes_max));
      co_return;
    });
  });

  ASSERT_TRUE(net.until([&] { return got != 0; }));
  EXPECT_EQ(got, most);
  ASSERT_TRUE(too_large.is_tuple());
  EXPECT_EQ(too_large[0], term("system_limit"_atom));
  EXPECT_THAT(connected(a), ElementsAre("b@host"_atom));
}

} // namespace
} // namespace agner::dist
