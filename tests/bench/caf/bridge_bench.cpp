// SPDX-License-Identifier: Apache-2.0
// What a caf_bridge costs, and what a node costs on the workers of CAF's own scheduler: caf/*, one item is a round trip.

#include <benchmark/benchmark.h>

#include <caf/all.hpp>

#include <chrono>
#include <memory>

#include <agner/actors/caf_interop.hpp>
#include <agner/actors/process.hpp>

#include "../savina_bench.hpp"

namespace agner::bench {

namespace {

using scheduler_for = std::shared_ptr<scheduler> (*)(caf::actor_system&);

task<> answer() {
  for (;;)
    co_await receive([](pid from) { send(from, 1); });
}

task<> ask(pid peer, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    send(peer, self());
    co_await receive([](std::int64_t) {});
  }
}

caf::behavior answering_actor(caf::event_based_actor* self) {
  return {[=](const caf::actor& from) { self->send(from, 1); }};
}

void add(const char* name, scheduler_for where, bool with_actor) {
  constexpr int rounds = 20'000;
  benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
    caf::actor_system_config config;
    caf::actor_system system{config};
    node here{{.scheduler = where(system)}};
    caf_bridge bridge{here, system};
    const caf::actor actor = system.spawn(answering_actor);
    const pid peer = with_actor ? bridge.pid_of(actor) : here.spawn(answer);
    std::chrono::duration<double> spent{0};
    while (state.KeepRunningBatch(rounds)) {
      const auto began = std::chrono::steady_clock::now();
      here.run(ask, peer, rounds);
      spent += std::chrono::steady_clock::now() - began;
    }
    state.counters["items_per_second"] = static_cast<double>(state.iterations()) / spent.count();
  })->Unit(benchmark::kNanosecond);
}

std::shared_ptr<scheduler> own(caf::actor_system&) { return scheduler::start(); }

} // namespace

void add_bridge_benchmarks() {
  add("caf/processes_on_own_workers", own, false);
  add("caf/processes_on_workers_of_caf", scheduler::on, false);
  add("caf/process_and_actor_on_own_workers", own, true);
  add("caf/process_and_actor_on_workers_of_caf", scheduler::on, true);
}

} // namespace agner::bench
