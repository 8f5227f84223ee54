// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/internal/channel.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <agner/runtime/term_builders.hpp>

#include "../support/hexadecimal.hpp"
#include "../support/log_capture.hpp"
#include "channel_pair.hpp"

namespace agner::dist::internal {
namespace {

using namespace std::chrono_literals;
using test::agreed;
using test::channel_pair;
using test::from_hex;
using test::pid_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const pid remote = pid_of("peer@host", 9);
const std::vector<std::byte> tick(4);

control::message to(const pid& local, term what) { return control::send{remote, local, std::move(what)}; }

std::string text_of(const std::optional<term>& why) { return why ? print(*why, {.line_characters = 0}) : "nothing"; }

// -- there and back -----------------------------------------------------------------------------------------------------------------------

TEST(Channel, DeliversWhatComesInWhateverPieces) {
  for (const std::size_t step : {1UL, 3UL, 1000UL}) {
    channel_pair with{1, {.step_bytes = step}};
    const pid local = with.spawn_keeping_mail([] {});

    for (int i = 0; i < 5; ++i)
      with.write(to(local, tuple("hello"_atom, i)));

    EXPECT_THAT(with.mail, ElementsAre(tuple("hello"_atom, 0), tuple("hello"_atom, 1), tuple("hello"_atom, 2),
                                       tuple("hello"_atom, 3), tuple("hello"_atom, 4)));
    EXPECT_EQ(with.ended, std::nullopt);
  }
}

TEST(Channel, DeliversFirstWhatCameWithTheHandshake) {
  test::table_node names; // fixes the pid: the first process of a node
  const pid local = names.spawn_keeping_mail([] {});
  auto bytes = test::frames_of(control::reg_send{remote, "mail"_atom, "early"_atom});
  std::vector<term> got;
  channel_pair with{1, {}, agreed, bytes};

  // Nobody has that name: it vanishes, and the channel goes on.
  EXPECT_EQ(with.ended, std::nullopt);
  const pid there = with.spawn_keeping_mail([] { register_("mail"_atom, self()); });
  with.write(std::span<const std::byte>{bytes});
  EXPECT_THAT(with.mail, ElementsAre(term("early"_atom)));
  EXPECT_NE(there, local);
}

TEST(Channel, WritesWhatIsSentInWhateverPieces) {
  for (const std::size_t step : {1UL, 7UL, 100'000UL}) {
    channel_pair with{1, {.capacity_bytes = 4096, .step_bytes = step}};
    with.here->spawn([]() -> task<> {
      for (int i = 0; i < 100; ++i)
        co_await send(remote, i);
    });
    const auto signals = with.read_signals();

    ASSERT_EQ(signals.size(), 100U);
    for (int i = 0; i < 100; ++i)
      EXPECT_EQ(std::get<control::send>(signals[static_cast<std::size_t>(i)]).message, term{i});
  }
}

TEST(Channel, KeepsTheOrderOfEachSenderInWhateverOrderTheyRun) {
  test::with_seeds(20, [](std::uint64_t seed) {
    channel_pair with{seed, {.capacity_bytes = 100'000}};
    for (int sender = 0; sender < 3; ++sender)
      with.here->spawn([sender]() -> task<> {
        const term large = binary(std::string(200'000, 'x'));
        for (int i = 0; i < 10; ++i)
          co_await send(remote, tuple(sender, i, i % 4 == sender ? large : term("small"_atom)));
      });
    std::vector<int> next(3);
    for (const auto& signal : with.read_signals()) {
      const term message = std::get<control::send>(signal).message;
      const auto sender = static_cast<std::size_t>(from_term<int>(message[0]).value());
      EXPECT_EQ(message[1], term{next[sender]++});
    }
    EXPECT_THAT(next, ElementsAre(10, 10, 10));
  });
}

TEST(Channel, SendsWithoutFragmentsWhereThePeerKnowsNone) {
  channel_pair with{1, {}, agreed.without(flag::fragments)};
  with.here->spawn([]() -> task<> { co_await send(remote, binary(std::string(300'000, 'x'))); });

  const auto bytes = with.read();

  EXPECT_EQ(test::frames_in(bytes).size(), 1U);
  EXPECT_EQ(test::signals_in(bytes).size(), 1U);
}

TEST(Channel, CarriesTermsOfAHundredThousandLevels) {
  const auto nested = [] {
    term t = "bottom"_atom;
    for (int i = 0; i < 100'000; ++i)
      t = i % 3 == 0 ? list({t}) : i % 3 == 1 ? tuple(t, 1) : tuple(t);
    return t;
  };
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});

  with.write(to(local, nested()));
  with.here->spawn([](term what) -> task<> { co_await send(remote, std::move(what)); }, nested());
  const auto out = with.read_signals();

  ASSERT_EQ(with.mail.size(), 1U);
  EXPECT_EQ(with.mail[0], nested());
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(std::get<control::send>(out[0]).message, nested());
}

// -- its end ------------------------------------------------------------------------------------------------------------------------------

TEST(Channel, EndsWhereThePeerCloses) {
  channel_pair with;

  with.pipe.right->close();
  with.here.run_until_idle();

  EXPECT_EQ(with.ended, term("connection_closed"_atom));
  EXPECT_EQ(with.table.find("peer@host"_atom), nullptr);
}

TEST(Channel, EndsWhereTheConnectionBreaks) {
  channel_pair with;

  with.pipe.break_with("econnreset"_atom);
  with.here.run_until_idle();

  EXPECT_EQ(with.ended, term("econnreset"_atom));
}

TEST(Channel, EndsWhereItIsClosedHere) {
  channel_pair with;

  with.table.close(with.at, "disconnect"_atom);
  with.here.run_until_idle();

  EXPECT_EQ(with.ended, term("disconnect"_atom));
  std::array<std::byte, 1> one{};
  EXPECT_EQ(with.pipe.right->read(one).what, io_result::status::closed);
}

TEST(Channel, DeliversNothingOnceItIsClosed) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});
  const std::vector<std::byte> bytes = test::frames_of(to(local, "late"_atom));
  const std::span<const std::byte> pieces[] = {bytes};
  with.pipe.right->write(pieces); // on its way when the connection is closed

  with.table.close(with.at, "disconnect"_atom);
  with.here.run_until_idle();

  EXPECT_THAT(with.mail, IsEmpty());
}

// -- ticks --------------------------------------------------------------------------------------------------------------------------------

TEST(Channel, TicksWhereNothingElseIsWritten) {
  channel_pair with;

  for (int i = 0; i < 3; ++i) {
    with.here.advance(15s);
    EXPECT_EQ(with.read(), tick) << i;
    with.write(std::span<const std::byte>{tick});
  }
}

TEST(Channel, DoesNotTickWhereSomethingWasWritten) {
  channel_pair with;
  with.here.advance(10s);
  with.here->spawn([]() -> task<> { co_await send(remote, 1); });
  EXPECT_EQ(with.read_signals().size(), 1U);

  with.here.advance(6s);

  EXPECT_THAT(with.read(), IsEmpty());
}

TEST(Channel, TakesASilentPeerDown) {
  const test::log_capture log;
  channel_pair with;

  with.here.advance(59s);
  EXPECT_EQ(with.ended, std::nullopt);
  with.here.advance(2s);

  EXPECT_EQ(with.ended, term("net_tick_timeout"_atom));
  ASSERT_EQ(log.lines().size(), 1U);
  EXPECT_THAT(log.lines()[0].text, HasSubstr("Node peer@host not responding"));
}

TEST(Channel, KeepsAPeerThatTicks) {
  channel_pair with;

  for (int i = 0; i < 20; ++i) {
    with.here.advance(40s);
    with.write(std::span<const std::byte>{tick});
  }

  EXPECT_EQ(with.ended, std::nullopt);
}

TEST(Channel, TakesAPeerDownThatNeitherReadsNorSpeaks) {
  channel_pair with{1, {.capacity_bytes = 1000}};
  const pid sender = with.here->spawn([]() -> task<> {
    for (;;)
      co_await send(remote, binary(std::string(1000, 'x')));
  });

  with.here.advance(61s);

  EXPECT_EQ(with.ended, term("net_tick_timeout"_atom));
  with.here->exit(sender, "kill"_atom);
  with.here.run_until_idle();
}

TEST(Channel, KeepsABusyPeerInBoundedMemory) {
  channel_pair with{1, {.capacity_bytes = 1000}};
  int count = 0;
  const pid sender = with.here->spawn(
      [](int& sent_messages) -> task<> {
        for (;; ++sent_messages)
          co_await send(remote, binary(std::string(10'000, 'x')));
      },
      std::ref(count));
  for (int i = 0; i < 20; ++i) { // it reads nothing, but it is alive
    with.here.advance(15s);
    with.write(std::span<const std::byte>{tick});
  }

  EXPECT_LE(count, 120); // 1 MiB
  EXPECT_EQ(with.ended, std::nullopt);
  with.here->exit(sender, "kill"_atom);
  with.here.run_until_idle();
}

// -- bad input ----------------------------------------------------------------------------------------------------------------------------

struct bad_bytes {
  const char* name;
  std::vector<std::byte> bytes;
  const char* complaint;
};

void PrintTo(const bad_bytes& what, std::ostream* into) { *into << what.name; }

std::vector<bad_bytes> all_bad() {
  const auto frame = [](const char* hex) { return test::framed(from_hex(hex)); };
  return {
      {"LengthOfFourGigabytes", from_hex("ff ff ff ff"), "frame_too_long"},
      {"UnknownFrame", frame("47 45 54 20"), "no frame begins with"},
      {"HeaderCutOff", frame("83 45 00 00"), "ends within its header"},
      {"AtomCache", frame("83 44 01"), "atoms of a cache"},
      {"NoTerm", frame("83 44 00"), "bad_external_term"},
      {"UnknownTermTag", frame("83 44 00 68 02 ff"), "bad_external_term"},
      {"TermCutOff", frame("83 44 00 68 04 61 16"), "bad_external_term"},
      {"TupleOfFourGigabytes", frame("83 44 00 69 ff ff ff ff 61 01"), "bad_external_term"},
      {"BinaryOfFourGigabytes", frame("83 44 00 6d ff ff ff ff 61"), "bad_external_term"},
      {"ListOfFourGigabytes", frame("83 44 00 6c ff ff ff ff 61"), "bad_external_term"},
      {"MapOfFourGigabytes", frame("83 44 00 74 ff ff ff ff 61"), "bad_external_term"},
      {"BigOfFourGigabytes", frame("83 44 00 6f ff ff ff ff 00 01"), "bad_external_term"},
      {"NoTuple", frame("83 44 00 61 01"), "bad_control"},
      {"UnknownControl", frame("83 44 00 68 01 61 c8"), "bad_control"},
      {"TooFewElements", frame("83 44 00 68 01 61 01"), "bad_control"},
      {"WrongElement", frame("83 44 00 68 03 61 01 61 02 61 03"), "bad_control"},
      {"SomethingAfter", frame("83 44 00 61 01 61 01 61 01"), "follow"},
      {"FragmentOfNothing", frame("83 46 0000000000000001 0000000000000001 61 01"), "bad_frame"},
      {"FragmentZero", frame("83 45 0000000000000001 0000000000000000 00"), "numbered 0"},
  };
}

class ChannelRefuses : public testing::TestWithParam<bad_bytes> {};

TEST_P(ChannelRefuses, ClosesAndHarmsNobodyElse) {
  const test::log_capture log;
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});
  with.write(control::link{remote, local});
  const auto other = with.connected("other@host"_atom);

  with.write(GetParam().bytes);

  EXPECT_THAT(text_of(with.ended), HasSubstr(GetParam().complaint));
  EXPECT_THAT(with.mail, ElementsAre(tuple("EXIT"_atom, remote, "noconnection"_atom)));
  EXPECT_EQ(other->now(), connection::state::up);
  ASSERT_EQ(log.lines().size(), 1U);
  EXPECT_THAT(log.lines()[0].text, HasSubstr("Node peer@host sent what cannot be read"));
}

TEST_P(ChannelRefuses, AlsoByteByByte) {
  channel_pair with{3, {.step_bytes = 1}};

  with.write(GetParam().bytes);

  EXPECT_THAT(text_of(with.ended), HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(BadInput, ChannelRefuses, testing::ValuesIn(all_bad()),
                         [](const auto& of) { return of.param.name; });

TEST(Channel, WaitsForTheRestOfAFrameThatIsCutOff) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});
  const auto whole = test::frames_of(to(local, "hello"_atom));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    channel_pair cut;
    cut.write(std::span{whole}.first(length));
    EXPECT_EQ(cut.ended, std::nullopt);
    cut.pipe.right->close();
    cut.here.run_until_idle();
    EXPECT_EQ(cut.ended, term("connection_closed"_atom));
    EXPECT_THAT(cut.mail, IsEmpty());
  }
}

TEST(Channel, EndsAPeerThatSpeaksForAnotherNode) {
  channel_pair with;
  const pid local = with.spawn_keeping_mail([] {});

  with.write(control::exit2{pid_of("other@host", 1), local, "kill"_atom});

  EXPECT_THAT(text_of(with.ended), HasSubstr("bad_control"));
  EXPECT_TRUE(with.here->is_alive(local));
}

} // namespace
} // namespace agner::dist::internal
