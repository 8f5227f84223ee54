// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/epmd_directory.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include <agner/actors/process.hpp>
#include <agner/dist/epmd_client.hpp>
#include <agner/dist/epmd_server.hpp>
#include <agner/dist/internal/epmd_daemon.hpp>
#include <agner/dist/internal/stream_wait.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>

#include "../support/deterministic_scheduler.hpp"
#include "../support/private_epmd.hpp"
#include "fake_epmd.hpp"
#include "loopback_nodes.hpp"

namespace agner::dist {
namespace {

using namespace std::chrono_literals;
using test::loopback_nodes;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class EpmdDirectory : public testing::Test {
protected:
  [[nodiscard]] epmd_options options() const {
    return {.start = true, .port = port, .listen_ip = ip_address::loopback(), .prefers_installed = false};
  }
  [[nodiscard]] node_options named(const std::string& name, const epmd_options& how) const {
    auto with = net.options();
    with.names = epmd_directory(how);
    return net.named(name + "@127.0.0.1", with);
  }
  [[nodiscard]] node_options named(const std::string& name) const { return named(name, options()); }
  std::vector<std::string> known() {
    return asking.run([this]() -> task<std::vector<std::string>> {
      std::vector<std::string> listed;
      const auto answer = co_await epmd::names(inet::host{ip_address::loopback()}, port);
      if (answer)
        for (const auto& node : answer->nodes)
          listed.push_back(node.name);
      co_return listed;
    });
  }

  const std::uint16_t port = test::free_port();
  loopback_nodes net;
  node asking{net.plain()};
};

TEST_F(EpmdDirectory, PublishesAndFinds) {
  node a{named("a")};
  node b{named("b")};

  EXPECT_THAT(known(), UnorderedElementsAre("a", "b"));
  const auto found = b.run([this]() -> task<result<node_address>> {
    const auto names = epmd_directory(options());
    co_return co_await names->find("a", "127.0.0.1");
  });
  ASSERT_TRUE(found);
  EXPECT_NE(found->port, 0);
}

TEST_F(EpmdDirectory, SaysWhereThereIsNoSuchNode) {
  node a{named("a")};

  const auto found = a.run([this]() -> task<result<node_address>> {
    const auto names = epmd_directory(options());
    co_return co_await names->find("nobody", "127.0.0.1");
  });

  EXPECT_EQ(found.error().reason(), term("noport"_atom));
}

TEST_F(EpmdDirectory, RefusesANodeWhoseNameIsTaken) {
  node a{named("a")};

  try {
    const node again{named("a")};
    ADD_FAILURE() << "there are two";
  } catch (const raised& failure) {
    EXPECT_EQ(failure.reason(), tuple("register"_atom, "a@127.0.0.1"_atom, "duplicate_name"_atom));
  }
  EXPECT_THAT(known(), UnorderedElementsAre("a"));
}

TEST_F(EpmdDirectory, StartsNoEpmdWhereItIsToldNotTo) {
  epmd_options never = options();
  never.start = false;

  EXPECT_THROW(node{named("a", never)}, raised);

  EXPECT_THAT(known(), IsEmpty());
}

TEST_F(EpmdDirectory, ForgetsANodeThatEnds) {
  node a{named("a")};
  std::optional<node> b{std::in_place, named("b")};

  b.reset();

  EXPECT_TRUE(net.until([&] { return known() == std::vector<std::string>{"a"}; }));
}

TEST_F(EpmdDirectory, LetsOneNodeTakeOverWhereTheNodeThatHostedEpmdEnds) {
  std::optional<node> first{std::in_place, named("first")};
  node a{named("a")};
  node b{named("b")};
  node c{named("c")};
  ASSERT_THAT(known(), UnorderedElementsAre("first", "a", "b", "c"));

  first.reset(); // and epmd with it

  EXPECT_TRUE(net.until([&] { return known().size() == 3; }));
  EXPECT_THAT(known(), UnorderedElementsAre("a", "b", "c"));
}

TEST_F(EpmdDirectory, RegistersAgainWithWhateverTakesEpmdsPlace) {
  std::optional<node> epmd{std::in_place, net.plain()};
  must(epmd::start_server(*epmd, {ip_address::loopback(), port}));
  epmd_options never = options();
  never.start = false;
  node a{named("a", never)};
  ASSERT_THAT(known(), UnorderedElementsAre("a"));

  epmd.reset();
  net.pass(10s);
  ASSERT_THAT(known(), IsEmpty());
  epmd.emplace(net.plain());
  must(epmd::start_server(*epmd, {ip_address::loopback(), port}));

  EXPECT_TRUE(net.until([&] { return known() == std::vector<std::string>{"a"}; }));
}

TEST_F(EpmdDirectory, AsksAnEpmdThatForgetsAtOnceNoMoreThanOnceASecond) {
  test::fake_epmd forgetful{asking, epmd::write(epmd::alive_answer{0, 5, true})};
  epmd_options there = options();
  there.port = forgetful.port;
  node a{named("a", there)};

  net.pass(10s);

  EXPECT_GE(forgetful.calls, 9);
  EXPECT_LE(forgetful.calls, 12);
}

// -- the installed one ------------------------------------------------------------------------------------------------------------------------

// On threads, since it waits for another program.
TEST(EpmdDaemon, StartsTheInstalledOneAtItsPort) {
  const std::uint16_t port = test::free_port();
  node here;

  here.run([port]() -> task<> {
    EXPECT_TRUE(co_await internal::start_epmd_daemon(port));
    result<std::unique_ptr<transport>> registered = fail("not_tried"_atom);
    for (int i = 0; i < 500 && !registered; ++i) { // it goes to the background before it listens
      registered = co_await epmd::register_node({.port = 4711, .name = "ann", .extra = {}}, port);
      if (!registered) co_await receive(after(20ms, [] {}));
    }
    EXPECT_TRUE(registered);
    EXPECT_TRUE(co_await epmd::port_please(inet::host{ip_address::loopback()}, "ann", port));
    registered = fail("done"_atom);

    // A real one obeys, once no node is registered.
    std::string answer;
    for (int i = 0; i < 500 && answer != "OK"; ++i) {
      auto socket = must(co_await gen_tcp::internal::connect_stream(ip_address::loopback(), port));
      const auto stream = make_transport(this_node().scheduler(), std::move(socket));
      must(co_await internal::write_all(*stream, epmd::write(epmd::kill_request{}), internal::no_deadline));
      std::vector<std::byte> bytes;
      must(co_await internal::read_some(*stream, bytes, 16, internal::no_deadline));
      answer.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    EXPECT_EQ(answer, "OK");
  });
}

} // namespace
} // namespace agner::dist
