// SPDX-License-Identifier: Apache-2.0
// Follows OTP's hibernate_SUITE.

#include <gtest/gtest.h>

#include <functional>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

template <class F>
void in_process(F f) {
  test::with_seeds(10, [&](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run(f);
  });
}

task<std::int64_t> memory_of(pid p) { co_return (co_await process_info(p, "memory"_atom))[1].as_int64(); }

task<> hibernator(pid parent) {
  for (bool more = true; more;)
    more = co_await receive(on(match("hibernate"_atom),
                               [parent]() -> task<bool> {
                                 co_await hibernate(hibernator, parent);
                                 ADD_FAILURE() << "hibernate returned";
                                 co_return false;
                               }),
                            on(match("fill"_atom),
                               [parent] {
                                 for (int i = 0; i < 100; ++i)
                                   dictionary::put(i, i);
                                 dictionary::erase();
                                 send(parent, "done"_atom);
                                 return true;
                               }),
                            on(match("whats_up"_atom),
                               [parent] {
                                 send(parent, "all_fine"_atom);
                                 return true;
                               }),
                            on(match("please_quit_now"_atom), [] { return false; }));
}

TEST(hibernate, basic) {
  in_process([]() -> task<> {
    const std::int64_t fresh = co_await memory_of(spawn(test::until_told));
    const auto child = spawn_monitor(hibernator, self());
    for (int i = 0; i < 100; ++i) {
      if (i % 2 == 0) {
        send(child.process, tuple("fill"_atom));
        EXPECT_EQ(co_await receive([](term said) { return said; }), term("done"_atom));
      }
      send(child.process, tuple("hibernate"_atom));
      co_await receive(after(1ms, [] {}));
      EXPECT_EQ(co_await process_info(child.process, list({"message_queue_len"_atom, "status"_atom})),
                list({tuple("message_queue_len"_atom, 0), tuple("status"_atom, "waiting"_atom)}));
      EXPECT_LE(co_await memory_of(child.process), fresh + 500); // it is monitored
      send(child.process, tuple("whats_up"_atom));
      EXPECT_EQ(co_await receive([](term said) { return said; }), term("all_fine"_atom));
    }
    send(child.process, tuple("please_quit_now"_atom));
    EXPECT_EQ(co_await test::down_reason(child.monitor), term("normal"_atom));
  });
}

// The function to go on with may be any callable that is known only when the program runs.
TEST(hibernate, dynamic_call) {
  in_process([]() -> task<> {
    const std::function<task<>(pid)> chosen = [](pid to) -> task<> {
      co_await receive([&](term got) { send(to, std::move(got)); });
    };
    const pid child = spawn([chosen, to = self()]() -> task<> { co_await hibernate(chosen, to); });
    send(child, "hello"_atom);
    EXPECT_EQ(co_await flush(), std::vector{term("hello"_atom)});
  });
}

template <class F, class... Arguments>
concept can_hibernate = requires(F f, Arguments... arguments) { hibernate(f, arguments...); };

// What is no call does not compile.
TEST(hibernate, bad_args) {
  static_assert(can_hibernate<task<> (*)(pid), pid>);
  static_assert(!can_hibernate<int>);
  static_assert(!can_hibernate<atom, atom, int>);
  static_assert(!can_hibernate<task<> (*)(pid)>);
  static_assert(!can_hibernate<task<> (*)(pid), int>);
  SUCCEED();
}

TEST(hibernate, messages_in_queue) {
  in_process([]() -> task<> {
    const term message = tuple(self(), make_ref(), "a"_atom, "message"_atom);
    const pid child = spawn_link([parent = self(), message]() -> task<> {
      co_await receive(on(match("go_ahead"_atom), [] {}));
      EXPECT_EQ(co_await process_info(self(), "message_queue_len"_atom), tuple("message_queue_len"_atom, 1));
      co_await hibernate(
          [](pid to, term expected) -> task<> {
            EXPECT_EQ(co_await receive([](term got) { return got; }), expected);
            send(to, "done"_atom);
          },
          parent, message);
    });
    send(child, message);
    send(child, tuple("go_ahead"_atom));
    EXPECT_EQ(co_await flush(), std::vector{term("done"_atom)});
  });
}

// A function that cannot be called ends the process, once it is woken.
TEST(hibernate, undefined_mfa) {
  in_process([]() -> task<> {
    trap_exit(true);
    const pid child = spawn_link([]() -> task<> { co_await hibernate([]() -> task<> { raise_error("undef"_atom); }); });
    send(child, "wake up"_atom);
    const term why = co_await receive(on(match("EXIT"_atom, child, any<term>), [](term reason) { return reason; }));
    EXPECT_EQ(why[0], term("undef"_atom));
  });
}

task<> sleeps_for_ever() {
  co_await flush();
  co_await hibernate(sleeps_for_ever);
}

TEST(hibernate, no_heap) {
  in_process([]() -> task<> {
    const std::int64_t fresh = co_await memory_of(spawn(test::until_told));
    const pid child = spawn(sleeps_for_ever);
    for (int i = 0; i < 20; ++i) {
      co_await receive(after(10ms, [] {}));
      EXPECT_EQ(co_await process_info(child, "status"_atom), tuple("status"_atom, "waiting"_atom));
      EXPECT_EQ(co_await memory_of(child), fresh);
      send(child, "again"_atom);
    }
    exit(child, "bye"_atom);
  });
}

// Woken, it may at once do what takes many turns.
TEST(hibernate, wake_up_and_bif_trap) {
  in_process([]() -> task<> {
    const pid child = spawn([to = self()]() -> task<> {
      co_await hibernate(
          [](pid parent) -> task<> {
            for (int i = 0; i < 5'000; ++i)
              co_await agner::yield();
            send(parent, tuple("ok"_atom, self()));
          },
          to);
    });
    send(child, "wakeup"_atom);
    EXPECT_EQ(co_await receive([](term said) { return said; }), tuple("ok"_atom, child));
  });
}

} // namespace
} // namespace agner
