// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <algorithm>

#include <agner/actors/process.hpp>
#include <agner/tls/internal/reception.hpp>

using namespace agner;
using namespace agner::ssl::internal;

namespace {

class Reception : public testing::Test {
protected:
  void receive(reception& into, std::string_view text) {
    const auto room = into.room();
    std::ranges::copy(std::as_bytes(std::span{text}), room.begin());
    into.filled(text.size());
  }
  reference wait(reception& in, std::size_t length) {
    const reference by = here.make_reference();
    in.expect({.by = by, .length = length});
    return by;
  }
  static std::string text(const std::optional<delivery>& of) { return of ? std::string(of->data.text()) : "nothing"; }

  static stream_settings binary(inet::active_option active, int packet = 0) {
    return {.mode = inet::mode::binary, .packet = packet, .packet_size = 0, .active = active};
  }

  node here;
};

} // namespace

// -- passive ------------------------------------------------------------------------------------------------------------------------

TEST_F(Reception, PassiveConnectionKeepsWhatNobodyAskedFor) {
  reception in{binary(false)};
  receive(in, "abc");

  EXPECT_FALSE(in.next());
  EXPECT_FALSE(in.wants_bytes());
}

TEST_F(Reception, ReadsOneLoadAhead) {
  const reception in{binary(false)};

  EXPECT_TRUE(in.wants_bytes());
}

TEST_F(Reception, RecvOfZeroGetsWhatIsThere) {
  reception in{binary(false)};
  receive(in, "abc");
  const auto by = wait(in, 0);

  const auto got = in.next();

  EXPECT_EQ(text(got), "abc");
  EXPECT_EQ(got->to->by, by);
  EXPECT_FALSE(in.next());
}

TEST_F(Reception, RecvOfALengthGetsExactlyThat) {
  reception in{binary(false)};
  wait(in, 4);
  receive(in, "abc");
  EXPECT_FALSE(in.next());
  EXPECT_TRUE(in.wants_bytes());

  receive(in, "de");

  EXPECT_EQ(text(in.next()), "abcd");
  wait(in, 0);
  EXPECT_EQ(text(in.next()), "e");
}

TEST_F(Reception, SeveralWhoWaitAreServedInTurn) {
  reception in{binary(false)};
  const auto first = wait(in, 1);
  const auto second = wait(in, 2);
  receive(in, "abc");

  EXPECT_EQ(in.next()->to->by, first);
  EXPECT_EQ(in.next()->to->by, second);
}

TEST_F(Reception, WhoseTimeIsUpIsTakenOut) {
  reception in{binary(false)};
  const auto timer = here.make_reference();
  in.expect({.by = here.make_reference(), .length = 5, .timer = timer});
  const auto second = wait(in, 1);
  receive(in, "abc");

  EXPECT_TRUE(in.take_waiter(timer));
  EXPECT_FALSE(in.take_waiter(timer));

  EXPECT_EQ(in.next()->to->by, second);
}

// -- active -------------------------------------------------------------------------------------------------------------------------

TEST_F(Reception, ActiveConnectionGivesAllToTheOwner) {
  reception in{binary(true)};
  receive(in, "abc");

  const auto got = in.next();

  EXPECT_EQ(text(got), "abc");
  EXPECT_FALSE(got->to);
  EXPECT_FALSE(got->turned_passive);
  EXPECT_TRUE(in.is_active());
  EXPECT_TRUE(in.wants_bytes());
}

TEST_F(Reception, OnceIsOnce) {
  reception in{binary(ssl::once, 1)};
  receive(in, "\1a\1b");

  EXPECT_EQ(text(in.next()), "a");

  EXPECT_FALSE(in.next());
  EXPECT_FALSE(in.is_active());
}

TEST_F(Reception, CountEndsWithAWord) {
  reception in{binary(2, 1)};
  receive(in, "\1a\1b\1c");

  EXPECT_FALSE(in.next()->turned_passive);
  EXPECT_TRUE(in.next()->turned_passive);
  EXPECT_FALSE(in.next());
}

TEST_F(Reception, CountsAddUp) {
  reception in{binary(2)};

  EXPECT_FALSE(must(in.change(binary(3), true)));
  EXPECT_EQ(in.settings().active, inet::active_option(5));
  EXPECT_TRUE(must(in.change(binary(-5), true)));
  EXPECT_FALSE(in.is_active());
  EXPECT_FALSE(in.change(binary(32'767), true).value());
  EXPECT_EQ(in.change(binary(1), true).error().reason(), term("einval"_atom));
}

TEST_F(Reception, OtherOptionsLeaveActiveAlone) {
  reception in{binary(2)};

  EXPECT_FALSE(must(in.change(binary(true, 4), false)));

  EXPECT_EQ(in.settings().active, inet::active_option(2));
  EXPECT_EQ(in.settings().packet, 4);
}

// -- packets and modes --------------------------------------------------------------------------------------------------------------

TEST_F(Reception, CutsPackets) {
  reception in{binary(true, 2)};
  receive(in, std::string_view("\0\3ab", 4));
  EXPECT_FALSE(in.next());

  receive(in, std::string_view("c\0\0\0\1", 5));

  EXPECT_EQ(text(in.next()), "abc");
  EXPECT_EQ(text(in.next()), "");
  EXPECT_FALSE(in.next());
}

TEST_F(Reception, PacketModeIgnoresTheLengthOfRecv) {
  reception in{binary(false, 1)};
  wait(in, 100);
  receive(in, "\2ab");

  EXPECT_EQ(text(in.next()), "ab");
}

TEST_F(Reception, TooLongAPacketSpoilsTheStream) {
  auto how = binary(true, 4);
  how.packet_size = 10;
  reception in{how};
  receive(in, std::string_view("\0\0\0\13abc", 7));

  EXPECT_FALSE(in.next());

  EXPECT_TRUE(in.is_spoilt());
  EXPECT_FALSE(in.wants_bytes());
  EXPECT_EQ(in.unread_data().text(), std::string_view("\0\0\0\13abc", 7));
}

TEST_F(Reception, ListModeGivesIntegers) {
  reception in{stream_settings{}};
  receive(in, "a\377");

  EXPECT_EQ(in.next()->data, list({97, 255}));
}

TEST_F(Reception, PacketTypeMayChangeInTheStream) {
  reception in{binary(ssl::once, 1)};
  receive(in, std::string_view("\1a\0\1b", 5));
  EXPECT_EQ(text(in.next()), "a");

  must(in.change(binary(ssl::once, 2), true));

  EXPECT_EQ(text(in.next()), "b");
}
