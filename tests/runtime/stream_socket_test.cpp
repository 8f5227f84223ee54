// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/stream_socket.hpp>

#include <gtest/gtest.h>

#include <poll.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace agner {
namespace {

using family = stream_socket::family;
using status = io_result::status;

void wait_for(const stream_socket& of, short events) {
  pollfd at{.fd = of.descriptor(), .events = events, .revents = 0};
  ASSERT_EQ(::poll(&at, 1, 5000), 1);
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }

struct connected_pair {
  connected_pair() {
    listener = must(stream_socket::open(family::v4));
    must(listener.bind({ip_address::loopback(), 0}));
    must(listener.listen(5));
    client = must(stream_socket::open(family::v4));
    must(client.begin_connect(must(listener.sockname())));
    wait_for(client, POLLOUT);
    must(client.finish_connect());
    wait_for(listener, POLLIN);
    server = std::move(*must(listener.accept()));
  }
  stream_socket listener;
  stream_socket client;
  stream_socket server;
};

TEST(StreamSocket, EachEndKnowsTheOther) {
  const connected_pair pair;

  EXPECT_EQ(must(pair.client.peername()), must(pair.listener.sockname()));
  EXPECT_EQ(must(pair.server.peername()), must(pair.client.sockname()));
  EXPECT_EQ(must(pair.client.sockname()).ip, ip_address::loopback());
}

TEST(StreamSocket, AcceptWithoutConnectionGivesNothing) {
  connected_pair pair;

  const auto none = pair.listener.accept();

  ASSERT_TRUE(none);
  EXPECT_FALSE(none->has_value());
}

TEST(StreamSocket, WritesSpansInOrder) {
  connected_pair pair;

  const std::array parts{bytes_of("one "), bytes_of(""), bytes_of("two")};
  EXPECT_EQ(pair.client.write(parts).bytes, 7U);

  wait_for(pair.server, POLLIN);
  std::array<std::byte, 16> into{};
  const io_result got = pair.server.read(into);
  ASSERT_TRUE(got.is_done());
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(into.data()), got.bytes), "one two");
}

TEST(StreamSocket, ReadNeverWaits) {
  connected_pair pair;

  std::array<std::byte, 16> into{};

  EXPECT_EQ(pair.server.read(into).what, status::would_block);
}

TEST(StreamSocket, WriteStopsWhereThePeerDoesNotRead) {
  connected_pair pair;
  const std::vector<std::byte> much(std::size_t{1} << 20U);
  const std::array parts{std::span<const std::byte>{much}};

  io_result last = io_result::done(0);
  for (int i = 0; i < 1000 && last.is_done(); ++i)
    last = pair.client.write(parts);

  EXPECT_EQ(last.what, status::would_block);
}

TEST(StreamSocket, HalfCloseLeavesTheOtherDirectionOpen) {
  connected_pair pair;

  must(pair.client.shutdown(shutdown_how::write));

  wait_for(pair.server, POLLIN);
  std::array<std::byte, 16> into{};
  EXPECT_EQ(pair.server.read(into).what, status::closed);
  const std::array parts{bytes_of("still here")};
  EXPECT_EQ(pair.server.write(parts).bytes, 10U);
}

TEST(StreamSocket, MayResetThePeerWhenClosed) {
  connected_pair pair;

  must(pair.client.set_reset_on_close(true));
  pair.client.close();

  wait_for(pair.server, POLLIN);
  std::array<std::byte, 16> into{};
  const io_result got = pair.server.read(into);
  EXPECT_EQ(got.what, status::failed);
  EXPECT_EQ(got.reason, "econnreset"_atom);
}

TEST(StreamSocket, RefusedConnectionsSaySo) {
  socket_address nobody;
  {
    connected_pair pair;
    nobody = must(pair.listener.sockname());
  }

  stream_socket client = must(stream_socket::open(family::v4));
  auto refused = client.begin_connect(nobody);
  if (refused) {
    wait_for(client, POLLOUT);
    refused = client.finish_connect();
  }

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason(), term{"econnrefused"_atom});
}

TEST(StreamSocket, AnAddressInUseSaysSo) {
  const connected_pair pair;

  stream_socket second = must(stream_socket::open(family::v4));
  const auto bound = second.bind(must(pair.listener.sockname()));

  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().reason(), term{"eaddrinuse"_atom});
}

TEST(StreamSocket, OptionsAreSetAndRead) {
  connected_pair pair;

  must(pair.client.set(socket_option::nodelay, 1));
  must(pair.client.set(socket_option::keepalive, 1));

  EXPECT_EQ(must(pair.client.get(socket_option::nodelay)), 1);
  EXPECT_EQ(must(pair.client.get(socket_option::keepalive)), 1);
  EXPECT_EQ(must(pair.server.get(socket_option::nodelay)), 0);
}

TEST(StreamSocket, NoSocketIsEbadf) {
  stream_socket none;

  EXPECT_EQ(none.listen(1).error().reason(), term{"ebadf"_atom});
  EXPECT_FALSE(none.is_open());
}

} // namespace
} // namespace agner
