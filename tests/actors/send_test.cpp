// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <map>

#include <agner/runtime/router.hpp>
#include <agner/runtime/signal.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

TEST(Send, KeepsTheOrderBetweenAnyPair) {
  test::with_seeds(50, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      for (int sender = 0; sender < 4; ++sender)
        spawn([sender, to = self()]() -> task<> {
          for (int i = 0; i < 20; ++i) {
            send(to, tuple(sender, i));
            if (i % (sender + 2) == 0) co_await yield();
          }
        });

      std::map<std::int64_t, std::int64_t> next;
      for (const term& message : co_await flush())
        EXPECT_EQ(message[1].as_int64(), next[message[0].as_int64()]++);
      EXPECT_EQ(next.size(), 4U);
    });
  });
}

TEST(Send, KeepsTheOrderOfAllKindsOfSignals) {
  test::with_seeds(50, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      trap_exit(true);
      const pid child = spawn([parent = self()]() -> task<> {
        link(parent);
        send(parent, 1);
        exit(parent, 2);
        send(parent, 3);
        co_await yield();
        send(parent, 4);
        exit(term{5});
      });

      std::vector<std::int64_t> order;
      for (const term& message : co_await flush())
        order.push_back(message.is_tuple() ? message[2].as_int64() : message.as_int64());
      EXPECT_EQ(order, (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
      EXPECT_FALSE(co_await is_process_alive(child));
    });
  });
}

TEST(Send, ToNobodyVanishes) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_monitor([]() -> task<> { co_return; });
    co_await test::down_reason(child.monitor);
    send(child.process, 1);
    send("nobody"_atom, 2);
    send({"nobody"_atom, this_node().name()}, 3);
    send({"nobody"_atom, "far@away"_atom}, 4);
    send(pid{1, 1, incarnation{atom{"far@away"}, 7}}, 5);
    send(pid{0xffff'ffffU, 1, this_node().identity()}, 6);
    send(pid{0, 0, this_node().identity()}, 7);
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(Send, ToOneselfArrives) {
  deterministic_node here;

  here->run([]() -> task<> {
    send(self(), "a"_atom);
    EXPECT_EQ(co_await receive([](term t) { return t; }), term("a"_atom));
  });
}

TEST(Send, LeavesTheMessageOfTheSenderAlone) {
  deterministic_node here;

  here->run([]() -> task<> {
    const term message = tuple("a"_atom, binary("b"));
    for (int i = 0; i < 3; ++i)
      send(self(), message);
    send(self(), tuple(1, 2)); // a fresh tuple is its own envelope

    const auto messages = co_await flush();
    EXPECT_EQ(messages, (std::vector{message, message, message, tuple(1, 2)}));
    EXPECT_EQ(message, tuple("a"_atom, binary("b")));
  });
}

TEST(Send, FromAPlainThreadReachesPidsOnly) {
  deterministic_node here;
  term got;
  const pid child = here->spawn([&]() -> task<> { got = co_await receive([](term t) { return t; }); });

  send(child, "hello"_atom);
  here.run_until_idle();

  EXPECT_EQ(got, term("hello"_atom));
  EXPECT_THROW(send("name"_atom, 1), raised);
}

// -- back-pressure ----------------------------------------------------------------------------------------------------------------------------

/// A way out that takes everything and says that its peer is past its budget.
class busy_router final : public router {
public:
  routed send(const pid& from, const term&, term message, send_options) override {
    sent.emplace_back(from, std::move(message));
    return routed::busy;
  }
  routed link(const pid&, const pid&) override { return routed::sent; }
  routed unlink(const pid&, const pid&, std::uint64_t) override { return routed::sent; }
  routed unlink_ack(const pid&, const pid&, std::uint64_t) override { return routed::sent; }
  routed monitor(const pid&, const term&, const reference&) override { return routed::sent; }
  routed demonitor(const pid&, const term&, const reference&) override { return routed::sent; }
  routed link_exit(const pid&, const pid&, const term&) override { return routed::sent; }
  routed exit(const pid&, const term&, const term&, send_options) override { return routed::sent; }
  routed group_leader(const pid&, const pid&, const pid&) override { return routed::sent; }
  routed spawn(const pid&, atom, const reference&, const remote_spawn&) override { return routed::sent; }
  routed down(const pid&, const term&, const pid&, const reference&, const term&) override { return routed::sent; }

  std::vector<std::pair<pid, term>> sent;
};

class BusyPeer : public ::testing::Test {
protected:
  BusyPeer() { here->set_router(&way_out); }
  ~BusyPeer() override { here->set_router(nullptr); }

  void peer_has_room_for(const pid& sender) { here->push(sender, internal::new_signal(internal::signal_kind::resume)); }

  static constexpr auto far = "far@away"_atom;
  busy_router way_out;
  deterministic_node here;
};

TEST_F(BusyPeer, SuspendsTheSenderAtItsNextWait) {
  int after_wait = 0;
  const pid sender = here->spawn([&]() -> task<> {
    send({"name"_atom, far}, 1);
    send({"name"_atom, far}, 2);
    co_await receive([&](term) { ++after_wait; });
  });

  here->send(sender, "wanted"_atom);
  here.run_until_idle();
  EXPECT_EQ(way_out.sent.size(), 2U);
  EXPECT_EQ(after_wait, 0);

  here->send(sender, "other"_atom);
  here.run_until_idle();
  EXPECT_EQ(after_wait, 0);

  peer_has_room_for(sender);
  here.run_until_idle();
  EXPECT_EQ(after_wait, 1);
}

TEST_F(BusyPeer, SuspendsAnAwaitedSendOnTheSpot) {
  int sends = 0;
  const pid sender = here->spawn([&]() -> task<> {
    for (;;) {
      co_await send({"name"_atom, far}, 1);
      ++sends;
    }
  });

  here.run_until_idle();
  EXPECT_EQ(sends, 0);
  peer_has_room_for(sender);
  here.run_until_idle();
  EXPECT_EQ(sends, 1);
  EXPECT_EQ(way_out.sent.size(), 2U);
}

TEST_F(BusyPeer, DoesNotKeepASuspendedSenderAlive) {
  std::vector<int> order;
  const pid sender = here->spawn([&]() -> task<> {
    const test::death_note note{order, 1};
    co_await send({"name"_atom, far}, 1);
  });

  here.run_until_idle();
  EXPECT_TRUE(here->is_alive(sender));
  here->exit(sender, "kill"_atom);
  here.run_until_idle();

  EXPECT_FALSE(here->is_alive(sender));
  EXPECT_EQ(order, std::vector{1});
}

TEST_F(BusyPeer, KeepsTimersOfASuspendedSenderRunning) {
  bool timed_out = false;
  const pid sender = here->spawn([&]() -> task<> {
    send({"name"_atom, far}, 1);
    co_await receive([](term) {}, after(10ms, [&] { timed_out = true; }));
  });

  here.advance(20ms);
  EXPECT_FALSE(timed_out);
  peer_has_room_for(sender);
  here.run_until_idle();
  EXPECT_TRUE(timed_out);
}

TEST_F(BusyPeer, DoesNotSuspendTheTimersAndThreadsThatSend) {
  here->send(tuple("name"_atom, far), 1);

  EXPECT_EQ(way_out.sent.size(), 1U);
  EXPECT_EQ(way_out.sent[0].first, pid{});
}

} // namespace
} // namespace agner
