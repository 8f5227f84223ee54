// SPDX-License-Identifier: Apache-2.0
// Follows OTP's process_SUITE: process_info.

#include <gtest/gtest.h>

#include <algorithm>

#include <agner/actors/proc_lib.hpp>

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

task<term> value_of(pid p, term item) { co_return (co_await process_info(p, item))[1]; }

task<> waits() {
  co_await receive(on(match("never"_atom, _), [] {}));
}

task<> loops() {
  for (;;)
    co_await agner::yield();
}

/// Sends itself a message, then gives or drops what it has when told.
task<> other_process(pid parent) {
  const term own = tuple("my"_atom, "own"_atom, "message"_atom);
  send(self(), own);
  send(parent, "go_ahead"_atom);
  for (bool more = true; more;)
    more = co_await receive(on(match(parent, "empty"_atom),
                               [parent]() -> task<bool> {
                                 co_await flush();
                                 send(parent, "empty"_atom);
                                 co_return true;
                               }),
                            on(match("stop"_atom), [] { return false; }));
}

term all_items() {
  return list({"aliases"_atom,
               "dictionary"_atom,
               "group_leader"_atom,
               "initial_call"_atom,
               "label"_atom,
               "last_calls"_atom,
               "links"_atom,
               "memory"_atom,
               "message_queue_data"_atom,
               "message_queue_len"_atom,
               "message_queue_limit"_atom,
               "messages"_atom,
               "monitored_by"_atom,
               "monitors"_atom,
               "parent"_atom,
               "priority"_atom,
               "reductions"_atom,
               "registered_name"_atom,
               "status"_atom,
               "suspending"_atom,
               "trap_exit"_atom,
               tuple("dictionary"_atom, "key"_atom)});
}

TEST(process, t_process_info) {
  in_process([]() -> task<> {
    EXPECT_EQ(co_await process_info(self(), "registered_name"_atom), term{});
    register_("my_name"_atom, self());
    EXPECT_EQ(co_await process_info(self(), "registered_name"_atom), tuple("registered_name"_atom, "my_name"_atom));
    EXPECT_EQ(co_await process_info(self(), "status"_atom), tuple("status"_atom, "running"_atom));
    EXPECT_EQ(co_await process_info(self(), "group_leader"_atom), tuple("group_leader"_atom, group_leader()));
    EXPECT_THROW((void)process_info(self(), "not_an_item"_atom), raised);
  });
}

TEST(process, process_info_messages) {
  in_process([]() -> task<> {
    const auto sender = [](pid to) -> task<> {
      std::vector<term> numbers;
      for (int i = 0; i < 100; ++i)
        numbers.emplace_back(i);
      const term big = list_of(std::move(numbers));
      for (int i = 0; i < 3; ++i) {
        send(to, big);
        co_await agner::yield();
      }
    };
    for (int i = 0; i < 10; ++i)
      spawn(sender, self());
    const term seen = co_await value_of(self(), "messages"_atom);
    const auto all = co_await flush();
    EXPECT_EQ(all.size(), 30U);
    EXPECT_LE(seen.as_list().size(), 30U);
  });
}

TEST(process, process_info_other) {
  in_process([]() -> task<> {
    const pid looper = spawn(loops);
    for (int i = 0; i < 20; ++i) {
      const term status = co_await value_of(looper, "status"_atom);
      EXPECT_TRUE(status.is("running"_atom) || status.is("runnable"_atom));
      EXPECT_TRUE((co_await value_of(looper, "initial_call"_atom)).is_binary());
    }
    exit(looper, "kill"_atom);
  });
}

TEST(process, process_info_other_msg) {
  in_process([]() -> task<> {
    const pid other = spawn_link(other_process, self());
    co_await receive([](term go) { EXPECT_EQ(go, term("go_ahead"_atom)); });
    std::vector<term> expected{tuple("my"_atom, "own"_atom, "message"_atom)};
    EXPECT_EQ(co_await value_of(other, "messages"_atom), list_of(expected));
    for (const char name : {'a', 'b', 'c', 'd', 'e'}) {
      const term message = tuple(static_cast<int>(name), binary(std::string(100'000, name)));
      send(other, message);
      expected.push_back(message);
      EXPECT_EQ(co_await value_of(other, "messages"_atom), list_of(expected));
    }
    EXPECT_GT((co_await value_of(other, "memory"_atom)).as_int64(), 0);
    EXPECT_GT((co_await value_of(self(), "memory"_atom)).as_int64(), 0);
    send(other, tuple(self(), "empty"_atom));
    co_await receive([](term said) { EXPECT_EQ(said, term("empty"_atom)); });
    EXPECT_EQ(co_await value_of(other, "messages"_atom), term{});
    send(other, tuple("stop"_atom));
  });
}

TEST(process, process_info_other_message_queue_len_signal_race) {
  in_process([]() -> task<> {
    const pid receiver = spawn_link([]() -> task<> {
      for (;;)
        co_await receive(on(match("flush"_atom, any<pid>), [](pid from) -> task<> {
          co_await flush();
          send(from, "flushed"_atom);
        }));
    });
    const pid sender = spawn_link([receiver]() -> task<> {
      for (;;) {
        co_await receive(on(match("go"_atom), [] {}));
        const reference watch = monitor(receiver);
        send(receiver, "hi"_atom);
        co_await receive(on(match("demonitor"_atom, any<pid>), [&](pid from) {
          demonitor(watch);
          send(from, "demonitored"_atom);
        }));
      }
    });
    for (int i = 0; i < 20; ++i) {
      send(sender, tuple("go"_atom));
      co_await agner::yield();
      const term length = co_await value_of(receiver, "message_queue_len"_atom);
      EXPECT_TRUE(length == term(0) || length == term(1));
      send(sender, tuple("demonitor"_atom, self()));
      co_await receive([](term said) { EXPECT_EQ(said, term("demonitored"_atom)); });
      send(receiver, tuple("flush"_atom, self()));
      co_await receive([](term said) { EXPECT_EQ(said, term("flushed"_atom)); });
    }
    unlink(receiver);
    exit(receiver, "kill"_atom);
    unlink(sender);
    exit(sender, "kill"_atom);
    EXPECT_FALSE(co_await is_process_alive(receiver));
    EXPECT_FALSE(co_await is_process_alive(sender));
  });
}

// Messages that the receiver has not taken in yet are among those shown, and one that is suspended stays so.
TEST(process, process_info_other_dist_msg) {
  in_process([]() -> task<> {
    const pid full = spawn_opt({.message_queue = message_queue_limit{1, queue_overflow::suspend_sender}}, loops);
    const pid other = spawn([full]() -> task<> {
      for (;;)
        co_await send(full, "more"_atom);
    });
    while ((co_await value_of(other, "status"_atom)) != term("suspended"_atom))
      co_await agner::yield();
    for (int i = 1; i <= 3; ++i)
      send(other, i);
    EXPECT_EQ(co_await process_info(other, list({"status"_atom, "messages"_atom, "status"_atom})),
              list({tuple("status"_atom, "suspended"_atom), tuple("messages"_atom, list({1, 2, 3})),
                    tuple("status"_atom, "suspended"_atom)}));
    exit(other, "kill"_atom);
    exit(full, "kill"_atom);
  });
}

TEST(process, process_info_other_status) {
  in_process([]() -> task<> {
    const pid other = spawn_link(waits);
    co_await receive(after(1ms, [] {}));
    for (const atom level : {atom{"normal"}, atom{"high"}, atom{"max"}}) {
      process_flag("priority"_atom, level);
      EXPECT_EQ(co_await value_of(other, "status"_atom), term("waiting"_atom));
    }
    unlink(other);
  });
}

TEST(process, process_info_2_list) {
  in_process([]() -> task<> {
    const pid other = spawn_link(waits);
    register_("list1"_atom, self());
    register_("list2"_atom, other);
    for (const pid& p : {self(), other}) {
      const term said = co_await process_info(p, all_items());
      std::vector<term> names;
      for (const term& pair : said.as_list())
        names.push_back(pair[0]);
      EXPECT_EQ(list_of(std::move(names)), all_items());
      for (const term& item : all_items().as_list())
        EXPECT_EQ((co_await process_info(p, item))[0], item);
    }
    const term said = co_await process_info(other, list_of(std::vector<term>(5000, "initial_call"_atom)));
    EXPECT_EQ(said.as_list().size(), 5000U);
  });
}

TEST(process, process_info_lock_reschedule) {
  in_process([]() -> task<> {
    const pid running = spawn_link(loops);
    const pid waiting = spawn_link(waits);
    register_("running"_atom, running);
    register_("waiting"_atom, waiting);
    for (int i = 0; i < 20; ++i) {
      co_await agner::yield();
      EXPECT_EQ(co_await value_of(running, "registered_name"_atom), term("running"_atom));
      EXPECT_EQ(co_await value_of(waiting, "registered_name"_atom), term("waiting"_atom));
      EXPECT_EQ((co_await process_info(running)).head(), tuple("registered_name"_atom, "running"_atom));
    }
    const term status = co_await value_of(running, "status"_atom);
    EXPECT_TRUE(status.is("running"_atom) || status.is("runnable"_atom));
    for (const pid& p : {running, waiting}) {
      unlink(p);
      exit(p, "bang"_atom);
    }
  });
}

// Six that ask each other at once, on threads of their own.
TEST(process, process_info_lock_reschedule2) {
  node here{{.scheduler = scheduler::start({.workers = 4})}};

  here.run([]() -> task<> {
    const auto asks = [](pid parent) -> task<> {
      const auto [name, other] =
          co_await receive(on(match("go"_atom, any<atom>, any<pid>), [](atom n, pid p) { return std::pair{n, p}; }));
      for (int i = 0; i < 2'000; ++i)
        EXPECT_EQ(co_await process_info(other, "registered_name"_atom), tuple("registered_name"_atom, name));
      send(parent, tuple("done"_atom, self()));
      co_await receive([](term) {});
    };
    std::vector<pid> all;
    std::vector<atom> names;
    for (int i = 0; i < 6; ++i) {
      all.push_back(spawn_link(asks, self()));
      names.emplace_back("reschedule" + std::to_string(i));
      register_(names.back(), all.back());
    }
    constexpr std::array<std::size_t, 6> asked{1, 0, 0, 0, 5, 4};
    for (std::size_t i = 0; i < all.size(); ++i)
      send(all[i], tuple("go"_atom, names[asked[i]], all[asked[i]]));
    for (const pid& p : all)
      co_await receive(on(match("done"_atom, p), [] {}));
    for (const pid& p : all)
      send(p, "end"_atom);
  });
}

TEST(process, process_info_lock_reschedule3) {
  node here{{.scheduler = scheduler::start({.workers = 2})}};

  here.run([]() -> task<> {
    const pid target = spawn_link(loops);
    for (int i = 0; i < 2'000; ++i) {
      EXPECT_EQ(co_await value_of(target, "message_queue_len"_atom), term(0));
      if (i % 10 == 0) co_await agner::yield();
    }
    const term status = co_await value_of(target, "status"_atom);
    EXPECT_TRUE(status.is("running"_atom) || status.is("runnable"_atom));
    unlink(target);
    exit(target, "bang"_atom);
  });
}

TEST(process, process_info_parent) {
  deterministic_node here;

  const pid outermost = here->run([]() -> task<pid> {
    const pid child = spawn_link(waits);
    EXPECT_EQ(co_await process_info(child, "parent"_atom), tuple("parent"_atom, self()));
    EXPECT_EQ(co_await process_info(self(), "parent"_atom), tuple("parent"_atom, "undefined"_atom));
    unlink(child);
    co_return child;
  });
  here->run([outermost]() -> task<> { // its parent has ended
    EXPECT_TRUE((co_await value_of(outermost, "parent"_atom)).is_pid());
  });
}

TEST(process, process_info_smoke_all) {
  in_process([]() -> task<> {
    const pid tested = spawn_link([]() -> task<> {
      register_("smoke_all"_atom, self());
      dictionary::put("key"_atom, list({binary(std::string(1000, 1)), binary(std::string(1000, 2))}));
      proc_lib::set_label(tuple("smoke"_atom, "all"_atom));
      (void)alias();
      for (;;)
        co_await receive(on(match("other_process"_atom, any<pid>), [](pid p) {
          monitor(p);
          link(p);
        }));
    });
    monitor(tested);
    send(tested, tuple("other_process"_atom, self()));
    send(tested, binary(std::string(1000, 3)));
    co_await receive(after(1ms, [] {}));
    EXPECT_TRUE(co_await is_process_alive(tested));
    const term said = co_await process_info(tested, all_items());
    EXPECT_EQ(said.as_list().size(), all_items().as_list().size());
    for (const term& pair : said.as_list())
      if (!pair[0].is("suspending"_atom)) {
        EXPECT_FALSE(pair[1].is_nil()) << pair[0].as_atom().name();
      }
    unlink(tested);
    exit(tested, "kill"_atom);
    EXPECT_FALSE(co_await is_process_alive(tested));
  });
}

TEST(process, process_info_status_handled_signal) {
  in_process([]() -> task<> {
    const pid p = spawn_link(waits);
    while ((co_await value_of(p, "status"_atom)) != term("waiting"_atom))
      co_await agner::yield();
    EXPECT_EQ(co_await process_info(p, list({"status"_atom, "messages"_atom})),
              list({tuple("status"_atom, "waiting"_atom), tuple("messages"_atom, term{})}));
    unlink(p);
    exit(p, "kill"_atom);
    EXPECT_FALSE(co_await is_process_alive(p));
  });
}

TEST(process, process_info_reductions) {
  node here{{.scheduler = scheduler::start({.workers = 2})}};

  here.run([]() -> task<> {
    for (const auto& body : {loops, waits}) {
      const pid p = spawn_link(body);
      std::int64_t before = 0;
      for (int i = 0; i < 200; ++i) {
        const std::int64_t now = (co_await value_of(p, "reductions"_atom)).as_int64();
        EXPECT_GE(now, before);
        before = now;
      }
      unlink(p);
      exit(p, "kill"_atom);
    }
  });
}

TEST(process, process_info_self_signal) {
  in_process([]() -> task<> {
    const pid spammer = spawn_link([to = self()]() -> task<> {
      for (;;) {
        demonitor(monitor(to));
        co_await agner::yield();
      }
    });
    co_await agner::yield();
    const reference ref = make_ref();
    send(self(), ref);
    EXPECT_EQ(co_await process_info(self(), "messages"_atom), tuple("messages"_atom, list({ref})));
    unlink(spammer);
    exit(spammer, "kill"_atom);
  });
}

task<> spams(pid to) {
  for (;;) {
    send(to, "hejhopp"_atom);
    demonitor(monitor(to));
    co_await agner::yield();
  }
}

TEST(process, process_info_self_msgq_len) {
  in_process([]() -> task<> {
    const pid spammer = spawn_link(spams, self());
    while ((co_await value_of(self(), "message_queue_len"_atom)) == term(0))
      co_await agner::yield();
    unlink(spammer);
    exit(spammer, "kill"_atom);
    EXPECT_FALSE(co_await is_process_alive(spammer));
    EXPECT_EQ(co_await value_of(self(), "message_queue_len"_atom), term((co_await flush()).size()));
  });
}

TEST(process, process_info_self_msgq_len_messages) {
  in_process([]() -> task<> {
    const pid spammer = spawn_link(spams, self());
    for (int i = 0; i < 20; ++i) {
      co_await agner::yield();
      const term said = co_await process_info(self(), list({"message_queue_len"_atom, "messages"_atom}));
      EXPECT_EQ(said.head()[1], term(said.tail().head()[1].as_list().size()));
    }
    unlink(spammer);
    exit(spammer, "kill"_atom);
  });
}

TEST(process, process_info_self_msgq_len_more) {
  in_process([]() -> task<> {
    send(self(), "hej"_atom);
    const term said =
        co_await process_info(self(), list({"message_queue_len"_atom, "initial_call"_atom, "status"_atom}));
    EXPECT_EQ(said.head(), tuple("message_queue_len"_atom, 1));
    EXPECT_TRUE(said.tail().head()[1].is_binary());
    EXPECT_EQ(said.tail().tail().head(), tuple("status"_atom, "running"_atom));
  });
}

TEST(process, system_task_blast) {
  in_process([]() -> task<> {
    const auto asks = [](pid other) -> task<> {
      for (int i = 0; i < 20; ++i)
        EXPECT_TRUE((co_await process_info(other, "status"_atom)).is_tuple());
      exit("it_worked"_atom);
    };
    std::vector<reference> all;
    for (int i = 0; i < 100; ++i)
      all.push_back(spawn_monitor(asks, self()).monitor);
    for (const reference& one : all)
      EXPECT_EQ(co_await test::down_reason(one), term("it_worked"_atom));
  });
}

TEST(process, system_task_on_suspended) {
  in_process([]() -> task<> {
    const pid full = spawn_opt({.message_queue = message_queue_limit{1, queue_overflow::suspend_sender}}, loops);
    const auto sender = spawn_monitor([full]() -> task<> {
      for (;;)
        co_await send(full, "more"_atom);
    });
    while ((co_await value_of(sender.process, "status"_atom)) != term("suspended"_atom))
      co_await agner::yield();
    EXPECT_TRUE(co_await is_process_alive(sender.process));
    EXPECT_EQ(co_await value_of(sender.process, "status"_atom), term("suspended"_atom));
    exit(full, "kill"_atom);
    EXPECT_FALSE(co_await is_process_alive(full));
    EXPECT_NE(co_await value_of(sender.process, "status"_atom), term("suspended"_atom));
    exit(sender.process, "kill"_atom);
    EXPECT_EQ(co_await test::down_reason(sender.monitor), term("killed"_atom));
  });
}

} // namespace
} // namespace agner
