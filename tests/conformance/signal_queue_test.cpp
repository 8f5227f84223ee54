// SPDX-License-Identifier: Apache-2.0
// Follows signal_SUITE of OTP 25.2.3: signals that come while the messages of their receiver are looked after. There messages move out of a heap and literals are copied; here
// the flag for the one changes and the persistent terms in the messages are erased, and the rule is the same: every message comes, whole and in order, and no signal is lost.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include <agner/actors/persistent_term.hpp>
#include <agner/actors/process.hpp>
#include <agner/actors/process_flag.hpp>

#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;

struct disturbance {
  bool moves = false;    // message_queue_data changes
  bool copies = false;   // persistent terms in messages are erased
  bool receives = false; // the receiver takes messages meanwhile
  bool exits = false;    // and ends with a reason
};

constexpr std::int64_t messages = 500;
constexpr std::int64_t values = 20;

term key_of(std::int64_t i) { return tuple("signal_queue"_atom, i % values); }
term value_of(std::int64_t i) {
  return tuple("value"_atom, i % values, binary(std::string(300, 'v')), list({1, 2, i % values}));
}

void change_where_messages_lie(std::int64_t times) {
  process_flag("message_queue_data"_atom, times % 2 == 0 ? atom{"off_heap"} : atom{"on_heap"});
}

task<> takes_all(disturbance what) {
  std::int64_t looks = 0;
  for (bool waits = !what.receives; waits;)
    co_await receive(on(match("go"_atom), [&] { waits = false; }), after(1ms, [&] {
                       if (what.moves) change_where_messages_lie(++looks);
                     }));
  for (std::int64_t i = 0; i < messages; ++i) {
    co_await receive(on(match(i, any<term>), [&](const term& value) { EXPECT_EQ(value, value_of(i)); }));
    if (what.moves && i % 50 == 0) change_where_messages_lie(++looks);
  }
  if (what.exits) exit("all_taken"_atom);
}

void replace_values() {
  for (std::int64_t i = 0; i < values; ++i) {
    persistent_term::erase(key_of(i));
    persistent_term::put(key_of(i), value_of(i));
  }
}

// Signals of every kind beside the messages.
task<> signal_beside(pid to) {
  const reference watch = monitor(to);
  EXPECT_TRUE(co_await is_process_alive(to));
  demonitor(watch, {.flush = true});
  unlink(to);
  link(to);
  co_await process_info(to, "message_queue_len"_atom);
}

void disturbed(disturbance what) {
  node here{{.scheduler = scheduler::start({.workers = 2})}};
  here.run([what]() -> task<> {
    trap_exit(true);
    for (std::int64_t i = 0; i < values; ++i)
      persistent_term::put(key_of(i), value_of(i));
    const auto child = spawn_monitor(takes_all, what);
    link(child.process);
    for (std::int64_t i = 0; i < messages; ++i) {
      send(child.process, tuple(i, persistent_term::get(key_of(i))));
      if (i % 100 == 50 && i < messages - 100) co_await signal_beside(child.process);
      if (what.copies && i % 60 == 30) replace_values();
      if (i == messages - 2) send(child.process, tuple("go"_atom)); // it still waits for one
    }
    const atom reason = what.exits ? atom{"all_taken"} : atom{"normal"};
    EXPECT_EQ(co_await test::down_reason(child.monitor), term{reason});
    co_await receive(on(match("EXIT"_atom, child.process, reason), [] {}));
    EXPECT_TRUE((co_await test::flush()).empty());
  });
}

TEST(signal_SUITE_queue, move_msgs_off_heap_signal_basic) { disturbed({.moves = true}); }
TEST(signal_SUITE_queue, move_msgs_off_heap_signal_recv) { disturbed({.moves = true, .receives = true}); }
TEST(signal_SUITE_queue, move_msgs_off_heap_signal_exit) { disturbed({.moves = true, .exits = true}); }
TEST(signal_SUITE_queue, move_msgs_off_heap_signal_recv_exit) {
  disturbed({.moves = true, .receives = true, .exits = true});
}
TEST(signal_SUITE_queue, copy_literal_area_signal_basic) { disturbed({.copies = true}); }
TEST(signal_SUITE_queue, copy_literal_area_signal_recv) { disturbed({.copies = true, .receives = true}); }
TEST(signal_SUITE_queue, copy_literal_area_signal_exit) { disturbed({.copies = true, .exits = true}); }
TEST(signal_SUITE_queue, copy_literal_area_signal_recv_exit) {
  disturbed({.copies = true, .receives = true, .exits = true});
}
TEST(signal_SUITE_queue, simultaneous_signals_basic) { disturbed({.moves = true, .copies = true}); }
TEST(signal_SUITE_queue, simultaneous_signals_recv) { disturbed({.moves = true, .copies = true, .receives = true}); }
TEST(signal_SUITE_queue, simultaneous_signals_exit) { disturbed({.moves = true, .copies = true, .exits = true}); }
TEST(signal_SUITE_queue, simultaneous_signals_recv_exit) {
  disturbed({.moves = true, .copies = true, .receives = true, .exits = true});
}

} // namespace
} // namespace agner
