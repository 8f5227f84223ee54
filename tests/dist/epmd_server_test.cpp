// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/epmd_server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <agner/actors/gen_tcp_stream.hpp>
#include <agner/actors/process.hpp>
#include <agner/dist/epmd_client.hpp>
#include <agner/dist/internal/stream_wait.hpp>
#include <agner/runtime/term_builders.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/hexadecimal.hpp"
#include "../support/private_epmd.hpp"

namespace agner::dist::epmd {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const alive_request ann{.port = 4711, .name = "ann", .extra = "x"};

class EpmdServer : public testing::Test {
protected:
  EpmdServer() { must(start_server(*here, {ip_address::loopback(), port})); }

  template <class F>
  auto run(F body) {
    return here->run(std::move(body));
  }
  task<result<alive_request>> find(std::string name) {
    return port_please(inet::host{ip_address::loopback()}, std::move(name), port);
  }
  task<std::vector<named_port>> all() {
    co_return must(co_await names(inet::host{ip_address::loopback()}, port)).nodes;
  }
  /// A connection on which @p bytes were written.
  task<std::unique_ptr<transport>> said(std::vector<std::byte> bytes) {
    auto socket = must(co_await gen_tcp::internal::connect_stream(ip_address::loopback(), port));
    auto stream = make_transport(this_node().scheduler(), std::move(socket));
    must(co_await internal::write_all(*stream, bytes, internal::no_deadline));
    co_return stream;
  }
  /// All that comes until the server closes.
  static task<std::string> answer(transport& from) {
    std::vector<std::byte> bytes;
    for (;;) {
      const auto more = co_await internal::read_some(from, bytes, 1UL << 20U, internal::no_deadline);
      if (!more || !*more) break;
    }
    co_return std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  const std::uint16_t port = test::free_port();
  test::deterministic_node here;
};

TEST_F(EpmdServer, KnowsANodeForAsLongAsItsConnectionIsOpen) {
  run([this]() -> task<> {
    EXPECT_EQ((co_await find("ann")).error().reason(), term("noport"_atom));
    auto held = must(co_await register_node(ann, port));
    EXPECT_EQ(must(co_await find("ann")), ann);
    EXPECT_THAT(co_await all(), ElementsAre(named_port{"ann", 4711}));

    held.reset();
    co_await receive(after(1ms, [] {}));

    EXPECT_EQ((co_await find("ann")).error().reason(), term("noport"_atom));
    EXPECT_THAT(co_await all(), IsEmpty());
  });
}

TEST_F(EpmdServer, RefusesANameThatIsTaken) {
  run([this]() -> task<> {
    const auto held = must(co_await register_node(ann, port));
    EXPECT_EQ((co_await register_node(ann, port)).error().reason(), term("duplicate_name"_atom));
    EXPECT_EQ(must(co_await find("ann")), ann);
  });
}

TEST_F(EpmdServer, RefusesToBeKilledDumpedOrToldToForget) {
  run([this]() -> task<> {
    const auto held = must(co_await register_node(ann, port));
    EXPECT_EQ(co_await answer(*co_await said(write(kill_request{}))), "NO");
    EXPECT_EQ(co_await answer(*co_await said(write(dump_request{}))), "");
    EXPECT_EQ(co_await answer(*co_await said(write(stop_request{"ann"}))), "");
    EXPECT_EQ(must(co_await find("ann")), ann);
  });
}

TEST_F(EpmdServer, ClosesOnWhatIsNoRequest) {
  run([this]() -> task<> {
    for (const char* wrong : {"00 00", "00 01 ff", "00 02 7a 20", "ff ff", "00 05 78 00 00 4d 00"})
      EXPECT_EQ(co_await answer(*co_await said(test::from_hex(wrong))), "") << wrong;
    EXPECT_THAT(co_await all(), IsEmpty());
  });
}

TEST_F(EpmdServer, ClosesOnAClientThatSaysNothingForTenSeconds) {
  run([this]() -> task<> {
    for (const char* beginning : {"", "00", "00 05 7a"}) {
      const auto begun = this_node().scheduler().time().now();
      EXPECT_EQ(co_await answer(*co_await said(test::from_hex(beginning))), "");
      const auto took = this_node().scheduler().time().now() - begun;
      EXPECT_GE(took, 10s) << beginning;
      EXPECT_LT(took, 10100ms) << beginning;
    }
  });
}

TEST_F(EpmdServer, AnswersAmongThreeHundredClientsThatSayNothing) {
  run([this]() -> task<> {
    const auto registered = must(co_await register_node(ann, port));
    const std::size_t before = this_node().process_count();
    std::vector<std::unique_ptr<transport>> silent;
    for (int i = 0; i < 300; ++i)
      silent.push_back(co_await said({}));
    const auto begun = this_node().scheduler().time().now();

    EXPECT_EQ(must(co_await find("ann")), ann);

    EXPECT_LT(this_node().scheduler().time().now() - begun, 1s);
    EXPECT_LE(this_node().process_count() - before, 256U);
  });
}

TEST_F(EpmdServer, IsOneToAPort) {
  EXPECT_EQ(start_server(*here, {ip_address::loopback(), port}).error().reason(), term("eaddrinuse"_atom));
}

} // namespace
} // namespace agner::dist::epmd
