// SPDX-License-Identifier: Apache-2.0
// gen_tcp with Erlang's gen_tcp at the other end, in both roles and with every packet type.

#include <agner/actors/gen_tcp.hpp>
#include <agner/actors/process.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "../support/child_process.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::child_process;

constexpr auto soon = 50s; // an escript has to be compiled first
const inet::options passive{
    .active = false, .mode = inet::mode::binary, .reuseaddr = true, .ip = ip_address::loopback()};

child_process erlang_peer(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"escript", AGNER_TCP_PEER});
  return child_process{arguments};
}

// The same as in tcp_peer.escript.
std::vector<std::string> messages(int packet) {
  std::vector<std::string> made;
  for (const auto& [least, size] :
       {std::pair{1, 0}, {1, 1}, {1, 255}, {2, 256}, {2, 65535}, {4, 65536}, {4, 3'000'000}}) {
    if (packet != 0 && packet < least) continue;
    std::string message;
    for (int i = 1; i <= size; ++i)
      message.push_back(static_cast<char>(i * 7 + size));
    made.push_back(std::move(message));
  }
  return made;
}

task<> echo(gen_tcp::socket connection) {
  for (bool open = true; open;) {
    must(co_await inet::setopts(connection, {.active = gen_tcp::once}));
    co_await receive([&](const gen_tcp::data& in) -> task<> { must(co_await gen_tcp::send(connection, in.bytes)); },
                     [&](const gen_tcp::closed&) -> task<> {
                       open = false;
                       co_return;
                     },
                     after(soon, []() -> task<> {
                       ADD_FAILURE() << "nothing came";
                       exit("timeout"_atom);
                       co_return;
                     }));
  }
}

task<> send_all(gen_tcp::socket to, int packet) {
  for (const std::string& each : messages(packet))
    must(co_await gen_tcp::send(to, each));
}

class GenTcpPackets : public testing::TestWithParam<int> {};

TEST_P(GenTcpPackets, AnErlangServerSendsBackWhatWeSend) {
  node here;
  auto peer = erlang_peer({"server", std::to_string(GetParam())});
  const std::string said = peer.read_until("\n");
  ASSERT_TRUE(said.starts_with("port ")) << said;

  here.run([packet = GetParam(), port = std::stoi(said.substr(5))]() -> task<> {
    const auto server = must(
        co_await gen_tcp::connect("127.0.0.1", static_cast<std::uint16_t>(port),
                                  inet::options{.active = false, .mode = inet::mode::binary, .packet = packet}, soon));
    spawn(send_all, server, packet); // while we read: each side takes only so much that is not read
    std::string all;
    for (const std::string& each : messages(packet)) {
      if (packet != 0) EXPECT_EQ(must(co_await gen_tcp::recv(server, 0, soon)).text(), each);
      all += each;
    }
    if (packet == 0) EXPECT_EQ(must(co_await gen_tcp::recv(server, all.size(), soon)).text(), all);
    co_await gen_tcp::close(server);
  });

  EXPECT_NE(peer.read_all().find("closed"), std::string::npos);
  EXPECT_EQ(peer.wait(), 0);
}

TEST_P(GenTcpPackets, AnErlangClientGetsBackWhatItSends) {
  node here;

  here.run([packet = GetParam()]() -> task<> {
    const auto listener = must(gen_tcp::listen(0, passive.with({.packet = packet})));
    auto peer = erlang_peer({"client", std::to_string(must(co_await inet::port(listener))), std::to_string(packet)});
    co_await echo(must(co_await gen_tcp::accept(listener, soon)));

    EXPECT_EQ(peer.read_all(), "ok\n");
  });
}

INSTANTIATE_TEST_SUITE_P(EveryType, GenTcpPackets, testing::Values(0, 1, 2, 4), testing::PrintToStringParamName());

TEST(GenTcpInterop, AHalfClosedErlangClientIsAnswered) {
  node here;

  here.run([]() -> task<> {
    const auto listener = must(gen_tcp::listen(0, passive.with({.exit_on_close = false})));
    auto peer = erlang_peer({"half", std::to_string(must(co_await inet::port(listener)))});
    const auto client = must(co_await gen_tcp::accept(listener, soon));

    EXPECT_EQ(must(co_await gen_tcp::recv(client, 8, soon)), binary("question"));
    EXPECT_EQ(co_await gen_tcp::recv(client, 0, soon), fail("closed"_atom));
    must(co_await gen_tcp::send(client, "answer"));
    co_await gen_tcp::close(client);

    EXPECT_EQ(peer.read_all(), "ok\n");
  });
}

TEST(GenTcpInterop, AResetByErlangIsEconnresetWhereShown) {
  node here;

  here.run([]() -> task<> {
    const auto listener = must(gen_tcp::listen(0, passive.with({.show_econnreset = true})));
    auto peer = erlang_peer({"reset", std::to_string(must(co_await inet::port(listener)))});
    const auto client = must(co_await gen_tcp::accept(listener, soon));

    EXPECT_EQ(must(co_await gen_tcp::recv(client, 1, soon)), binary("x"));
    must(co_await gen_tcp::send(client, "y"));

    EXPECT_EQ(co_await gen_tcp::recv(client, 0, soon), fail("econnreset"_atom));
    EXPECT_EQ(peer.read_all(), "ok\n");
  });
}

TEST(GenTcpInterop, APromiseOfTwoGibibytesClosesTheConnection) {
  node here;

  here.run([]() -> task<> {
    const auto listener = must(gen_tcp::listen(0, passive.with({.packet = 4})));
    auto peer = erlang_peer({"promise", std::to_string(must(co_await inet::port(listener)))});
    const auto client = must(co_await gen_tcp::accept(listener, soon));

    EXPECT_EQ(co_await gen_tcp::recv(client, 0, soon), fail("emsgsize"_atom));

    EXPECT_EQ(peer.read_all(), "ok\n");
  });
}

} // namespace
} // namespace agner
