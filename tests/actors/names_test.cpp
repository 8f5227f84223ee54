// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using test::deterministic_node;
using test::flush;

template <class F>
void expect_badarg(F f) {
  try {
    f();
    ADD_FAILURE() << "did not raise";
  } catch (const raised& r) {
    EXPECT_EQ(r.cls(), raised_class::error);
    EXPECT_EQ(r.reason(), term("badarg"_atom));
  }
}

TEST(Names, LeadToTheProcess) {
  deterministic_node here;

  here->run([]() -> task<> {
    EXPECT_EQ(whereis("me"_atom), std::nullopt);
    register_("me"_atom, self());
    EXPECT_EQ(whereis("me"_atom), self());
    EXPECT_EQ(registered(), std::vector<atom>{"me"_atom});
    send("me"_atom, 1);
    send({"me"_atom, this_node().name()}, 2);
    EXPECT_EQ(co_await flush(), (std::vector<term>{1, 2}));

    unregister("me"_atom);
    EXPECT_EQ(whereis("me"_atom), std::nullopt);
  });
}

TEST(Names, AreOneAProcessAndOneProcessAName) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid other = spawn(test::until_told);
    register_("a"_atom, self());
    expect_badarg([] { register_("b"_atom, self()); });
    expect_badarg([&] { register_("a"_atom, other); });
    register_("b"_atom, other);
    co_return;
  });
}

TEST(Names, AreRefusedToWhatIsNoLivingLocalProcess) {
  deterministic_node here;

  here->run([]() -> task<> {
    expect_badarg([] { register_("undefined"_atom, self()); });
    expect_badarg([] { register_("a"_atom, pid{1, 1, incarnation{atom{"far@away"}, 7}}); });
    const auto child = spawn_monitor([]() -> task<> { co_return; });
    co_await test::down_reason(child.monitor);
    expect_badarg([&] { register_("a"_atom, child.process); });
    expect_badarg([] { unregister("a"_atom); });
  });
}

TEST(Names, AreGoneWhenTheDownComes) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      for (int i = 0; i < 5; ++i) {
        const auto child = spawn_monitor([]() -> task<> {
          register_("child"_atom, self());
          co_await yield();
        });
        co_await test::down_reason(child.monitor);
        EXPECT_EQ(whereis("child"_atom), std::nullopt);
      }
    });
  });
}

TEST(Names, AreOfOneNode) {
  deterministic_node one{1, {.name = "one@here"}};
  deterministic_node two{1, {.name = "two@here"}};

  one->run([]() -> task<> {
    register_("name"_atom, self());
    co_return;
  });
  one->run([]() -> task<> {
    register_("name"_atom, spawn(test::until_told));
    co_return;
  });

  EXPECT_NE(one->whereis("name"_atom), std::nullopt);
  EXPECT_EQ(two->whereis("name"_atom), std::nullopt);
}

TEST(IsProcessAlive, RaisesForAProcessOfAnotherNode) {
  deterministic_node here;

  here->run([]() -> task<> {
    EXPECT_TRUE(co_await is_process_alive(self()));
    expect_badarg([] { (void)is_process_alive(pid{1, 1, incarnation{atom{"far@away"}, 7}}); });
    co_return;
  });
}

} // namespace
} // namespace agner
