// SPDX-License-Identifier: Apache-2.0

#include "ssl_application.hpp"

#include "../actors/exit.hpp"
#include "../actors/process.hpp"
#include "../runtime/term_builders.hpp"
#include "internal/live_connections.hpp"

namespace agner::ssl {

result<> start(application_type /*all alike*/) {
  this_node().service<internal::live_connections>().start();
  return {};
}

result<> stop() {
  auto& all = this_node().service<internal::live_connections>();
  if (!all.stop()) return fail(tuple("not_started"_atom, "ssl"_atom));
  for (const pid& each : all.pids())
    exit(each, "shutdown"_atom); // which a connection takes for a close
  return {};
}

} // namespace agner::ssl
