// SPDX-License-Identifier: Apache-2.0
// Many processes on real workers, for what a single thread cannot show: under the sanitizers above all. A wake-up that is lost shows as a test that does not end.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;

class Stress : public ::testing::TestWithParam<std::size_t> {
protected:
  node here{{.scheduler = scheduler::start({.workers = GetParam()})}};
};
INSTANTIATE_TEST_SUITE_P(Workers, Stress, ::testing::Values(1, 2, 4),
                         [](const auto& of) { return std::to_string(of.param); });

struct token {
  static constexpr auto tag = "token"_atom;
  int left;
};

task<> passes_on(pid to) {
  for (;;)
    co_await receive([&](token t) { send(to, t); });
}

TEST_P(Stress, ATokenGoesRoundARing) {
  here.run([]() -> task<> {
    pid next = self();
    for (int i = 0; i < 50; ++i)
      next = spawn_link(passes_on, next);
    for (int round = 0; round < 100; ++round) {
      send(next, token{round});
      EXPECT_EQ(co_await receive([](token t) { return t.left; }), round);
    }
  });
}

TEST_P(Stress, PairsPlayPingPong) {
  here.run([]() -> task<> {
    std::vector<reference> pairs;
    for (int i = 0; i < 8; ++i)
      pairs.push_back(spawn_monitor([]() -> task<> {
                        const pid other = spawn_link(passes_on, self());
                        for (int n = 500; n > 0; --n) {
                          send(other, token{n});
                          co_await receive(on(match("token"_atom, n), [] {}));
                        }
                      }).monitor);
    for (const reference& each : pairs)
      EXPECT_EQ(co_await test::down_reason(each), term("normal"_atom));
  });
}

TEST_P(Stress, ManySendToOneAndKeepTheirOrder) {
  here.run([]() -> task<> {
    constexpr std::int64_t senders = 8;
    constexpr std::int64_t each = 1000;
    for (std::int64_t s = 0; s < senders; ++s)
      spawn([s, to = self()]() -> task<> {
        for (std::int64_t i = 0; i < each; ++i) {
          send(to, tuple(s, i));
          if (i % 100 == 0) co_await yield();
        }
      });
    std::array<std::int64_t, senders> next{};
    for (std::int64_t i = 0; i < senders * each; ++i)
      co_await receive(on(match(any<std::int64_t>, any<std::int64_t>), [&](std::int64_t s, std::int64_t n) {
        EXPECT_EQ(n, next.at(static_cast<std::size_t>(s))++);
      }));
  });
}

TEST_P(Stress, ProcessesComeAndGo) {
  here.run([]() -> task<> {
    for (int i = 0; i < 1000; ++i) {
      const auto child = spawn_monitor([]() -> task<> { co_return; });
      EXPECT_EQ(co_await test::down_reason(child.monitor), term("normal"_atom));
    }
  });
}

TEST_P(Stress, ProcessesAreKilledAtAnyMoment) {
  here.run([]() -> task<> {
    const auto alive = std::make_shared<std::atomic<int>>(0);
    struct counted {
      explicit counted(std::shared_ptr<std::atomic<int>> in) : count(std::move(in)) { count->fetch_add(1); }
      counted(const counted&) = delete;
      counted& operator=(const counted&) = delete;
      ~counted() { count->fetch_sub(1); }
      std::shared_ptr<std::atomic<int>> count;
    };
    std::vector<reference> monitors;
    for (int i = 0; i < 300; ++i) {
      const auto child = spawn_monitor([alive]() -> task<> {
        const counted one{alive};
        for (;;) {
          const counted two{alive};
          send(self(), "message"_atom);
          co_await receive([](term) -> task<> { co_await receive([](term) {}, after(0ms, [] {})); }, after(1ms, [] {}));
        }
      });
      monitors.push_back(child.monitor);
      if (i % 7 == 0) co_await receive(after(1ms, [] {}));
      exit(child.process, "kill"_atom);
    }
    for (const reference& each : monitors)
      EXPECT_EQ(co_await test::down_reason(each), term("killed"_atom));
    EXPECT_EQ(alive->load(), 0);
  });
}

task<> branch(int depth) {
  if (depth > 0)
    for (int i = 0; i < 3; ++i)
      spawn_link(branch, depth - 1);
  co_await receive([](term) {});
}

TEST_P(Stress, LinksOfATreeTakeItDown) {
  here.run([]() -> task<> {
    for (int round = 0; round < 10; ++round) {
      const auto root = spawn_monitor(branch, 4);
      co_await receive(after(std::chrono::milliseconds{round % 3}, [] {}));
      exit(root.process, "boo"_atom);
      EXPECT_EQ(co_await test::down_reason(root.monitor), term("boo"_atom));
    }
    while (this_node().process_count() != 1)
      co_await yield();
  });
}

TEST_P(Stress, TimersFireAndAreCancelled) {
  here.run([]() -> task<> {
    std::vector<reference> all;
    for (int i = 0; i < 20; ++i)
      all.push_back(spawn_monitor([i]() -> task<> {
                      for (int n = 0; n < 20; ++n) {
                        const reference late = send_after(1h, self(), "late"_atom);
                        const reference soon = start_timer(std::chrono::milliseconds{(n + i) % 4}, self(), n);
                        co_await receive(on(match("timeout"_atom, soon, n), [] {}),
                                         after(30s, [] { exit("lost"_atom); }));
                        EXPECT_TRUE(cancel_timer(late).has_value());
                      }
                    }).monitor);
    for (const reference& each : all)
      EXPECT_EQ(co_await test::down_reason(each), term("normal"_atom));
  });
}

TEST_P(Stress, PlainThreadsRunAndSend) {
  const pid echo = here.spawn([]() -> task<> {
    for (;;)
      co_await receive(on(match(any<pid>, any<term>), [](pid from, term what) { send(from, std::move(what)); }));
  });
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(here.run([echo, i]() -> task<int> {
          send(echo, tuple(self(), i));
          co_return co_await receive([](int n) { return n; });
        }),
                  i);
        send(echo, "ignored"_atom);
      }
    });
}

TEST_P(Stress, NamesAreTakenAndLost) {
  here.run([]() -> task<> {
    std::vector<reference> all;
    for (int i = 0; i < 8; ++i)
      all.push_back(spawn_monitor([]() -> task<> {
                      for (int n = 0; n < 50; ++n) {
                        const auto child = spawn_monitor([]() -> task<> {
                          try {
                            register_("wanted"_atom, self());
                          } catch (const raised& r) {
                            EXPECT_EQ(r.reason(), term("badarg"_atom));
                          }
                          co_await yield();
                        });
                        send("wanted"_atom, "hello"_atom);
                        co_await test::down_reason(child.monitor);
                        EXPECT_NE(whereis("wanted"_atom), child.process);
                      }
                    }).monitor);
    for (const reference& each : all)
      EXPECT_EQ(co_await test::down_reason(each), term("normal"_atom));
    EXPECT_TRUE(registered().empty());
  });
}

} // namespace
} // namespace agner
