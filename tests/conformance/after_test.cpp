// SPDX-License-Identifier: Apache-2.0
// Follows OTP's after_SUITE: `receive ... after`. The clock is moved by hand, so times are exact.

#include <gtest/gtest.h>

#include <vector>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using test::deterministic_node;

task<> sleep(milliseconds time) {
  co_await receive(after(time, [] {}));
}

/// 'timeout' if none of the clauses had a message in time.
template <class... Clauses>
task<atom> or_timeout(milliseconds time, Clauses... clauses) {
  co_return co_await receive(std::move(clauses)..., after(time, []() -> atom { return "timeout"_atom; }));
}

auto takes(atom what) {
  return on(what, []() -> atom { return "ok"_atom; });
}

TEST(after, t_after) {
  deterministic_node here;
  const pid frequent = here->spawn([]() -> task<> {
    for (;;)
      co_await sleep(100ms);
  });

  here->run([]() -> task<> {
    const auto before = monotonic_time();
    co_await sleep(1min);
    EXPECT_EQ(monotonic_time() - before, 1min);
  });
  here->exit(frequent, "kill"_atom);
}

TEST(after, receive_after) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (auto time = 5000ms; time > 0ms; time /= 2) {
      const auto before = monotonic_time();
      co_await sleep(time);
      EXPECT_EQ(monotonic_time() - before, time);
    }
  });
}

TEST(after, receive_after_big) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (const milliseconds time : {0xf765'4321ms, 0xf799'9977ms}) {
      const auto before = monotonic_time();
      spawn([parent = self()]() -> task<> {
        send(parent, "here_is_a_message"_atom);
        co_return;
      });
      EXPECT_EQ(co_await or_timeout(time, takes("here_is_a_message"_atom)), atom{"ok"});
      EXPECT_EQ(monotonic_time(), before);
    }
  });
}

// What OTP refuses with timeout_value: times that are no integers do not compile here, negative ones are zero, and those beyond 32 bits wait (docs/differences.md).
TEST(after, receive_after_errors) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto before = monotonic_time();
    for (const milliseconds time : {-1ms, -0x1'0000'0000ms, milliseconds::min()})
      EXPECT_EQ(co_await or_timeout(time, takes("mission"_atom)), atom{"timeout"});
    EXPECT_EQ(monotonic_time(), before);
    EXPECT_EQ(co_await or_timeout(0x1'0000'0000ms, takes("mission"_atom)), atom{"timeout"});
    EXPECT_EQ(monotonic_time() - before, 0x1'0000'0000ms);
  });
}

template <class Zero>
void expect_zero_to_leave_what_does_not_match(Zero zero) {
  deterministic_node here;
  here->run([zero]() -> task<> {
    send(self(), "x"_atom);
    send(self(), "y"_atom);
    EXPECT_EQ(co_await or_timeout(zero(), takes("z"_atom)), atom{"timeout"});
    EXPECT_EQ(co_await or_timeout(zero()), atom{"timeout"});
    send(self(), "w"_atom);
    EXPECT_EQ(co_await receive([](atom first) { return first; }), atom{"x"});
  });
}

TEST(after, receive_var_zero) {
  milliseconds variable{0};
  expect_zero_to_leave_what_does_not_match([&variable] { return variable; });
}

TEST(after, receive_zero) {
  expect_zero_to_leave_what_does_not_match([] { return 0ms; });
}

TEST(after, multi_timeout) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto other = spawn_monitor([]() -> task<> {
      co_await receive(on("a"_atom, [] {}));
      const auto before = monotonic_time();
      co_await sleep(100'000ms); // what comes meanwhile does not end it, nor begin it anew
      EXPECT_EQ(monotonic_time() - before, 100'000ms);
    });
    send(other.process, "a"_atom);
    send(other.process, "b"_atom);
    co_await sleep(1s);
    send(other.process, "c"_atom);
    co_await sleep(1s);
    send(other.process, "d"_atom);
    EXPECT_EQ(co_await test::down_reason(other.monitor), term("normal"_atom));
  });
}

TEST(after, receive_after_32bit) {
  deterministic_node here;

  here->run([]() -> task<> {
    std::vector<pid> waiting;
    for (int i = 0; i < 2048; ++i)
      waiting.push_back(spawn_link([i]() -> task<> {
        co_await sleep(milliseconds{0xffff'ffff} - milliseconds{i % 2});
        exit("timeout"_atom);
      }));
    co_await sleep(2s);
    for (const pid& each : waiting) {
      EXPECT_TRUE(co_await is_process_alive(each));
      unlink(each);
      exit(each, "kill"_atom);
    }
  });
}

TEST(after, receive_after_blast) {
  deterministic_node here;

  here->run([]() -> task<> {
    constexpr int blasters = 10'000;
    const auto at = monotonic_time<milliseconds>() + 5s;
    std::vector<monitored_process> all;
    for (int i = 0; i < blasters; ++i)
      all.push_back(spawn_monitor([]() -> task<> {
        const auto until =
            co_await receive(on(match("go"_atom, any<std::int64_t>), [](std::int64_t ms) { return milliseconds{ms}; }));
        co_await sleep(until - monotonic_time<milliseconds>());
        EXPECT_EQ(monotonic_time<milliseconds>(), until);
      }));
    for (const auto& each : all)
      send(each.process, tuple("go"_atom, std::int64_t{at.count()}));
    for (const auto& each : all)
      EXPECT_EQ(co_await test::down_reason(each.monitor), term("normal"_atom));
    EXPECT_EQ(monotonic_time<milliseconds>(), at);
  });
}

} // namespace
} // namespace agner
