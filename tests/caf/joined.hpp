// SPDX-License-Identifier: Apache-2.0
// A node and an actor_system of CAF's own making, joined by a bridge: with a scheduler of the node's own, and on that of the actor_system.

#pragma once

#include <gtest/gtest.h>

#include <caf/all.hpp>

#include <string>

#include <agner/actors/caf_interop.hpp>
#include <agner/actors/gen_server.hpp>
#include <agner/actors/process.hpp>

namespace agner::test {

enum class runs_on { own_workers, workers_of_caf };

inline node_options options_on(runs_on where, caf::actor_system& system) {
  node_options options;
  options.scheduler = where == runs_on::own_workers ? scheduler::start({.workers = 2}) : scheduler::on(system);
  return options;
}

struct two_workers : caf::actor_system_config {
  two_workers() { set("scheduler.max-threads", 2); }
};

class joined : public ::testing::TestWithParam<runs_on> {
protected:
  two_workers config;
  caf::actor_system system{config};
  node here{options_on(GetParam(), system)};
  caf_bridge bridge{here, system};
};

inline std::string name_of(const ::testing::TestParamInfo<runs_on>& info) {
  return info.param == runs_on::own_workers ? "OwnWorkers" : "WorkersOfCaf";
}

} // namespace agner::test

// Every rule holds wherever the node's processes run.
#define AGNER_JOINED(Suite)                                                                                            \
  class Suite : public test::joined {};                                                                                \
  INSTANTIATE_TEST_SUITE_P(                                                                                            \
      Everywhere, Suite, ::testing::Values(test::runs_on::own_workers, test::runs_on::workers_of_caf), test::name_of)
