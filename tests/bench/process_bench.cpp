// SPDX-License-Identifier: Apache-2.0
// Messages, processes and calls. The same on the peer: erlang/agner_bench.erl.

#include "process_bench.hpp"

#include <cstdint>
#include <vector>

#include <agner/actors/gen_server.hpp>

#include "workload.hpp"

namespace agner::bench {

namespace {

using namespace std::chrono_literals;

struct ping {
  static constexpr auto tag = "ping"_atom;
  pid from;
};
struct pong {
  static constexpr auto tag = "pong"_atom;
};
struct done {
  static constexpr auto tag = "done"_atom;
};
struct ok {
  static constexpr auto tag = "ok"_atom;
};

// -- ping-pong ------------------------------------------------------------------------------------------------------------------------

task<> answer_pings() {
  for (;;)
    co_await receive([](ping p) { send(p.from, pong{}); });
}

task<> play(int rounds) {
  const pid peer = spawn(answer_pings);
  for (int i = 0; i < rounds; ++i) {
    send(peer, ping{self()});
    co_await receive([](pong) {});
  }
  exit(peer, "kill"_atom);
}

task<> play_for(pid parent, int rounds) {
  co_await play(rounds);
  send(parent, done{});
}

task<> pairs_16(int rounds) {
  constexpr int pairs = 16;
  for (int i = 0; i < pairs; ++i)
    spawn(play_for, self(), rounds / pairs);
  for (int i = 0; i < pairs; ++i)
    co_await receive([](done) {});
}

// -- one way ----------------------------------------------------------------------------------------------------------------------------

struct m {
  static constexpr auto tag = "m"_atom;
  std::int64_t number;
};

task<> count_messages(pid parent, int messages) {
  for (int i = 0; i < messages; ++i)
    co_await receive([](m) {});
  send(parent, done{});
}

task<> flood(int messages) {
  const pid to = spawn(count_messages, self(), messages);
  for (int i = 0; i < messages; ++i)
    send(to, m{i});
  co_await receive([](done) {});
}

// -- processes --------------------------------------------------------------------------------------------------------------------------

task<> spawn_one_by_one(int processes) {
  for (int i = 0; i < processes; ++i) {
    spawn(
        [](pid parent) -> task<> {
          send(parent, ok{});
          co_return;
        },
        self());
    co_await receive([](ok) {});
  }
}

task<> pass_on(pid next) {
  for (;;)
    co_await receive([next](std::int64_t hops) { send(next, hops - 1); });
}

void kill_all(const std::vector<pid>& of) {
  for (const pid& each : of)
    exit(each, "kill"_atom);
}

// The caller closes the ring.
task<> ring_100(int hops) {
  constexpr int others = 99;
  std::vector<pid> ring;
  pid next = self();
  for (int i = 0; i < others; ++i)
    ring.push_back(next = spawn(pass_on, next));
  send(next, std::int64_t{hops} / (others + 1) * (others + 1) - 1);
  std::int64_t left = 1;
  while (left > 0) {
    left = co_await receive([](std::int64_t count) { return count; });
    if (left > 0) send(next, left - 1);
  }
  kill_all(ring);
}

// -- selective receive --------------------------------------------------------------------------------------------------------------------

struct want {
  static constexpr auto tag = "want"_atom;
  std::int64_t number;
};
struct other {
  static constexpr auto tag = "other"_atom;
  std::int64_t number;
};

task<> receive_behind_1000(int messages) {
  constexpr int waiting = 1000;
  for (int i = 0; i < waiting; ++i)
    send(self(), other{i});
  for (int i = 0; i < messages; ++i) {
    send(self(), want{i});
    co_await receive(on(match("want"_atom, std::int64_t{i}), [] {}));
  }
}

// -- time -------------------------------------------------------------------------------------------------------------------------------

task<> timer_start_cancel(int timers) {
  for (int i = 0; i < timers; ++i)
    if (!cancel_timer(start_timer(60s, self(), "late"_atom))) exit("fired"_atom);
  co_return;
}

task<> receive_after_0(int looks) {
  for (int i = 0; i < looks; ++i)
    co_await receive([](want) { exit("came"_atom); }, after(0ms, [] {}));
}

// -- calls --------------------------------------------------------------------------------------------------------------------------------

struct echo {
  static constexpr auto tag = "echo"_atom;
  std::int64_t number;
};

struct echo_server {
  static std::int64_t handle_call(echo what) { return what.number; }
};

task<> gen_server_calls(int calls) {
  const pid server = must(co_await gen_server::start<echo_server>());
  for (int i = 0; i < calls; ++i)
    if (co_await gen_server::call<std::int64_t>(server, echo{i}) != i) exit("wrong_reply"_atom);
  co_await gen_server::stop(server);
}

} // namespace

void add_process_benchmarks() {
  add("process/ping_pong", play, 100'000);
  add("process/pairs_16", pairs_16, 160'000);
  add("process/flood", flood, 200'000);
  add("process/spawn", spawn_one_by_one, 50'000);
  add("process/ring_100", ring_100, 200'000);
  add("process/receive_behind_1000", receive_behind_1000, 20'000);
  add("process/timer_start_cancel", timer_start_cancel, 200'000);
  add("process/receive_after_0", receive_after_0, 1'000'000);
  add("process/gen_server_call", gen_server_calls, 100'000);
}

} // namespace agner::bench
