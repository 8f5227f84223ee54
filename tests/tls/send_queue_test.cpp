// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <agner/actors/process.hpp>
#include <agner/tls/internal/send_queue.hpp>

using namespace agner;
using namespace agner::ssl::internal;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

class SendQueue : public testing::Test {
protected:
  reference push(const term& iodata, packet_type packet = packet_type::raw) {
    const reference by = here.make_reference();
    auto pieces = iodata_to_pieces(iodata).value();
    queue.push(by, must(encode_packet_header(packet, pieces.size_bytes)), std::move(pieces));
    return by;
  }
  std::string front(std::size_t bytes_max = SIZE_MAX) const {
    send_queue::pieces room;
    std::string made;
    for (const auto piece : queue.front(room, bytes_max))
      made.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    return made;
  }

  node here;
  send_queue queue;
};

} // namespace

TEST_F(SendQueue, GivesWhatWasPushedInOrder) {
  push(list({binary("ab"), 99, binary("d")}));
  push(binary("ef"));

  EXPECT_EQ(front(), "abcdef");
}

TEST_F(SendQueue, PutsHeadersBeforePackets) {
  push(binary("abc"), packet_type::two);
  push(binary(""), packet_type::one);

  EXPECT_EQ(front(), std::string("\0\3abc\0", 6));
}

TEST_F(SendQueue, GivesNoMoreThanAsked) {
  push(binary("abc"));
  push(binary("def"));

  EXPECT_EQ(front(4), "abcd");
  EXPECT_EQ(front(0), "");
}

TEST_F(SendQueue, TellsWhoIsDone) {
  const auto first = push(binary("abc"), packet_type::one);
  const auto second = push(binary("de"));

  EXPECT_THAT(queue.consume(3), IsEmpty());
  EXPECT_EQ(front(), "cde");
  EXPECT_THAT(queue.consume(2), ElementsAre(first));
  EXPECT_EQ(front(), "e");
  EXPECT_THAT(queue.consume(1), ElementsAre(second));
  EXPECT_TRUE(queue.empty());
}

TEST_F(SendQueue, SendOfNothingIsDoneInItsTurn) {
  const auto first = push(binary("a"));
  const auto nothing = push(term{});
  const auto last = push(binary("b"));

  EXPECT_THAT(queue.consume(1), ElementsAre(first, nothing));
  EXPECT_THAT(queue.consume(1), ElementsAre(last));
  const auto alone = push(term{});
  EXPECT_THAT(queue.consume(0), ElementsAre(alone));
}

TEST_F(SendQueue, ClearNamesAllWhoWait) {
  const auto first = push(binary("abc"));
  const auto second = push(binary("d"));
  queue.consume(1);

  EXPECT_THAT(queue.clear(), ElementsAre(first, second));
  EXPECT_TRUE(queue.empty());
}

TEST_F(SendQueue, ManyPiecesComeInLoads) {
  const std::string large(600, 'x');
  std::vector<term> pieces(100, binary(large));
  push(list_of(std::move(pieces)));

  std::size_t total = 0;
  while (!queue.empty()) {
    const auto load = front().size();
    ASSERT_NE(load, 0U);
    total += load;
    queue.consume(load);
  }

  EXPECT_EQ(total, 60'000U);
}
