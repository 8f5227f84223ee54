// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/epmd_client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/hexadecimal.hpp"
#include "../support/private_epmd.hpp"
#include "fake_epmd.hpp"

namespace agner::dist::epmd {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::fake_epmd;
using test::from_hex;
using testing::ElementsAre;
using testing::HasSubstr;

const alive_request ann{.port = 4711, .name = "ann", .extra = {}};

template <class T>
std::string reason_of(const result<T>& of) {
  return of ? "ok" : print(of.error().reason(), {.line_characters = 0});
}

result<alive_request> ask_for(deterministic_node& here, std::uint16_t at, const std::string& name = "ann") {
  return here->run(port_please, inet::host{ip_address::loopback()}, name, at, 5s);
}

/// What each question comes to where epmd answers @p bytes.
struct outcomes {
  std::string port;
  std::string names;
  std::string registration;
};
outcomes all_of(const std::vector<std::byte>& bytes, fake_epmd::then what = fake_epmd::then::closes) {
  outcomes all;
  {
    deterministic_node here;
    const fake_epmd liar{*here, bytes, what};
    all.port = reason_of(ask_for(here, liar.port));
  }
  {
    deterministic_node here;
    const fake_epmd liar{*here, bytes, what};
    all.names = reason_of(here->run(names, inet::host{ip_address::loopback()}, liar.port, 5s));
  }
  deterministic_node here;
  const fake_epmd liar{*here, bytes, what};
  all.registration = reason_of(here->run(register_node, ann, liar.port, 5s));
  return all;
}

TEST(EpmdClient, FindsAPort) {
  deterministic_node here;
  const fake_epmd honest{*here, write(port_answer{ann})};

  EXPECT_EQ(ask_for(here, honest.port), ann);
}

TEST(EpmdClient, SaysWhereNobodyHasTheName) {
  deterministic_node here;
  const fake_epmd honest{*here, write(port_answer{})};

  EXPECT_EQ(reason_of(ask_for(here, honest.port)), "noport");
}

TEST(EpmdClient, ListsNames) {
  deterministic_node here;
  const std::uint16_t at = test::free_port();
  const fake_epmd honest{*here, write(names_answer{at, {{"ann", 1}, {"bob", 2}}}), fake_epmd::then::closes, at};

  const auto got = here->run(names, inet::host{ip_address::loopback()}, honest.port, 5s);

  ASSERT_TRUE(got);
  EXPECT_THAT(got->nodes, ElementsAre(named_port{"ann", 1}, named_port{"bob", 2}));
}

TEST(EpmdClient, RefusesNamesFromWhoIsNotTheEpmdOfThatPort) {
  deterministic_node here;
  const fake_epmd liar{*here, write(names_answer{5, {{"ann", 1}}})};

  EXPECT_THAT(reason_of(here->run(names, inet::host{ip_address::loopback()}, liar.port, 5s)),
              HasSubstr("it calls itself the epmd of port 5, not of " + std::to_string(liar.port)));
}

TEST(EpmdClient, RegistersForAsLongAsTheConnectionIsOpen) {
  deterministic_node here;
  const fake_epmd honest{*here, write(alive_answer{0, 5, true}), fake_epmd::then::waits};

  EXPECT_EQ(reason_of(here->run(register_node, ann, honest.port, 5s)), "ok");
}

TEST(EpmdClient, SaysWhereTheNameIsTaken) {
  deterministic_node here;
  const fake_epmd honest{*here, write(alive_answer{1, 0, true})};

  EXPECT_EQ(reason_of(here->run(register_node, ann, honest.port, 5s)), "duplicate_name");
}

TEST(EpmdClient, SaysWhereNoEpmdRuns) {
  const std::uint16_t nobody = test::free_port();
  deterministic_node here;

  EXPECT_EQ(reason_of(ask_for(here, nobody)), "econnrefused");
}

// -- an epmd that lies ------------------------------------------------------------------------------------------------------------------------

TEST(EpmdClient, GivesUpAfterItsTimeOnAnEpmdThatNeverAnswers) {
  deterministic_node here;
  const fake_epmd mute{*here, {}, fake_epmd::then::waits};
  const auto begun = here.scheduler().time().now();

  EXPECT_EQ(reason_of(ask_for(here, mute.port)), "timeout");

  EXPECT_GE(here.scheduler().time().now() - begun, 5s);
  EXPECT_LT(here.scheduler().time().now() - begun, 5100ms);
}

TEST(EpmdClient, RefusesAnEpmdThatClosesWithoutAnAnswer) {
  const auto all = all_of({});

  EXPECT_EQ(all.port, "closed");
  EXPECT_THAT(all.names, HasSubstr("bad_epmd_answer"));
  EXPECT_EQ(all.registration, "closed");
}

TEST(EpmdClient, RefusesWhatIsNoAnswer) {
  const auto all = all_of(from_hex("48 54 54 50 2f 31 2e 31"));

  EXPECT_THAT(all.port, HasSubstr("bad_epmd_answer"));
  EXPECT_THAT(all.registration, HasSubstr("bad_epmd_answer"));
}

TEST(EpmdClient, RefusesAnAnswerThatEndsTooSoon) {
  const auto whole = write(port_answer{ann});
  for (std::size_t length = 1; length < whole.size(); ++length) {
    deterministic_node here;
    const fake_epmd liar{*here, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}};
    EXPECT_EQ(reason_of(ask_for(here, liar.port)), "closed") << length;
  }
}

TEST(EpmdClient, RefusesLengthsThatPromiseMoreThanThereIs) {
  // PORT2_RESP, port 4711, hidden, TCP, versions 6 and 5, a name of 65535 bytes
  auto bytes = from_hex("77 00 12 67 48 00 00 06 00 05 ff ff");
  bytes.resize(100'000, std::byte{'x'});
  deterministic_node here;
  const fake_epmd liar{*here, bytes, fake_epmd::then::waits};

  EXPECT_THAT(reason_of(ask_for(here, liar.port)), testing::AnyOf(HasSubstr("bad_epmd_answer"), "too_long"));
}

TEST(EpmdClient, RefusesPortZeroAndAnotherName) {
  alive_request zero = ann;
  zero.port = 0;
  alive_request other = ann;
  other.name = "bob";
  for (const auto& lie : {zero, other}) {
    deterministic_node here;
    const fake_epmd liar{*here, write(port_answer{lie})};
    EXPECT_THAT(reason_of(ask_for(here, liar.port)), HasSubstr("bad_epmd_answer"));
  }
}

TEST(EpmdClient, RefusesAListOfNamesWithoutEnd) {
  auto bytes = from_hex("00 00 11 11");
  bytes.resize(names_bytes_max + 5000, std::byte{'x'});
  deterministic_node here;
  const fake_epmd liar{*here, bytes, fake_epmd::then::waits};

  EXPECT_EQ(reason_of(here->run(names, inet::host{ip_address::loopback()}, liar.port, 5s)), "too_long");
}

TEST(EpmdPort, IsThatOfTheEnvironment) {
  for (const auto& [said, is] : std::vector<std::pair<const char*, std::uint16_t>>{
           {"12345", 12345}, {"0", default_port}, {"65536", default_port}, {"x", default_port}, {"1x", default_port}}) {
    ::setenv("ERL_EPMD_PORT", said, 1);
    EXPECT_EQ(port(), is) << said;
  }
  ::unsetenv("ERL_EPMD_PORT");
  EXPECT_EQ(port(), default_port);
}

} // namespace
} // namespace agner::dist::epmd
