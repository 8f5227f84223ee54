// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/internal/packet_link.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include <agner/actors/process.hpp>
#include <agner/dist/internal/stream_wait.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/hexadecimal.hpp"
#include "../support/memory_pipe.hpp"

namespace agner::dist::internal {
namespace {

using namespace std::chrono_literals;
using test::bytes_of;
using test::from_hex;

/// What came: the packet as text, or the reason.
using outcome = std::optional<result<std::string>>;

class PacketLink : public testing::Test {
protected:
  /// Starts a process that reads a packet of at most @p most bytes within ten seconds.
  void read(handshake_header header, std::size_t most = 100) {
    here->spawn(
        [header, most](std::unique_ptr<transport>& over, outcome& into, std::vector<std::byte>& rest) -> task<> {
          packet_link link{std::move(over), header, this_node().scheduler().time().now() + 10s};
          const auto got = co_await link.read(most);
          if (got)
            into = std::string{reinterpret_cast<const char*>(got->data()), got->size()};
          else
            into = std::unexpected(got.error());
          const auto stays = link.release(rest);
          co_await receive([](term) {});
        },
        std::move(pipe.left), std::ref(got), std::ref(unread));
    here.run_until_idle();
  }
  void write(std::string_view text) {
    here->spawn(
        [text](std::unique_ptr<transport>& over, std::optional<result<>>& into) -> task<> {
          packet_link link{std::move(over), handshake_header::two_bytes, this_node().scheduler().time().now() + 10s};
          into = co_await link.write(bytes_of(text));
        },
        std::move(pipe.left), std::ref(put));
    here.run_until_idle();
  }
  void peer_writes(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const std::span<const std::byte> pieces[] = {bytes};
      const io_result done = pipe.right->write(pieces);
      ASSERT_EQ(done.what, io_result::status::done);
      bytes = bytes.subspan(done.bytes);
    }
    here.run_until_idle();
  }
  std::vector<std::byte> peer_reads() {
    std::vector<std::byte> all;
    std::array<std::byte, 64> some{};
    for (auto in = pipe.right->read(some); in.is_done(); in = pipe.right->read(some))
      all.insert(all.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(in.bytes));
    here.run_until_idle();
    return all;
  }

  outcome got;
  std::optional<result<>> put;
  std::vector<std::byte> unread;
  test::memory_pipe pipe{{.capacity_bytes = 64, .step_bytes = 3}};
  test::deterministic_node here;
};

TEST_F(PacketLink, ReadsPacketsBehindTwoBytes) {
  read(handshake_header::two_bytes);
  const auto bytes = from_hex("00 02 68 69");
  for (const std::byte& b : bytes) {
    EXPECT_FALSE(got);
    peer_writes({&b, 1});
  }

  ASSERT_TRUE(got && *got);
  EXPECT_EQ(**got, "hi");
}

TEST_F(PacketLink, ReadsPacketsBehindFourBytes) {
  read(handshake_header::four_bytes);
  peer_writes(from_hex("00 00 00 02 68 69"));

  ASSERT_TRUE(got && *got);
  EXPECT_EQ(**got, "hi");
}

TEST_F(PacketLink, LeavesWhatFollowsToTheChannel) {
  read(handshake_header::two_bytes);
  peer_writes(from_hex("00 02 68 69 00 00 00 00"));

  EXPECT_EQ(unread.size() + peer_reads().size(), 0U); // still in the transport, not read ahead
  ASSERT_TRUE(got && *got);
  EXPECT_EQ(**got, "hi");
}

TEST_F(PacketLink, RefusesWhatIsTooLongBeforeItComes) {
  read(handshake_header::four_bytes);
  peer_writes(from_hex("ff ff ff ff"));

  ASSERT_TRUE(got);
  EXPECT_EQ(got->error().reason(), tuple("packet_too_long"_atom, 0xffffffffLL, 100));
}

TEST_F(PacketLink, KnowsTlsWhereItIsNotSpoken) {
  read(handshake_header::two_bytes);
  peer_writes(from_hex("15 03 03 00 02 02 0a"));

  ASSERT_TRUE(got);
  EXPECT_EQ(got->error().reason(), tuple("peer_speaks_tls"_atom, "alert"_atom));
}

TEST_F(PacketLink, SaysWhenThePeerCloses) {
  read(handshake_header::two_bytes);
  peer_writes(from_hex("00 02 68"));
  pipe.right->close();
  here.run_until_idle();

  ASSERT_TRUE(got);
  EXPECT_EQ(got->error().reason(), term("closed"_atom));
}

TEST_F(PacketLink, SaysWhyTheConnectionFailed) {
  read(handshake_header::two_bytes);
  pipe.break_with("econnreset"_atom);
  here.run_until_idle();

  ASSERT_TRUE(got);
  EXPECT_EQ(got->error().reason(), term("econnreset"_atom));
}

TEST_F(PacketLink, GivesUpAtItsDeadlineHoweverSlowlyThePeerSpeaks) {
  read(handshake_header::two_bytes);
  for (const std::byte& b : from_hex("00 20 01 02")) {
    here.advance(2s);
    peer_writes({&b, 1});
    EXPECT_FALSE(got);
  }
  here.advance(3s);

  ASSERT_TRUE(got);
  EXPECT_EQ(got->error().reason(), term("timeout"_atom));
}

TEST_F(PacketLink, WritesAllHoweverSlowlyThePeerReads) {
  const std::string text(200, 'x');
  write(text);
  EXPECT_FALSE(put);

  std::vector<std::byte> all;
  for (auto some = peer_reads(); !some.empty(); some = peer_reads())
    all.insert(all.end(), some.begin(), some.end());

  ASSERT_EQ(all.size(), 202U);
  EXPECT_EQ(all[0], std::byte{0});
  EXPECT_EQ(all[1], std::byte{200});
  EXPECT_TRUE(put && *put);
}

TEST_F(PacketLink, GivesUpAtItsDeadlineWhereThePeerDoesNotRead) {
  const std::string text(200, 'x');
  write(text);
  here.advance(11s);

  ASSERT_TRUE(put);
  EXPECT_EQ(put->error().reason(), term("timeout"_atom));
}

} // namespace
} // namespace agner::dist::internal
