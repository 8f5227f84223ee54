// SPDX-License-Identifier: Apache-2.0
// A million processes alive at once: how long it takes to start them and to see them gone, and what they take meanwhile. The same on the peer: erlang/agner_bench.erl.

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <vector>

#include <agner/actors/process.hpp>

#include "own_process.hpp"
#include "process_bench.hpp"

namespace agner::bench {

namespace {

constexpr int million = 1'000'000;

struct stop {
  static constexpr auto tag = "stop"_atom;
};

task<> live(pid parent) {
  send(parent, "ready"_atom);
  co_await receive([](stop) {});
}

double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

// All live when each has said so, and are gone when the node has no other process than this.
task<> start_and_end() {
  std::vector<pid> all;
  all.reserve(million);
  const std::size_t bytes_before = resident_bytes();
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < million; ++i)
    all.push_back(spawn(live, self()));
  for (int i = 0; i < million; ++i)
    co_await receive([](atom) {});
  const double start = seconds_since(began);
  const std::size_t bytes = resident_bytes() - bytes_before;

  const auto ending = std::chrono::steady_clock::now();
  for (const pid& each : all)
    send(each, stop{});
  while (this_node().process_count() > 1)
    co_await yield();
  std::printf("%f %f %zu\n", start, seconds_since(ending), bytes);
}

} // namespace

int measure_million() {
  node here;
  here.run(start_and_end);
  return 0;
}

void add_million_benchmark() {
  benchmark::RegisterBenchmark("process/million", [](benchmark::State& state) {
    std::vector<double> measured;
    for (auto _ : state)
      measured = measure_in_own_process(measure_million_argument, 3);
    if (measured.empty()) return state.SkipWithError("the process that measures failed");
    state.counters["start"] = measured[0];
    state.counters["end"] = measured[1];
    state.counters["bytes"] = measured[2];
  });
}

} // namespace agner::bench
