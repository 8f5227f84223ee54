// SPDX-License-Identifier: Apache-2.0
// What an idle process costs: an OS process of its own makes 100,000 of them, so that no memory that others have given back hides the growth.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdio>
#include <functional>
#include <vector>

#include <agner/actors/process.hpp>

#include "own_process.hpp"
#include "process_bench.hpp"

namespace agner::bench {

namespace {

constexpr int processes = 100'000;
constexpr int processes_before = 1'000; // what is made once is made by these

// With what the allocator keeps beside each piece.
std::size_t allocated_bytes() {
  const struct mallinfo2 now = mallinfo2();
  return now.uordblks + now.hblkhd;
}

struct stop {
  static constexpr auto tag = "stop"_atom;
};
struct work {
  static constexpr auto tag = "work"_atom;
  pid from;
};

task<> idle(pid parent) {
  send(parent, "ready"_atom);
  while (co_await receive([](stop) { return false; },
                          [](work w) {
                            send(w.from, "ready"_atom);
                            return true;
                          })) {
  }
}

struct cost {
  std::size_t resident = resident_bytes();
  std::size_t allocated = allocated_bytes();
};

void print_growth(const cost& before) {
  const cost now;
  std::printf("%zu %zu\n", (now.resident - before.resident) / processes,
              (now.allocated - before.allocated) / processes);
}

task<> make(std::vector<pid>& into) {
  for (pid& each : into) {
    each = spawn(idle, self());
    co_await receive([](atom) {});
  }
}

task<> let_work(const std::vector<pid>& all) {
  for (const pid& each : all) {
    send(each, work{self()});
    co_await receive([](atom) {});
  }
}

} // namespace

int measure_idle() {
  node here;
  std::vector<pid> first(processes_before);
  std::vector<pid> others(processes);
  here.run(make, std::ref(first));
  here.run(let_work, std::cref(first));
  const cost before;
  here.run(make, std::ref(others));
  print_growth(before);
  here.run(let_work, std::cref(others));
  print_growth(before);
  return 0;
}

void add_idle_benchmark() {
  benchmark::RegisterBenchmark("process/bytes_idle", [](benchmark::State& state) {
    std::vector<double> bytes;
    for (auto _ : state)
      bytes = measure_in_own_process(measure_idle_argument, 4);
    if (bytes.empty()) return state.SkipWithError("the process that measures failed");
    state.counters["bytes"] = bytes[0];
    state.counters["bytes_allocated"] = bytes[1];
    state.counters["bytes_after_message"] = bytes[2];
  });
}

} // namespace agner::bench
