// SPDX-License-Identifier: Apache-2.0
// agner_bench: Google Benchmark over the workloads of docs/performance.md, on the peer in erlang/agner_bench.erl.

#include <benchmark/benchmark.h>

#include <cstring>
#include <vector>

#include "ets_bench.hpp"
#include "process_bench.hpp"
#include "savina_bench.hpp"

int main(int argc, char** argv) {
  using namespace agner::bench;
  if (argc == 2 && std::strcmp(argv[1], measure_idle_argument) == 0) return measure_idle();
  if (argc == 2 && std::strcmp(argv[1], measure_million_argument) == 0) return measure_million();

  // See workload.hpp: a benchmark runs for five times this.
  char least_time[] = "--benchmark_min_time=0.1";
  std::vector<char*> arguments{argv[0], least_time};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  int count = static_cast<int>(arguments.size());

  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  add_process_benchmarks();
  add_idle_benchmark();
  add_million_benchmark();
  add_ets_benchmarks();
  add_savina_benchmarks();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
