// SPDX-License-Identifier: Apache-2.0
// Follows OTP's process_SUITE: spawning with data, exits, priorities, names.

#include <gtest/gtest.h>

#include <string>

#include "../support/deterministic_node.hpp"
#include "../support/log_capture.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

constexpr std::uint64_t seeds = 10;

/// Runs @p f in a process, in several orders.
template <class F>
void in_process(F f) {
  test::with_seeds(seeds, [&](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run(f);
  });
}

/// About 128 KiB of all kinds of terms.
term garbage() {
  std::vector<term> numbers;
  for (int i = 0; i < 2000; ++i)
    numbers.emplace_back(i);
  const term list = list_of(std::move(numbers));
  const term bits = binary(std::string(1000, 'b'));
  return tuple(bits, list, map({{"k"_atom, list}}), binary_part(bits, 1, 500), tuple(list, 1.5, bits), string("text"),
               cons(1, 2));
}

task<> waits_for_x() {
  co_await receive(on(match("x"_atom), [] {}));
}

task<term> exit_of(pid who) {
  co_return co_await receive(on(match("EXIT"_atom, who, any<term>), [](term why) { return why; }));
}

TEST(process, spawn_with_binaries) {
  deterministic_node here;

  here->run([]() -> task<> {
    const term large = binary(std::string(2 << 20U, '*'));
    for (int i = 0; i < 150; ++i) {
      const auto owner = spawn_monitor(
          [](term bytes) -> task<> {
            EXPECT_EQ(bytes.bytes().size(), 2U << 20U);
            co_return;
          },
          large);
      EXPECT_EQ(co_await test::down_reason(owner.monitor), term("normal"_atom));
    }
    EXPECT_EQ(this_node().process_count(), 1U);
  });
}

TEST(process, t_exit_1) {
  in_process([]() -> task<> {
    trap_exit(true);
    const pid child = spawn_link([]() -> task<> {
      exit(garbage());
      co_return;
    });
    EXPECT_EQ(co_await exit_of(child), garbage());
  });
}

TEST(process, t_exit_2_other) {
  in_process([]() -> task<> {
    trap_exit(true);
    const pid child = spawn_link(waits_for_x);
    exit(child, garbage());
    EXPECT_EQ(co_await exit_of(child), garbage());
  });
}

TEST(process, t_exit_2_other_normal) {
  in_process([]() -> task<> {
    trap_exit(true);
    const pid child = spawn_link(waits_for_x);
    exit(child, "normal"_atom);
    EXPECT_TRUE((co_await flush()).empty());
    EXPECT_TRUE((co_await process_info(child)).is_list());
  });
}

TEST(process, self_exit) {
  in_process([]() -> task<> {
    trap_exit(true);
    for (int i = 0; i < 20; ++i) {
      exit(self(), garbage());
      EXPECT_EQ(co_await exit_of(self()), garbage());
    }
  });
}

TEST(process, normal_suicide_exit) {
  in_process([]() -> task<> {
    trap_exit(true);
    const pid child = spawn_link([]() -> task<> {
      exit(self(), "normal"_atom);
      co_await waits_for_x();
    });
    EXPECT_EQ(co_await exit_of(child), term("normal"_atom));
  });
}

TEST(process, abnormal_suicide_exit) {
  in_process([]() -> task<> {
    trap_exit(true);
    const pid child = spawn_link([]() -> task<> {
      exit(self(), garbage());
      co_await waits_for_x();
    });
    EXPECT_EQ(co_await exit_of(child), garbage());
  });
}

TEST(process, t_exit_2_catch) {
  in_process([]() -> task<> {
    trap_exit(true);
    const pid child = spawn_link([]() -> task<> {
      try {
        exit(self(), "die"_atom);
      } catch (...) { // may be caught, and does not help
      }
      co_return;
    });
    EXPECT_EQ(co_await exit_of(child), term("die"_atom));
  });
}

// An exit signal and a time-out that come together.
TEST(process, exit_and_timeout) {
  in_process([]() -> task<> {
    trap_exit(true);
    const pid low = spawn_link([]() -> task<> {
      co_await receive(after(10ms, [] {}));
      co_await receive(after(10ms, [] {}));
      co_await waits_for_x();
    });
    spawn_opt({.priority = priority_level::high}, [low]() -> task<> {
      co_await receive(after(10ms, [] {}));
      exit(low, tuple("you"_atom, "are"_atom, "dead"_atom));
    });
    EXPECT_EQ(co_await exit_of(low), tuple("you"_atom, "are"_atom, "dead"_atom));
  });
}

TEST(process, exit_twice) {
  in_process([]() -> task<> {
    trap_exit(true);
    const pid low = spawn_link([]() -> task<> {
      for (;;)
        co_await yield();
    });
    spawn_opt({.priority = priority_level::high}, [low]() -> task<> {
      exit(low, "first"_atom);
      exit(low, "second"_atom);
      co_return;
    });
    EXPECT_EQ(co_await exit_of(low), term("first"_atom));
    EXPECT_TRUE((co_await flush()).empty());
  });
}

TEST(process, trap_exit_badarg) {
  in_process([]() -> task<> {
    trap_exit(true);
    const pid child = spawn_link([]() -> task<> {
      raise_error(tuple("badarg"_atom, garbage()));
      co_return;
    });
    EXPECT_EQ((co_await exit_of(child))[0], tuple("badarg"_atom, garbage()));
  });
}

TEST(process, trap_exit_badarg_in_bif) {
  in_process([]() -> task<> {
    trap_exit(true);
    const pid child = spawn_link([]() -> task<> {
      unregister("nobody"_atom);
      co_return;
    });
    EXPECT_EQ((co_await exit_of(child))[0], term("badarg"_atom));
  });
}

TEST(process, bump_reductions) {
  in_process([]() -> task<> {
    const auto count = [] { return internal::current_process().reductions(); };
    const auto before = count();
    bump_reductions(100);
    EXPECT_EQ(count() - before, 100U);
    EXPECT_THROW(bump_reductions(0), raised);
    co_return;
  });
}

// Low runs about an eighth as often as normal.
TEST(process, low_prio) {
  deterministic_node here;

  int low = 0;
  int normal = 0;
  const auto counts = [](int& n) -> task<> {
    for (;; ++n)
      co_await yield();
  };
  here->run([&]() -> task<> {
    const pid one = spawn_opt({.priority = priority_level::normal}, counts, std::ref(normal));
    const pid two = spawn_opt({.priority = priority_level::low}, counts, std::ref(low));
    for (int i = 0; i < 1000; ++i)
      co_await yield();
    exit(one, "kill"_atom);
    exit(two, "kill"_atom);
  });

  const int all_normal = normal + 1000; // with the one that counts
  EXPECT_LT(low, all_normal / 4);
  EXPECT_GT(low, all_normal / 16);
}

// A yield is one turn: with nobody else, so many yields make so many turns.
TEST(process, yield) {
  deterministic_node here;

  here->spawn([]() -> task<> {
    const auto before = internal::current_process().reductions();
    for (int i = 0; i < 4; ++i)
      co_await agner::yield();
    EXPECT_LT(internal::current_process().reductions() - before, 30U);
  });
  int turns = 0;
  while (here.scheduler().step())
    ++turns;

  EXPECT_EQ(turns, 5);
}

TEST(process, yield2) {
  in_process([]() -> task<> {
    std::vector<int> order;
    const auto appends = [&](int number) -> task<> {
      for (int i = 0; i < 4; ++i) {
        order.push_back(number);
        co_await agner::yield();
      }
    };
    spawn(appends, 1);
    spawn(appends, 2);
    co_await receive(after(1ms, [] {}));
    EXPECT_EQ(order.size(), 8U);
    EXPECT_EQ(std::ranges::count(order, 1), 4);
  });
}

// An unlink whose acknowledgement finds its process gone leaves nothing behind.
TEST(process, dist_unlink_ack_exit_leak) {
  in_process([]() -> task<> {
    const auto child = spawn_monitor(waits_for_x);
    for (int i = 0; i < 10; ++i) {
      const auto parent = spawn_monitor([other = child.process]() -> task<> {
        link(other);
        co_await agner::yield();
        unlink(other);
        exit("bye"_atom);
      });
      EXPECT_EQ(co_await test::down_reason(parent.monitor), term("bye"_atom));
    }
    EXPECT_EQ(co_await process_info(child.process, "links"_atom), tuple("links"_atom, term{}));
  });
}

TEST(process, bad_register) {
  in_process([]() -> task<> {
    const auto fails = [](atom name, const pid& of) {
      try {
        register_(name, of);
      } catch (const raised& r) {
        return r.reason() == term("badarg"_atom);
      }
      return false;
    };
    EXPECT_TRUE(fails("undefined"_atom, self()));
    const auto dead = spawn_monitor([]() -> task<> { co_return; });
    co_await test::down_reason(dead.monitor);
    EXPECT_TRUE(fails("a_long_and_unused_name"_atom, dead.process));
    EXPECT_TRUE(fails("a_long_and_unused_name"_atom, pid{1, 1, incarnation{atom{"far@away"}, 7}}));
    EXPECT_TRUE(fails("a_long_and_unused_name"_atom, pid{}));
  });
}

TEST(process, process_flag_badarg) {
  in_process([]() -> task<> {
    const auto fails = [](const term& flag, const term& value) {
      try {
        process_flag(flag, value);
      } catch (const raised& r) {
        return r.reason() == term("badarg"_atom);
      }
      return false;
    };
    EXPECT_TRUE(fails("gurka"_atom, "banan"_atom));
    EXPECT_TRUE(fails("trap_exit"_atom, "gurka"_atom));
    EXPECT_TRUE(fails("error_handler"_atom, 1));
    EXPECT_TRUE(fails("fullsweep_after"_atom, "gurka"_atom));
    EXPECT_TRUE(fails("min_heap_size"_atom, "gurka"_atom));
    EXPECT_TRUE(fails("max_heap_size"_atom, -1));
    EXPECT_TRUE(fails("priority"_atom, 4711));
    EXPECT_TRUE(fails("save_calls"_atom, "hmmm"_atom));
    co_return;
  });
}

// Past the limit that a process was given it is killed, with a report.
TEST(process, spawn_opt_max_heap_size) {
  const test::log_capture log;
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_opt(
        {.monitor = monitor_options{}, .message_queue = message_queue_limit{100, queue_overflow::kill}}, waits_for_x);
    for (int i = 0; i < 101; ++i)
      send(child.process, i);
    EXPECT_EQ(co_await test::down_reason(*child.monitor), term("killed"_atom));
  });

  ASSERT_EQ(log.lines().size(), 1U);
  EXPECT_EQ(log.lines()[0].severity, log::level::error);
}

// When the name is free, so is what the process held.
TEST(process, otp_6237) {
  in_process([]() -> task<> {
    std::vector<int> ended;
    const pid child = spawn_link([&]() -> task<> {
      const test::death_note table{ended, 1};
      for (int i = 0; i < 100; ++i)
        send_after(1000s, self(), "late"_atom);
      co_await receive(on(match("die"_atom), [] {}));
    });
    register_("otp_6237"_atom, child);
    send(child, tuple("die"_atom));
    while (whereis("otp_6237"_atom))
      co_await agner::yield();
    EXPECT_EQ(ended, std::vector{1});
  });
}

} // namespace
} // namespace agner
