// SPDX-License-Identifier: Apache-2.0
// Which term a message of CAF is, which message a term, and what has neither. The table is in docs/caf.md.

#include "joined.hpp"

#include <limits>

#include "../support/log_capture.hpp"

namespace known_types {

struct point {
  static constexpr auto tag = agner::atom_literal<"point">{};
  int x;
  int y;
};
struct stranger {
  int x;
};

} // namespace known_types

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(known_types::point)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(known_types::stranger)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<std::int32_t>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<std::int32_t>)

namespace agner {
namespace {

using namespace std::chrono_literals;
using known_types::point;
using known_types::stranger;

class CafMapping : public ::testing::Test {
protected:
  /// The term that a process gets for these elements.
  template <class... Elements>
  term crossed(const Elements&... elements) {
    return here.run([&]() -> task<term> {
      caf::anon_send(bridge.actor_of(self()), elements...);
      co_return co_await receive([](term t) { return t; });
    });
  }

  /// The message that an actor gets for a term, as CAF prints it.
  std::string seen(const term& message) {
    caf::scoped_actor self{system};
    here.send(bridge.pid_of(self), message);
    std::string text;
    self->receive([&](caf::message_view&) {},
                  caf::others >> [&](caf::message_view& got) -> caf::result<caf::message> {
                    text = caf::to_string(got.content());
                    return caf::message{};
                  });
    return text;
  }

  test::two_workers config;
  caf::actor_system system{config};
  node here{test::options_on(test::runs_on::own_workers, system)};
  caf_bridge bridge{here, system};
};

TEST_F(CafMapping, OneElementIsItsTermAndSeveralAreATuple) {
  EXPECT_EQ(crossed(1), term{1});
  EXPECT_EQ(crossed(1, 2), tuple(1, 2));
  EXPECT_EQ(crossed(caf::atom("add"), std::int8_t{-1}, std::uint64_t{1} << 63U),
            tuple("add"_atom, -1, term{std::uint64_t{1} << 63U}));
}

TEST_F(CafMapping, OwnTypesOfCafNeedNotBeNamed) {
  caf::scoped_actor self{system};

  EXPECT_EQ(crossed(true), term{true});
  EXPECT_EQ(crossed(1.5), term{1.5});
  EXPECT_EQ(crossed(1.5F), term{1.5});
  EXPECT_EQ(crossed(std::string{"text"}), binary("text"));
  EXPECT_EQ(crossed(caf::actor{self}), term{bridge.pid_of(self)});
  EXPECT_EQ(crossed(std::vector<std::string>{"a", "b"}), list({binary("a"), binary("b")}));
  EXPECT_EQ(crossed(std::map<std::string, std::string>{{"k", "v"}}), map({{binary("k"), binary("v")}}));
  EXPECT_EQ(crossed(caf::make_message(1, 2), 3), tuple(tuple(1, 2), 3));
  EXPECT_EQ(crossed(caf::make_error(caf::exit_reason::kill)), term{"killed"_atom});
  EXPECT_EQ(crossed(list({1, 2})), list({1, 2}));
}

TEST_F(CafMapping, KnownTypesAreWhatStructMappingSays) {
  bridge.know<point, std::vector<std::int32_t>, std::optional<std::int32_t>>();

  EXPECT_EQ(crossed(point{1, 2}), tuple("point"_atom, 1, 2));
  EXPECT_EQ(crossed(std::vector<std::int32_t>{1, 2}), list({1, 2}));
  EXPECT_EQ(crossed(std::optional<std::int32_t>{}), to_term(std::optional<std::int32_t>{}));
  EXPECT_EQ(crossed(std::optional<std::int32_t>{5}), to_term(std::optional<std::int32_t>{5}));
}

TEST_F(CafMapping, WhatHasNoTermIsAnErrorThatNamesIt) {
  const test::log_capture log;
  caf::scoped_actor self{system};
  const caf::actor process = bridge.actor_of(here.spawn([]() -> task<> { co_await receive([](term) {}); }));
  std::vector<caf::error> refused;
  const auto keep = [&](const caf::error& e) { refused.push_back(e); };

  self->request(process, caf::infinite, 1, stranger{1}).receive([] {}, keep);
  self->request(process, caf::infinite, std::numeric_limits<double>::infinity()).receive([] {}, keep);
  self->send(process, stranger{1});

  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[0], caf::sec::unexpected_message);
  EXPECT_NE(caf::to_string(refused[0]).find("element 2 of type known_types::stranger has no term"), std::string::npos)
      << caf::to_string(refused[0]);
  EXPECT_NE(caf::to_string(refused[1]).find("element 1 of type double has a value that is no term"), std::string::npos)
      << caf::to_string(refused[1]);
  ASSERT_EQ(log.lines().size(), 1U);
  EXPECT_NE(log.lines()[0].text.find("known_types::stranger"), std::string::npos) << log.lines()[0].text;
}

TEST_F(CafMapping, TermForAnActorOfWhichNothingIsKnown) {
  EXPECT_EQ(seen(1), "(1)");
  EXPECT_EQ(seen(tuple("add"_atom, 1, 1.5, binary("text"), true)), "('add', 1, 1.500000, \"text\", true)");
  EXPECT_EQ(seen(tuple()), "()");
  EXPECT_EQ(seen(tuple("an_atom_too_long"_atom, list({1}))), "(an_atom_too_long, [1])");
}

TEST_F(CafMapping, TermForAnActorWhoseMessagesAreNamed) {
  caf::scoped_actor self{system};
  const pid to = bridge.pid_of(self, takes<std::vector<std::int32_t>, std::uint8_t>{}, takes<point>{});
  std::vector<std::int32_t> numbers;
  std::uint8_t byte = 0;
  point at{};

  here.send(to, tuple(list({1, 2}), 255));
  here.send(to, tuple("point"_atom, 3, 4));
  self->receive([&](const std::vector<std::int32_t>& n, std::uint8_t b) {
    numbers = n;
    byte = b;
  });
  self->receive([&](const point& p) { at = p; });

  EXPECT_EQ(numbers, (std::vector{1, 2}));
  EXPECT_EQ(byte, 255);
  EXPECT_EQ(at.y, 4);
}

TEST_F(CafMapping, ReasonsComeBackAsTheyWere) {
  for (const term& reason : {term{"normal"_atom}, term{"killed"_atom}, term{"shutdown"_atom}, term{"noproc"_atom},
                             term{"noconnection"_atom}, tuple("shutdown"_atom, 1), tuple("badmatch"_atom, list({1})),
                             tuple("caf_error"_atom, "system"_atom, 3, binary("x")),
                             tuple("caf_error"_atom, "an_atom_too_long"_atom, 3, binary("x"))})
    EXPECT_EQ(to_reason(to_caf_error(reason)), reason);

  EXPECT_FALSE(to_caf_error("normal"_atom));
  EXPECT_EQ(to_caf_error(tuple("shutdown"_atom, 1)), caf::exit_reason::user_shutdown);
  EXPECT_EQ(to_caf_error(tuple("caf_error"_atom, "system"_atom, 3, binary("x"))), caf::sec::request_receiver_down);
  EXPECT_EQ(to_reason(caf::make_error(caf::sec::request_timeout)),
            tuple("caf_error"_atom, "system"_atom, static_cast<int>(caf::sec::request_timeout), binary("")));
  EXPECT_NE(to_caf_error("killed"_atom), caf::exit_reason::kill); // which no actor can trap
}

} // namespace
} // namespace agner
