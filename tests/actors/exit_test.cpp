// SPDX-License-Identifier: Apache-2.0
// Exit signals and reasons. Each rule was asked of OTP 25.2.3 first.

#include <gtest/gtest.h>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::exit_reason_of;
using test::flush;

constexpr std::uint64_t seeds = 20;

TEST(Exit, ReasonOfAFunctionThatReturnsIsNormal) {
  deterministic_node here;

  const term reason = here->run([]() -> task<term> { return exit_reason_of([]() -> task<> { co_return; }); });

  EXPECT_EQ(reason, term("normal"_atom));
}

TEST(Exit, ReasonIsWhatWasGiven) {
  deterministic_node here;

  const term reason = here->run([]() -> task<term> {
    return exit_reason_of([]() -> task<> {
      exit(tuple("a"_atom, 1));
      co_return;
    });
  });

  EXPECT_EQ(reason, tuple("a"_atom, 1));
}

TEST(Exit, CanBeCaughtInOneself) {
  deterministic_node here;

  const term reason = here->run([]() -> task<term> {
    return exit_reason_of([]() -> task<> {
      try {
        exit("boo"_atom);
      } catch (const raised& r) {
        EXPECT_EQ(r.cls(), raised_class::exit);
      }
      co_return;
    });
  });

  EXPECT_EQ(reason, term("normal"_atom));
}

TEST(Exit, SignalToOneselfTakesEffectBeforeItReturns) {
  deterministic_node here;
  bool went_on = false;

  const term reason = here->run([&]() -> task<term> {
    return exit_reason_of([&]() -> task<> {
      exit(self(), "boo"_atom);
      went_on = true;
      co_return;
    });
  });

  EXPECT_EQ(reason, term("boo"_atom));
  EXPECT_FALSE(went_on);
}

TEST(Exit, SignalToOneselfEndsEvenIfCaught) {
  deterministic_node here;
  int waits_survived = 0;

  const term reason = here->run([&]() -> task<term> {
    return exit_reason_of([&]() -> task<> {
      send(self(), "message"_atom);
      try {
        exit(self(), "boo"_atom);
      } catch (const raised&) { // NOLINT(bugprone-empty-catch)
      }
      co_await receive([](term) {}); // its message is there, but the process is not to go on
      ++waits_survived;
    });
  });

  EXPECT_EQ(reason, term("boo"_atom));
  EXPECT_EQ(waits_survived, 0);
}

TEST(Exit, SignalToOneselfFromADestructorOfADyingProcessIsHarmless) {
  struct exits_again {
    pid who;
    ~exits_again() { exit(who, "again"_atom); }
  };
  deterministic_node here;

  const term reason = here->run([&]() -> task<term> {
    return exit_reason_of([&]() -> task<> {
      const exits_again last{self()};
      exit(self(), "first"_atom);
      co_return;
    });
  });

  EXPECT_EQ(reason, term("first"_atom));
}

TEST(Exit, KillOfOneselfArrivesAsKilledAlsoWhenTrapping) {
  deterministic_node here;

  const term reason = here->run([]() -> task<term> {
    return exit_reason_of([]() -> task<> {
      trap_exit(true);
      exit(self(), "kill"_atom);
      co_return;
    });
  });

  EXPECT_EQ(reason, term("killed"_atom));
}

TEST(Exit, NormalToOneselfEnds) {
  deterministic_node here;

  const term reason = here->run([]() -> task<term> {
    return exit_reason_of([]() -> task<> {
      exit(self(), "normal"_atom);
      exit("went on"_atom);
      co_return;
    });
  });

  EXPECT_EQ(reason, term("normal"_atom));
}

TEST(Exit, NormalToOneselfIsAMessageWhenTrapping) {
  deterministic_node here;

  here->run([]() -> task<> {
    trap_exit(true);
    exit(self(), "normal"_atom);

    const auto messages = co_await flush();
    EXPECT_EQ(messages, std::vector{tuple("EXIT"_atom, self(), "normal"_atom)});
  });
}

TEST(Exit, SignalToOneselfComesBehindWhatCameBefore) {
  deterministic_node here;

  here->run([]() -> task<> {
    trap_exit(true);
    send(self(), "before"_atom);
    exit(self(), "boo"_atom);
    send(self(), "behind"_atom);

    const auto messages = co_await flush();
    EXPECT_EQ(messages,
              (std::vector{term("before"_atom), tuple("EXIT"_atom, self(), "boo"_atom), term("behind"_atom)}));
  });
}

TEST(Exit, NormalToAnotherIsIgnored) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_monitor(test::until_told);
    exit(child.process, "normal"_atom);
    EXPECT_TRUE((co_await flush()).empty());

    send(child.process, "go"_atom);
    EXPECT_EQ(co_await test::down_reason(child.monitor), term("normal"_atom));
  });
}

TEST(Exit, SignalEndsWhatDoesNotTrap) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_monitor(test::until_told);
    exit(child.process, "boo"_atom);

    EXPECT_EQ(co_await test::down_reason(child.monitor), term("boo"_atom));
  });
}

TEST(Exit, SignalIsAMessageToWhatTraps) {
  deterministic_node here;

  here->run([]() -> task<> {
    trap_exit(true);
    const pid child = spawn([parent = self()]() -> task<> {
      exit(parent, "boo"_atom);
      co_return;
    });

    EXPECT_EQ(co_await flush(), std::vector{tuple("EXIT"_atom, child, "boo"_atom)});
  });
}

TEST(Exit, KillCannotBeTrapped) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_monitor([]() -> task<> {
      trap_exit(true);
      co_await receive([](term) {});
    });
    EXPECT_TRUE((co_await flush()).empty());
    exit(child.process, "kill"_atom);

    EXPECT_EQ(co_await test::down_reason(child.monitor), term("killed"_atom));
  });
}

TEST(Exit, TheFirstReasonCounts) {
  test::with_seeds(seeds, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const auto child = spawn_monitor(test::until_told);
      exit(child.process, "first"_atom);
      exit(child.process, "kill"_atom);

      EXPECT_EQ(co_await test::down_reason(child.monitor), term("first"_atom));
    });
  });
}

TEST(Exit, TakesEffectInAProcessThatNeverRunsOutOfMessages) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_monitor([]() -> task<> {
      for (;;) {
        send(self(), "again"_atom);
        co_await receive([](term) {});
      }
    });
    for (int i = 0; i < 10; ++i)
      co_await yield();
    exit(child.process, "kill"_atom);

    EXPECT_EQ(co_await test::down_reason(child.monitor), term("killed"_atom));
  });
}

TEST(Exit, ErrorsCarryAStack) {
  deterministic_node here;

  const term reason = here->run([]() -> task<term> {
    return exit_reason_of([]() -> task<> {
      raise_error("badarg"_atom);
      co_return;
    });
  });

  EXPECT_EQ(reason[0], term("badarg"_atom));
}

TEST(Exit, WhatIsThrownAndNotCaughtIsNocatch) {
  deterministic_node here;

  const term reason = here->run([]() -> task<term> {
    return exit_reason_of([]() -> task<> {
      raise_throw("ball"_atom);
      co_return;
    });
  });

  EXPECT_EQ(reason[0], tuple("nocatch"_atom, "ball"_atom));
}

TEST(Exit, AnExceptionOfTheStandardLibraryIsNamed) {
  deterministic_node here;

  const term reason = here->run([]() -> task<term> {
    return exit_reason_of([]() -> task<> {
      throw std::out_of_range{"no such thing"};
      co_return;
    });
  });

  EXPECT_EQ(reason, tuple(tuple("cxx_exception"_atom, binary("std::out_of_range"), binary("no such thing")), term{}));
}

TEST(Exit, SuspendingOutsideOfAgnerIsAnError) {
  deterministic_node here;

  const term reason =
      here->run([]() -> task<term> { return exit_reason_of([]() -> task<> { co_await std::suspend_always{}; }); });

  EXPECT_EQ(reason, term("suspended_outside_agner"_atom));
}

TEST(Exit, OutsideAProcessRaisesNotAProcess) {
  try {
    exit(pid{}, "boo"_atom);
    FAIL();
  } catch (const raised& r) {
    EXPECT_EQ(r.reason(), term("not_a_process"_atom));
  }
}

} // namespace
} // namespace agner
