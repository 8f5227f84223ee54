// SPDX-License-Identifier: Apache-2.0
// Follows OTP's receive_SUITE (erts): what a receive for a fresh reference does not look at, and what is left where it was. Where OTP measures time, looks are counted here.

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include <agner/actors/gen_server.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;

constexpr int huge = 50'000;

/// {Ref, {Pid, Message}} -> {Ref, Message}
task<> echo() {
  for (;;)
    co_await receive(on(match(any<reference>, match(any<pid>, any<term>)),
                        [](const reference& ref, const pid& from, const term& what) { send(from, tuple(ref, what)); }));
}

/// Counts the messages of any shape that it is shown, and takes none.
struct looks {
  int count = 0;
  [[nodiscard]] auto watching() {
    return on(any<term>, when([this](const term&) {
                ++count;
                return false;
              }),
              [](const term&) -> term { return {}; });
  }
};

task<term> call(pid server, term what, looks& seen) {
  const receive_marker before = mark();
  const reference ref = monitor(server);
  send(server, tuple(ref, tuple(self(), std::move(what))));
  const term reply = co_await receive_from(
      before, seen.watching(), on(match(ref, any<term>), [](term r) { return r; }),
      on(match("DOWN"_atom, ref, _, _, any<term>), [](term reason) -> term { exit(std::move(reason)); }));
  demonitor(ref, {.flush = true});
  co_return reply;
}

/// Returns when all are in the mailbox: a marker knows only of what has been taken in.
task<> fill_mailbox() {
  for (int i = 0; i < huge; ++i)
    send(self(), tuple("msg"_atom, i));
  co_await receive(on("nothing"_atom, [] {}), after(0ms, [] {}));
}

task<int> flush_count() {
  int count = 0;
  while (co_await receive([](const term&) { return true; }, after(0ms, [] { return false; })))
    ++count;
  co_return count;
}

struct answer {
  static constexpr auto tag = "ultimate_answer"_atom;
  std::int64_t value;
};
struct answer_server {
  static answer handle_call(answer what) { return what; }
};

TEST(receive, call_with_huge_message_queue) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid server = spawn_link(echo);
    const pid gen = must(co_await gen_server::start<answer_server>());
    co_await fill_mailbox();
    looks seen;
    for (int i = 0; i < 100; ++i) {
      EXPECT_EQ(co_await call(server, i, seen), term(i));
      EXPECT_EQ((co_await gen_server::call<answer>(gen, answer{42})).value, 42);
    }
    EXPECT_LE(seen.count, 100);
    EXPECT_EQ(co_await flush_count(), huge);
    unlink(server);
    exit(server, "kill"_atom);
    co_await gen_server::stop(gen);
  });
}

TEST(receive, receive_in_between) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid server = spawn_link(echo);
    co_await fill_mailbox();
    looks seen;
    for (int i = 0; i < 300; ++i) {
      send(self(), "dummy"_atom);
      const receive_marker before = mark();
      const reference ref = monitor(server);
      send(server, tuple(ref, tuple(self(), i)));
      co_await receive([](atom) {}); // takes one from before the marker
      EXPECT_EQ(co_await receive_from(before, seen.watching(), on(match(ref, any<term>), [](term r) { return r; })),
                term(i));
      demonitor(ref, {.flush = true});
    }
    EXPECT_LE(seen.count, 2 * 300); // the dummy is taken in after the marker is set
    EXPECT_EQ(co_await flush_count(), huge);
    unlink(server);
    exit(server, "kill"_atom);
  });
}

/// Marks, sends itself a reference, lets @p disturb do its worst, and receives that reference. @returns whether it was there
template <class Disturb>
task<bool> receive_own(pid to, Disturb disturb) {
  const receive_marker before = mark();
  const reference ref = make_ref();
  send(to, ref);
  co_await disturb();
  co_return co_await receive_from(before, on(ref, [] { return true; }), after(0ms, [] { return false; }));
}

TEST(receive, receive_opt_exception) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto recurse = []() -> task<> {
      bool aborted = false;
      try {
        co_await receive_own(self(), []() -> task<> {
          raise_throw("aborted"_atom);
          co_return;
        });
      } catch (const raised& r) {
        aborted = r.reason() == term("aborted"_atom);
      }
      EXPECT_TRUE(aborted);
    };
    EXPECT_TRUE(co_await receive_own(self(), recurse));
    EXPECT_TRUE(
        co_await receive(on(any<reference>, [](const reference&) { return true; }), after(0ms, [] { return false; })));
  });
}

TEST(receive, receive_opt_recursion) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto nothing = []() -> task<> { co_return; };
    const auto recurse = [nothing]() -> task<> {
      const pid black_hole = spawn(nothing);
      EXPECT_FALSE(co_await receive_own(black_hole, nothing));
    };
    EXPECT_TRUE(co_await receive_own(self(), recurse));
  });
}

TEST(receive, receive_opt_deferred_save) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const auto other = spawn_monitor([]() -> task<> {
        co_await receive([](atom) {});
        const receive_marker before = mark();
        const reference ref = make_ref();
        send(self(), ref);
        for (int i = 1; i <= 200; ++i) // messages and a monitor are on their way, on both sides of the marker
          co_await receive(on(i, [] {}));
        co_await receive_from(before, on(ref, [] {}));
        co_await receive([](atom) {});
      });
      link(other.process);
      send(other.process, "go"_atom);
      co_await yield();
      const reference watch = monitor(other.process);
      for (int i = 1; i <= 200; ++i)
        send(other.process, i);
      send(other.process, "stop"_atom);
      EXPECT_EQ(co_await test::down_reason(watch), term("normal"_atom));
      EXPECT_EQ(co_await test::down_reason(other.monitor), term("normal"_atom));
    });
  });
}

TEST(receive, erl_1199) {
  // A client whose server sends it signals of all kinds by the thousand around each reply stays responsive: no position of a receive is ever past what it wants.
  test::with_seeds(5, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([seed]() -> task<> {
      const pid server = spawn_link([seed]() -> task<> {
        std::mt19937_64 random{seed};
        const pid client = co_await receive([](pid who) { return who; });
        const auto annoy = [&] {
          for (std::uint64_t i = 100 + random() % 1000; i > 0; --i) {
            send(client, tuple("blipp"_atom));
            exit(client, "normal"_atom);
          }
        };
        for (;;)
          co_await receive(on("prepare"_atom, [&] { annoy(); }),
                           on(match("request"_atom, any<reference>), [&](const reference& ref) {
                             annoy();
                             send(client, ref);
                             annoy();
                           }));
      });
      const pid client = spawn_link([server]() -> task<> {
        for (;;) {
          send(server, "prepare"_atom);
          co_await yield();
          const receive_marker before = mark();
          const reference ref = monitor(server);
          send(server, tuple("request"_atom, ref));
          co_await yield();
          co_await receive_from(before, on(ref, [] {}), on(match("DOWN"_atom, ref, _, _, _), [] {}));
          demonitor(ref);
          while (co_await receive(on(match("blipp"_atom), [] { return true; }), after(0ms, [] { return false; }))) {
          }
          co_await receive(on(match("responsive_check"_atom, any<pid>, any<int>),
                              [](const pid& from, int round) { send(from, round); }),
                           after(0ms, [] {}));
        }
      });
      send(server, client);
      for (int round = 0; round < 10; ++round) {
        send(client, tuple("responsive_check"_atom, self(), round));
        co_await receive(on(round, [] {}));
      }
      for (const pid& each : {client, server}) {
        unlink(each);
        exit(each, "kill"_atom);
      }
    });
  });
}

// -- several at once ------------------------------------------------------------------------------------------------------------------------

/// {Ref, From, Message, Count} -> Count times {Ref, Message}
task<> multi_echo() {
  for (;;)
    co_await receive(on(match(any<reference>, any<pid>, any<term>, any<int>),
                        [](const reference& ref, const pid& from, const term& what, int count) {
                          for (int i = 0; i < count; ++i)
                            send(from, tuple(ref, what));
                        }));
}

template <class Within>
task<> multi_call(pid server, int calls, term what, int responses, looks& seen, Within within) {
  for (int i = 0; i < calls; ++i) {
    const receive_marker before = mark();
    const reference ref = monitor(server);
    send(server, tuple(ref, self(), what, responses));
    co_await within();
    for (int n = 0; n < responses; ++n)
      EXPECT_EQ(co_await receive_from(before, seen.watching(), on(match(ref, any<term>), [](term r) { return r; })),
                what);
    demonitor(ref, {.flush = true});
  }
}

constexpr int responses = 20;

TEST(receive, multi_recv_opt) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid server = spawn_link(multi_echo);
    co_await fill_mailbox();
    looks seen;
    const auto nothing = []() -> task<> { co_return; };
    const auto three = [&]() -> task<> { co_await multi_call(server, 1, "three"_atom, responses, seen, nothing); };
    const auto two = [&]() -> task<> { co_await multi_call(server, 1, "two"_atom, responses, seen, three); };
    co_await multi_call(server, 10, "one"_atom, responses, seen, two);
    EXPECT_LT(seen.count, 10 * 3 * responses * 3 * responses); // each looks at those sent since its marker at most
    EXPECT_EQ(co_await flush_count(), huge);
    unlink(server);
    exit(server, "kill"_atom);
  });
}

TEST(receive, multi_recv_opt_clear) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid server = spawn_link(multi_echo);
    co_await fill_mailbox();
    looks seen;
    const auto nothing = []() -> task<> { co_return; };
    const auto ten = [&]() -> task<> {
      for (int i = 0; i < 10; ++i) // more markers than OTP has at once
        co_await multi_call(server, 1, tuple("two"_atom, i), 2, seen, nothing);
    };
    co_await multi_call(server, 10, "one"_atom, responses, seen, ten);
    EXPECT_LT(seen.count, 10 * (responses + 20) * (responses + 20));
    EXPECT_EQ(co_await flush_count(), huge);
    unlink(server);
    exit(server, "kill"_atom);
  });
}

// A receive that raises leaves no position behind. In Erlang it raises for a time that is none; here a clause or what it converts does.
TEST(receive, gh_5235_missing_save_reset) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (const atom each : {atom{"init"}, atom{"init2"}}) {
      send(self(), each);
      send(self(), "blipp"_atom);
      bool raised_it = false;
      try {
        co_await receive(on("blipp"_atom, [] { raise_throw("bad"_atom); }));
      } catch (const raised&) {
        raised_it = true;
      }
      EXPECT_TRUE(raised_it);
      co_await receive(on(each, [] {}));
    }
  });
}

TEST(receive, gh_5235_recv_mark) {
  deterministic_node here;

  here->run([]() -> task<> {
    for (const atom each : {atom{"init"}, atom{"init2"}}) {
      send(self(), each);
      send(self(), "blipp"_atom);
      try {
        co_await receive(on("blipp"_atom, [] { raise_throw("bad"_atom); }));
      } catch (const raised&) {
      }
      const receive_marker before = mark();
      const reference ref = make_ref();
      send(self(), ref);
      co_await receive(on(each, [] {}));
      EXPECT_TRUE(co_await receive_from(before, on(ref, [] { return true; }), after(0ms, [] { return false; })));
    }
  });
}

TEST(receive, recv_marker_reserve) {
  deterministic_node here;

  here->run([]() -> task<> {
    const reference first = make_ref();
    send(self(), first);
    for (int i = 0; i < 1000; ++i) {
      const receive_marker before = mark();
      const reference ref = monitor(self(), {.alias = alias_mode::demonitor});
      send(self(), ref);
      co_await receive_from(before, on(ref, [] {}));
      demonitor(ref, {.flush = true});
    }
    EXPECT_TRUE(co_await receive(on(first, [] { return true; }), after(0ms, [] { return false; })));
  });
}

} // namespace
} // namespace agner
