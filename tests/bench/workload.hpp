// SPDX-License-Identifier: Apache-2.0
// How a workload becomes a benchmark: it runs in batches on a node, a rate is counted in real time, and one more batch is run to count allocations.

#pragma once

#include <benchmark/benchmark.h>

#include <chrono>

#include <agner/actors/process.hpp>

#include "allocation_counter.hpp"

namespace agner::bench {

/// Runs @p items items in a fresh process and returns when they are done. What must be ready before the clock starts is no part of it.
using batch = task<> (*)(int items);

/// Registers `NAME`: @p run does @p items_per_batch items a call.
///
/// Google Benchmark would hang "/real_time" on the name of a benchmark that is measured in real time, and names are fixed. So the rate is a counter of our own;
/// the thread of the benchmark only waits, and Google Benchmark ends at five times the least time where a thread uses no processor.
inline void add(const char* name, batch run, int items_per_batch) {
  benchmark::RegisterBenchmark(name, [run, items_per_batch](benchmark::State& state) {
    node here;
    here.run(run, items_per_batch / 10 + 1); // the first run makes slots, queues and atoms
    std::chrono::duration<double> spent{0};
    while (state.KeepRunningBatch(items_per_batch)) {
      const auto began = std::chrono::steady_clock::now();
      here.run(run, items_per_batch);
      spent += std::chrono::steady_clock::now() - began;
    }
    count_allocations();
    here.run(run, items_per_batch);
    const auto allocations = static_cast<double>(allocations_counted());
    state.counters["items_per_second"] = static_cast<double>(state.iterations()) / spent.count();
    state.counters["allocations"] = allocations / items_per_batch;
  })->Unit(benchmark::kNanosecond);
}

} // namespace agner::bench
