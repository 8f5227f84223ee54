// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <algorithm>

#include <agner/actors/gen_server.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/log_capture.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;
using test::flush;

// Waits for `go`, then sends what else has come, in order, to its parent.
task<> tells_what_came(pid parent) {
  co_await receive(on(match("go"_atom), [] {}));
  send(parent, "ready"_atom);
  send(parent, list_of(co_await flush()));
}

task<> ends_when_told() {
  co_await receive([](term) {});
}

task<term> list_that_came() {
  for (;;) {
    term got = co_await receive([](term message) { return message; });
    if (got.is_list()) co_return got;
  }
}

spawn_options limited(std::uint32_t most, queue_overflow then) {
  return {.monitor = monitor_options{}, .message_queue = message_queue_limit{most, then}};
}

TEST(MessageQueueLimit, DropsTheNewest) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid child = spawn_opt(limited(3, queue_overflow::drop_newest), tells_what_came, self());
      send(child, tuple("go"_atom));
      co_await receive([](atom said) { EXPECT_EQ(said, "ready"_atom.value()); });
      for (int i = 1; i <= 7; ++i)
        send(child, i);
      EXPECT_EQ(co_await list_that_came(), list({1, 2, 3}));
    });
  });
}

TEST(MessageQueueLimit, CountsWhatWasTakenOutAsRoom) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid echo = spawn_opt(limited(1, queue_overflow::drop_newest), [parent = self()]() -> task<> {
      for (;;)
        co_await receive([&](term got) { send(parent, std::move(got)); });
    });
    for (int i = 0; i < 100; ++i) {
      send(echo, i);
      EXPECT_EQ(co_await receive([](term got) { return got; }), term(i));
    }
  });
}

TEST(MessageQueueLimit, DropsTheOldest) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid child = spawn_opt(limited(3, queue_overflow::drop_oldest), tells_what_came, self());
      for (int i = 1; i <= 7; ++i)
        send(child, i);
      send(child, tuple("go"_atom));
      EXPECT_EQ(co_await list_that_came(), list({6, 7}));
    });
  });
}

TEST(MessageQueueLimit, DroppingTheOldestDoesNotHideANewOneFromAWait) {
  test::with_seeds(50, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid child = spawn_opt(limited(4, queue_overflow::drop_oldest), [parent = self()]() -> task<> {
        co_await receive(on(match("go"_atom), [] {}));
        send(parent, "seen"_atom);
      });
      for (int i = 1; i <= 20; ++i) {
        send(child, i);
        if (i % 3 == 0) co_await yield();
      }
      send(child, tuple("go"_atom));
      EXPECT_EQ(co_await receive([](term got) { return got; }), term("seen"_atom));
    });
  });
}

TEST(MessageQueueLimit, KillsWithAReport) {
  test::with_seeds(10, [](std::uint64_t seed) {
    const test::log_capture log;
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const auto child = spawn_opt(limited(3, queue_overflow::kill), [] -> task<> {
        trap_exit(true);
        co_await receive(on(match("never"_atom, _), [] {}));
      });
      for (int i = 1; i <= 3; ++i)
        send(child.process, i);
      EXPECT_TRUE(co_await is_process_alive(child.process));
      for (int i = 1; i <= 100; ++i)
        send(child.process, i);
      EXPECT_EQ(co_await test::down_reason(*child.monitor), term("killed"_atom));
    });
    EXPECT_EQ(std::ranges::count_if(log.lines(),
                                    [](const auto& line) { return line.text.contains("queue is past its limit"); }),
              1);
  });
}

TEST(MessageQueueLimit, SuspendsTheSenderUntilHalfIsTaken) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      std::size_t most = 0;
      const pid slow = spawn_opt(limited(10, queue_overflow::suspend_sender), [&, parent = self()]() -> task<> {
        for (std::int64_t i = 0; i < 200; ++i) {
          most = std::max(most, internal::current_process().messages().size());
          EXPECT_EQ(co_await receive([](std::int64_t n) { return n; }), i);
          co_await yield();
        }
        send(parent, "all"_atom);
      });
      spawn([slow]() -> task<> {
        for (int i = 0; i < 200; ++i)
          co_await send(slow, i);
      });
      EXPECT_EQ(co_await receive([](term got) { return got; }), term("all"_atom));
      EXPECT_LE(most, 11U);
      EXPECT_GE(most, 5U);
    });
  });
}

TEST(MessageQueueLimit, SuspensionShowsAndSignalsStillComeThrough) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid full = spawn_opt(limited(1, queue_overflow::suspend_sender), []() -> task<> {
      for (;;)
        co_await yield(); // never looks
    });
    const auto sender = spawn_monitor([full]() -> task<> {
      for (;;)
        co_await send(full, "more"_atom);
    });
    for (int i = 0; i < 50; ++i)
      co_await yield();
    EXPECT_EQ(co_await process_info(sender.process, "status"_atom), tuple("status"_atom, "suspended"_atom));
    exit(sender.process, "enough"_atom);
    EXPECT_EQ(co_await test::down_reason(sender.monitor), term("enough"_atom));
    EXPECT_EQ(co_await process_info(full, "message_queue_len"_atom), tuple("message_queue_len"_atom, 2));
    exit(full, "kill"_atom);
  });
}

TEST(MessageQueueLimit, ASuspendedSenderGoesOnWhenTheReceiverEndsOrWaitsForSomethingElse) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const auto flood = [](pid to, int many) -> task<> {
        for (int i = 0; i < many; ++i)
          co_await send(to, i);
      };
      const pid ends = spawn_opt(limited(2, queue_overflow::suspend_sender), []() -> task<> {
        for (int i = 0; i < 30; ++i)
          co_await yield();
      });
      EXPECT_EQ(co_await test::exit_reason_of(flood, ends, 100), term("normal"_atom));

      const pid picks = spawn_opt(limited(2, queue_overflow::suspend_sender), [parent = self()]() -> task<> {
        co_await receive(on(match("last"_atom), [] {}));
        send(parent, "found"_atom);
      });
      EXPECT_EQ(co_await test::exit_reason_of(flood, picks, 10), term("normal"_atom));
      send(picks, tuple("last"_atom));
      EXPECT_EQ(co_await receive([](atom got) { return got; }), "found"_atom.value());
    });
  });
}

TEST(MessageQueueLimit, DroppingTheOldestDoesNotHideAReply) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const auto child = spawn_opt(limited(4, queue_overflow::drop_oldest), []() -> task<> {
        const pid floods = spawn([]() -> task<> {
          co_await receive(on(match("$gen_call"_atom, any<term>, any<term>), [](const term& from, const term& request) {
            for (int i = 0; i < 10; ++i)
              send(from[0].as_pid(), i);
            internal::send_reply(from, request);
          }));
          co_await test::until_told();
        });
        for (int i = 0; i < 4; ++i)
          send(self(), i);
        EXPECT_EQ(co_await gen_server::call<term>(floods, "question"_atom), term("question"_atom));
        exit(floods, "kill"_atom);
      });
      EXPECT_EQ(co_await test::down_reason(*child.monitor), term("normal"_atom));
    });
  });
}

TEST(MessageQueueLimit, LetsInWhatTheProcessHasAskedItselfFor) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto ended = spawn_monitor([]() -> task<> { co_return; });
    co_await test::down_reason(ended.monitor);
    const auto child = spawn_opt(limited(1, queue_overflow::drop_newest), [dead = ended.process]() -> task<> {
      trap_exit(true);
      send(self(), "in the way"_atom);
      link(dead);
      const reference id = spawn_request({}, ends_when_told);
      co_await receive(on(match("EXIT"_atom, dead, "noproc"_atom), [] {}));
      co_await receive(on(match("spawn_reply"_atom, id, "ok"_atom, _), [] {}));
    });
    EXPECT_EQ(co_await test::down_reason(*child.monitor), term("normal"_atom));
  });
}

TEST(MessageQueueLimit, DropsBeforeAnyOtherWhatPriorityMessagesOvertook) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const pid child = spawn_opt(limited(3, queue_overflow::drop_oldest), [parent = self()]() -> task<> {
        send(parent, alias({.priority = true}));
        co_await receive(on(match("go"_atom), [] {}));
        send(parent, list_of(co_await flush()));
      });
      const reference urgent = co_await receive([](reference r) { return r; });
      send(child, 1);
      send(urgent, "urgent"_atom, {.priority = true});
      send(child, 2);
      send(child, 3);
      send(child, tuple("go"_atom));
      EXPECT_EQ(co_await list_that_came(), list({"urgent"_atom, 3}));
    });
  });
}

TEST(MessageQueueLimit, NeverDropsDownExitAndTheReplyToAnOwnRequest) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const auto child = spawn_opt(limited(1, queue_overflow::drop_newest), [parent = self()]() -> task<> {
        trap_exit(true);
        const pid linked = spawn_link(ends_when_told);
        const pid watched = spawn(ends_when_told);
        const reference down = monitor(watched);
        const reference reply = monitor(parent, {.alias = alias_mode::reply_demonitor});
        send(self(), "in the way"_atom);
        send(parent, tuple("ready"_atom, reply));
        send(linked, "go"_atom);
        send(watched, "go"_atom);
        co_await receive(on(match("EXIT"_atom, linked, _), [] {}));
        co_await receive(on(match("DOWN"_atom, down, _, _, _), [] {}));
        co_await receive(on(match("reply"_atom), [] {}));
      });
      co_await receive(on(match("ready"_atom, any<term>), [](term to) { send(destination{to}, tuple("reply"_atom)); }));
      EXPECT_EQ(co_await test::down_reason(*child.monitor), term("normal"_atom));
    });
  });
}

TEST(MessageQueueLimit, DroppingTheOldestSparesWhatSignalsBring) {
  test::with_seeds(20, [](std::uint64_t seed) {
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const auto child = spawn_opt(limited(2, queue_overflow::drop_oldest), [parent = self()]() -> task<> {
        trap_exit(true);
        const pid linked = spawn_link(ends_when_told);
        const pid watched = spawn(ends_when_told);
        const reference down = monitor(watched, {.alias = {}, .tag = "gone"_atom});
        const reference reply = monitor(parent, {.alias = alias_mode::reply_demonitor, .tag = {}});
        const reference asked = spawn_request({}, ends_when_told);
        send(parent, tuple(reply, linked, watched));
        co_await receive(on(match("go"_atom), [] {}));
        co_await receive(on(match("EXIT"_atom, linked, _), [] {}));
        co_await receive(on(match("gone"_atom, down, _, _, _), [] {}));
        co_await receive(on(match("reply"_atom), [] {}));
        co_await receive(on(match("spawn_reply"_atom, asked, "ok"_atom, _), [] {}));
        EXPECT_LE(internal::current_process().messages().size(), 2U);
      });
      const auto who = co_await receive([](std::tuple<reference, pid, pid> told) { return told; });
      const auto& [reply, linked, watched] = who;
      send(linked, "end"_atom);
      send(watched, "end"_atom);
      send(reply, tuple("reply"_atom));
      for (int i = 0; i < 50; ++i) {
        send(child.process, i);
        if (i % 7 == 0) co_await yield();
      }
      while (co_await is_process_alive(linked) || co_await is_process_alive(watched))
        co_await yield();
      send(child.process, tuple("go"_atom));
      EXPECT_EQ(co_await test::down_reason(*child.monitor), term("normal"_atom));
    });
  });
}

TEST(MessageQueueLimit, WhatSignalsBringDoesNotKillButTheNextMessageDoes) {
  test::with_seeds(20, [](std::uint64_t seed) {
    const test::log_capture log;
    deterministic_node here{seed};
    here->run([]() -> task<> {
      const auto child = spawn_opt(limited(1, queue_overflow::kill), [parent = self()]() -> task<> {
        trap_exit(true);
        for (int i = 0; i < 3; ++i)
          spawn_link([]() -> task<> { co_return; });
        while (internal::current_process().messages().size() != 3)
          co_await yield();
        send(parent, "three"_atom);
        co_await receive(on(match("never"_atom, _), [] {}));
      });
      co_await receive([](atom_literal<"three">) {});
      EXPECT_TRUE(co_await is_process_alive(child));
      send(child.process, "one too many"_atom);
      EXPECT_EQ(co_await test::down_reason(*child.monitor), term("killed"_atom));
    });
    EXPECT_EQ(log.lines().size(), 1U);
  });
}

TEST(MessageQueueLimit, ASenderIsNotSuspendedForEverByWhatSignalsBring) {
  deterministic_node here;

  here->run([]() -> task<> {
    const auto child = spawn_opt(limited(2, queue_overflow::suspend_sender), []() -> task<> {
      trap_exit(true);
      for (int i = 0; i < 5; ++i)
        spawn_link([]() -> task<> { co_return; });
      while (internal::current_process().messages().size() < 5)
        co_await yield();
      co_await receive(on(match("last"_atom), [] {})); // waits for what a suspended sender has yet to say
    });
    for (int i = 0; i < 10; ++i)
      co_await send(child.process, i);
    co_await send(child.process, tuple("last"_atom));
    EXPECT_EQ(co_await test::down_reason(*child.monitor), term("normal"_atom));
  });
}

TEST(MessageQueueLimit, IsToldByProcessInfo) {
  deterministic_node here;

  here->run([]() -> task<> {
    const pid child = spawn_opt(limited(5, queue_overflow::drop_oldest), test::until_told);
    EXPECT_EQ(co_await process_info(child, "message_queue_limit"_atom),
              tuple("message_queue_limit"_atom, tuple(5, "drop_oldest"_atom)));
    EXPECT_EQ(co_await process_info(self(), "message_queue_limit"_atom),
              tuple("message_queue_limit"_atom, "infinity"_atom));
  });
}

TEST(MessageQueueLimit, IsNotInheritedByTheNextInTheSlot) {
  deterministic_node here{1, {.processes_max = 64}};

  here->run([]() -> task<> {
    for (int i = 0; i < 100; ++i) {
      const auto child = spawn_opt(limited(1, queue_overflow::drop_newest), []() -> task<> { co_return; });
      EXPECT_EQ(co_await test::down_reason(*child.monitor), term("normal"_atom));
    }
    const pid child = spawn(tells_what_came, self());
    for (int i = 0; i < 5; ++i)
      send(child, i);
    send(child, tuple("go"_atom));
    EXPECT_EQ(co_await list_that_came(), list({0, 1, 2, 3, 4}));
  });
}

TEST(MessageQueueLimit, HoldsAgainstManyThreads) {
  node here{{.scheduler = scheduler::start({.workers = 4})}};

  const std::int64_t received = here.run([]() -> task<std::int64_t> {
    constexpr int senders = 8;
    constexpr int each = 2'000;
    const pid child = spawn_opt(limited(50, queue_overflow::drop_newest), [parent = self()]() -> task<> {
      std::int64_t n = 0;
      for (bool more = true; more;)
        more = co_await receive([&](std::int64_t) { return ++n != 0; }, on(match("stop"_atom), [] { return false; }));
      send(parent, n);
    });
    std::vector<reference> done;
    for (int i = 0; i < senders; ++i)
      done.push_back(spawn_monitor([child]() -> task<> {
                       for (int n = 0; n < each; ++n)
                         send(child, n);
                       co_return;
                     }).monitor);
    for (const reference& one : done)
      co_await test::down_reason(one);
    for (bool more = true; more;) {
      send(child, tuple("stop"_atom));
      more = co_await is_process_alive(child);
    }
    co_return co_await receive([](std::int64_t n) { return n; });
  });

  EXPECT_GT(received, 0);
  EXPECT_LE(received, 16'000);
}

} // namespace
} // namespace agner
